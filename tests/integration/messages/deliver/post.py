"""Delivery by hand: a claimed message, a real post, and what was written down."""

import datetime as dt
from typing import Any

from infusion import models
from infusion.notifications.channels.registry import Channels
from infusion.services import messages, sweeps
from tests.factories.messages import in_hours
from tests.fakes.email import EmailChannel

NO_OFFSET = dt.timedelta(0)


def deliver(post: EmailChannel, offset: dt.timedelta = NO_OFFSET, **more: Any) -> None:
    """Sweep, and deliver in this process what was claimed."""
    channels = Channels({"EMAIL": lambda: post, **more})

    def hand_over(ids: Any, leased_until: dt.datetime) -> bool:
        messages.deliver_messages(
            ids=ids, leased_until=leased_until, offset=offset, channels=channels
        )
        return True

    sweeps.sweep_messages(offset=offset, hand_over=hand_over)


def state(message: models.Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.reason


def attempts(message: models.Message) -> list[tuple[str, str]]:
    rows = message.attempt_records.order_by("id")
    return [(row.outcome, row.detail) for row in rows]


def claim(message: models.Message) -> dt.datetime:
    token = in_hours(0.05)
    models.Message.objects.filter(id=message.id).update(
        status="SENDING", lease_until=token
    )
    return token


def deliver_one(message: models.Message, token: dt.datetime, post: Any) -> None:
    channels = Channels({"EMAIL": lambda: post})
    messages.deliver_message(message.id, token, NO_OFFSET, channels)
