"""A course's way to its end as people look at it: what was, what is due, what may come."""

import datetime as dt
import uuid
from dataclasses import dataclass

from infusion.domain.conditions import KnownFact
from infusion.domain.courses import Text
from infusion.domain.regimens import Cap, Regimen
from infusion.domain.standings import Standing
from infusion.domain.states import CourseStatus
from infusion.domain.walks import OutlookItem, Verdict, WalkedRound


@dataclass(frozen=True, kw_only=True)
class FactTaken:
    """A fact and the day it was found; ``is_computed`` is what nobody had to type."""

    fact: KnownFact
    taken_on: dt.date | None
    is_computed: bool = False


@dataclass(frozen=True, kw_only=True)
class DecisionState:
    """Who took which way, on which facts, under which version of the regimen."""

    id: uuid.UUID
    block: str
    ordinal: int
    to: str
    response: str
    facts: tuple[FactTaken, ...]
    verdict: Verdict
    reason: str
    decided_by_name: str
    decided_at: dt.datetime
    regimen_version: str


@dataclass(frozen=True, kw_only=True)
class GateState:
    """Who let a block begin, on which facts."""

    block: str
    ordinal: int
    passed_at: dt.datetime
    passed_by_name: str
    facts: tuple[FactTaken, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class CapPassed:
    """The planned ``cycle`` lies beyond the ``cycles`` that the payer pays."""

    payer: Text
    cycles: int
    cycle: int


@dataclass(frozen=True, kw_only=True)
class CourseOutlook:
    """A course from its first block to the end of its regimen, as of a day.

    ``newer_version`` is the version in force when it is not the one the course was
    ordered under.
    """

    course_id: uuid.UUID
    version: int
    status: CourseStatus
    regimen: Regimen
    regimen_version: str
    newer_version: str
    on: dt.date
    walked: tuple[WalkedRound, ...]
    items: tuple[OutlookItem, ...]
    standing: Standing
    facts: tuple[FactTaken, ...]
    decisions: tuple[DecisionState, ...]
    gates: tuple[GateState, ...]
    cycles_planned: int
    cycles_given: int
    warnings: tuple[CapPassed, ...]


def caps_passed(caps: tuple[Cap, ...], cycle: int) -> tuple[CapPassed, ...]:
    """Return the payers for whom a cycle is one too many."""
    return tuple(
        CapPassed(payer=cap.payer, cycles=cap.cycles, cycle=cycle)
        for cap in caps
        if cycle > cap.cycles
    )
