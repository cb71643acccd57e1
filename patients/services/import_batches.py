"""Stores one batch of outside records: all at once, or one by one when that fails."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, transaction

from patients.domain.profiles import NotStorable
from patients.domain.refusals import Refusal
from patients.fhir.records import PatientRecord, Record
from patients.fhir.sources import Entry
from patients.selectors.imports import (
    MODELS,
    digests_of,
    get_links,
    lock_rows,
    mrn_owners,
)
from patients.services.import_extras import EXTRAS, Written
from patients.services.import_rows import (
    COLUMNS,
    Places,
    Resolver,
    digest_of,
    references_of,
)
from patients.services.patients import MrnTaken
from patients.services.writing import violated

CREATED = "created"
UPDATED = "updated"
UNCHANGED = "unchanged"


class OtherSite(Refusal):
    """The patient is known at another site; an import never moves a patient."""

    code = "other_site"


class Conflict(Refusal):
    """The record collides with another one in the database."""

    code = "conflict"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A record and where it was read."""

    entry: Entry
    record: Record


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a batch; refusals stay with the entry they are about."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[Entry, Refusal]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Take in the outcome of a part."""
        self.counts.update(other.counts)
        self.notes.update(other.notes)
        self.refused.extend(other.refused)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is stored, under which name of the outside system, and at which sites."""

    kind: str
    system: str
    places: Places


def store_batch(target: Target, batch: Sequence[Found]) -> Outcome:
    """Store records of one kind in one transaction, or each in its own savepoint.

    A record that fails takes none of the others with it, and neither does a second
    import that writes the same records at the same time.
    """
    try:
        return _Batch(target, batch).store()
    except (IntegrityError, DataError, OperationalError):
        outcome = Outcome()
        for found in batch:
            outcome.add(_store_alone(target, found))
        return outcome


def _store_alone(target: Target, found: Found) -> Outcome:
    """Store one record; the loser of a race looks once more and finds it stored."""
    try:
        return _Batch(target, [found]).store()
    except DataError:
        return Outcome(refused=[(found.entry, NotStorable())])
    except IntegrityError:
        return _store_after_race(target, found)


def _store_after_race(target: Target, found: Found) -> Outcome:
    try:
        return _Batch(target, [found]).store()
    except IntegrityError as error:
        taken = violated(error) == "mrn_once_a_site"
        refusal = MrnTaken(field="identifier") if taken else Conflict()
        return Outcome(refused=[(found.entry, refusal)])


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A record with the columns it becomes."""

    found: Found
    columns: dict[str, Any]
    digest: str

    @property
    def source_id(self) -> str:
        return self.found.record.source_id


