"""One outside resource in, one checked record out."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from patients.fhir.directory import (
    location_record,
    organization_record,
    practitioner_role_record,
)
from patients.fhir.facts import allergy_record, device_record
from patients.fhir.people import patient_record, practitioner_record
from patients.fhir.records import PatientRecord, Record
from patients.fhir.refusals import NoPatient
from patients.fhir.sources import Entry, read_entries
from patients.fhir.validation import check_resource

MAPPERS: Mapping[str, Callable[[Any, dt.datetime], Record]] = {
    "Organization": organization_record,
    "Location": location_record,
    "Practitioner": practitioner_record,
    "PractitionerRole": practitioner_role_record,
    "Patient": patient_record,
    "AllergyIntolerance": allergy_record,
    "Device": device_record,
}


def to_record(resource: dict[str, Any], now: dt.datetime) -> Record:
    """Check a resource of a supported type and take what is used here.

    :raises Refusal: for the first thing that is wrong.
    """
    model = check_resource(resource)
    return MAPPERS[resource["resourceType"]](model, now)


def read_patient(path: Path, *, now: dt.datetime) -> PatientRecord:
    """Return the first patient of a JSON, NDJSON or Bundle file.

    :raises Refusal: when the file or the record can't be used, with the field.
    """
    refused: Entry | None = None
    for entry in read_entries(path, frozenset({"Patient"})):
        if entry.resource and entry.kind == "Patient":
            record = to_record(entry.resource, now)
            if isinstance(record, PatientRecord):
                return record
        refused = refused or (entry if entry.refusal else None)
    raise (refused and refused.refusal) or NoPatient()
