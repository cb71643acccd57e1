"""Counts many stories: how often, how soon, how many of how many."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from infusion.catalogue.simulation import Numbers
from infusion.domain.evidence import Fact
from infusion.domain.ladders import Severity
from infusion.domain.rates import Rate
from infusion.domain.triage import Colour
from infusion.simulation.illnesses import SEVERE
from infusion.simulation.stories import (
    AlertTold,
    ChangeTold,
    CheckInTold,
    CourseStory,
    Illness,
    IllnessTold,
)

Told = TypeVar("Told")

DAY = dt.timedelta(days=1)
GROUPS = ("ADULT", "CHILD")
ANY = 1
_MIDDLE, _MOST = 50, 90


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Some durations: how many, the middle one, and what nine in ten stay within."""

    of: int
    p50: dt.timedelta | None
    p90: dt.timedelta | None


@dataclass(frozen=True, kw_only=True)
class OnsetCurve:
    """How many had begun to be ill by the end of each day, beside the published median.

    ``at_risk`` are all patients, ``median`` is of those who fell ill.
    """

    illness: Illness
    at_risk: int
    by_day: tuple[int, ...]
    median: dt.timedelta | None
    published: Fact


@dataclass(frozen=True, kw_only=True)
class GradeRate:
    """How many patients of a group had at least a grade, beside the published figure.

    ``own`` is what they truly had, ``recorded`` what stands in the record of them.
    """

    illness: Illness
    group: str
    grade: int
    own: Rate
    recorded: Rate
    published: Fact


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """Illnesses of one worst grade that began at home: how many were noticed, how soon.

    ``flagged`` is by a check-in that was amber or red, ``red`` by a red one, ``recorded``
    as an adverse event. ``asked`` had an answered check-in while they lasted.
    """

    illness: Illness
    peak_grade: int
    asked: Rate
    flagged: Rate
    red: Rate
    recorded: Rate
    to_flag: Spread
    to_red: Spread


@dataclass(frozen=True, kw_only=True)
class Load:
    """The alerts of one kind; ``per_day`` is of one patient's course."""

    name: str
    raised: int
    per_day: float | None
    with_reason: Rate
    taken: Rate
    exhausted: Rate
    to_take: Spread
    to_end: Spread


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The check-ins; what is said of colours is of those that were answered.

    ``flagged_though_well`` were amber or red and nothing was wrong.
    """

    planned: int
    missed: Rate
    to_answer: Spread
    colours: dict[str, int]
    flagged_though_well: Rate
    green_though_ill: Rate
    green_though_severe: Rate


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The changes of bags."""

    done: int
    never_done: int
    at_home: Rate
    off_hours: Rate
    late: Spread


@dataclass(frozen=True, kw_only=True)
class Waste:
    """What was made and not infused, by course."""

    bags: float | None
    vials: float | None
    micrograms: float | None


def spread(values: Iterable[dt.timedelta]) -> Spread:
    """Return what is told of some durations; of none nothing."""
    ordered = sorted(values)
    return Spread(
        of=len(ordered), p50=_nearest(ordered, _MIDDLE), p90=_nearest(ordered, _MOST)
    )


def _nearest(ordered: Sequence[dt.timedelta], percent: int) -> dt.timedelta | None:
    """Return the smallest value that so many percent do not exceed."""
    if not ordered:
        return None
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def share(of: Collection[Told], having: Callable[[Told], object]) -> Rate:
    """Return how many of some have something."""
    return Rate(events=sum(bool(having(one)) for one in of), of=len(of))


def per(amount: float, of: float) -> float | None:
    """Return how much there is of something for each; None of none."""
    return amount / of if of else None


def onset_curves(
    stories: Sequence[CourseStory], numbers: Numbers
) -> Iterator[OnsetCurve]:
    """Yield a curve for each illness over the longest course."""
    days = longest(stories)
    for illness in Illness:
        had = [one.onset for one in _had(stories, illness)]
        yield OnsetCurve(
            illness=illness,
            at_risk=len(stories),
            by_day=tuple(
                sum(one < day * DAY for one in had) for day in range(1, days + 1)
            ),
            median=spread(had).p50,
            published=numbers.facts[f"{illness.value.lower()}_onset_days"],
        )


