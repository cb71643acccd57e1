"""Reads when the background parts last showed themselves."""

import datetime as dt

from django.db.models.functions import Coalesce

from infusion import models
from infusion.domain.states import MessageStatus


def last_heartbeats() -> dict[str, dt.datetime]:
    """Return the last instant of every background part, by name."""
    return dict(models.Heartbeat.objects.values_list("name", "at"))


def oldest_due(now: dt.datetime) -> dt.datetime | None:
    """Return since when a message that is due has been waiting."""
    waiting = models.Message.objects.filter(status=MessageStatus.PENDING).annotate(
        # What waits for a retry or for the end of quiet hours is not late.
        owed_at=Coalesce("not_before", "due_at")
    )
    rows = waiting.filter(owed_at__lte=now).order_by("owed_at")
    return rows.values_list("owed_at", flat=True).first()
