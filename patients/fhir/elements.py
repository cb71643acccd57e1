"""Reads the FHIR data types that several resources share."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from patients.domain.profiles import NotStorable, TooLong
from patients.fhir.records import Reference


def text_of(value: str | None, *, field: str, most: int) -> str:
    """Return a text without outer spaces that fits its column.

    :raises NotStorable: when it has a NUL character.
    :raises TooLong: when it is longer than ``most`` characters.
    """
    text = (value or "").strip()
    if "\x00" in text:
        raise NotStorable(field=field)
    if len(text) > most:
        raise TooLong(field=field, most=most)
    return text


def instant_of(value: object) -> dt.datetime | None:
    """Return an instant in UTC; nothing when only a date or less is known."""
    if isinstance(value, dt.datetime) and value.utcoffset() is not None:
        return value.astimezone(dt.UTC)
    return None


def date_of(value: object) -> dt.date | None:
    """Return a whole date; nothing when only a year or a month is known."""
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


def is_current(element: Any, today: dt.date) -> bool:
    """Say whether a name, number or identifier is in use and its period not over."""
    if getattr(element, "use", None) == "old":
        return False
    end = getattr(element.period, "end", None) if element.period else None
    return end is None or str(end)[:10] >= today.isoformat()[: len(str(end)[:10])]


def identifiers_of(resource: Any) -> tuple[str, ...]:
    """Return the business identifiers as "system|value"."""
    found = [
        identifier_key(item.system, item.value)
        for item in resource.identifier or ()
        if item.value and item.value.strip()
    ]
    return tuple(
        text_of(key, field="identifier", most=400) for key in dict.fromkeys(found)
    )


def identifier_key(system: str | None, value: str) -> str:
    """Write an identifier the way a token search writes it."""
    return f"{(system or '').strip()}|{value.strip()}"


def phone_of(resource: Any) -> str:
    """Return the first telephone number."""
    return _telecom(resource, "phone", most=40)


def email_of(resource: Any) -> str:
    """Return the first email address."""
    return _telecom(resource, "email", most=254)


def _telecom(resource: Any, system: str, *, most: int) -> str:
    for item in resource.telecom or ():
        if item.system == system and item.value:
            return text_of(item.value, field="telecom.value", most=most)
    return ""


def address_of(address: Any) -> str:
    """Return an address on one line."""
    if address is None:
        return ""
    parts = [*(address.line or ()), address.city, address.state]
    parts += [address.postalCode, address.country]
    line = address.text or ", ".join(part for part in parts if part)
    return text_of(line, field="address", most=500)


def concept_text(concept: Any) -> str:
    """Return the words of a coded concept, else its code."""
    if concept is None:
        return ""
    codings = list(concept.coding or ())
    shown = [coding.display for coding in codings] + [item.code for item in codings]
    return (concept.text or next(filter(None, shown), "")).strip()


def concept_code(concept: Any) -> str:
    """Return the first code of a coded concept."""
    return next(_codes([concept] if concept else []), "")


def codes_of(concepts: Iterable[Any] | None) -> tuple[str, ...]:
    """Return every code of a list of coded concepts."""
    return tuple(_codes(concepts or ()))


def _codes(concepts: Iterable[Any]) -> Iterator[str]:
    for concept in concepts:
        yield from (coding.code for coding in concept.coding or () if coding.code)


def reference_of(element: Any, kind: str) -> Reference | None:
    """Return what an element points at: by id, by search, or by identifier."""
    if element is None:
        return None
    written = (element.reference or "").strip()
    if written and not written.startswith("#"):
        return _written_reference(written, kind)
    if element.identifier and element.identifier.value:
        key = identifier_key(element.identifier.system, element.identifier.value)
        return Reference(kind=kind, identifier=key)
    return None


def _written_reference(written: str, kind: str) -> Reference:
    """Read ``Patient/1``, a full URL, ``urn:uuid:1`` or ``Patient?identifier=a|1``."""
    path, _, query = written.partition("?")
    if query.startswith("identifier="):
        key = query.removeprefix("identifier=").partition("&")[0]
        return Reference(kind=kind, identifier=key if "|" in key else f"|{key}")
    parts = path.partition("/_history/")[0].rstrip("/").split("/")
    return Reference(kind=kind, source_id=parts[-1].rpartition(":")[2])