class _Batch:
    """One attempt to store a few records together."""

    def __init__(self, target: Target, batch: Sequence[Found]) -> None:
        references = [ref for found in batch for ref in references_of(found.record)]
        links = get_links(references, target.system)
        self.target = target
        self.resolver = Resolver(links=links, places=target.places)
        self.batch = batch
        self.outcome = Outcome()

    def store(self) -> Outcome:
        """Write what is new or has changed."""
        with transaction.atomic():
            ready = list(self._ready())
            fresh = self._changed(ready)
            if self.target.kind == "Patient":
                fresh = self._with_free_mrn(fresh)
            self._write(fresh)
        missing = self.resolver.missing
        self.outcome.notes.update(f"reference_not_found: {name}" for name in missing)
        return self.outcome

    def _ready(self) -> Iterator[_Ready]:
        for found in self.batch:
            try:
                columns = COLUMNS[self.target.kind](found.record, self.resolver)
            except Refusal as refusal:
                self._refuse(found, refusal)
                continue
            self.outcome.notes.update(_notes(found.record))
            yield _Ready(
                found=found, columns=columns, digest=self._digest(found, columns)
            )

    def _digest(self, found: Found, columns: dict[str, Any]) -> str:
        links = self.resolver.links
        targets = [links.get(reference) for reference in references_of(found.record)]
        return digest_of(found.record, columns, targets)

    def _changed(self, ready: list[_Ready]) -> list[_Ready]:
        ids = [item.source_id for item in ready]
        stored = digests_of(self.target.kind, self.target.system, ids)
        fresh = [item for item in ready if stored.get(item.source_id) != item.digest]
        self.outcome.counts[UNCHANGED] += len(ready) - len(fresh)
        return fresh

    def _with_free_mrn(self, items: list[_Ready]) -> list[_Ready]:
        """Refuse a record number that another record of the site already has."""
        owners = mrn_owners(
            {item.columns["site_id"] for item in items},
            {item.columns["mrn"] for item in items},
        )
        free = []
        for item in items:
            me = (self.target.system, item.source_id)
            place = (item.columns["site_id"], item.columns["mrn"])
            if owners.setdefault(place, me) == me:
                free.append(item)
            else:
                self._refuse(item.found, MrnTaken(field="identifier"))
        return free

    def _write(self, items: list[_Ready]) -> None:
        ids = [item.source_id for item in items]
        known = lock_rows(self.target.kind, self.target.system, ids)
        new = [item for item in items if item.source_id not in known]
        changed = list(self._still_changed(items, known))
        written = [*self._create(new), *self._update(changed, known)]
        if extras := EXTRAS.get(self.target.kind):
            self.outcome.notes.update(
                extras(written, self.resolver, self.target.system)
            )

    def _still_changed(
        self, items: list[_Ready], known: dict[str, Any]
    ) -> Iterator[_Ready]:
        """Leave out what another import has stored alike since the digests were read."""
        for item in items:
            row = known.get(item.source_id)
            if row is not None and row.source_digest == item.digest:
                self.outcome.counts[UNCHANGED] += 1
            elif row is not None:
                yield item

    def _create(self, items: list[_Ready]) -> Written:
        model = MODELS[self.target.kind]
        rows = [model(**self._values(item)) for item in items]
        if self.target.kind == "Patient":
            self._set_zones(rows)
        model.objects.bulk_create(rows)
        self.outcome.counts[CREATED] += len(rows)
        records = [item.found.record for item in items]
        return [(row, record, True) for row, record in zip(rows, records, strict=True)]

    def _set_zones(self, patients: list[Any]) -> None:
        """Start in the zone of the site; it is amended here, never by an import."""
        zones = {site.id: site.time_zone for site in self.target.places.all_sites}
        for patient in patients:
            patient.time_zone = zones[patient.site_id]

    def _update(self, items: list[_Ready], known: dict[str, Any]) -> Written:
        written: Written = []
        for item in items:
            row = known[item.source_id]
            if self._is_elsewhere(row, item):
                self._refuse(item.found, OtherSite(field="managingOrganization"))
                continue
            self._settle(row, item)
            for column, value in self._values(item).items():
                setattr(row, column, value)
            if self.target.kind == "Patient":
                row.version += 1
            row.save()
            written.append((row, item.found.record, False))
        self.outcome.counts[UPDATED] += len(written)
        return written

    def _is_elsewhere(self, row: Any, item: _Ready) -> bool:
        if self.target.kind != "Patient":
            return False
        places, wanted = self.target.places, item.columns["site_id"]
        # That nothing tells the site now does not take the patient away from one.
        return not (places.is_waiting(wanted) or places.may_move(row.site_id, wanted))

    def _settle(self, row: Any, item: _Ready) -> None:
        """Keep a patient at the site, or bring one who waited to it, zone and all."""
        if self.target.kind != "Patient" or row.site_id == item.columns["site_id"]:
            return
        if self.target.places.is_waiting(item.columns["site_id"]):
            item.columns["site_id"] = row.site_id
        else:
            row.site_id = item.columns["site_id"]
            self._set_zones([row])

    def _values(self, item: _Ready) -> dict[str, Any]:
        source = {"source_system": self.target.system, "source_digest": item.digest}
        return item.columns | source

    def _refuse(self, found: Found, refusal: Refusal) -> None:
        self.outcome.refused.append((found.entry, refusal))


def _notes(record: Record) -> list[str]:
    notes = record.notes if isinstance(record, PatientRecord) else ()
    return [f"{note.code}: {note.field}" for note in notes]
