"""What a site wants of its bag changes, in the words of the planner.

One value carries everything a site signs about planning; ``chain_request`` is the one
place where it meets a cycle, for plans, previews and the start-day adviser alike.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar
from infusion.domain.instants import at_wall_clock, local_date
from infusion.domain.planner.requests import (
    ChainRequest,
    ChainRules,
    Span,
    Supply,
    Weights,
)
from infusion.domain.recipes import Recipe
from infusion.domain.visits import Whereabouts

ZERO = dt.timedelta(0)
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class NeedleDays:
    """The days, counted from 1 at the start, on which a port needle is changed.

    Source: label fact sheet, section 6: day 6, 7 or 8, with a bag change, and every week
    again.
    """

    first: int
    last: int

    def windows(
        self, start_at: dt.datetime, end_at: dt.datetime, zone: ZoneInfo
    ) -> tuple[Span, ...]:
        """Return whole days of a zone in which a change should fall, before the end."""
        return tuple(self._windows(start_at, end_at, zone))

    def _windows(
        self, start_at: dt.datetime, end_at: dt.datetime, zone: ZoneInfo
    ) -> Iterator[Span]:
        # A window of a week or more would run into the next one.
        days = min(max(self.last - self.first, 0), 6)
        day = local_date(start_at, zone) + (self.first - 1) * DAY
        while True:
            opens = at_wall_clock(day, dt.time(), zone)
            closes = at_wall_clock(day + (days + 1) * DAY, dt.time(), zone) - MINUTE
            if closes >= end_at:
                return
            yield opens, closes
            day += WEEK


@dataclass(frozen=True, kw_only=True)
class PharmacyRounds:
    """When made bags leave the pharmacy, and how long they travel."""

    times: tuple[dt.time, ...]
    workdays_only: bool
    lead: dt.timedelta = ZERO

    def supply(
        self, calendar: VisitCalendar, from_at: dt.datetime, to_at: dt.datetime
    ) -> Supply:
        """Return the rounds between two instants."""
        rounds = self._rounds(calendar, from_at, to_at)
        return Supply(
            ready_slots=tuple(at for at in rounds if from_at <= at <= to_at),
            lead=self.lead,
        )

    def _rounds(
        self, calendar: VisitCalendar, from_at: dt.datetime, to_at: dt.datetime
    ) -> Iterator[dt.datetime]:
        day = local_date(from_at, calendar.zone)
        while day <= local_date(to_at, calendar.zone):
            if not (self.workdays_only and calendar.is_off(day)):
                for time in self.times:
                    yield at_wall_clock(day, time, calendar.zone)
            day += DAY


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Everything a site sets about planning; the defaults know and want nothing.

    ``calendar`` is that of the site: where the patient is comes with the cycle. Without
    ``pharmacy`` a bag can be made at any time, without ``needle`` no day is sought.
    """

    calendar: VisitCalendar
    weights: Weights = field(default_factory=Weights)
    rules: ChainRules = field(default_factory=ChainRules)
    pharmacy: PharmacyRounds | None = None
    needle: NeedleDays | None = None
    keeps_hour: bool = False
    end_tolerance: dt.timedelta = ZERO

    def chain_request(
        self,
        *,
        line: Line,
        stretches: tuple[Stretch, ...],
        recipes: tuple[Recipe, ...],
        places: tuple[Whereabouts, ...],
        start_at: dt.datetime,
        made_from: dt.datetime,
        out_of_stock: tuple[Recipe, ...] = (),
    ) -> ChainRequest:
        """Return the request for what is left of a cycle that began at ``start_at``.

        No new bag can have been made before ``made_from``: now, when nothing is ordered
        yet; earlier, when bags may have been made without a word. Bags that exist, and
        the plan in force, are the caller's to add.
        """
        end_at = line.instant(stretches[-1].end) if stretches else line.at
        calendar = replace(self.calendar, places=places)
        return ChainRequest(
            line=line,
            stretches=stretches,
            recipes=recipes,
            calendar=calendar,
            supply=self._supply(made_from, end_at),
            needle_windows=self._needle_windows(start_at, line.at, end_at),
            weights=self.weights,
            rules=self.rules,
            steady_at=self._steady_at(start_at),
            end_tolerance=self.end_tolerance,
            out_of_stock=out_of_stock,
        )

    def _supply(self, made_from: dt.datetime, end_at: dt.datetime) -> Supply:
        if self.pharmacy is None:
            return Supply()
        return self.pharmacy.supply(self.calendar, made_from, end_at)

    def _needle_windows(
        self, start_at: dt.datetime, from_at: dt.datetime, end_at: dt.datetime
    ) -> tuple[Span, ...]:
        """Return the windows that are not over yet."""
        if self.needle is None:
            return ()
        windows = self.needle.windows(start_at, end_at, self.calendar.zone)
        return tuple(window for window in windows if window[1] > from_at)

    def _steady_at(self, start_at: dt.datetime) -> dt.time | None:
        if not self.keeps_hour:
            return None
        return start_at.astimezone(self.calendar.zone).time().replace(fold=0)
