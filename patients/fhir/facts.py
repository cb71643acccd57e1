"""Maps FHIR AllergyIntolerance and Device."""

import datetime as dt
from typing import Any

from patients.domain.profiles import Missing
from patients.fhir.elements import (
    concept_code,
    concept_text,
    instant_of,
    reference_of,
    text_of,
)
from patients.fhir.people import source_id_of
from patients.fhir.records import AllergyRecord, DeviceRecord, Reference


def allergy_record(allergy: Any, now: dt.datetime) -> AllergyRecord:
    """Map a checked AllergyIntolerance.

    :raises Missing: when nothing says what the patient is allergic to.
    """
    del now
    coding = next(iter((allergy.code and allergy.code.coding) or ()), None)
    return AllergyRecord(
        source_id=source_id_of(allergy),
        patient=_patient_of(allergy),
        substance=_named(_substance(allergy), field="code"),
        code_system=text_of(coding and coding.system, field="code.system", most=200),
        code=text_of(coding and coding.code, field="code.coding", most=64),
        criticality=allergy.criticality or "",
        clinical_status=concept_code(allergy.clinicalStatus)[:20],
        verification_status=concept_code(allergy.verificationStatus)[:20],
        reactions=tuple(map(_reaction, allergy.reaction or ())),
        recorded_at=instant_of(allergy.recordedDate),
    )


def device_record(device: Any, now: dt.datetime) -> DeviceRecord:
    """Map a checked Device of a patient.

    :raises Missing: when it has no patient, or nothing says what it is.
    """
    del now
    names = {item.type: item.name for item in device.deviceName or ()}
    named = names.get("user-friendly-name") or next(iter(names.values()), "")
    return DeviceRecord(
        source_id=source_id_of(device),
        patient=_patient_of(device),
        name=_named(named or concept_text(device.type), field="deviceName"),
        status=device.status or "",
        serial_number=text_of(device.serialNumber, field="serialNumber", most=100),
        lot_number=text_of(device.lotNumber, field="lotNumber", most=100),
        expires_at=instant_of(device.expirationDate),
    )


def _patient_of(resource: Any) -> Reference:
    patient = reference_of(resource.patient, "Patient")
    if patient is None:
        raise Missing(field="patient")
    return patient


def _named(text: str, *, field: str) -> str:
    if not text.strip():
        raise Missing(field=field)
    return text_of(text, field=field, most=300)


def _substance(allergy: Any) -> str:
    reactions = allergy.reaction or ()
    named = (concept_text(item.substance) for item in reactions)
    return concept_text(allergy.code) or next(filter(None, named), "")


def _reaction(reaction: Any) -> dict[str, object]:
    shown = [concept_text(item) for item in reaction.manifestation or ()]
    return {
        "manifestations": [text_of(text, field="reaction", most=300) for text in shown],
        "severity": reaction.severity or "",
    }
