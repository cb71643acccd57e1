"""Batch reads for an import: many outside ids in one query."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from patients import models
from patients.fhir.elements import identifier_key
from patients.fhir.records import Reference

# Their managers are named "objects", which a bare model class does not promise.
MODELS: Mapping[str, Any] = {
    "Organization": models.Organization,
    "Location": models.Location,
    "Practitioner": models.Practitioner,
    "PractitionerRole": models.PractitionerRole,
    "Patient": models.Patient,
    "AllergyIntolerance": models.Allergy,
    "Device": models.PatientDevice,
}

Links = Mapping[Reference, uuid.UUID]


def digests_of(kind: str, system: str, source_ids: Collection[str]) -> dict[str, str]:
    """Return the digest of every record of these ids that is stored."""
    rows = _rows(kind).filter(source_system=system, source_id__in=source_ids)
    return dict(rows.values_list("source_id", "source_digest"))


def lock_rows(kind: str, system: str, source_ids: Collection[str]) -> dict[str, Any]:
    """Load rows by outside id and hold them until the transaction ends."""
    if not source_ids:
        return {}
    rows = _rows(kind).filter(source_system=system, source_id__in=source_ids)
    return {row.source_id: row for row in rows.order_by("id").select_for_update()}


def get_links(references: Iterable[Reference], system: str) -> Links:
    """Return the row each reference means; one that is unknown or unclear is left out.

    A reference is unclear when two records carry the same business identifier.
    """
    by_kind: dict[str, set[Reference]] = defaultdict(set)
    for reference in references:
        by_kind[reference.kind].add(reference)
    found: dict[Reference, uuid.UUID] = {}
    for kind, wanted in by_kind.items():
        found |= _by_source_id(kind, wanted, system)
        found |= _by_identifier(kind, wanted)
    return found


def mrn_owners(
    site_ids: Collection[uuid.UUID], mrns: Collection[str]
) -> dict[tuple[uuid.UUID, str], tuple[str, str]]:
    """Return which outside record (system, id) holds each record number of a site."""
    rows = models.Patient.objects.filter(site_id__in=site_ids, mrn__in=mrns)
    columns = rows.values_list("site_id", "mrn", "source_system", "source_id")
    return {(site, mrn): (system, source) for site, mrn, system, source in columns}


def list_all_sites() -> list[models.Site]:
    """List every site."""
    return list(models.Site.objects.order_by("code"))


def _rows(kind: str) -> Any:
    return MODELS[kind].objects.all()


def _by_source_id(kind: str, wanted: set[Reference], system: str) -> dict[Any, Any]:
    by_id = {item.source_id: item for item in wanted if item.source_id}
    if not by_id:
        return {}
    rows = _rows(kind).filter(source_system=system, source_id__in=by_id)
    return {by_id[source]: pk for source, pk in rows.values_list("source_id", "id")}


def _by_identifier(kind: str, wanted: set[Reference]) -> dict[Any, Any]:
    by_key = {item.identifier: item for item in wanted if item.identifier}
    if not by_key:
        return {}
    owners: dict[str, set[uuid.UUID]] = defaultdict(set)
    pairs = _patient_keys if kind == "Patient" else _directory_keys
    for key, pk in pairs(kind, list(by_key)):
        owners[key].add(pk)
    return {
        by_key[key]: next(iter(pks))
        for key, pks in owners.items()
        if key in by_key and len(pks) == 1
    }


def _directory_keys(kind: str, keys: list[str]) -> Iterable[tuple[str, uuid.UUID]]:
    rows = _rows(kind).filter(identifiers__overlap=keys)
    for identifiers, pk in rows.values_list("identifiers", "id"):
        yield from ((key, pk) for key in identifiers)


def _patient_keys(kind: str, keys: list[str]) -> Iterable[tuple[str, uuid.UUID]]:
    numbers = [key.partition("|")[2] for key in keys]
    rows = _rows(kind).filter(mrn__in=numbers)
    for system, mrn, pk in rows.values_list("mrn_system", "mrn", "id"):
        yield identifier_key(system, mrn), pk
