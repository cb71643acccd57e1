"""Rows that hang on an imported one: addresses of a patient, places of a role."""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from patients import models
from patients.domain.contacts import EMAIL
from patients.domain.refusals import Refusal
from patients.fhir.records import PatientRecord, PractitionerRoleRecord, Telecom
from patients.services.contacts import normal_value
from patients.services.import_rows import Resolver

Notes = Counter[str]
# A row, the record it came from, and whether the row is new.
Written = list[tuple[Any, Any, bool]]


def _add_contacts(written: Written, resolver: Resolver, system: str) -> Notes:
    notes: Notes = Counter()
    points = []
    countries = {site.id: site.country for site in resolver.places.all_sites}
    for patient, record, is_new in written:
        country = countries[patient.site_id]
        wanted = _wanted(patient, record, country, notes, system)
        points += wanted if is_new else _sync(patient, wanted, system)
    models.ContactPoint.objects.bulk_create(points)
    return notes


def _wanted(
    patient: models.Patient,
    record: PatientRecord,
    country: str,
    notes: Notes,
    system: str,
) -> list[models.ContactPoint]:
    found: dict[tuple[str, str], models.ContactPoint] = {}
    for telecom in record.telecoms:
        value = _stored_value(telecom, country, notes)
        if value:
            point = models.ContactPoint(
                patient=patient,
                channel=telecom.channel,
                value=value,
                rank=telecom.rank,
                source_system=system,
            )
            found.setdefault((telecom.channel, value), point)
    return list(found.values())


def _stored_value(telecom: Telecom, country: str, notes: Notes) -> str:
    """Return the address to store.

    A number that can't be dialled from abroad is kept as it was written, because a
    person may still make sense of it and because losing it would lose a fact; no
    message is ever sent to it. What is not an email address helps nobody.
    """
    try:
        return normal_value(telecom.channel, telecom.value, country)
    except Refusal as refusal:
        notes[refusal.code] += 1
        return "" if telecom.channel == EMAIL else telecom.value


def _sync(
    patient: models.Patient, wanted: list[models.ContactPoint], system: str
) -> list[models.ContactPoint]:
    """Remove what the source no longer has; return what is new.

    Addresses entered here stay, and so does an opt-out, or it would be forgotten when
    the address comes back.
    """
    kept = {(point.channel, point.value) for point in wanted}
    stored = {
        (point.channel, point.value): point
        for point in models.ContactPoint.objects.filter(patient=patient)
    }
    for key, point in stored.items():
        gone = key not in kept and point.source_system == system
        if gone and point.opted_out_at is None:
            point.delete()
    return [point for point in wanted if (point.channel, point.value) not in stored]


def _set_locations(written: Written, resolver: Resolver, system: str) -> Notes:
    del system
    through = models.PractitionerRole.locations.through
    changed = [role.id for role, _, is_new in written if not is_new]
    through.objects.filter(practitionerrole_id__in=changed).delete()
    places = []
    for role, record, _ in written:
        places += [
            through(practitionerrole_id=role.id, location_id=place)
            for place in location_ids(record, resolver)
        ]
    through.objects.bulk_create(places)
    return Counter()


def location_ids(record: PractitionerRoleRecord, resolver: Resolver) -> list[uuid.UUID]:
    """Return the places of a role that are stored, each once."""
    found = (resolver.optional(place, "location") for place in record.locations)
    return list(dict.fromkeys(place for place in found if place))


EXTRAS: Mapping[str, Callable[[Written, Resolver, str], Notes]] = {
    "Patient": _add_contacts,
    "PractitionerRole": _set_locations,
}
