"""Which day and hour to start on: the best plan of each start, side by side.

Every start is planned by the one planner, with the weights of the site; the best start
is the one whose plan costs least, and of equals the earliest. Nothing is decided here:
a physician orders, and sees why a day was marked.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.bags import Line, PlannedBag, Stretch
from infusion.domain.calendars import Rating, VisitCalendar
from infusion.domain.courses import Unmet
from infusion.domain.instants import at_wall_clock, keep_in_utc, local_date
from infusion.domain.planner import (
    MINUTES,
    Days,
    Outcome,
    Relaxation,
    Score,
    plan_chain,
)
from infusion.domain.recipes import Recipe
from infusion.domain.states import PlacementKind
from infusion.domain.visits import PlannedVisit, Whereabouts, visits_of
from infusion.domain.wishes import Wishes

ZERO = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
DAYS_AHEAD = 14


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """A cycle that has no start yet: its doses, its bags, and what the site wants.

    ``stay`` is how long the patient stays on the ward from the start; None where no
    source gives it: then the start alone is supervised. No bag is made before ``now``.
    """

    stretches: tuple[Stretch, ...]
    recipes: tuple[Recipe, ...]
    wishes: Wishes
    now: dt.datetime
    stay: dt.timedelta | None = None
    out_of_stock: tuple[Recipe, ...] = ()

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "now")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happens at an instant, and what speaks against it."""

    at: dt.datetime
    outside: bool
    off_day: bool


@dataclass(frozen=True, kw_only=True)
class StartOption:
    """One start with its best plan.

    ``steps`` are the instants of a new dose after the start. ``bad_visits`` are those
    outside visit hours or on days off, each counted once. ``cost`` is the weighted sum
    the options are ranked by; it means nothing by itself.
    """

    start: Moment
    steps: tuple[Moment, ...]
    disconnect: Moment
    home_from: dt.datetime
    bags: tuple[PlannedBag, ...]
    visits: tuple[PlannedVisit, ...]
    bad_visits: int
    score: Score
    cost: int
    unmet: tuple[Unmet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Say whether every hour has a bag."""
        return not self.unmet


class Criterion(StrEnum):
    """What one plan can be better in than another, in the order of the wishes."""

    OUTSIDE = "outside"
    OFF_DAYS = "off_days"
    CHANGES = "changes"
    VIALS = "vials"
    WASTE = "waste"
    UNSTEADY = "unsteady"
    UNALIGNED = "unaligned"
    EARLIEST = "earliest"
    WEIGHTS = "weights"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why the best start is the best: the smallest ``value`` of a criterion.

    Whole minutes where the criterion is a length of time; 0 where it has no value.
    """

    criterion: Criterion
    value: int = 0


def starts_of(
    now: dt.datetime,
    first_day: dt.date,
    hours: Sequence[dt.time],
    calendar: VisitCalendar,
    days: int = DAYS_AHEAD,
) -> tuple[dt.datetime, ...]:
    """Return every offered hour of so many days that has not gone by, in order.

    A first day of which no hour is left is not counted.
    """
    found = [
        at_wall_clock(first_day + n * DAY, hour, calendar.zone)
        for n in range(days + 1)
        for hour in sorted(hours)
    ]
    left = [at for at in found if at > now]
    if not left:
        return ()
    last = local_date(left[0], calendar.zone) + (days - 1) * DAY
    return tuple(at for at in left if local_date(at, calendar.zone) <= last)


def advise(cycle: Cycle, starts: Iterable[dt.datetime]) -> tuple[StartOption, ...]:
    """Return the best plan of every start, in the order of the starts."""
    # Days are laid out once for all starts: they share the calendar but for the places.
    days = Days(cycle.wishes.calendar, MINUTES)
    return tuple(plan_start(cycle, at, days) for at in starts)


def plan_start(
    cycle: Cycle, start_at: dt.datetime, days: Days | None = None
) -> StartOption:
    """Return the best plan of one start."""
    line = Line(at=start_at, delivered=ZERO)
    # The start itself is supervised; the patient is at home from the next minute on.
    home_from = line.at + (MINUTE if cycle.stay is None else cycle.stay)
    places = (Whereabouts(from_at=home_from, kind=PlacementKind.HOME),)
    request = cycle.wishes.chain_request(
        line=line,
        stretches=cycle.stretches,
        recipes=cycle.recipes,
        places=places,
        start_at=line.at,
        made_from=cycle.now,
        out_of_stock=cycle.out_of_stock,
    )
    outcome = plan_chain(request, days=days)
    return _option(cycle, line, request.calendar, home_from, outcome)


def _option(
    cycle: Cycle,
    line: Line,
    calendar: VisitCalendar,
    home_from: dt.datetime,
    outcome: Outcome,
) -> StartOption:
    def moment(position: dt.timedelta) -> Moment:
        return _moment(calendar, line.instant(position))

    end_at = outcome.bags[-1].take_down_at if outcome.bags else None
    visits = visits_of(outcome.bags, calendar.places, has_started=False)
    rated = [_moment(calendar, visit.at) for visit in visits]
    return StartOption(
        start=moment(ZERO),
        steps=tuple(moment(one.start) for one in cycle.stretches[1:]),
        disconnect=_moment(calendar, end_at or line.instant(cycle.stretches[-1].end)),
        home_from=home_from,
        bags=outcome.bags,
        visits=visits,
        bad_visits=sum(one.outside or one.off_day for one in rated),
        score=outcome.score,
        cost=outcome.score.cost(cycle.wishes.weights),
        unmet=outcome.unmet,
        relaxations=outcome.relaxations,
    )


def _moment(calendar: VisitCalendar, at: dt.datetime) -> Moment:
    rating: Rating = calendar.rates(at)
    return Moment(at=at, outside=rating.outside, off_day=rating.off_day)


def best_of(options: Iterable[StartOption]) -> StartOption | None:
    """Return the start whose complete plan costs least, of equals the earliest."""
    complete = [option for option in options if option.is_complete]
    return min(complete, key=lambda one: (one.cost, one.start.at), default=None)


_MEASURES: Sequence[tuple[Criterion, Callable[[StartOption], int]]] = (
    (Criterion.OUTSIDE, lambda one: one.score.outside),
    (Criterion.OFF_DAYS, lambda one: one.score.off_days),
    (Criterion.CHANGES, lambda one: one.score.changes),
    (Criterion.VIALS, lambda one: one.score.vials),
    (Criterion.WASTE, lambda one: one.score.waste // MINUTE),
    (Criterion.UNSTEADY, lambda one: one.score.unsteady // MINUTE),
    (Criterion.UNALIGNED, lambda one: one.score.unaligned),
)


def reasons_for(
    best: StartOption, options: Iterable[StartOption]
) -> tuple[Reason, ...]:
    """Return what made a start the best, as far as each criterion left fewer options.

    Where the site's weights put a lesser wish first, the weighted sum itself is named.
    """
    left = [option for option in options if option.is_complete]
    found: list[Reason] = []
    for criterion, measure in _MEASURES:
        least = min(measure(one) for one in left)
        if measure(best) > least:
            return (*found, Reason(criterion=Criterion.WEIGHTS))
        smaller = [one for one in left if measure(one) == least]
        if len(smaller) < len(left):
            found.append(Reason(criterion=criterion, value=least))
        left = smaller
    if len(left) > 1:
        found.append(Reason(criterion=Criterion.EARLIEST))
    return tuple(found)
