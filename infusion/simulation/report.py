"""What a run of the simulator says: curves, rates, what was noticed, the load of alerts.

The same stories give the same report, to the byte, in whatever order they come.
"""

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infusion.catalogue.simulation import Numbers
from infusion.domain.evidence import Fact
from infusion.domain.ladders import Severity
from infusion.domain.rates import Rate
from infusion.simulation import measuring
from infusion.simulation.measuring import (
    DAY,
    Asked,
    Changes,
    GradeRate,
    Load,
    Noticed,
    OnsetCurve,
    Waste,
)
from infusion.simulation.stories import CourseStory, RunFacts

_HOUR = dt.timedelta(hours=1)
_DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class AlertDay:
    """The alerts that were raised on one day of the courses, by severity."""

    day: int
    patients: int
    raised: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that is told of a run. ``assumed`` has no source and is shown so."""

    run: RunFacts
    courses: int
    days_on_ward: float
    days_at_home: float
    endings: dict[str, int]
    onsets: tuple[OnsetCurve, ...]
    rates: tuple[GradeRate, ...]
    noticed: tuple[Noticed, ...]
    severities: tuple[Load, ...]
    causes: tuple[Load, ...]
    rules: tuple[Load, ...]
    alert_days: tuple[AlertDay, ...]
    check_ins: Asked
    stops: int
    changes: Changes
    waste: Waste
    assumed: tuple[Fact, ...]

    @property
    def days(self) -> float:
        """Return the days of all courses."""
        return self.days_on_ward + self.days_at_home

    def as_json(self) -> str:
        """Return all of it as JSON; durations are in hours."""
        return json.dumps(_plain(self), ensure_ascii=False, indent=1, sort_keys=True)


def report_of(
    run: RunFacts, stories: Iterable[CourseStory], numbers: Numbers
) -> Report:
    """Return what some courses tell; they may come in any order."""
    told = sorted(stories, key=lambda one: one.index)
    return Report(
        run=run,
        courses=len(told),
        days_on_ward=sum(one.days_on_ward for one in told),
        days_at_home=sum(one.days_at_home for one in told),
        endings=_sorted_counts(one.ended_why.value for one in told),
        onsets=tuple(measuring.onset_curves(told, numbers)),
        rates=tuple(measuring.grade_rates(told, numbers)),
        noticed=tuple(measuring.noticed(told)),
        severities=measuring.loads(told, lambda one: [one.severity.value]),
        causes=measuring.loads(told, lambda one: [one.cause.value]),
        rules=measuring.loads(told, lambda one: dict.fromkeys(one.rules)),
        alert_days=_alert_days(told),
        check_ins=measuring.asked(told),
        stops=sum(len(one.stops) for one in told),
        changes=measuring.changes(told),
        waste=measuring.waste(told),
        assumed=numbers.assumed,
    )


def _sorted_counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _alert_days(stories: Sequence[CourseStory]) -> tuple[AlertDay, ...]:
    found = Counter(
        (one.raised // DAY, one.severity) for each in stories for one in each.alerts
    )
    return tuple(
        AlertDay(
            day=day + 1,
            patients=sum(one.days > day for one in stories),
            raised={one.value: found[day, one] for one in Severity},
        )
        for day in range(measuring.longest(stories))
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, (Rate, Fact)):
        return _rate(value) if isinstance(value, Rate) else _fact(value)
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {one.name: _plain(getattr(value, one.name)) for one in fields}
    if isinstance(value, dt.timedelta):
        value /= _HOUR
    return round(value, _DIGITS) if isinstance(value, float) else value


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "events": rate.events,
        "of": rate.of,
        "percent": _plain(rate.percent),
        "from_percent": _plain(low),
        "to_percent": _plain(high),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "path": fact.path,
        "value": fact.value,
        "unit": fact.unit,
        "mark": fact.mark.value,
        "sources": list(fact.sources),
        "note": {"en": fact.note.en, "zh": fact.note.zh},
    }
