"""Checks one outside resource: its shape, its codes, its periods, its modifiers."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
from fhir.resources.R4B.device import Device
from fhir.resources.R4B.fhirresourcemodel import FHIRResourceModel
from fhir.resources.R4B.location import Location
from fhir.resources.R4B.organization import Organization
from fhir.resources.R4B.patient import Patient
from fhir.resources.R4B.practitioner import Practitioner
from fhir.resources.R4B.practitionerrole import PractitionerRole
from fhir.resources.R4B.resource import Resource
from pydantic import ValidationError

from patients.fhir.codes import check_codes
from patients.fhir.refusals import FhirInvalid, ModifierNotUnderstood, PeriodReversed

MODELS: Mapping[str, type[FHIRResourceModel]] = {
    "Organization": Organization,
    "Location": Location,
    "Practitioner": Practitioner,
    "PractitionerRole": PractitionerRole,
    "Patient": Patient,
    "AllergyIntolerance": AllergyIntolerance,
    "Device": Device,
}

# Never used here, and where R4 and R4B differ: R4B has no model for some resources that
# an R4 record may contain, nor for some types that an extension may carry.
_UNUSED = frozenset({"text", "contained", "extension", "photo", "meta"})
_MODIFIERS = ("modifierExtension", "implicitRules")
# Booleans that the models would also read out of a text.
_BOOLEANS = ("active", "deceasedBoolean")
# Characters of a whole date.
_DATE = 10
_FIELD = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,39}")

# Kind of error -> what to tell; anything else is a wrong type.
_REASONS: Mapping[str, str] = {
    "extra_forbidden": "unknown_field",
    "missing": "missing",
    "model_field_validation.missing": "missing",
    "string_pattern_mismatch": "wrong_format",
    "string_too_short": "wrong_format",
    "value_error": "wrong_format",
}


def is_fhir_type(kind: str) -> bool:
    """Say whether R4B has a resource of this name."""
    try:
        return issubclass(get_fhir_model_class(kind), Resource)
    except ValueError:
        return False


def check_resource(resource: dict[str, Any]) -> FHIRResourceModel:
    """Return the resource as a model when it can be trusted.

    :raises Refusal: for the first thing that is wrong.
    """
    _check_modifiers(resource)
    used = {key: value for key, value in resource.items() if key not in _UNUSED}
    for key in _BOOLEANS:
        if not isinstance(used.get(key, False), bool):
            raise FhirInvalid(field=key, reason="wrong_type")
    model = _model(used)
    check_codes(used)
    _check_periods(used)
    return model


def _check_modifiers(resource: dict[str, Any]) -> None:
    for key in _MODIFIERS:
        if resource.get(key):
            raise ModifierNotUnderstood(field=key)


def _model(used: dict[str, Any]) -> FHIRResourceModel:
    try:
        return MODELS[used["resourceType"]].model_validate(used)
    except ValidationError as error:
        # Neither the input nor the message: both may quote the patient's data.
        first = error.errors(include_input=False, include_url=False)[0]
        raise FhirInvalid(
            field=_place(first["loc"]),
            reason=_REASONS.get(first["type"], "wrong_type"),
            more=error.error_count() - 1,
        ) from None


def _place(location: tuple[int | str, ...]) -> str:
    """Write where the error is; a key that is no field name is not repeated."""
    place = ""
    for part in location:
        if isinstance(part, int):
            place += f"[{part}]"
        else:
            place += f".{part}" if _FIELD.fullmatch(part) else ".?"
    return place.lstrip(".")


def _check_periods(resource: dict[str, Any]) -> None:
    for place, period in _periods(resource, ""):
        start, end = period.get("start"), period.get("end")
        if isinstance(start, str) and isinstance(end, str) and _is_after(start, end):
            raise PeriodReversed(field=place)


def _periods(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _periods(item, f"{place}[{index}]")
    elif isinstance(node, dict):
        if "start" in node and "end" in node:
            yield place, node
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _periods(value, f"{place}.{key}".lstrip("."))


def _is_after(start: str, end: str) -> bool:
    """Compare as precisely as the coarser of the two was written."""
    try:
        if len(start) > _DATE and len(end) > _DATE:
            return dt.datetime.fromisoformat(start) > dt.datetime.fromisoformat(end)
    except ValueError:
        # FHIR allows a leap second, Python does not: the dates have to do.
        pass
    length = min(len(start), len(end), _DATE)
    return start[:length] > end[:length]