def longest(stories: Iterable[CourseStory]) -> int:
    """Return the days of the longest course, a day that began counted whole."""
    return max((-(-int(one.days * 24) // 24) for one in stories), default=0)


def _had(stories: Iterable[CourseStory], illness: Illness) -> Iterator[IllnessTold]:
    return (one for each in stories for one in each.illnesses if one.illness == illness)


def grade_rates(
    stories: Sequence[CourseStory], numbers: Numbers
) -> Iterator[GradeRate]:
    """Yield the rates of every group that was simulated, any grade and severe."""
    for illness in Illness:
        for group in GROUPS:
            members = [one for one in stories if one.group == group]
            for grade, middle in ((ANY, "percent"), (SEVERE, "3_percent")):
                if not members:
                    continue
                key = f"{illness.value.lower()}_{middle}_{group.lower()}"
                yield GradeRate(
                    illness=illness,
                    group=group,
                    grade=grade,
                    own=share(members, _reached(illness, grade)),
                    recorded=share(members, _recorded(illness, grade)),
                    published=numbers.facts[key],
                )


def _reached(illness: Illness, grade: int) -> Callable[[CourseStory], bool]:
    return lambda story: any(one.peak_grade >= grade for one in _had([story], illness))


def _recorded(illness: Illness, grade: int) -> Callable[[CourseStory], bool]:
    return lambda story: any(
        max(one.recorded_grades, default=0) >= grade for one in _had([story], illness)
    )


def noticed(stories: Sequence[CourseStory]) -> Iterator[Noticed]:
    """Yield what became of the illnesses that began at home, by worst grade."""
    for illness in Illness:
        at_home = [one for one in _had(stories, illness) if one.at_home_at_onset]
        for grade in sorted({one.peak_grade for one in at_home}):
            yield _noticed(
                illness, grade, [one for one in at_home if one.peak_grade == grade]
            )


def _noticed(illness: Illness, grade: int, had: list[IllnessTold]) -> Noticed:
    return Noticed(
        illness=illness,
        peak_grade=grade,
        asked=share(had, lambda one: one.asked),
        flagged=share(had, lambda one: one.flagged_after is not None),
        red=share(had, lambda one: one.red_after is not None),
        recorded=share(had, lambda one: one.recorded_after is not None),
        to_flag=spread(
            one.flagged_after for one in had if one.flagged_after is not None
        ),
        to_red=spread(one.red_after for one in had if one.red_after is not None),
    )


def loads(
    stories: Sequence[CourseStory], names: Callable[[AlertTold], Iterable[str]]
) -> tuple[Load, ...]:
    """Return the alerts by the names that each has, the most frequent first."""
    by_name: dict[str, list[AlertTold]] = {}
    for one in chain.from_iterable(each.alerts for each in stories):
        for name in names(one):
            by_name.setdefault(name, []).append(one)
    days = sum(one.days for one in stories)
    found = (_load(name, had, days) for name, had in by_name.items())
    return tuple(sorted(found, key=lambda one: (-one.raised, one.name)))


def _load(name: str, had: list[AlertTold], days: float) -> Load:
    # What is only shown is nobody's to take.
    to_take = [one for one in had if one.severity != Severity.INFO]
    return Load(
        name=name,
        raised=len(had),
        per_day=per(len(had), days),
        with_reason=share(had, lambda one: one.had_reason),
        taken=share(to_take, lambda one: one.taken_after is not None),
        exhausted=share(to_take, lambda one: one.is_exhausted),
        to_take=spread(one.taken_after for one in had if one.taken_after is not None),
        to_end=spread(
            one.resolved_after for one in had if one.resolved_after is not None
        ),
    )


def asked(stories: Iterable[CourseStory]) -> Asked:
    """Return what became of the check-ins."""
    told: list[CheckInTold] = [one for each in stories for one in each.check_ins]
    answered = [one for one in told if one.answered_after is not None]
    colours = Counter(one.colour for one in answered if one.colour)
    ill = [one for one in answered if one.true_grade]
    well = [one for one in answered if not (one.true_grade or one.had_reason)]
    severe = [one for one in ill if one.true_grade >= SEVERE]
    return Asked(
        planned=len(told),
        missed=share(told, lambda one: one.answered_after is None),
        to_answer=spread(
            one.answered_after for one in told if one.answered_after is not None
        ),
        colours={colour.value: colours[colour] for colour in Colour},
        flagged_though_well=share(well, lambda one: one.colour != Colour.GREEN),
        green_though_ill=share(ill, lambda one: one.colour == Colour.GREEN),
        green_though_severe=share(severe, lambda one: one.colour == Colour.GREEN),
    )


def changes(stories: Iterable[CourseStory]) -> Changes:
    """Return how the bags were changed."""
    told: list[ChangeTold] = [one for each in stories for one in each.changes]
    done = [one for one in told if one.done is not None]
    return Changes(
        done=len(done),
        never_done=len(told) - len(done),
        at_home=share(done, lambda one: one.is_at_home),
        off_hours=share(done, lambda one: one.is_off_hours),
        late=spread(one.late for one in done if one.late is not None),
    )


def waste(stories: Sequence[CourseStory]) -> Waste:
    """Return what was thrown away, by course."""
    many = len(stories)
    return Waste(
        bags=per(sum(one.waste.bags for one in stories), many),
        vials=per(sum(one.waste.vials for one in stories), many),
        micrograms=per(sum(one.waste.micrograms for one in stories), many),
    )
