"""Reads events out of NDJSON files: one object a line, each checked on its own.

{"course": UUID or "mrn": TEXT, "id": TEXT, "kind": TEXT or "mdc": TEXT, "at": INSTANT,
 "reason": TEXT, "pump_stopped": BOOLEAN, "until": INSTANT, "supervised": BOOLEAN,
 "note": TEXT}
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infusion.domain.events import MDC, Happening
from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal
from infusion.services.events import Report
from patients.domain.profiles import Missing, NotStorable, TooLong
from patients.domain.refusals import Refusal as PatientsRefusal
from patients.fhir.refusals import (
    DuplicateKey,
    FileMissing,
    FileUnreadable,
    NotJson,
    TooLarge,
)

# Bytes of one line; an event takes some hundred.
MOST_LINE = 64 * 1024


class FieldUnknown(Refusal):
    """The line says something there is no field for."""

    code = "field_unknown"


class ValueNotRead(Refusal):
    """The value of a field is not of the kind the field takes."""

    code = "value_not_read"


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """A line of a file: what it reports of which course, or why it is not taken."""

    path: Path
    number: int
    course_id: uuid.UUID | None = None
    mrn: str = ""
    report: Report | None = None
    refusal: Refusal | PatientsRefusal | None = None


def read_lines(path: Path, source: str) -> Iterator[EventLine]:
    """Read a file line by line; what cannot be taken is yielded with its reason.

    ``source`` goes before the id of every event: ids are unique within their source.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(_texts(stream), 1):
                if line.strip():
                    yield _line(path, number, line, source)
    except FileNotFoundError:
        yield EventLine(path=path, number=0, refusal=FileMissing())
    except OSError:
        yield EventLine(path=path, number=0, refusal=FileUnreadable())


def _texts(stream: Any) -> Iterator[bytes]:
    """Yield lines; of one that is too long only the beginning is held."""
    while line := stream.readline(MOST_LINE + 1):
        rest = line
        while len(rest) > MOST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_LINE + 1)
        yield line


def _line(path: Path, number: int, text: bytes, source: str) -> EventLine:
    try:
        found = _object(text, first=number == 1)
        fields = {name: _READ[name](name, value) for name, value in found.items()}
        return EventLine(
            path=path,
            number=number,
            course_id=fields.get("course"),
            mrn=fields.get("mrn", ""),
            report=_report(fields, source),
        )
    except (Refusal, PatientsRefusal) as refusal:
        return EventLine(path=path, number=number, refusal=refusal)


def _object(text: bytes, *, first: bool) -> dict[str, Any]:
    """Return the object of a line, without the fields that say nothing."""
    if len(text) > MOST_LINE:
        raise TooLarge(most=MOST_LINE)
    try:
        plain = text.decode("utf-8-sig" if first else "utf-8")
        found = json.loads(plain, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NotJson from None
    if not isinstance(found, dict):
        raise NotJson
    for name in found:
        if name not in _READ:
            raise FieldUnknown(known=", ".join(_READ))
    return {name: value for name, value in found.items() if value is not None}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _report(fields: Mapping[str, Any], source: str) -> Report:
    for either, other in (("course", "mrn"), ("kind", "mdc")):
        if (either in fields) == (other in fields):
            raise ValueNotRead(field=either, expected=f"{either} or {other}, one")
    for name in ("id", "at"):
        if not fields.get(name):
            raise Missing(field=name)
    kind, reason = fields.get("mdc") or (fields["kind"], "")
    return Report(
        kind=kind,
        reason=reason or fields.get("reason", ""),
        source_key=f"{source}|{fields['id']}",
        **{name: fields[name] for name in _AS_THEY_ARE if name in fields},
    )


_AS_THEY_ARE = ("at", "note", "pump_stopped", "supervised", "until")


def _text(most: int) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueNotRead(field=name, expected="text")
        if "\x00" in value:
            raise NotStorable(field=name)
        if len(value) > most:
            raise TooLong(field=name, most=most)
        return value.strip()

    return read


def _instant(name: str, value: Any) -> dt.datetime:
    expected = "2026-03-01T08:00:00Z"
    if not isinstance(value, str):
        raise ValueNotRead(field=name, expected=expected)
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueNotRead(field=name, expected=expected) from None
    return in_utc(found, field=name)


def _yes_or_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueNotRead(field=name, expected="true, false")
    return value


def _course(name: str, value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise ValueNotRead(field=name, expected="UUID") from None


# A pump that starts to deliver once more runs again; the first start is two people's.
_PUMP_WORDS = {
    word: (kind.value, reason)
    for (kind, reason), word in MDC.items()
    if kind != Happening.START
}


def _pump_word(name: str, value: Any) -> tuple[str, str]:
    found = _PUMP_WORDS.get(value) if isinstance(value, str) else None
    if found is None:
        raise ValueNotRead(field=name, expected=", ".join(sorted(_PUMP_WORDS)))
    return found


# Field -> how its value is read; the lengths are those of the columns.
_READ: Mapping[str, Callable[[str, Any], Any]] = {
    "course": _course,
    "mrn": _text(64),
    "id": _text(80),
    "kind": _text(16),
    "mdc": _pump_word,
    "at": _instant,
    "reason": _text(40),
    "pump_stopped": _yes_or_no,
    "until": _instant,
    "supervised": _yes_or_no,
    "note": _text(500),
}
