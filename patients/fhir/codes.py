"""The codes FHIR R4 binds a field to, which the models accept unseen."""

from collections.abc import Iterator, Mapping
from typing import Any

from patients.fhir.refusals import FhirCode

_GENDER = frozenset({"male", "female", "other", "unknown"})
_NAME = frozenset(
    {"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"}
)
_SYSTEM = frozenset({"phone", "fax", "email", "pager", "url", "sms", "other"})
_CONTACT_USE = frozenset({"home", "work", "temp", "old", "mobile"})
_IDENTIFIER = frozenset({"usual", "official", "temp", "secondary", "old"})
_ADDRESS_USE = frozenset({"home", "work", "temp", "old", "billing"})
_ADDRESS_TYPE = frozenset({"postal", "physical", "both"})

_Codes = Mapping[str, frozenset[str]]

_REACHED: _Codes = {
    "identifier.use": _IDENTIFIER,
    "telecom.system": _SYSTEM,
    "telecom.use": _CONTACT_USE,
    "address.use": _ADDRESS_USE,
    "address.type": _ADDRESS_TYPE,
}

# Resource type -> path -> codes; a path goes through every item of a list.
CODES: Mapping[str, _Codes] = {
    "Organization": _REACHED,
    "Location": {
        **_REACHED,
        "status": frozenset({"active", "suspended", "inactive"}),
        "mode": frozenset({"instance", "kind"}),
    },
    "Practitioner": {**_REACHED, "gender": _GENDER, "name.use": _NAME},
    "PractitionerRole": {
        "identifier.use": _IDENTIFIER,
        "telecom.system": _SYSTEM,
        "telecom.use": _CONTACT_USE,
        "availableTime.daysOfWeek": frozenset(
            {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
        ),
    },
    "Patient": {
        **_REACHED,
        "gender": _GENDER,
        "name.use": _NAME,
        "contact.gender": _GENDER,
        "link.type": frozenset({"replaced-by", "replaces", "refer", "seealso"}),
    },
    "AllergyIntolerance": {
        "identifier.use": _IDENTIFIER,
        "clinicalStatus.coding.code": frozenset({"active", "inactive", "resolved"}),
        "verificationStatus.coding.code": frozenset(
            {"unconfirmed", "confirmed", "refuted", "entered-in-error", "presumed"}
        ),
        "type": frozenset({"allergy", "intolerance"}),
        "category": frozenset({"food", "medication", "environment", "biologic"}),
        "criticality": frozenset({"low", "high", "unable-to-assess"}),
        "reaction.severity": frozenset({"mild", "moderate", "severe"}),
    },
    "Device": {
        "identifier.use": _IDENTIFIER,
        "status": frozenset({"active", "inactive", "entered-in-error", "unknown"}),
        "deviceName.type": frozenset(
            {
                "udi-label-name",
                "user-friendly-name",
                "patient-reported-name",
                "manufacturer-name",
                "model-name",
                "other",
            }
        ),
        "udiCarrier.entryType": frozenset(
            {"barcode", "rfid", "manual", "card", "self-reported", "unknown"}
        ),
    },
}

# Fields whose codings may come from several systems: only these are bound.
SYSTEMS: Mapping[str, str] = {
    "clinicalStatus": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    "verificationStatus": (
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
    ),
}


def check_codes(resource: dict[str, Any]) -> None:
    """Refuse a code outside its list.

    :raises FhirCode: for the first such field.
    """
    for path, known in CODES[resource["resourceType"]].items():
        for place, code in _values(resource, path.split("."), ""):
            if code not in known:
                raise FhirCode(field=place, expected=", ".join(sorted(known)))


def _values(node: Any, keys: list[str], place: str) -> Iterator[tuple[str, Any]]:
    """Walk to every value at the end of a path, with where it was found."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _values(item, keys, f"{place}[{index}]")
    elif not keys:
        if node is not None:
            yield place, node
    elif isinstance(node, dict) and not _is_foreign(node, place):
        key = keys[0]
        yield from _values(node.get(key), keys[1:], f"{place}.{key}".lstrip("."))


def _is_foreign(node: dict[str, Any], place: str) -> bool:
    """Say whether a coding is from another system than the one that is bound."""
    system = SYSTEMS.get(place.partition(".")[0])
    return bool(system and node.get("system", system) != system)
