"""The calendar laid out on the integer axis: which visits are outside, which on days off."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from infusion.domain.calendars import VisitCalendar
from infusion.domain.instants import at_wall_clock, local_date
from infusion.domain.planner.ticks import MINUTE, Axis
from infusion.domain.states import PlacementKind

ZERO = dt.timedelta(0)
DAY = dt.timedelta(days=1)

# From this tick on: is a visit outside the hours of the place, is it on a day off.
Step = tuple[int, bool, bool]
# From this tick on: how many ticks the wall clock is ahead of UTC.
Shift = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Ratings as steps and the wall clock as shifts; both begin before the first node."""

    axis: Axis
    steps: tuple[Step, ...]
    starts: tuple[int, ...]
    shifts: tuple[Shift, ...]

    def at(self, tick: int) -> Step:
        """Return the step a tick lies in."""
        return self.steps[bisect_right(self.starts, tick) - 1]


@dataclass
class Days:
    """The days of a calendar on an axis, each worked out once.

    Plans that differ only in where the patient is share them, as those of the start-day
    adviser do.
    """

    calendar: VisitCalendar
    axis: Axis
    midnights: dict[dt.date, int] = field(default_factory=dict)
    laid_out: dict[tuple[dt.date, PlacementKind], tuple[Step, ...]] = field(
        default_factory=dict
    )

    def midnight(self, day: dt.date) -> int:
        """Return the tick at which a day begins."""
        found = self.midnights.get(day)
        if found is None:
            at = at_wall_clock(day, dt.time(), self.calendar.zone)
            found = self.midnights[day] = self.axis.tick(at)
        return found

    def steps(self, day: dt.date, kind: PlacementKind) -> tuple[Step, ...]:
        """Return the steps of a day that is spent in one kind of place."""
        key = (day, kind)
        found = self.laid_out.get(key)
        if found is None:
            found = self.laid_out[key] = tuple(self._lay_out(day, kind))
        return found

    def _lay_out(self, day: dt.date, kind: PlacementKind) -> Iterator[Step]:
        """Walk through a day: windows close behind their last minute."""
        begins, ends = self.midnight(day), self.midnight(day + DAY)
        is_off = self.calendar.is_off(day)
        if kind not in self.calendar.windows:
            yield begins, False, is_off
            return
        # A window up to midnight includes the first instant of the next day.
        before = [one for one in self._spans(day - DAY, kind) if one[1] >= begins]
        spans = [*before, *self._spans(day, kind)]
        edges = {begins}
        for start, end in spans:
            edges |= {start, end + 1}
        for edge in sorted(one for one in edges if begins <= one < ends):
            is_open = any(start <= edge <= end for start, end in spans)
            yield edge, not is_open, is_off

    def _spans(self, day: dt.date, kind: PlacementKind) -> Sequence[tuple[int, int]]:
        """Return from when to when a place is open, both ends included."""
        begins, minute = self.midnight(day), self.axis.minute
        if self.midnight(day + DAY) - begins != self.axis.span(DAY):
            # The clocks change: the calendar knows which hours are skipped or come twice.
            tick = self.axis.tick
            open_hours = self.calendar.day(day).open[kind]
            return [(tick(start), tick(end)) for start, end in open_hours]
        return [
            (begins + window.from_minute * minute, begins + window.to_minute * minute)
            for window in self.calendar.windows_on(day, kind)
        ]


def timeline(
    calendar: VisitCalendar, days: Days, first: dt.datetime, last: dt.datetime
) -> Timeline:
    """Lay a calendar out between two instants."""
    axis = days.axis
    steps = tuple(_steps(calendar, days, first, last))
    return Timeline(
        axis=axis,
        steps=steps,
        starts=tuple(step[0] for step in steps),
        shifts=tuple(_shifts(calendar, axis, first, last)),
    )


def _steps(
    calendar: VisitCalendar, days: Days, first: dt.datetime, last: dt.datetime
) -> Iterator[Step]:
    """Return every step that differs from the one before."""
    axis, rated = days.axis, None
    for begins, ends, kind in _stays(calendar, axis, first, last):
        for step in _of_stay(calendar, days, begins, ends, kind):
            if step[1:] != rated:
                yield step
                rated = step[1:]


def _of_stay(
    calendar: VisitCalendar, days: Days, begins: int, ends: int, kind: PlacementKind
) -> Iterator[Step]:
    """Return the steps between two ticks in one kind of place."""
    axis = days.axis
    if not _says_anything(calendar, kind):
        yield begins, False, False
        return
    day = local_date(axis.instant(begins), calendar.zone)
    last = local_date(axis.instant(ends), calendar.zone)
    before: Step | None = None
    while day <= last:
        for step in days.steps(day, kind):
            if step[0] <= begins:
                before = (begins, *step[1:])
            elif step[0] < ends:
                if before:
                    yield before
                    before = None
                yield step
        day += DAY
    if before:
        yield before


def _says_anything(calendar: VisitCalendar, kind: PlacementKind) -> bool:
    return bool(kind in calendar.windows or calendar.weekend or calendar.holidays)


def _stays(
    calendar: VisitCalendar, axis: Axis, first: dt.datetime, last: dt.datetime
) -> Iterator[tuple[int, int, PlacementKind]]:
    """Return from when to when the patient is in which kind of place."""
    begins, ends = axis.tick(first), axis.tick(last) + 1
    kind = PlacementKind.WARD
    # Of two moves at one instant the first counts, as everywhere.
    moves = {place.from_at: place.kind for place in reversed(calendar.places)}
    for from_at in sorted(moves):
        moved = axis.first_from(from_at)
        if moved >= ends:
            break
        if moved > begins:
            yield begins, moved, kind
            begins = moved
        kind = moves[from_at]
    yield begins, ends, kind


def _shifts(
    calendar: VisitCalendar, axis: Axis, first: dt.datetime, last: dt.datetime
) -> Iterator[Shift]:
    """Return how far the wall clock is ahead, found week by week and then halved."""
    zone, at = calendar.zone, first

    def ahead(instant: dt.datetime) -> int:
        return axis.span(instant.astimezone(zone).utcoffset() or ZERO)

    held = ahead(at)
    yield axis.tick(at), held
    while at < last:
        then = min(at + 7 * DAY, last)
        if ahead(then) != held:
            changes = _first_change(at, then, ahead, held)
            held = ahead(changes)
            yield axis.tick(changes), held
            then = changes
        at = then


def _first_change(
    low: dt.datetime,
    high: dt.datetime,
    ahead: Callable[[dt.datetime], int],
    held: int,
) -> dt.datetime:
    """Return the first whole minute at which the wall clock is no longer held."""
    low, high = _whole(low), _whole(high) + MINUTE
    while high - low > MINUTE:
        middle = low + (high - low) // 2 // MINUTE * MINUTE
        if ahead(middle) == held:
            low = middle
        else:
            high = middle
    return high


def _whole(at: dt.datetime) -> dt.datetime:
    return at.replace(second=0, microsecond=0)


def off_hour(
    ticks: Sequence[int], shifts: Sequence[Shift], usual: int, day: int
) -> list[int]:
    """Return how far each tick lies from the usual hour, around the clock.

    The ticks are in order; ``usual`` is the hour and ``day`` the length of a day.
    """
    found: list[int] = []
    ends = [bisect_left(ticks, start) for start, _ in shifts[1:]]
    low = 0
    for (_, ahead), high in zip(shifts, (*ends, len(ticks)), strict=True):
        late = ahead - usual
        found += [
            min((tick + late) % day, -(tick + late) % day) for tick in ticks[low:high]
        ]
        low = high
    return found
