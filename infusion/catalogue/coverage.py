"""Which row of the regimen report is covered by which file."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from infusion.catalogue import files
from infusion.domain.courses import Text

_JURISDICTION = "jurisdiction"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the report; ``none`` says why there can be no file for it."""

    key: str
    section: str
    title: Text
    none: Text | None


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A row with the keys of the files that carry it."""

    row: Row
    regimens: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def is_absent(self) -> bool:
        """Say whether nothing carries it although the report has a schedule."""
        return not (self.regimens or self.blocks or self.row.none)


@cache
def report_rows() -> tuple[Row, ...]:
    """Return every row of the report that the catalogue must carry."""
    text = (files.ROOT / "rows.toml").read_text(encoding="utf-8")
    return tuple(
        Row(
            key=row["key"],
            section=row["section"],
            title=files.text(row["title"]),
            none=files.text(row["none"]) if "none" in row else None,
        )
        for row in tomllib.loads(text)["rows"]
    )


def coverage() -> tuple[Covered, ...]:
    """Return every row of the report with the files that carry it."""
    regimens = [files.load(path) for path in files.paths("regimen")]
    blocks = [files.load(path) for path in files.paths("block")]
    return tuple(
        Covered(
            row=row, regimens=_carrying(row, regimens), blocks=_carrying(row, blocks)
        )
        for row in report_rows()
    )


def unknown_rows() -> tuple[tuple[str, str], ...]:
    """Return (file, row) for every row that a file names and the report lacks."""
    known = {row.key for row in report_rows()}
    loaded = [
        files.load(path) for kind in ("regimen", "block") for path in files.paths(kind)
    ]
    return tuple(
        (data["key"], row)
        for data in loaded
        for row in data["rows"]
        if row not in known
    )


def _carrying(row: Row, loaded: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    is_place = row.section == _JURISDICTION
    return tuple(
        data["key"]
        for data in loaded
        if row.key in data["rows"] or (is_place and data.get(_JURISDICTION) == row.key)
    )
