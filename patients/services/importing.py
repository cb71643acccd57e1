"""Imports FHIR files: three passes over them, a few records at a time.

A record may point at one that comes later in the same file or in another file, so each
pass takes the kinds whose targets are already stored. Nothing grows with the input:
files are read as streams, look-ups are made a batch at a time, and the ids seen in this
run are kept in a temporary table.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pghistory
from django.db import transaction

from patients import models
from patients.domain.refusals import Refusal
from patients.fhir.mapping import MAPPERS, to_record
from patients.fhir.records import Record
from patients.fhir.refusals import NotFhir
from patients.fhir.sources import Entry, list_files, read_entries
from patients.fhir.validation import is_fhir_type
from patients.selectors.imports import list_all_sites
from patients.services.import_batches import (
    UNCHANGED,
    Found,
    Outcome,
    Target,
    store_batch,
)
from patients.services.import_rows import WAITING, Places, digest_of
from patients.services.import_seen import Seen

REFUSED = "refused"
SKIPPED = "skipped"
# What is not a resource at all is counted under this name.
NO_KIND = "(none)"

LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"Organization", "Practitioner"}),
    frozenset({"Location", "Patient"}),
    frozenset({"PractitionerRole", "AllergyIntolerance", "Device"}),
)
# Records in one transaction: enough to make round trips cheap, few enough to repeat.
BATCH = 200
WAITING_NAME = "Waiting for a site · 待分配中心"


class DuplicateId(Refusal):
    """The input holds two different records under one id."""

    code = "duplicate_id"


@dataclass(frozen=True, kw_only=True)
class ImportOrder:
    """What to import, for which site, and under which name of the outside system."""

    paths: tuple[Path, ...]
    now: dt.datetime
    site: models.Site | None = None
    system: str = "fhir"
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How many records of each kind had which outcome, and what was left out."""

    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    notes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def refused(self) -> int:
        """Return how many records were refused."""
        return sum(counts[REFUSED] for counts in self.counts.values())


class Listener(Protocol):
    """Who is told how the import goes on."""

    def advance(self, size: int) -> None:
        """Hear of so many bytes read; each file is read once a level."""

    def refuse(self, entry: Entry, refusal: Refusal) -> None:
        """Hear of a record that was refused."""


def import_fhir(order: ImportOrder, listener: Listener) -> Summary:
    """Store what the files hold; a dry run undoes all of it at the end."""
    with pghistory.context(command="import_fhir"), _whole_or_not(order):
        return _Run(order, listener).run()


@contextmanager
def _whole_or_not(order: ImportOrder) -> Iterator[None]:
    if not order.dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class _Run:
    """One import from its first file to its summary."""

    def __init__(self, order: ImportOrder, listener: Listener) -> None:
        self.order = order
        self.listener = listener
        self.places = _places(order)
        self.summary = Summary()

    def run(self) -> Summary:
        """Read all files once a level."""
        with Seen() as self.seen:
            for level in LEVELS:
                self._run_level(level, reports_others=level is LEVELS[0])
        return self.summary

    def _run_level(self, level: frozenset[str], *, reports_others: bool) -> None:
        waiting: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries(level):
            if entry.kind in level:
                waiting[entry.kind].append(entry)
                if len(waiting[entry.kind]) == BATCH:
                    self._store(entry.kind, waiting.pop(entry.kind))
            elif reports_others and entry.kind not in MAPPERS:
                self._report_other(entry)
        for kind, entries in waiting.items():
            self._store(kind, entries)

    def _entries(self, level: frozenset[str]) -> Iterator[Entry]:
        for path in list_files(self.order.paths):
            yield from read_entries(path, level, self.listener.advance)

    def _report_other(self, entry: Entry) -> None:
        """Count what is no record of ours: a bad line, or a kind that is not stored."""
        if entry.refusal:
            self._refuse(NO_KIND, entry, entry.refusal)
        elif is_fhir_type(entry.kind):
            self.summary.counts[entry.kind][SKIPPED] += 1
        else:
            self._refuse(NO_KIND, entry, NotFhir(field="resourceType"))

    def _store(self, kind: str, entries: Sequence[Entry]) -> None:
        batch = self._first_seen(kind, list(self._records(kind, entries)))
        if not batch:
            return
        target = Target(kind=kind, system=self.order.system, places=self.places)
        self._count(kind, store_batch(target, batch))

    def _records(self, kind: str, entries: Iterable[Entry]) -> Iterator[Found]:
        for entry in entries:
            try:
                yield Found(entry=entry, record=_record(entry, self.order.now))
            except Refusal as refusal:
                self._refuse(kind, entry, refusal)

    def _first_seen(self, kind: str, batch: list[Found]) -> list[Found]:
        """Drop repeated records; two versions of one would replace each other forever.

        The first one counts, and the other is refused.
        """
        pairs = [(found.record.source_id, digest_of(found.record)) for found in batch]
        owners = self.seen.claim(kind, pairs)
        first = []
        for found, (source_id, digest) in zip(batch, pairs, strict=True):
            if owners.pop(source_id, None) == digest:
                first.append(found)
            elif self.seen.digest_of(kind, source_id) == digest:
                self.summary.counts[kind][UNCHANGED] += 1
            else:
                self._refuse(kind, found.entry, DuplicateId(field="id"))
        return first

    def _count(self, kind: str, outcome: Outcome) -> None:
        self.summary.counts[kind].update(outcome.counts)
        self.summary.notes[kind].update(outcome.notes)
        for entry, refusal in outcome.refused:
            self._refuse(kind, entry, refusal)

    def _refuse(self, kind: str, entry: Entry, refusal: Refusal) -> None:
        self.summary.counts[kind][REFUSED] += 1
        self.listener.refuse(entry, refusal)


def _places(order: ImportOrder) -> Places:
    """Return the sites, with one to wait at when a patient's own may not be clear."""
    found = Places(chosen=order.site, all_sites=tuple(list_all_sites()))
    if not found.needs_waiting or found.waiting:
        return found
    models.Site.objects.get_or_create(
        code=WAITING,
        defaults={"name": WAITING_NAME, "time_zone": "UTC", "country": "ZZ"},
    )
    return Places(chosen=None, all_sites=tuple(list_all_sites()))


def _record(entry: Entry, now: dt.datetime) -> Record:
    """Return the record of an entry.

    :raises Refusal: when the entry holds none, or none that can be used.
    """
    if entry.resource is None:
        raise entry.refusal or NotFhir()
    return to_record(entry.resource, now)
