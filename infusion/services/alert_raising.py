"""Raises an alert once: under a lock of its place, and not while the last one stands."""

import datetime as dt
import uuid

from django.db import connection

from infusion import models
from infusion.domain.alerts import CauseRule, Outcome, Past, Standing, is_to_be_raised
from infusion.services import alert_steps

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('alerts of ' || %s, 0))"


def lock_alerts(place_id: uuid.UUID) -> None:
    """Let nobody else raise alerts of a course or site until the transaction ends.

    Whoever locks the course as well does so afterwards: a new alert needs both.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(place_id)])


def raise_once(standing: Standing, rule: CauseRule, now: dt.datetime) -> bool:
    """Raise an alert for a cause that asks for one of its own, and say whether it did."""
    if not is_to_be_raised(standing, _past(standing)):
        return False
    alert_steps.raise_alert(standing, rule, now)
    return True


def _past(standing: Standing) -> Past | None:
    rows = models.Alert.objects.filter(
        cause=standing.cause, subject=standing.subject
    ).order_by("-id")
    last = rows.first()
    if last is None:
        return None
    outcome = Outcome(last.outcome) if last.outcome else None
    return Past(stage=last.stage, outcome=outcome, ended_at=last.ended_at)
