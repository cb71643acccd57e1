"""The scales that ship: how CRS, ICANS and the rest are graded, and what is not known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.catalogue.scales_asks import (
    check_words,
    read_code,
    read_when,
    statement,
)
from infusion.domain.courses import Text
from infusion.domain.findings_kinds import KINDS
from infusion.domain.grading import Exclusion, Item, Row, Score, Table, Term
from infusion.domain.toxicity import Scale

Written = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ScaleFile:
    """One scale in one version: its tables by term, and the scores they rest on."""

    key: str
    version: str
    scale: Scale
    title: Text
    tables: Mapping[Term, Table]
    scores: tuple[Score, ...]


@cache
def shipped_scale(scale: Scale) -> ScaleFile:
    """Return the scale that ships."""
    return next(
        found for found in map(read_scale, files.paths("scale")) if found.scale == scale
    )


def read_scale(path: Path) -> ScaleFile:
    """Read one file of a scale.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "scale")
    draft = Draft(path)
    scores = tuple(_scores(draft, data.get("scores", ())))
    tables = tuple(_tables(draft, data))
    for refusal in draft.refusals:
        raise refusal
    return ScaleFile(
        key=data["key"],
        version=data["version"],
        scale=Scale(data["scale"]),
        title=files.text(data["title"]),
        tables={table.term: table for table in tables},
        scores=scores,
    )


def _scores(draft: Draft, rows: list[Written]) -> Iterator[Score]:
    for number, row in enumerate(rows, 1):
        place = f"scores[{number}]"
        code = read_code(draft, place, row["code"])
        items = tuple(_items(draft, place, row["items"]))
        if code is not None:
            yield Score(code=code, title=files.text(row["title"]), items=items)


def _items(draft: Draft, above: str, rows: list[Written]) -> Iterator[Item]:
    for number, row in enumerate(rows, 1):
        place = f"{above}.items[{number}]"
        code = read_code(draft, place, row["code"])
        if code is None:
            continue
        points = _points(row)
        # A number counts itself; words count what a table says, all of them or none.
        words = KINDS[code].words
        if (points is None) == bool(words) or (points and set(points) != set(words)):
            draft.refuse(place, "points_of", found=code, known=", ".join(words) or "-")
        check_words(draft, place, code, points or ())
        yield Item(code=code, statement=statement(place, row["rule"]), points=points)


def _points(row: Written) -> Mapping[str, Decimal] | None:
    if "points" not in row:
        return None
    if "missing" in row["points"]:
        return {}
    return {word: Decimal(value) for word, value in row["points"].items()}


def _tables(draft: Draft, data: Written) -> Iterator[Table]:
    seen = set()
    for number, row in enumerate(data["terms"], 1):
        place = f"terms[{number}]"
        if row["term"] in seen:
            draft.refuse(f"{place}.term", "criterion_twice", key=row["term"])
        seen.add(row["term"])
        yield _table(draft, place, data, row)


def _table(draft: Draft, place: str, data: Written, row: Written) -> Table:
    gate, warm = row.get("gate"), row.get("thermometer")
    return Table(
        term=Term(row["term"]),
        scale=Scale(data["scale"]),
        version=data["version"],
        title=files.text(row["title"]),
        rows=tuple(_rows(draft, place, row["rows"])),
        gate=read_when(draft, f"{place}.gate.when", gate["when"]) if gate else (),
        gate_statement=statement(f"{place}.gate", gate["rule"]) if gate else None,
        exclusions=tuple(_exclusions(draft, place, row.get("exclusions", ()))),
        thermometer=statement(f"{place}.thermometer", warm) if warm else None,
    )


def _exclusions(draft: Draft, above: str, rows: list[Written]) -> Iterator[Exclusion]:
    for number, row in enumerate(rows, 1):
        place = f"{above}.exclusions[{number}]"
        code = read_code(draft, place, row["code"])
        if code is not None:
            yield Exclusion(code=code, statement=statement(place, row["rule"]))


def _rows(draft: Draft, above: str, rows: list[Written]) -> Iterator[Row]:
    keys = [row["key"] for row in rows]
    for number, row in enumerate(rows, 1):
        place = f"{above}.rows{files.item_of(rows, number)}"
        is_hole = row.get("missing", False)
        if keys.count(row["key"]) > 1:
            draft.refuse(f"{place}.key", "row_twice", key=row["key"])
        if is_hole != (row["rule"]["mark"] == "NF"):
            draft.refuse(place, "hole_mark")
        if not is_hole and "when" not in row:
            draft.refuse(place, "missing", names="when")
        yield Row(
            key=row["key"],
            domain=row["domain"],
            grade=row["grade"],
            statement=statement(place, row["rule"]),
            when=read_when(draft, f"{place}.when", row.get("when", ())),
            is_open=is_hole or row.get("open", False),
            is_hole=is_hole,
        )
