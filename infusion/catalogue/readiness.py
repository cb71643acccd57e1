"""The checklist before a patient goes home, with the numbers of a site in it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from infusion.catalogue import files
from infusion.catalogue.policies import SitePolicy, proposals
from infusion.catalogue.reasons import reason
from infusion.domain.readiness import (
    Ages,
    Check,
    Criterion,
    FactType,
    Form,
    Item,
    Kind,
    Need,
)

# The site value that names soft criteria which are hard there.
HARDER = "readiness_harder"
_UNITS = {
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
    "min": dt.timedelta(minutes=1),
}
# What each check cannot do without.
_LIMITED = frozenset(
    {Check.AT_LEAST, Check.AT_MOST, Check.BELOW, Check.UPPER_LIMITS, Check.FREE_SINCE}
)
_SPANNED = frozenset({Check.FREE_SINCE, Check.COVERS})
_COMPARED = frozenset({Check.NOT_ABOVE, Check.NOT_BELOW, Check.NOT_BEFORE})


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """One file: what can be recorded, and the criteria before a site's numbers."""

    key: str
    version: str
    facts: Mapping[str, FactType]
    rows: tuple[Mapping[str, Any], ...]


@cache
def shipped_checklist() -> Checklist:
    """Return the checklist that ships."""
    return read_checklist(files.ROOT / "readiness" / "home.toml")


def fact_types() -> Mapping[str, FactType]:
    """Return everything that can be known, by kind."""
    return shipped_checklist().facts


def read_checklist(path: Path) -> Checklist:
    """Read one checklist.

    :raises CatalogueFileRefused: when the file is not sound.
    """
    data = files.read(path, "readiness")
    checklist = Checklist(
        key=data["key"],
        version=data["version"],
        facts={key: _fact_type(key, row) for key, row in data["facts"].items()},
        rows=tuple(data["criteria"]),
    )
    for place, why in _faults(checklist):
        raise files.CatalogueFileRefused(path, place, why)
    return checklist


def _fact_type(key: str, row: Mapping[str, Any]) -> FactType:
    return FactType(
        key=key,
        title=files.text(row["title"]),
        form=Form(row["form"]),
        unit=row.get("unit", ""),
        least=Decimal(row["least"]) if "least" in row else None,
        most=Decimal(row["most"]) if "most" in row else None,
        items=tuple(
            Item(key=item["key"], title=files.text(item["title"]))
            for item in row.get("items", ())
        ),
        is_derived=row.get("derived", False),
    )


def _faults(checklist: Checklist) -> Iterator[tuple[str, Any]]:
    """Yield what a schema cannot see: names without a thing, hard ones waived."""
    keys = [row["key"] for row in checklist.rows]
    for number, row in enumerate(checklist.rows, 1):
        place = f"criteria[{number}]"
        if keys.count(row["key"]) > 1:
            yield f"{place}.key", reason("criterion_twice", key=row["key"])
        if row["kind"] == Kind.HARD and row["waive"]:
            yield f"{place}.waive", reason("hard_waived")
        if "age_line" in row and row["age_line"] not in proposals():
            yield f"{place}.age_line", reason("unknown_value", key=row["age_line"])
        for index, need in enumerate(row["needs"], 1):
            yield from _need_faults(f"{place}.needs[{index}]", need, checklist)


def _need_faults(
    place: str, need: Mapping[str, Any], checklist: Checklist
) -> Iterator[tuple[str, Any]]:
    asked = checklist.facts.get(need["fact"])
    items = {item.key for item in asked.items} if asked else set()
    if asked is None or need.get("item", "") not in (items or {""}):
        missing = reason("unknown_fact", key=need["fact"], item=need.get("item", "-"))
        yield f"{place}.fact", missing
    check = Check(need["check"])
    if check in _COMPARED or "other" in need:
        other = need.get("other", "")
        if other not in checklist.facts:
            yield f"{place}.other", reason("unknown_fact", key=other or "-", item="-")
    wanted = {"limit": check in _LIMITED, "span": check in _SPANNED, "max_age": False}
    for name, is_wanted in wanted.items():
        if (is_wanted or name in need) and need.get(name) not in proposals():
            yield f"{place}.{name}", reason("unknown_value", key=need.get(name, "-"))


def criteria_of(
    policy: SitePolicy, checklist: Checklist | None = None
) -> tuple[Criterion, ...]:
    """Return the criteria with the numbers of a site in them.

    A site may make a soft criterion hard; nothing makes a hard one softer, and none can
    be left out.
    """
    found = checklist or shipped_checklist()
    return tuple(_criterion(row, policy, found.key) for row in found.rows)


def _criterion(row: Mapping[str, Any], policy: SitePolicy, key: str) -> Criterion:
    (published,) = files.facts(f"{key}: {row['key']}", row["published"])
    kind = Kind(row["kind"])
    if row["key"] in policy.criteria(HARDER):
        kind = Kind.HARD
    age_line = row.get("age_line")
    return Criterion(
        key=row["key"],
        kind=kind,
        title=files.text(row["title"]),
        question=files.text(row["question"]),
        published=published,
        needs=tuple(_need(need, policy) for need in row["needs"]),
        waivable_by=frozenset(row["waive"]) if kind is Kind.SOFT else frozenset(),
        age_line=int(policy.number(age_line)) if age_line else None,
        numbers=tuple(policy.shown(name) for name in _names(row)),
    )


def _need(row: Mapping[str, Any], policy: SitePolicy) -> Need:
    return Need(
        fact=row["fact"],
        item=row.get("item", ""),
        check=Check(row["check"]),
        limit=policy.limit(row["limit"]) if "limit" in row else None,
        span=_span(policy, row.get("span")),
        max_age=_span(policy, row.get("max_age")),
        other=row.get("other", ""),
        either=row.get("either", ""),
        ages=Ages(row.get("ages", "ALL")),
    )


def _span(policy: SitePolicy, name: str | None) -> dt.timedelta | None:
    if name is None:
        return None
    unit = _UNITS[proposals()[name].fact.unit]
    return unit * int(policy.number(name))


def _names(row: Mapping[str, Any]) -> list[str]:
    """Return the site values of a criterion, each once, in the order of its needs."""
    names = [
        need[name]
        for need in row["needs"]
        for name in ("limit", "span", "max_age")
        if name in need
    ]
    return list(
        dict.fromkeys([*names, *([row["age_line"]] if "age_line" in row else [])])
    )
