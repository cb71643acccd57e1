"""Send what is due from this process: for the hour without a broker or a worker."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from infusion.notifications.channels.registry import open_channels
from infusion.services import messages, sweeps
from patients import clock


class Command(BaseCommand):
    """Claims due messages like the sweep, and delivers them here and now."""

    help = "Send every due message without Celery. Safe beside running workers."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Sweep once and print how many rows were claimed, expired and freed."""
        done = sweeps.sweep_messages(offset=clock.offset(), hand_over=deliver_here)
        self.stdout.write(
            f"claimed {done.claimed}, expired {done.expired}, freed {done.freed}"
        )


def deliver_here(ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> bool:
    """Deliver a part of the claim in this process."""
    with open_channels() as channels:
        messages.deliver_messages(
            ids=ids,
            leased_until=leased_until,
            offset=clock.offset(),
            channels=channels,
        )
    return True
