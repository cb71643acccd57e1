"""Import what pumps and spreadsheets kept of events around infusions."""

import datetime as dt
import re
import sys
import uuid
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from infusion.domain.states import CourseStatus
from infusion.management.event_lines import EventLine, read_lines
from infusion.selectors.courses import list_courses
from infusion.services.importing import Outcome, Refused, import_events
from infusion.wording import REFUSALS, explain
from patients import clock
from patients.domain.refusals import NotFound
from patients.domain.refusals import Refusal as PatientsRefusal
from patients.policy import Actor, NotAllowed
from patients.selectors.actors import get_actor
from patients.selectors.imports import list_all_sites
from patients.selectors.people import get_account_id, list_patients

RECORDED, KNOWN, REFUSED = "recorded", "known before", "refused"
_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,30}")
# Lines between two plain lines of progress.
_STEP = 1000


class Command(BaseCommand):
    """Reads NDJSON; refuses bad lines one by one and stores nothing twice."""

    help = (
        "Import events from NDJSON files, one event a line; docs/imports.md says how a "
        "line is written. Exit status 1 when any line was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--by",
            required=True,
            metavar="EMAIL",
            help="account of staff under whose name and rights events are recorded",
        )
        parser.add_argument("--site", metavar="CODE", help="site of record numbers")
        parser.add_argument(
            "--source",
            default="import",
            metavar="NAME",
            help="name of the outside system; its ids are unique within it",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="store nothing, report everything"
        )

    def handle(self, **options: Any) -> None:
        """Import, print the summary, and fail when anything was refused."""
        if not _SOURCE.fullmatch(options["source"]):
            raise CommandError("--source takes letters, digits, . _ -", returncode=2)
        self.now = clock.now()
        self.actor = _actor(options["by"], self.now)
        self.site_id = _site(options["site"])
        self.counts: Counter[str] = Counter()
        dry_run = options["dry_run"]
        with _undone() if dry_run else nullcontext(), _Bar(self.stderr) as self.bar:
            for course_id, lines in self._read(options).items():
                self._import(course_id, lines)
        self._print(dry_run=dry_run)
        if self.counts[REFUSED]:
            sys.exit(1)

    def _read(self, options: Mapping[str, Any]) -> Mapping[uuid.UUID, list[EventLine]]:
        """Return the lines of all files by course: a pump's log may go backwards."""
        found: dict[uuid.UUID, list[EventLine]] = defaultdict(list)
        known: dict[str, uuid.UUID | None] = {}
        for path in options["paths"]:
            for line in read_lines(path, options["source"]):
                if line.mrn and line.mrn not in known:
                    known[line.mrn] = self._course_of(line.mrn)
                course_id = line.course_id or known.get(line.mrn)
                if line.refusal is not None:
                    self._count(line, Outcome(refusal=line.refusal))
                elif course_id is None:
                    self._count(line, Outcome(refusal=NotFound(field="mrn")))
                else:
                    found[course_id].append(line)
        self.bar.total(sum(map(len, found.values())))
        return found

    def _course_of(self, mrn: str) -> uuid.UUID | None:
        """Return the running course of the patient with a record number of the site."""
        if self.site_id is None:
            return None
        patients = list_patients(self.actor, site_id=self.site_id).filter(mrn=mrn)
        for patient_id in patients.values_list("id", flat=True):
            courses = list_courses(
                self.actor, patient_id=patient_id, status=CourseStatus.ACTIVE
            )
            return courses.values_list("id", flat=True).first()
        return None

    def _import(self, course_id: uuid.UUID, lines: Sequence[EventLine]) -> None:
        try:
            outcomes = import_events(
                actor=self.actor,
                course_id=course_id,
                reports=[line.report for line in lines if line.report],
                now=self.now,
            )
        except (PatientsRefusal, NotAllowed) as refusal:
            outcomes = [Outcome(refusal=refusal)] * len(lines)
        for line, outcome in zip(lines, outcomes, strict=True):
            self._count(line, outcome)
        self.bar.advance(len(lines))

    def _count(self, line: EventLine, outcome: Outcome) -> None:
        if outcome.refusal is None:
            self.counts[RECORDED if outcome.is_new else KNOWN] += 1
            return
        self.counts[REFUSED] += 1
        self.bar.say(f"{line.path}:{line.number}: {_reason(outcome.refusal)}")

    def _print(self, *, dry_run: bool) -> None:
        table = Table(title="Dry run, nothing stored" if dry_run else "Import")
        for outcome in (RECORDED, KNOWN, REFUSED):
            table.add_column(outcome, justify="right")
        table.add_row(*(str(self.counts[one]) for one in (RECORDED, KNOWN, REFUSED)))
        Console(file=cast("IO[str]", self.stdout), highlight=False).print(table)


class _Bar:
    """Shows a bar on a terminal, plain lines elsewhere; refusals are always lines."""

    def __init__(self, errors: Any) -> None:
        self.errors = errors
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            console=self.console, disable=not self.console.is_terminal
        )
        self.all = self.done = 0

    def __enter__(self) -> "_Bar":
        self.progress.start()
        self.task = self.progress.add_task("importing", total=None)
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def total(self, lines: int) -> None:
        """Say how many lines there are to import."""
        self.all = lines
        self.progress.update(self.task, total=lines)

    def advance(self, lines: int) -> None:
        """Move the bar, or print a line now and then."""
        before, self.done = self.done, self.done + lines
        self.progress.advance(self.task, lines)
        if self.progress.disable and before // _STEP != self.done // _STEP:
            self.errors.write(f"imported {self.done} of {self.all} lines")

    def say(self, text: str) -> None:
        """Print a line beside the bar."""
        if self.progress.disable:
            self.errors.write(text)
        else:
            self.console.print(text, markup=False, soft_wrap=True)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _reason(refusal: Refused) -> str:
    """Say why a line is refused and nothing of what it says."""
    if isinstance(refusal, NotAllowed):
        return f"{REFUSALS['not_allowed'].detail} [not_allowed]"
    said = explain(refusal)
    return f"{said.field or 'line'}: {said.detail} [{said.code}]"


def _actor(email: str, now: dt.datetime) -> Actor:
    try:
        actor = get_actor(get_account_id(email), now.date())
    except NotFound:
        raise CommandError("nobody logs in with this address", returncode=2) from None
    if not actor.is_staff:
        raise CommandError("this account is not of staff", returncode=2)
    return actor


def _site(code: str | None) -> uuid.UUID | None:
    if code is None:
        return None
    for site in list_all_sites():
        if site.code == code:
            return site.id
    raise CommandError(f"there is no site with the code {code!r}", returncode=2)
