"""Courses written down as a table: who is given what, when, and what is still open."""

import datetime as dt
from collections.abc import Mapping

from infusion import catalogue
from infusion.domain.blocks import TIMELESS
from infusion.domain.conditions import FactKind, KnownFact
from infusion.domain.regimens import Regimen
from infusion.domain.walks import (
    OutlookItem,
    RoundStatus,
    Verdict,
    WalkedRound,
    branches,
    outlook,
)
from tests.spec.examples import Row

# A Monday: every course in the tables starts on it.
MONDAY = dt.date(2026, 3, 2)
_INVENTED = {
    "hours": "672",
    "free_days": "14",
    "inpatient_days": "3",
    "times": "2",
    "days": "1",
    "fixed_from_kg": "45",
    "fixed_mcg": "28",
    "per_m2_mcg": "15",
    "cap_mcg": "28",
}
Facts = tuple[KnownFact, ...]


def rows(text: str) -> tuple[Row, ...]:
    """Read a table, one row a line: "e1910 | induction-1 | 2026-03-02"."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines)


def known(text: str) -> Facts:
    """Read "REMISSION=CR MRD=0.00005@FLOW": kind, value and, for MRD, the assay."""
    return tuple(_fact(part) for part in text.split())


def _fact(text: str) -> KnownFact:
    kind, _, said = text.partition("=")
    value, _, assay = said.partition("@")
    return KnownFact(kind=FactKind(kind), value=value, assay=assay)


def chosen(text: str) -> dict[str, str]:
    """Read "ia>ic ii-2>iii-three": at this block the physician took that way."""
    return dict(part.split(">") for part in text.split())


def ways(key: str, block: str, facts: str, verdict: Verdict) -> str:
    """Write the ways out of a block that facts leave open: "1:ib 3:ii-1"."""
    found = branches(catalogue.get_regimen(key).block(block), known(facts))
    return " ".join(
        f"{number}:{branch.to}"
        for number, branch in enumerate(found, 1)
        if branch.verdict == verdict
    )


def course(
    regimen: Regimen, decisions: Mapping[str, str] | None = None
) -> tuple[OutlookItem, ...]:
    """Return a course from Monday on, with what was decided at the forks."""
    open_, walked = dict(decisions or {}), ()
    while True:
        items = outlook(regimen, walked, starts_on=None if walked else MONDAY)
        fork = _first_fork(items[len(walked) :], open_)
        if fork is None:
            assert not open_, f"never came to {', '.join(open_)}"
            return items
        done = items[: items.index(fork) + 1]
        walked = tuple(_walked(done, open_.pop(fork.block.key)))


def _first_fork(
    items: tuple[OutlookItem, ...], decisions: Mapping[str, str]
) -> OutlookItem | None:
    for item in items:
        if item.block.key in decisions and item.ordinal == item.block.times:
            return item
    return None


def _walked(items: tuple[OutlookItem, ...], last: str) -> list[WalkedRound]:
    """Return rounds as given, each moved on to the next."""
    onward = [item.block.key for item in items[1:]] + [last]
    return [
        WalkedRound(
            block=item.block.key,
            ordinal=item.ordinal,
            status=RoundStatus.COMPLETED,
            starts_on=item.starts_on,
            ended_on=None if item.block.kind in TIMELESS else item.ends_on,
            moved_on_to=to,
            cycle=item.cycle,
        )
        for item, to in zip(items, onward, strict=True)
    ]


def filled_in(key: str, told: Mapping[str, str] | None = None) -> Regimen:
    """Return a regimen with what is missing filled in by numbers invented for tests.

    ``told`` holds the value of a place where a test wants one of its own.
    """
    regimen = catalogue.get_regimen(key)
    open_ = dict(told or {})
    values = {
        one.place: {
            "value": open_.pop(one.place, None)
            or _invented(regimen, one.place, one.unit),
            "unit": one.unit,
            "source": "invented for tests",
            "note": "",
        }
        for one in regimen.missing
        # A bag recipe is a file of its own; it can't be made up here.
        if one.place != "recipes"
    }
    assert not open_, f"{key} does not miss {', '.join(open_)}"
    return catalogue.regimen_from(catalogue.completed(catalogue.document(key), values))


def _invented(regimen: Regimen, place: str, unit: str) -> str:
    name = place.rpartition(".")[2]
    if name == "steps_missing":
        return f"0:{list(regimen.doses.levels)[-1]}"
    if name == "length_days":
        return "42" if regimen.block(place.split(".")[1]).is_cycle else "21"
    if name in _INVENTED:
        return _INVENTED[name]
    assert not unit, f"nothing invented for {place} in {unit}"
    return "as the site decided"


def written(item: OutlookItem) -> tuple[str, str, str, str, str]:
    """Write a round as a row: block, round, cycle, first and last day."""
    return (
        item.block.key,
        str(item.ordinal),
        str(item.cycle or "-"),
        str(item.starts_on or "-"),
        str(item.ends_on or "-"),
    )
