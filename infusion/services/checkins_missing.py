"""Writes down which check-ins nobody has answered in time.

The alerts do not wait for it: who is silent is read from the instants alone.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F

from infusion import models
from infusion.domain.states import CheckInStatus

# So many rows a statement: a batch holds its locks for milliseconds.
_BATCH = 1000


def mark_missed(*, now: dt.datetime) -> int:
    """Mark what nobody has answered until its time, and return how many there were.

    What is being answered at this moment is left alone; it may run beside itself.
    """
    done = 0
    while count := _mark_batch(now):
        done += count
    return done


@transaction.atomic
def _mark_batch(now: dt.datetime) -> int:
    due = (
        models.CheckIn.objects.select_for_update(skip_locked=True)
        .filter(status=CheckInStatus.DUE, alert_at__lte=now)
        .order_by("alert_at")
        .values("pk")[:_BATCH]
    )
    return models.CheckIn.objects.filter(pk__in=due).update(
        status=CheckInStatus.MISSED, version=F("version") + 1
    )
