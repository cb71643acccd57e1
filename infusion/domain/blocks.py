"""The blocks a regimen is made of: what is given, how long, and what opens the next.

Sources: regimen report, sections 1.0 (block templates) and 1.3 (what a model must carry).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.conditions import Condition
from infusion.domain.courses import Text
from infusion.domain.instants import DAY, HOUR, days_begun
from infusion.domain.refusals import Refusal


class RegimenNotSane(Refusal):
    """The regimen contradicts itself; the file is wrong.

    ``field`` is the reason's key, ``place`` where in the file it shows.
    """

    code = "regimen_not_sane"


class BlockKind(StrEnum):
    """What a block is for."""

    PREPHASE = "PREPHASE"
    CHEMOTHERAPY = "CHEMOTHERAPY"
    IMMUNOTHERAPY = "IMMUNOTHERAPY"
    TARGETED = "TARGETED"
    BLINATUMOMAB = "BLINATUMOMAB"
    COMBINED = "COMBINED"
    MAINTENANCE = "MAINTENANCE"
    DECISION = "DECISION"
    EXIT = "EXIT"


# Blocks that take no time: a decision is made on a day, an exit leaves the regimen.
TIMELESS = frozenset({BlockKind.DECISION, BlockKind.EXIT})


class Route(StrEnum):
    """How a drug gets into the patient."""

    IV = "IV"
    SC = "SC"
    PO = "PO"
    IT = "IT"
    RADIOTHERAPY = "RADIOTHERAPY"
    UNSTATED = "UNSTATED"


class Rhythm(StrEnum):
    """In which pattern a drug is given: one by one, every day, or without a break."""

    DISCRETE = "DISCRETE"
    DAILY = "DAILY"
    CONTINUOUS = "CONTINUOUS"


class After(StrEnum):
    """When a way out of a repeated block is open: after each round or the last one."""

    EACH = "EACH"
    LAST = "LAST"


class Edge(StrEnum):
    """Which end of an earlier block a length is measured from."""

    START = "START"
    END = "END"


@dataclass(frozen=True, kw_only=True)
class DoseStep:
    """From this delivered hour on the dose is that of the level."""

    from_hour: int
    level: str


@dataclass(frozen=True, kw_only=True)
class CyclePattern:
    """What one blinatumomab cycle looks like.

    ``infusion_hours`` are delivered hours; ``free_days`` is None where no source gives
    the treatment-free days. ``inpatient_days`` is None where the source asks for
    supervision at the start without a number of days.
    """

    infusion_hours: int
    free_days: int | None
    steps: tuple[DoseStep, ...]
    inpatient_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse steps outside the infusion or out of order.

        :raises RegimenNotSane: when the pattern contradicts itself.
        """
        hours = [step.from_hour for step in self.steps]
        in_order = hours == sorted(set(hours)) and hours[:1] == [0]
        if not in_order or hours[-1] >= self.infusion_hours:
            raise RegimenNotSane(field="steps")
        if self.infusion_hours <= 0 or (self.free_days or 0) < 0:
            raise RegimenNotSane(field="infusion")

    def level_at(self, hour: Decimal) -> str:
        """Return the dose level at a delivered hour."""
        return [step.level for step in self.steps if step.from_hour <= hour][-1]

    def segments(self) -> tuple[tuple[int, int, str], ...]:
        """Return (from hour, to hour, level) for each stretch of one dose."""
        ends = [step.from_hour for step in self.steps[1:]] + [self.infusion_hours]
        return tuple(
            (step.from_hour, end, step.level)
            for step, end in zip(self.steps, ends, strict=True)
        )

    @property
    def length_days(self) -> int | None:
        """Return the days of the infusion and of the free interval, or None."""
        if self.free_days is None:
            return None
        return days_begun(self.infusion_hours * HOUR) + self.free_days


@dataclass(frozen=True, kw_only=True)
class Given:
    """A drug or procedure beside the infusion: shown, never given by the service.

    ``days`` count from day 1 of the block; empty where no source gives them. ``times`` is
    how often in all, where only that is known. ``through_free`` says that an oral drug
    runs on through the treatment-free days.
    """

    drug: Text
    route: Route
    rhythm: Rhythm
    days: tuple[int, ...] = ()
    times: int | None = None
    dose: Text | None = None
    through_free: bool = False

    def dates(self, starts_on: dt.date | None) -> tuple[dt.date, ...]:
        """Return the days it is given on in a round that begins on a day."""
        if starts_on is None:
            return ()
        return tuple(starts_on + dt.timedelta(days=day - 1) for day in self.days)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What must be true before a block may start: asked of a person, with values.

    ``text`` says it in words; ``thresholds`` are sourced or site-signed limits.
    """

    text: Text
    thresholds: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Until:
    """A block that lasts until a time counted from an earlier block, in days."""

    anchor: str
    edge: Edge
    days: int


@dataclass(frozen=True, kw_only=True)
class Successor:
    """A way out of a block; every condition must hold.

    An ``optional`` way may be taken instead of going on, such as a transplant after any
    cycle: going on asks for no decision.
    """

    to: str
    when: tuple[Condition, ...] = ()
    after: After = After.LAST
    optional: bool = False
    text: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A step of a regimen.

    ``times`` is how often it is given in a row before its last way out opens. Days are
    None where no source gives them; a block with ``until`` ends by an earlier anchor.
    ``reentry`` names the regimen that follows an exit, such as after transplant.
    """

    key: str
    kind: BlockKind
    title: Text
    row: str = ""
    times: int = 1
    own_days: int | None = None
    pattern: CyclePattern | None = None
    until: Until | None = None
    gate: Gate | None = None
    given: tuple[Given, ...] = ()
    successors: tuple[Successor, ...] = ()
    reentry: str | None = None

    def __post_init__(self) -> None:
        """Refuse a block that can't be.

        :raises RegimenNotSane: when it takes no round, when its length and its infusion
            disagree, or when an infusion stands in a block of another kind.
        """
        if self.times < 1:
            raise RegimenNotSane(field="times", place=self.key)
        if self.pattern and self.kind not in {
            BlockKind.BLINATUMOMAB,
            BlockKind.COMBINED,
        }:
            raise RegimenNotSane(field="infusion_kind", place=self.key)
        planned = self.pattern.length_days if self.pattern else None
        if (
            self.own_days is not None
            and planned is not None
            and self.own_days < planned
        ):
            raise RegimenNotSane(field="length_days", place=self.key)

    @property
    def is_cycle(self) -> bool:
        """Say whether blinatumomab runs in it, so that it becomes a cycle."""
        return self.kind in {BlockKind.BLINATUMOMAB, BlockKind.COMBINED}

    @property
    def length_days(self) -> int | None:
        """Return the days from its day 1 to the next block's, or None if not known."""
        if self.kind in TIMELESS:
            return 0
        if self.own_days is not None:
            return self.own_days
        return self.pattern.length_days if self.pattern else None

    def ways_out(self, *, is_last_round: bool) -> Iterator[Successor]:
        """Return the successors that may be taken after a round, in file order."""
        for successor in self.successors:
            if is_last_round or successor.after == After.EACH:
                yield successor


def inpatient_until(pattern: CyclePattern, start: dt.datetime) -> dt.datetime | None:
    """Return the end of the recommended hospital stay: whole days of 24 h from start."""
    if pattern.inpatient_days is None:
        return None
    return start + pattern.inpatient_days * DAY
