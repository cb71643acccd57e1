"""Changes of the dose within a cycle, and the stretches of one dose that follow.

A change counts from a delivered position on, so a restart that comes later than it was
thought moves the step with it. The hours of the cycle stay what they are. Sources: label
fact sheet section 8.1 (after a toxicity the low dose again, the full dose after 7 days)
and 1.1 (doses by weight). No source says whether a repeated cycle begins with the low
step: that is a physician's answer, kept as a change of its own.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.bags import Line, Stretch
from infusion.domain.blocks import CyclePattern
from infusion.domain.clock import Ledger
from infusion.domain.doses import DosingWeight
from infusion.domain.instants import keep_in_utc
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen

ZERO = dt.timedelta(0)
_HOUR = dt.timedelta(hours=1)


class DoseChangeKind(StrEnum):
    """What changes."""

    # The low level again, then what the block gives at that position.
    RESTART_LOW = "RESTART_LOW"
    # Another dosing weight.
    WEIGHT = "WEIGHT"
    # A cycle ordered after a stop begins with the low level, whatever its block says.
    START_LOW = "START_LOW"
    # A cycle ordered after a stop begins with the last level of its block.
    START_FULL = "START_FULL"


_AT_START = frozenset({DoseChangeKind.START_LOW, DoseChangeKind.START_FULL})
_LOW = frozenset({DoseChangeKind.RESTART_LOW, DoseChangeKind.START_LOW})


class DoseChangeNotSane(Refusal):
    """The change does not say what its kind needs."""

    code = "dose_change_not_sane"


class LowStepUnknown(Refusal):
    """No source gives this regimen a low level or how long it runs."""

    code = "low_step_unknown"


@dataclass(frozen=True, kw_only=True)
class LowStep:
    """The low level and for how many delivered hours it runs."""

    level: str
    hours: int


@dataclass(frozen=True, kw_only=True)
class DoseChange:
    """One change of the dose of a cycle from an instant on.

    ``low`` is said of the kinds with a low level, ``weight`` of a change of weight.
    """

    from_at: dt.datetime
    kind: DoseChangeKind
    low: LowStep | None = None
    weight: DosingWeight | None = None

    def __post_init__(self) -> None:
        """Refuse a change without what it needs, and keep instants in UTC.

        :raises DoseChangeNotSane: when the low step or the weight is missing or too much.
        :raises NaiveTime: when the instant has no offset.
        """
        keep_in_utc(self, "from_at")
        if (self.low is not None) != (self.kind in _LOW):
            raise DoseChangeNotSane(field="low")
        if (self.weight is not None) != (self.kind == DoseChangeKind.WEIGHT):
            raise DoseChangeNotSane(field="weight_kg")
        if self.low is not None and self.low.hours <= 0:
            raise DoseChangeNotSane(field="low_hours")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A change with the delivered position from which it counts."""

    position: dt.timedelta
    change: DoseChange

    @property
    def low_until(self) -> dt.timedelta:
        """Return the position at which its low level ends."""
        low = self.change.low
        return self.position + (low.hours if low else 0) * _HOUR


def turns_of(
    changes: Iterable[DoseChange], ledger: Ledger, line: Line, now: dt.datetime
) -> tuple[Turn, ...]:
    """Return the changes with their positions, in the order in which they count.

    Of two at one position the one given later counts.
    """
    found = (
        Turn(position=_position(one, ledger, line, now), change=one) for one in changes
    )
    return tuple(sorted(found, key=lambda turn: turn.position))


def _position(
    change: DoseChange, ledger: Ledger, line: Line, now: dt.datetime
) -> dt.timedelta:
    if change.kind in _AT_START:
        return ZERO
    if ledger.events and change.from_at <= now:
        return ledger.delivered(change.from_at)
    return max(ZERO, line.position(change.from_at))


def low_step(regimen: Regimen, block: str) -> LowStep:
    """Return the low level and its hours: of the block, else of the regimen's first step.

    :raises LowStepUnknown: when no block of the regimen begins with a low level.
    """
    own = regimen.block(block)
    for one in (own, *regimen.blocks):
        steps = one.pattern.steps if one.pattern else ()
        if len(steps) > 1:
            return LowStep(level=steps[0].level, hours=steps[1].from_hour)
    raise LowStepUnknown(field="level")


def stretches_over(
    pattern: CyclePattern,
    turns: Sequence[Turn],
    weight: DosingWeight,
    dose: Callable[[str, DosingWeight], Decimal],
) -> tuple[Stretch, ...]:
    """Return the stretches of one dose over the whole cycle.

    ``dose`` gives the daily dose in mcg of a level at a weight.
    """
    total = pattern.infusion_hours * _HOUR
    found: list[Stretch] = []
    edges = _edges(pattern, turns, total)
    for start, end in itertools.pairwise(edges):
        level = level_at(pattern, turns, start)
        mcg = dose(level, weight_at(turns, weight, start))
        begins = start
        if found and (found[-1].level, found[-1].daily_dose_mcg) == (level, mcg):
            begins = found.pop().start
        found.append(Stretch(start=begins, end=end, level=level, daily_dose_mcg=mcg))
    return tuple(found)


def _edges(
    pattern: CyclePattern, turns: Sequence[Turn], total: dt.timedelta
) -> list[dt.timedelta]:
    edges = {step.from_hour * _HOUR for step in pattern.steps} | {total}
    for turn in turns:
        edges |= {turn.position, turn.low_until}
    return sorted(edge for edge in edges if edge <= total)


def level_at(
    pattern: CyclePattern, turns: Sequence[Turn], position: dt.timedelta
) -> str:
    """Return the level at a position: a low one that runs, else the block's."""
    lows = [
        turn.change.low.level
        for turn in turns
        if turn.change.low and turn.position <= position < turn.low_until
    ]
    if lows:
        return lows[-1]
    if any(turn.change.kind == DoseChangeKind.START_FULL for turn in turns):
        return pattern.steps[-1].level
    return pattern.level_at(Decimal(position // dt.timedelta(seconds=1)) / 3600)


def weight_at(
    turns: Sequence[Turn], weight: DosingWeight, position: dt.timedelta
) -> DosingWeight:
    """Return the dosing weight at a position."""
    for turn in turns:
        if turn.change.weight and turn.position <= position:
            weight = turn.change.weight
    return weight


def lightest(
    turns: Sequence[Turn], weight: DosingWeight, begun: dt.timedelta
) -> DosingWeight:
    """Return the least weight from a position on: what a bag may be depends on it."""
    later = [
        turn.change.weight
        for turn in turns
        if turn.change.weight and turn.position > begun
    ]
    return min([weight_at(turns, weight, begun), *later], key=lambda one: one.weight_kg)
