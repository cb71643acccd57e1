"""When somebody can come: working hours by place and weekday, weekends and holidays.

A calendar rates an instant and never forbids one: a bag change that must be at three in
the morning stays in the plan and counts as outside. Hours are on the wall clock of a
zone and are turned into instants day by day, so nights when clocks change come out right.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from infusion.domain.instants import local_date
from infusion.domain.refusals import Refusal
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts, placement_at

DAY = dt.timedelta(days=1)
MINUTES_A_DAY = 24 * 60
DAYS_A_WEEK = 7
WEEKEND = frozenset({5, 6})

# From Monday to Sunday: the windows of each weekday, in order.
Week = tuple[tuple["Window", ...], ...]
Span = tuple[dt.datetime, dt.datetime]


class WindowNotSane(Refusal):
    """A visit window ends before it begins, or lies outside the day."""

    code = "window_not_sane"


@dataclass(frozen=True, kw_only=True)
class Window:
    """Minutes of the day on the wall clock, both ends included; 1440 is midnight."""

    from_minute: int
    to_minute: int

    def __post_init__(self) -> None:
        """Refuse a window that is none.

        :raises WindowNotSane: when it ends before it begins or leaves the day.
        """
        if not 0 <= self.from_minute <= self.to_minute <= MINUTES_A_DAY:
            raise WindowNotSane(field="working_hours")


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What speaks against being with a patient at an instant."""

    outside: bool
    off_day: bool


@dataclass(frozen=True, kw_only=True)
class CalendarDay:
    """One day as instants: its two midnights, and when each place is open.

    A place that is missing from ``open`` knows no windows and is open at any hour.
    """

    day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    is_off: bool
    open: Mapping[PlacementKind, tuple[Span, ...]]


@dataclass(frozen=True, kw_only=True)
class VisitCalendar:
    """Where the patient is, who works when, and which days are off.

    ``windows`` gives a week to a kind of place; a place without one is open at any hour,
    as a ward is. ``workdays`` are days that count as ordinary although they are a
    weekend day or a holiday: China's make-up workdays, or a site's own decision.
    """

    zone: ZoneInfo
    places: tuple[Whereabouts, ...] = ()
    windows: Mapping[PlacementKind, Week] = field(default_factory=dict)
    holidays: frozenset[dt.date] = frozenset()
    workdays: frozenset[dt.date] = frozenset()
    weekend: frozenset[int] = WEEKEND

    def __post_init__(self) -> None:
        """Refuse a week that has not seven days.

        :raises WindowNotSane: when one has more or fewer.
        """
        if any(len(week) != DAYS_A_WEEK for week in self.windows.values()):
            raise WindowNotSane(field="working_hours")

    def is_off(self, day: dt.date) -> bool:
        """Say whether a day is a weekend day or a holiday and not made a workday."""
        if day in self.workdays:
            return False
        return day in self.holidays or day.weekday() in self.weekend

    def windows_on(self, day: dt.date, kind: PlacementKind) -> tuple[Window, ...]:
        """Return the windows of a place on a day; empty when it is closed or unknown.

        A holiday has the hours of the last weekend day, a weekend day that was made a
        workday those of the first day after the weekend.
        """
        week = self.windows.get(kind)
        return week[self._served_as(day)] if week else ()

    def rates(self, at: dt.datetime) -> Rating:
        """Rate an instant, where the patient is then. Off days count on a ward too."""
        kind = placement_at(at, self.places)
        day = local_date(at, self.zone)
        return Rating(
            outside=not self._is_open(at, day, kind), off_day=self.is_off(day)
        )

    def day(self, day: dt.date) -> CalendarDay:
        """Return one day as instants in UTC."""
        return CalendarDay(
            day=day,
            starts_at=self._instant(day, 0),
            ends_at=self._instant(day + DAY, 0),
            is_off=self.is_off(day),
            open={kind: self._open(day, kind) for kind in self.windows},
        )

    def breakpoints(
        self, from_at: dt.datetime, to_at: dt.datetime
    ) -> tuple[dt.datetime, ...]:
        """Return every instant between two where the rating may change, in UTC.

        Windows close behind their last minute: what holds at a breakpoint may differ on
        both of its sides.
        """
        found = {place.from_at for place in self.places}
        last = local_date(to_at, self.zone) + DAY
        day = local_date(from_at, self.zone) - DAY
        while day <= last:
            found.update(self._edges(day))
            day += DAY
        return tuple(sorted(at for at in found if from_at <= at <= to_at))

    def _served_as(self, day: dt.date) -> int:
        """Return the weekday whose hours a day has."""
        if day in self.workdays and day.weekday() in self.weekend:
            return _first_workday(day.weekday(), self.weekend)
        if day in self.holidays and day not in self.workdays:
            return max(self.weekend, default=DAYS_A_WEEK - 1)
        return day.weekday()

    def _is_open(self, at: dt.datetime, day: dt.date, kind: PlacementKind) -> bool:
        if kind not in self.windows:
            return True
        # A window up to midnight includes the first instant of the next day.
        spans = (*self._open(day, kind), *self._open(day - DAY, kind))
        return any(start <= at <= end for start, end in spans)

    def _open(self, day: dt.date, kind: PlacementKind) -> tuple[Span, ...]:
        spans = (self._span(day, window) for window in self.windows_on(day, kind))
        return tuple(span for span in spans if span[0] <= span[1])

    def _span(self, day: dt.date, window: Window) -> Span:
        """Return a window as instants; hours that come twice are open both times."""
        end = self._instant(day, window.to_minute)
        again = self._instant(day, window.to_minute, fold=1)
        return self._instant(day, window.from_minute), max(end, again)

    def _instant(self, day: dt.date, minute: int, fold: int = 0) -> dt.datetime:
        """Return a minute of the day; one that the clocks skip moves on by the gap."""
        days, minute = divmod(minute, MINUTES_A_DAY)
        time = dt.time(*divmod(minute, 60), fold=fold)
        whole = dt.datetime.combine(day + days * DAY, time, tzinfo=self.zone)
        return whole.astimezone(dt.UTC)

    def _edges(self, day: dt.date) -> Iterator[dt.datetime]:
        if self.is_off(day) != self.is_off(day - DAY):
            yield self._instant(day, 0)
        for kind in self.windows:
            for span in self._open(day, kind):
                yield from span


def week_of(hours: Mapping[int, Sequence[Window]]) -> Week:
    """Return a week from the windows of some weekdays, Monday being 0."""
    return tuple(
        tuple(sorted(hours.get(day, ()), key=lambda window: window.from_minute))
        for day in range(DAYS_A_WEEK)
    )


def _first_workday(weekday: int, weekend: frozenset[int]) -> int:
    """Return the first working weekday that follows one; itself when there is none."""
    week = ((weekday + step) % DAYS_A_WEEK for step in range(1, DAYS_A_WEEK))
    return next((one for one in week if one not in weekend), weekday)
