"""A regimen: how many cycles, how long each, which dose when, and what surrounds it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.doses import DoseTable
from infusion.domain.evidence import Fact
from infusion.domain.refusals import Refusal


class RegimenUnknown(Refusal):
    """There is no regimen of this key."""

    code = "regimen_unknown"


class CycleNotInRegimen(Refusal):
    """The regimen has no cycle of this number."""

    code = "cycle_not_in_regimen"


class RegimenNotSane(Refusal):
    """The regimen contradicts itself; the file is wrong."""

    code = "regimen_not_sane"


class Trigger(StrEnum):
    """What makes a premedication due."""

    CYCLE_START = "CYCLE_START"
    DOSE_STEP = "DOSE_STEP"
    RESTART = "RESTART"


class AgeBand(StrEnum):
    """For whom a rule is written."""

    ADULT = "ADULT"
    CHILD = "CHILD"


@dataclass(frozen=True, kw_only=True)
class DoseStep:
    """From this delivered hour on the dose is that of the level."""

    from_hour: int
    level: str


@dataclass(frozen=True, kw_only=True)
class CyclePattern:
    """What the cycles from ``first`` to ``last`` look like.

    ``inpatient_days`` is None where the source asks for supervision at the start
    without giving a number of days.
    """

    first: int
    last: int
    infusion_hours: int
    free_days: int
    steps: tuple[DoseStep, ...]
    inpatient_days: int | None

    def __post_init__(self) -> None:
        """Refuse steps outside the infusion or out of order.

        :raises RegimenNotSane: when the pattern contradicts itself.
        """
        hours = [step.from_hour for step in self.steps]
        in_order = hours == sorted(set(hours)) and hours[:1] == [0]
        if not in_order or hours[-1] >= self.infusion_hours:
            raise RegimenNotSane(field="steps")
        if self.first > self.last or self.infusion_hours <= 0 or self.free_days < 0:
            raise RegimenNotSane(field="cycles")

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


@dataclass(frozen=True, kw_only=True)
class Premedication:
    """A premedication the label asks for; shown, never given by the service."""

    trigger: Trigger
    age_band: AgeBand
    cycles: tuple[int, ...] | None
    text: Text


@dataclass(frozen=True, kw_only=True)
class Regimen:
    """One label use or protocol, at one version, under one jurisdiction."""

    key: str
    version: str
    title: Text
    jurisdiction: str
    label_id: str
    label_revision: str
    recipe_keys: tuple[str, ...]
    doses: DoseTable
    patterns: tuple[CyclePattern, ...]
    premedication: tuple[Premedication, ...]
    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        """Refuse cycles with holes between them and levels without a dose.

        :raises RegimenNotSane: when the regimen contradicts itself.
        """
        expected = 1
        for pattern in self.patterns:
            if pattern.first != expected:
                raise RegimenNotSane(field="cycles")
            if any(step.level not in self.doses.levels for step in pattern.steps):
                raise RegimenNotSane(field="steps")
            expected = pattern.last + 1
        if not self.patterns:
            raise RegimenNotSane(field="cycles")

    @property
    def max_cycles(self) -> int:
        """Return the largest number of cycles of the regimen."""
        return self.patterns[-1].last

    def pattern(self, number: int) -> CyclePattern:
        """Return what a cycle looks like.

        :raises CycleNotInRegimen: when there is none of this number.
        """
        for pattern in self.patterns:
            if pattern.first <= number <= pattern.last:
                return pattern
        raise CycleNotInRegimen(field="cycles", max_cycles=self.max_cycles)


def inpatient_until(pattern: CyclePattern, start: dt.datetime) -> dt.datetime | None:
    """Return the end of the recommended hospital stay: whole days of 24 h from start."""
    if pattern.inpatient_days is None:
        return None
    return start + dt.timedelta(days=pattern.inpatient_days)
