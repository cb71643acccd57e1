"""Reads when the background parts last showed themselves."""

import datetime as dt

from infusion import models
from infusion.domain.states import MessageStatus


def last_heartbeats() -> dict[str, dt.datetime]:
    """Return the last instant of every background part, by name."""
    return dict(models.Heartbeat.objects.values_list("name", "at"))


def oldest_due(now: dt.datetime) -> dt.datetime | None:
    """Return since when a message that is due has been waiting."""
    waiting = models.Message.objects.filter(
        status=MessageStatus.PENDING, due_at__lte=now
    )
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()
