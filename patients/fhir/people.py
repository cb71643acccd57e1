"""Maps FHIR people: Patient and Practitioner."""

import datetime as dt
from typing import Any

from patients.domain.measurements import InTheFuture
from patients.domain.names import has_chinese, split_chinese
from patients.domain.profiles import BirthInTheFuture, Missing
from patients.fhir.elements import (
    codes_of,
    date_of,
    email_of,
    identifiers_of,
    instant_of,
    is_current,
    phone_of,
    reference_of,
    text_of,
)
from patients.fhir.records import Note, PatientRecord, PractitionerRecord, Telecom

# Identifiers of the state: they never serve as a record number here.
_NATIONAL = frozenset({"SS", "SB", "NI", "DL", "PPN", "TAX", "BC", "CZ", "PRC", "NIIP"})
# FHIR system -> channel; a plain telephone is for people to call.
_CHANNELS = {"email": "EMAIL", "sms": "SMS", "phone": "PHONE"}


def patient_record(patient: Any, now: dt.datetime) -> PatientRecord:
    """Map a checked Patient.

    :raises Refusal: when a fact that is needed is missing or impossible.
    """
    family, given = name_of(patient, now.date(), chinese=_speaks_chinese(patient))
    system, mrn = _record_number(patient, now.date())
    deceased_at = instant_of(patient.deceasedDateTime)
    if deceased_at and deceased_at > now:
        raise InTheFuture(field="deceasedDateTime")
    return PatientRecord(
        source_id=source_id_of(patient),
        mrn=mrn,
        mrn_system=system,
        family_name=family,
        given_name=given,
        birth_date=_birth_date(patient, now.date()),
        sex=patient.gender or "unknown",
        language="zh-hans" if _speaks_chinese(patient) else "en",
        is_active=patient.active is not False,
        is_deceased=bool(patient.deceasedBoolean or patient.deceasedDateTime),
        deceased_at=deceased_at,
        organization=reference_of(patient.managingOrganization, "Organization"),
        telecoms=_telecoms(patient, now.date()),
        notes=tuple(_notes(patient)),
    )


def practitioner_record(practitioner: Any, now: dt.datetime) -> PractitionerRecord:
    """Map a checked Practitioner."""
    family, given = name_of(practitioner, now.date())
    return PractitionerRecord(
        source_id=source_id_of(practitioner),
        identifiers=identifiers_of(practitioner),
        is_active=practitioner.active is not False,
        family_name=family,
        given_name=given,
        email=email_of(practitioner),
        phone=phone_of(practitioner),
    )


def source_id_of(resource: Any) -> str:
    """Return the id of the resource: without one, a second run would not find it.

    :raises Missing: when there is none.
    """
    if not resource.id:
        raise Missing(field="id")
    return text_of(resource.id, field="id", most=64)


def name_of(person: Any, today: dt.date, *, chinese: bool = False) -> tuple[str, str]:
    """Return the family and given name: the official one, else the usual, else any.

    :raises Missing: when there is no name at all.
    """
    names = [name for name in person.name or () if _is_written(name)]
    if not names:
        raise Missing(field="name")
    ranked = sorted(names, key=lambda name: _name_rank(name, today, chinese=chinese))
    family, given = _parts(ranked[0])
    return (
        text_of(family, field="name.family", most=200),
        text_of(given, field="name.given", most=200),
    )


def _is_written(name: Any) -> bool:
    return any(part.strip() for part in (*_parts(name), ""))


def _name_rank(name: Any, today: dt.date, *, chinese: bool) -> tuple[object, ...]:
    """Order names; a patient who speaks Chinese is called by the name in Chinese."""
    former = name.use in {"maiden", "nickname", "temp", "anonymous"}
    return (
        not is_current(name, today),
        {"official": 0, "usual": 1}.get(name.use, 3 if former else 2),
        chinese and not has_chinese("".join(_parts(name))),
    )


def _parts(name: Any) -> tuple[str, str]:
    family = (name.family or "").strip()
    given = " ".join(part.strip() for part in name.given or () if part and part.strip())
    if family:
        return family, "".join(given.split()) if has_chinese(given) else given
    whole = given or (name.text or "").strip()
    return split_chinese(whole) if has_chinese(whole) else (whole, "")


def _record_number(patient: Any, today: dt.date) -> tuple[str, str]:
    """Return system and value of the record number (MR), else of the first one.

    :raises Missing: when there is none, or only numbers of the state.
    """
    found = [item for item in patient.identifier or () if (item.value or "").strip()]
    current = [item for item in found if is_current(item, today)]
    number = next((item for item in current if "MR" in _types(item)), None)
    number = number or next((item for item in current if not _is_national(item)), None)
    if number is None:
        raise Missing(field="identifier")
    return (
        text_of(number.system, field="identifier.system", most=200),
        text_of(number.value, field="identifier.value", most=64),
    )


def _types(identifier: Any) -> tuple[str, ...]:
    return codes_of([identifier.type] if identifier.type else [])


def _is_national(identifier: Any) -> bool:
    return bool(_NATIONAL.intersection(_types(identifier)))


def _birth_date(patient: Any, today: dt.date) -> dt.date | None:
    written = str(patient.birthDate or "")[:10]
    if written > today.isoformat()[: len(written)]:
        raise BirthInTheFuture(field="birthDate")
    return date_of(patient.birthDate)


def _speaks_chinese(patient: Any) -> bool:
    spoken = sorted(patient.communication or (), key=lambda item: not item.preferred)
    codes = codes_of([spoken[0].language]) if spoken else ()
    return any(code.lower().partition("-")[0] in {"zh", "cmn"} for code in codes)


def _telecoms(patient: Any, today: dt.date) -> tuple[Telecom, ...]:
    found: dict[tuple[str, str], int] = {}
    for place, item in enumerate(patient.telecom or ()):
        value = text_of(item.value, field=f"telecom[{place}].value", most=254)
        channel = _channel(item)
        if channel and value and is_current(item, today):
            found.setdefault((channel, value), item.rank or place + 1)
    return tuple(
        Telecom(channel=channel, value=value, rank=min(rank, 32767))
        for (channel, value), rank in found.items()
    )


def _channel(item: Any) -> str:
    if item.system == "phone" and item.use == "mobile":
        return "SMS"
    return _CHANNELS.get(item.system, "")


def _notes(patient: Any) -> list[Note]:
    notes = []
    if patient.birthDate and date_of(patient.birthDate) is None:
        notes.append(Note(field="birthDate", code="date_incomplete"))
    if patient.deceasedDateTime and instant_of(patient.deceasedDateTime) is None:
        notes.append(Note(field="deceasedDateTime", code="date_incomplete"))
    return notes
