"""How synthetic patients fall ill and behave, as data: published figures and assumptions.

Nothing here is used for a real patient. What no source gives is an assumption of the
simulation; every report lists it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.drafts import Draft
from infusion.catalogue.scales_asks import check_words, read_code
from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.findings_kinds import Code

_FILE = files.ROOT / "simulation" / "synthetic-patients.toml"
_SPANS = {
    "min": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
}
_HIGHEST_ICE, _HIGHEST_PERCENT = 10, 100


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A sign of an illness: which answer, from which grade on, how often (0 to 1)."""

    key: str
    illness: str
    code: Code
    value: str
    from_grade: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The figures of one version; ``ice`` is the least and the most by grade of ICANS.

    ``by_regimen`` are those that are others for the patients of a regimen.
    """

    key: str
    version: str
    title: Text
    facts: Mapping[str, Fact]
    by_regimen: Mapping[str, Mapping[str, Fact]]
    ice: Mapping[int, tuple[int, int]]
    signs: tuple[Sign, ...]

    def of_regimen(self, key: str) -> "Numbers":
        """Return the figures for the patients of a regimen."""
        return replace(self, facts={**self.facts, **self.by_regimen.get(key, {})})

    def number(self, key: str) -> float:
        """Return a value in the unit of its fact."""
        return float(self.facts[key].value)

    def share(self, key: str) -> float:
        """Return a percentage as a share of one."""
        return self.number(key) / 100

    def span(self, key: str) -> dt.timedelta:
        """Return a value in minutes, hours or days as a duration."""
        fact = self.facts[key]
        return float(fact.value) * _SPANS[fact.unit]

    @property
    def assumed(self) -> tuple[Fact, ...]:
        """Return the figures that no source gives, in the order of the file."""
        return tuple(fact for fact in self.facts.values() if fact.needs_sign_off)


@cache
def shipped_numbers() -> Numbers:
    """Return the figures that ship."""
    return read_numbers(_FILE)


def read_numbers(path: Path) -> Numbers:
    """Read one file of figures.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "simulation")
    draft = Draft(path)
    facts = {key: _fact(draft, key, row) for key, row in data["numbers"].items()}
    by_regimen = dict(_by_regimen(draft, data["regimens"], facts))
    ice = dict(_ice(draft, data["ice"]))
    signs = tuple(_signs(draft, data["signs"]))
    draft.check()
    return Numbers(
        key=data["key"],
        version=data["version"],
        title=files.text(data["title"]),
        facts=facts,
        by_regimen=by_regimen,
        ice=ice,
        signs=signs,
    )


def _by_regimen(
    draft: Draft, rows: list[dict[str, Any]], usual: Mapping[str, Fact]
) -> Iterator[tuple[str, dict[str, Fact]]]:
    """Yield the figures of each regimen; they stand in the place of usual ones."""
    known = [path.stem for path in files.paths("regimen")]
    for number, row in enumerate(rows, 1):
        place = f"regimens[{number}]"
        for key in row["numbers"]:
            if key not in usual:
                draft.refuse(place, "unknown_word", found=key, known=", ".join(usual))
        facts = {key: _fact(draft, key, one) for key, one in row["numbers"].items()}
        for key in row["keys"]:
            if key not in known:
                draft.refuse(place, "unknown_regimen", key=key, known=", ".join(known))
            yield key, facts


def _fact(draft: Draft, key: str, row: Mapping[str, Any]) -> Fact:
    (found,) = files.facts(key, row)
    _within(draft, f"numbers.{key}", row)
    return found


def _within(draft: Draft, place: str, row: Mapping[str, Any]) -> Decimal:
    """Return a number; a percentage of more than all is refused."""
    value = files.number(draft.path, place, row)
    if row["unit"] == "%" and value > _HIGHEST_PERCENT:
        draft.refuse(place, "too_large", most=_HIGHEST_PERCENT)
    return value


def _ice(
    draft: Draft, rows: list[dict[str, Any]]
) -> Iterator[tuple[int, tuple[int, int]]]:
    for number, row in enumerate(rows, 1):
        place = f"ice[{number}]"
        least = files.whole(draft.path, f"{place}.least", row["least"])
        most = files.whole(draft.path, f"{place}.most", row["most"])
        if not least <= most <= _HIGHEST_ICE:
            draft.refuse(f"{place}.most", "too_large", most=_HIGHEST_ICE)
        yield row["grade"], (least, most)


def _signs(draft: Draft, rows: list[dict[str, Any]]) -> Iterator[Sign]:
    for row in rows:
        place = f"signs.{row['key']}"
        code = read_code(draft, f"{place}.code", row["code"])
        percent = _within(draft, f"{place}.percent", row["percent"])
        if code is None:
            continue
        check_words(draft, f"{place}.is", code, [row["is"]])
        yield Sign(
            key=row["key"],
            illness=row["illness"],
            code=code,
            value=row["is"],
            from_grade=row["from_grade"],
            share=float(percent) / 100,
        )
