"""Read the stored answers of a site again under other triage rules."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from infusion.catalogue import files
from infusion.catalogue.files import CatalogueFileRefused
from infusion.catalogue.triage import triage_at_site
from infusion.domain.replays import Foreseen, Load, Replay
from infusion.domain.triage import Colour
from infusion.selectors.replaying import Asked, Replayed, replay
from infusion.wording.regimens import read
from patients import clock
from patients.domain.refusals import NotFound
from patients.selectors.sites import get_site_by_code


class Command(BaseCommand):
    """Prints what would be different; nothing is written and nobody is told."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        add = parser.add_argument
        add("--site", required=True, help="code of the site")
        add("--rules", required=True, type=Path, help="TOML, as triage.toml that ships")
        add("--days", type=int, default=90, help="how far back, 90 by default")
        add("--grade", type=int, default=1, help="adverse events from this grade on")
        add("--hours", type=int, default=24, help="hours before one that count")
        add("--language", default="en", choices=["en", "zh-hans"])
        add("--json", action="store_true", help="print JSON")

    def handle(self, *_args: object, **options: Any) -> None:
        """Print the counts, or say what is wrong with the rules.

        :raises CommandError: when there is no such site, or the rules are not sound.
        """
        with translation.override(options["language"]):
            found = self._replay(options)
            if options["json"]:
                body = json.dumps(as_json(found), ensure_ascii=False, indent=2)
                self.stdout.write(body)
                return
            for line in lines(found):
                self.stdout.write(line)

    def _replay(self, options: dict[str, Any]) -> Replayed:
        now = clock.now()
        try:
            site = get_site_by_code(options["site"])
        except NotFound:
            message = _("There is no site %s.") % options["site"]
            raise CommandError(message) from None
        try:
            rules = triage_at_site(files.load(options["rules"]), 0, is_signed=False)
        except OSError as error:
            raise CommandError(str(error)) from None
        except CatalogueFileRefused as refused:
            place = f"{refused.place}: " if refused.place else ""
            raise CommandError(f"{place}{read(refused.reason)}") from None
        asked = Asked(
            since=now - dt.timedelta(days=options["days"]),
            until=now,
            grade=options["grade"],
            hours=options["hours"],
        )
        # The database itself refuses every write meanwhile.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            found = replay(site, rules, asked)
            transaction.set_rollback(True)
        return found


def lines(found: Replayed) -> Iterator[str]:
    """Yield what a person reads."""
    one = found.replay
    yield _("%(answers)s answers to %(check_ins)s check-ins since %(since)s") % {
        "answers": one.answers,
        "check_ins": one.check_ins,
        "since": f"{found.since:%Y-%m-%d %H:%M %Z}",
    }
    if found.unreadable:
        yield _("%s answers can't be read by this version") % found.unreadable
    yield ""
    yield _("Check-ins by colour, now (%(before)s) and then (%(after)s)") % {
        "before": found.before.version,
        "after": found.after.version,
    }
    for (before, after), number in one.matrix.items():
        if number:
            yield f"  {before:5} -> {after:5} {number:8}"
    yield _("Check-ins that would ask less for a person: %s") % one.softer
    yield ""
    yield from _loads(one)
    yield ""
    yield from _rules(one)
    yield ""
    yield _("Check-ins that would have another colour")
    for each in one.changed:
        yield f"  {each.check_in} {each.before} -> {each.after}"


def _loads(one: Replay) -> Iterator[str]:
    for name, load, seen in (
        (_("in force now"), one.before, one.foreseen_before),
        (_("these rules"), one.after, one.foreseen_after),
    ):
        rate = load.per_patient_day
        yield f"{name}:"
        yield "  " + _("%(alerts)s alerts on %(days)s days with answers: %(rate)s") % {
            "alerts": load.alerts,
            "days": load.patient_days,
            "rate": "-" if rate is None else f"{rate:.2f}",
        }
        yield "  " + _(
            "of %(events)s adverse events: red %(red)s, amber %(amber)s, green "
            "%(green)s, no answers %(nothing)s"
        ) % vars(seen)


def _rules(one: Replay) -> Iterator[str]:
    yield _("How often each rule fires, now and then (of these not answered)")
    for each in one.rules:
        now = f"{each.fired_before} ({each.unanswered_before})"
        then = f"{each.fired_after} ({each.unanswered_after})"
        yield f"  {each.key:28} {now:>14} {then:>14}  {read(each.text)}"


def as_json(found: Replayed) -> dict[str, Any]:
    """Return the counts for machines; check-ins by id alone."""
    one = found.replay
    return {
        "rules": {"now": found.before.version, "then": found.after.version},
        "since": found.since.isoformat(),
        "answers": one.answers,
        "check_ins": one.check_ins,
        "unreadable": found.unreadable,
        "matrix": {
            before: {after: one.matrix[before, after] for after in Colour}
            for before in Colour
        },
        "now": _side(one.before, one.foreseen_before),
        "then": _side(one.after, one.foreseen_after),
        "fired": {
            each.key: {"now": each.fired_before, "then": each.fired_after}
            for each in one.rules
        },
        "changed": [
            {"check_in": str(each.check_in), "now": each.before, "then": each.after}
            for each in one.changed
        ],
    }


def _side(load: Load, seen: Foreseen) -> dict[str, Any]:
    return {
        "alerts": load.alerts,
        "patient_days": load.patient_days,
        "alerts_per_patient_day": load.per_patient_day,
        "adverse_events": vars(seen),
    }
