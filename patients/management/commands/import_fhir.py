"""Import people from FHIR R4 files."""

import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn
from rich.table import Table

from patients import clock
from patients.domain.refusals import Refusal
from patients.fhir.sources import Entry, list_files
from patients.selectors.imports import list_all_sites
from patients.services.importing import LEVELS, ImportOrder, Summary, import_fhir

_OUTCOMES = ("created", "updated", "unchanged", "refused", "skipped")
# What a record was taken without.
_GAPS = {
    "phone_invalid": "a number no message can be sent to, kept as it was written",
    "email_invalid": "an email address left out, because it is none",
    "date_incomplete: birthDate": "no date of birth, only a year or month was given",
    "date_incomplete: deceasedDateTime": "no instant of death, only a date was given",
}
# Bytes between two plain lines of progress.
_STEP = 64 * 1024 * 1024


class Command(BaseCommand):
    """Reads NDJSON, single resources and Bundles; refuses bad records one by one."""

    help = (
        "Import Organization, Practitioner, Location, Patient, PractitionerRole, "
        "AllergyIntolerance and Device from FHIR R4 files or folders. Exit status 1 "
        "when any record was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--site", metavar="CODE", help="site of every patient")
        parser.add_argument(
            "--source",
            default="fhir",
            metavar="NAME",
            help="name of the outside system; its ids are unique within it",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="store nothing, report everything"
        )

    def handle(self, **options: Any) -> None:
        """Import, print the summary, and fail when anything was refused."""
        paths = tuple(options["paths"])
        order = ImportOrder(
            paths=paths,
            now=clock.now(),
            site=_site(options["site"]),
            system=options["source"],
            dry_run=options["dry_run"],
        )
        with _Reporter(_total_bytes(paths), self.stderr) as reporter:
            summary = import_fhir(order, reporter)
        self._print(summary, dry_run=order.dry_run)
        if summary.refused:
            sys.exit(1)

    def _print(self, summary: Summary, *, dry_run: bool) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False)
        console.print(_table(summary, dry_run=dry_run))
        for kind, counts in summary.counts.items():
            if counts["skipped"]:
                console.print(f"{kind}: {counts['skipped']} skipped, not supported")
        for kind, notes in summary.notes.items():
            for text, count in sorted(notes.items()):
                console.print(f"{kind}: {count} times {_GAPS.get(text, text)}")


class _Reporter:
    """Shows a bar on a terminal, plain lines elsewhere; refusals are always lines."""

    def __init__(self, total: int, errors: Any) -> None:
        self.total = total
        self.errors = errors
        self.done = 0
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            "{task.description}",
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> "_Reporter":
        self.progress.start()
        self.task = self.progress.add_task("reading", total=self.total)
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def advance(self, size: int) -> None:
        """Move the bar, or print a line now and then."""
        before, self.done = self.done, self.done + size
        self.progress.advance(self.task, size)
        if self.progress.disable and before // _STEP != self.done // _STEP:
            self.errors.write(f"read {self.done} of {self.total} bytes")

    def refuse(self, entry: Entry, refusal: Refusal) -> None:
        """Print where the record was and why it is refused, none of what it says."""
        text = _refusal_line(entry, refusal)
        if self.progress.disable:
            self.errors.write(text)
        else:
            self.console.print(text, markup=False, soft_wrap=True)


def _refusal_line(entry: Entry, refusal: Refusal) -> str:
    place = f"{entry.path}:{entry.line}"
    if entry.position is not None:
        place += f" entry[{entry.position}]"
    known = [f"{key}: {value}" for key, value in refusal.params.items() if value]
    meaning = (type(refusal).__doc__ or "").partition("\n")[0]
    details = f" ({'; '.join(known)})" if known else ""
    field = refusal.field or entry.kind or "file"
    return f"{place}: {field}: {refusal.code}: {meaning}{details}"


def _table(summary: Summary, *, dry_run: bool) -> Table:
    table = Table(title="Dry run, nothing stored" if dry_run else "Import")
    table.add_column("resource")
    for outcome in _OUTCOMES:
        table.add_column(outcome, justify="right")
    total: Counter[str] = Counter()
    for kind, counts in summary.counts.items():
        table.add_row(kind, *(str(counts[outcome]) for outcome in _OUTCOMES))
        total.update(counts)
    table.add_section()
    table.add_row("total", *(str(total[outcome]) for outcome in _OUTCOMES))
    return table


def _site(code: str | None) -> Any:
    if code is None:
        return None
    for site in list_all_sites():
        if site.code == code:
            return site
    raise CommandError(f"there is no site with the code {code!r}", returncode=2)


def _total_bytes(paths: tuple[Path, ...]) -> int:
    """Return how many bytes will be read; a missing path counts nothing."""
    files = (path for path in list_files(paths) if path.is_file())
    return len(LEVELS) * sum(path.stat().st_size for path in files)
