"""Small parts of FHIR resources: texts in two languages, quantities, extensions."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from infusion.catalogue.sources import Source
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.regimens import Missing

Json = dict[str, Any]

BASE = "urn:home-infusion:fhir:"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_UCUM = "http://unitsofmeasure.org"


def present(**fields: Any) -> Json:
    """Return the fields that have something in them: FHIR forbids empty ones."""
    return {key: value for key, value in fields.items() if value not in (None, "", [])}


def in_both(name: str, text: Text) -> Json:
    """Return a text field in English with its Chinese translation beside it."""
    if not text.en:
        return {}
    parts = [
        {"url": "lang", "valueCode": "zh-Hans"},
        {"url": "content", "valueString": text.zh},
    ]
    translated = {"extension": [{"url": _TRANSLATION, "extension": parts}]}
    return {name: text.en, f"_{name}": translated} if text.zh else {name: text.en}


def concept(code: str, system: str, text: str = "") -> Json:
    """Return a coded concept."""
    return present(coding=[{"system": system, "code": code}], text=text)


def duration(number: int, unit: str) -> Json:
    """Return a length of time; ``unit`` is ``d`` or ``h``."""
    return {"value": number, "unit": unit, "system": _UCUM, "code": unit}


def extension(name: str, **values: Any) -> Json:
    """Return an extension of ours with named parts, each of one FHIR type.

    A part is named after what it says and its type: ``place_string``.
    """
    parts = [
        {"url": key.rpartition("_")[0], _value_of(key.rpartition("_")[2]): each}
        for key, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each not in (None, "")
    ]
    return {"url": BASE + name, "extension": parts}


def _value_of(kind: str) -> str:
    return f"value{kind[:1].upper()}{kind[1:]}"


def flag(name: str, *, value: bool) -> Json:
    """Return an extension of ours that says yes or no."""
    return {"url": BASE + name, "valueBoolean": value}


def word(name: str, code: str) -> Json:
    """Return an extension of ours that is one code."""
    return {"url": BASE + name, "valueCode": code}


def evidence(fact: Fact) -> Json:
    """Return a fact with its mark and sources."""
    return extension(
        "evidence",
        place_string=fact.path,
        value_string=fact.value,
        unit_string=fact.unit,
        mark_code=fact.mark.value,
        needsLocalSignOff_boolean=fact.needs_sign_off,
        source_string=list(fact.sources),
        note_string=fact.note.en,
    )


def missing(hole: Missing) -> Json:
    """Return what no source gives."""
    return extension(
        "missing",
        place_string=hole.place,
        unit_string=hole.unit,
        note_string=hole.note.en,
    )


def citations(sources: Iterable[Source]) -> list[Json]:
    """Return sources as citations; one with two addresses is cited twice."""
    return [
        present(type="citation", label=source.key, display=source.what, url=address)
        for source in sources
        for address in source.addresses or ("",)
    ]


def decimal_text(number: Decimal) -> str:
    """Write a number without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
