"""Reads catalogue files and refuses what is not sound, naming file, place and reason."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact, Mark
from infusion.domain.refusals import Refusal

ROOT = Path(__file__).parent
FOLDERS = {
    "regimen": "regimens",
    "recipe": "recipes",
    "policy": "policy",
    "reminders": "reminders",
}


class CatalogueFileRefused(Refusal):
    """A catalogue file is not sound."""

    code = "catalogue_file_refused"

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(field=place, file=path.name, reason=reason)
        self.path, self.place, self.reason = path, place, reason


def read(path: Path, kind: str) -> dict[str, Any]:
    """Return the content of a file that satisfies its schema.

    :raises CatalogueFileRefused: naming the line or the place, and the reason.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueFileRefused(path, "", str(error)) from None
    for problem in _validator(kind).iter_errors(data):
        place = ".".join(str(part) for part in problem.absolute_path)
        raise CatalogueFileRefused(path, place, problem.message)
    if data["key"] != path.stem:
        raise CatalogueFileRefused(path, "key", "differs from the file name")
    return data


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def paths(kind: str, root: Path = ROOT) -> list[Path]:
    """Return the files of a kind, by name."""
    return sorted((root / FOLDERS[kind]).glob("*.toml"))


def number(path: Path, place: str, fact: Mapping[str, Any]) -> Decimal:
    """Return a fact's value as a number.

    :raises CatalogueFileRefused: when it is not a finite number, zero or above.
    """
    try:
        value = Decimal(fact["value"])
    except InvalidOperation:
        raise CatalogueFileRefused(path, place, "is not a number") from None
    if not value.is_finite() or value < 0:
        raise CatalogueFileRefused(path, place, "is not a number from zero up")
    return value


def whole(path: Path, place: str, fact: Mapping[str, Any]) -> int:
    """Return a fact's value as a whole number.

    :raises CatalogueFileRefused: when it is not one.
    """
    value = number(path, place, fact)
    if value != value.to_integral_value():
        raise CatalogueFileRefused(path, place, "is not a whole number")
    return int(value)


def text(data: Mapping[str, str]) -> Text:
    """Return a text in both languages."""
    return Text(en=data["en"], zh=data["zh"])


def facts(key: str, data: Any, place: str = "") -> Iterator[Fact]:
    """Return every fact below a place of a file, in file order."""
    if isinstance(data, dict):
        if "mark" in data and "value" in data:
            yield _fact(f"{key}: {place}", data)
            return
        for name, value in data.items():
            yield from facts(key, value, f"{place}.{name}".strip("."))
    elif isinstance(data, list):
        for index, value in enumerate(data, 1):
            yield from facts(key, value, f"{place}[{index}]")


def _fact(path: str, data: Mapping[str, Any]) -> Fact:
    note = data.get("note", {"en": "", "zh": ""})
    return Fact(
        path=path,
        value=data["value"],
        unit=data["unit"],
        mark=Mark(data["mark"]),
        sources=tuple(data["sources"]),
        note=text(note),
        recheck=data.get("recheck", False),
    )
