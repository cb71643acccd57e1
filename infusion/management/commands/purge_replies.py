"""Forgets the answers kept for repeated requests."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from infusion.services.replies import purge_replies
from patients import clock


class Command(BaseCommand):
    """Forget the answers that are older than ``REPLY_DAYS``."""

    help = "Forget the answers to keyed requests older than REPLY_DAYS."

    def handle(self, **_: Any) -> None:
        """Forget them and say how many."""
        before = clock.now() - dt.timedelta(days=settings.REPLY_DAYS)
        self.stdout.write(f"{purge_replies(before=before)} forgotten")
