"""Tables for a terminal, in which a Chinese sign takes two columns."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_WIDE = ("W", "F")
_GAP = "  "
_ONE, _TWO = "1", "2"


@dataclass(frozen=True)
class Row:
    """A line: what it is of, and its cells."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Some lines under a heading; ``columns`` are the heads of the cells, if any."""

    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()
    note: str = ""


def lines(sections: Iterable[Section]) -> Iterator[str]:
    """Yield the lines of every section that has some."""
    for section in sections:
        if section.rows:
            yield ""
            yield section.title
            if section.note:
                yield f"{_GAP}{section.note}"
            yield from _table(section)


def _table(section: Section) -> Iterator[str]:
    table = [[row.label, *row.cells] for row in section.rows]
    if section.columns:
        table.insert(0, ["", *section.columns])
    wide = [max(map(width, column)) for column in zip(*table, strict=True)]
    for cells in table:
        label, *others = map(padded, cells, wide)
        yield _GAP + _GAP.join([label, *others]).rstrip()


def beside(one: Section, other: Section) -> Section:
    """Return two tables of one kind in one: of each label the first row, then the second.

    A label that only one of them has stands alone.
    """
    first = {row.label: row.cells for row in one.rows}
    then = {row.label: row.cells for row in other.rows}
    return Section(
        title=one.title,
        note=one.note,
        columns=("", *one.columns) if one.columns else (),
        rows=tuple(
            row
            for label in dict.fromkeys([*first, *then])
            for row in _two(label, first.get(label), then.get(label))
        ),
    )


def _two(
    label: str, first: Sequence[str] | None, then: Sequence[str] | None
) -> Iterator[Row]:
    if first is not None:
        yield Row(label, (_ONE, *first))
    if then is not None:
        yield Row(label if first is None else "", (_TWO, *then))


def width(said: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in said)


def padded(said: str, wide: int) -> str:
    """Return a text that fills so many columns."""
    return said + " " * (wide - width(said))
