"""Reads catalogue files and refuses what is not sound, naming file, place and reason."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from infusion.catalogue.reasons import of_schema, reason
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


SCHEMA = 1


class CatalogueFileRefused(Refusal):
    """A catalogue file is not sound."""

    code = "catalogue_file_refused"

    def __init__(self, path: Path, place: str, why: Text) -> None:
        super().__init__(field=place, file=path.name, reason=why.en)
        self.path, self.place, self.reason = path, place, why

    def __str__(self) -> str:
        return f"{self.path}: {self.place}: {self.reason.en}"


def read(path: Path, kind: str) -> dict[str, Any]:
    """Return the content of a file that satisfies its schema.

    :raises CatalogueFileRefused: naming the line or the place, and the reason.
    """
    data = load(path)
    for problem in problems(path, data, kind):
        raise problem
    return data


def load(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    :raises CatalogueFileRefused: when it is not TOML; the reason names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueFileRefused(path, "", reason("syntax", detail=error)) from None


def problems(
    path: Path, data: Mapping[str, Any], kind: str
) -> Iterator[CatalogueFileRefused]:
    """Return everything the schema refuses; a newer schema is the only thing said."""
    found = data.get("schema")
    if isinstance(found, int) and found > SCHEMA:
        why = reason("newer_schema", found=found, known=SCHEMA)
        yield CatalogueFileRefused(path, "schema", why)
        return
    said = set()
    for problem in _validator(kind).iter_errors(data):
        place = place_of(problem)
        if place not in said:
            yield CatalogueFileRefused(path, place, of_schema(problem))
        # One reason a place is enough; a whole file may lack one thing and have another.
        said.update({place} - {""})
    if "key" not in said and data.get("key", path.stem) != path.stem:
        why = reason("file_name", key=data["key"])
        yield CatalogueFileRefused(path, "key", why)


def place_of(problem: ValidationError) -> str:
    """Write a place as in facts: ``cycles[1].steps[2]``, counted from one."""
    text = ""
    for part in problem.absolute_path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.strip(".")


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
        raise CatalogueFileRefused(path, place, reason("not_a_number")) from None
    if not value.is_finite() or value < 0:
        raise CatalogueFileRefused(path, place, reason("not_a_number"))
    return value


def positive(path: Path, place: str, fact: Mapping[str, Any]) -> Decimal:
    """Return a fact's value as a number above zero.

    :raises CatalogueFileRefused: when it is not one.
    """
    value = number(path, place, fact)
    if value == 0:
        raise CatalogueFileRefused(path, place, reason("not_above_zero"))
    return value


def whole(path: Path, place: str, fact: Mapping[str, Any]) -> int:
    """Return a fact's value as a whole number.

    :raises CatalogueFileRefused: when it is not one.
    """
    value = number(path, place, fact)
    if value != value.to_integral_value():
        raise CatalogueFileRefused(path, place, reason("not_whole"))
    return int(value)


def text(data: Mapping[str, str]) -> Text:
    """Return a text in both languages."""
    return Text(en=data["en"], zh=data["zh"])


def facts(key: str, data: Any, place: str = "") -> Iterator[Fact]:
    """Return every fact below a place of a file, in file order."""
    if isinstance(data, dict):
        if "mark" in data and "value" in data:
            yield _fact(f"{key}: {place}".removesuffix(": "), data)
            return
        if "mark" in data and "text" in data:
            yield _statement(f"{key}: {place}", data)
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


def _statement(path: str, data: Mapping[str, Any]) -> Fact:
    """Return a rule given in words, such as a premedication, as a fact."""
    return Fact(
        path=path,
        value=data["text"]["en"],
        unit="",
        mark=Mark(data["mark"]),
        sources=tuple(data["sources"]),
        note=text(data["text"]),
    )
