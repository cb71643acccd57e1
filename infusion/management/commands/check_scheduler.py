"""The dead man's switch: does the scheduler still run? For cron or a systemd timer.

It needs neither Celery nor Redis, so it can tell that they have stopped; without the
database it can tell that too, to the addresses of the settings.
"""

import datetime as dt
from pathlib import Path
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailed
from django.utils import translation
from django.utils.translation import gettext as _

from infusion.domain import pulse
from infusion.selectors import heartbeats
from patients import clock
from patients.selectors.administrators import list_administrator_emails

STOPPED = 2
LANGUAGES = ("en", "zh-hans")


class Command(BaseCommand):
    """Exits with 2, and mails, while the background does not do due work."""

    help = "Say whether the scheduler runs; exit with 2 and mail when it does not."
    # A check that fails on its own settings would be silent when it counts.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Read where the last alarm is noted, and how often it is repeated."""
        parser.add_argument("--remember", type=Path, help="file that notes the alarm")
        parser.add_argument("--repeat-minutes", type=int, default=60)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look once.

        :raises CommandError: with exit code 2 when the background has stopped.
        """
        now = clock.now()
        noted: Path | None = options["remember"]
        words = _trouble(now)
        if not words:
            self.stdout.write("ok")
            _forget(noted)
            return
        repeat = dt.timedelta(minutes=options["repeat_minutes"])
        told = "told lately" if _is_told(noted, now, repeat) else _tell(words)
        if told == "told":
            _note(noted, now)
        raise CommandError(f"stopped: {words} ({told})", returncode=STOPPED)


def _trouble(now: dt.datetime) -> str:
    """Return what has stopped, empty when nothing has."""
    tick = dt.timedelta(seconds=settings.BEAT_SECONDS)
    try:
        found = pulse.findings(heartbeats.read_pulse(now), tick)
    except DatabaseFailed as error:
        # Its text may name hosts and users.
        return f"database: {type(error).__name__}"
    return pulse.in_words(found) if pulse.is_stopped(found) else ""


def _tell(words: str) -> str:
    """Mail whoever must know, and say whether that went."""
    addresses = settings.ALARM_EMAILS or _administrators()
    if not addresses:
        return "nobody to tell: set ALARM_EMAILS"
    try:
        send_mail(_subject(), _body(words), None, addresses)
    except (SMTPException, OSError) as error:
        return f"mail failed: {type(error).__name__}"
    return "told"


def _administrators() -> list[str]:
    try:
        return list_administrator_emails()
    except DatabaseFailed:
        return []


def _subject() -> str:
    return " / ".join(_in_each(lambda: _("Home infusion: reminders have stopped")))


def _body(words: str) -> str:
    def text() -> str:
        return _(
            'The scheduler of the home infusion service has stopped: %(words)s.\n\nReminders and alerts do not go out until it runs again. Pumps do not depend on it. Tell the wards to work from the last printed plan, and see "Three in the morning" in docs/operations.md.'
        ) % {"words": words}

    return "\n\n".join([*_in_each(text), settings.PUBLIC_URL])


def _in_each(write: Any) -> list[str]:
    texts = []
    for language in LANGUAGES:
        with translation.override(language):
            texts.append(write())
    return texts


def _is_told(noted: Path | None, now: dt.datetime, repeat: dt.timedelta) -> bool:
    """Say whether the alarm of a stop that still lasts is recent enough."""
    try:
        at = dt.datetime.fromisoformat(noted.read_text()) if noted else None
    except (OSError, ValueError):
        return False
    # A note from the future is of a clock that was set back: better told twice.
    return at is not None and dt.timedelta(0) <= now - at < repeat


def _note(noted: Path | None, now: dt.datetime) -> None:
    if noted:
        noted.write_text(now.isoformat())


def _forget(noted: Path | None) -> None:
    if noted:
        noted.unlink(missing_ok=True)
