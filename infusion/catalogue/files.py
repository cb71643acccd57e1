"""Reads catalogue files and refuses what is not sound, naming file, place and reason."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from infusion.catalogue.reasons import of_schema, reason
from infusion.catalogue.syntax import hint
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact, Mark
from infusion.domain.refusals import Refusal

ROOT = Path(__file__).parent
FOLDERS = {
    "regimen": "regimens",
    "block": "blocks",
    "recipe": "recipes",
    "policy": "policy",
    "reminders": "reminders",
    "readiness": "readiness",
    "toxicity": "toxicity",
    "scale": "scales",
    "triage": "triage",
    "questionnaire": "questionnaires",
    "cadence": "checkins",
    "simulation": "simulation",
}
# The newest schema of each kind of file.
SCHEMAS = {
    "regimen": 2,
    "document": 2,
    "overlay": 1,
    "block": 2,
    "recipe": 1,
    "policy": 1,
    "reminders": 2,
    "readiness": 1,
    "toxicity": 1,
    "scale": 1,
    "triage": 1,
    "questionnaire": 1,
    "cadence": 1,
    "simulation": 1,
}
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")


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
        text_ = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueFileRefused(path, "", reason("not_utf8", detail=error)) from None
    try:
        return tomllib.loads(text_)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueFileRefused(path, "", _syntax(text_, str(error))) from None


def _syntax(text_: str, message: str) -> Text:
    """Return what the reader says, and what to look for."""
    why, more = reason("syntax", detail=message), hint(text_, message)
    if more is None:
        return why
    return Text(en=f"{why.en}: {more.en}", zh=f"{why.zh}：{more.zh}")


def problems(
    path: Path, data: Mapping[str, Any], kind: str
) -> Iterator[CatalogueFileRefused]:
    """Return everything the schema refuses; a newer schema is the only thing said."""
    found = data.get("schema")
    if isinstance(found, int) and found > SCHEMAS[kind]:
        why = reason("newer_schema", found=found, known=SCHEMAS[kind])
        yield CatalogueFileRefused(path, "schema", why)
        return
    said = set()
    for problem in _validator(kind).iter_errors(data):
        place = place_of(problem, data)
        if place not in said:
            yield CatalogueFileRefused(path, place, of_schema(problem))
        # One reason a place is enough; a whole file may lack one thing and have another.
        said.update({place} - {""})
    if "key" not in said and data.get("key", path.stem) != path.stem:
        why = reason("file_name", key=data["key"])
        yield CatalogueFileRefused(path, "key", why)


def place_of(problem: ValidationError, data: Any) -> str:
    """Write the place of a problem as in facts: ``blocks.c1.next[2]``."""
    place = ""
    for part in problem.absolute_path:
        if isinstance(part, int):
            place += item_of(data, part + 1)
        else:
            place += f".{part}"
        data = data[part]
    # What is wrong with a name itself is found at that name, not at all of them.
    if "propertyNames" in problem.absolute_schema_path:
        place += f".{problem.instance}"
    return place.strip(".")


def item_of(listed: Sequence[Any], number: int) -> str:
    """Name an item of a list: by its key, if it has one of its own, else by number."""
    keys = [row.get("key") if isinstance(row, dict) else None for row in listed]
    key = keys[number - 1]
    is_own = isinstance(key, str) and keys.count(key) == 1
    return f".{key}" if is_own else f"[{number}]"


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    name = "regimen" if kind in {"block", "document"} else kind
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    if kind == "block":
        # A shared block is written as one of a regimen is.
        schema = {**schema["$defs"]["block_file"], "$defs": schema["$defs"]}
    elif kind == "document":
        # A regimen that was kept may hold what a site has signed.
        schema["$defs"]["mark"]["enum"].append(Mark.SITE.value)
    return jsonschema.Draft202012Validator(schema)


def paths(kind: str, root: Path = ROOT) -> list[Path]:
    """Return the files of a kind, by name."""
    return sorted((root / FOLDERS[kind]).glob("*.toml"))


def number(path: Path, place: str, fact: Mapping[str, Any]) -> Decimal:
    """Return a fact's value as a number.

    :raises CatalogueFileRefused: when it is not a number in plain digits: a "1e3" or a
        digit of another script is a slip of the finger.
    """
    if not _NUMBER.fullmatch(fact["value"]):
        raise CatalogueFileRefused(path, place, reason("not_a_number"))
    return Decimal(fact["value"])


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
        path = f"{key}: {place}".removesuffix(": ")
        if "mark" in data and "value" in data:
            yield _fact(path, data)
            return
        if "mark" in data and "text" in data:
            yield _statement(path, data)
        elif "mark" in data and "fact" in data:
            yield _condition(path, data)
        for name, value in data.items():
            yield from facts(key, value, f"{place}.{name}".strip("."))
    elif isinstance(data, list):
        for number_, value in enumerate(data, 1):
            yield from facts(key, value, f"{place}{item_of(data, number_)}")


def holes(data: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return every value that no source gives, below a place, in file order."""
    if isinstance(data, dict):
        if data.get("missing") is True:
            yield place, data
            return
        for name, value in data.items():
            yield from holes(value, f"{place}.{name}".strip("."))
    elif isinstance(data, list):
        for number_, value in enumerate(data, 1):
            yield from holes(value, f"{place}{item_of(data, number_)}")


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


_COMPARED = {"is": "", "below": "< ", "at_least": ">= "}


def _condition(path: str, data: Mapping[str, Any]) -> Fact:
    """Return what a branch asks, such as an MRD below a limit, as a fact."""
    compared = next((name for name in _COMPARED if name in data), "is")
    asked = data.get(compared, "")
    value = " / ".join(asked) if isinstance(asked, list) else str(asked)
    return Fact(
        path=path,
        value=f"{data['fact']} {_COMPARED[compared]}{value}",
        unit="",
        mark=Mark(data["mark"]),
        sources=tuple(data["sources"]),
        note=text(data.get("note", {"en": "", "zh": ""})),
    )
