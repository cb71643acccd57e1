"""A request made ready for the search: every wish, limit and instant as an integer."""

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from infusion.domain.bags import WaitingBag
from infusion.domain.planner.requests import DAY, MINUTE, ChainRequest, Weights
from infusion.domain.planner.ticks import Axis, axis_for
from infusion.domain.planner.timeline import Days, Timeline, timeline
from infusion.domain.recipes import Recipe

HOUR = dt.timedelta(hours=1)
# From which tick on, and before which, something is not done.
Bans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The weights on the axis: by visit or bag, and by tick of time."""

    outside: int
    off_day: int
    moved: int
    nudged_tick: int
    discarded: int
    change: int
    vial: int
    unaligned: int
    waste_tick: int
    unsteady_tick: int


# More than all ticks, in minutes, that a bag can hang: less than any wish weighs.
FINEST = 1 << 15


def prices(weights: Weights, axis: Axis, fine: int) -> Prices:
    """Return weights by the tick: the sum of the weights times ``fine`` ticks a minute.

    A tick of nothing but time stays below every wish where ``fine`` is ``FINEST``: among
    plans that are equally good the bag on the pump then hangs as long as it can.
    """
    by_visit = axis.minute * fine
    return Prices(
        outside=weights.outside * by_visit,
        off_day=weights.off_day * by_visit,
        moved=weights.moved * by_visit,
        nudged_tick=weights.nudged_minute * fine,
        discarded=weights.discarded * by_visit,
        change=weights.change * by_visit,
        vial=weights.vial * by_visit,
        unaligned=weights.unaligned * by_visit,
        waste_tick=weights.waste_minute * fine,
        unsteady_tick=weights.unsteady_minute * fine,
    )


@dataclass(frozen=True)
class Setting:
    """A request and what is worked out of it once."""

    request: ChainRequest
    axis: Axis
    prices: Prices
    timeline: Timeline
    is_strict: bool

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """Return the visits of the plan in force."""
        return tuple(map(self.axis.tick, self.request.kept))

    def off_plan(self, tick: int) -> int | None:
        """Return how far a visit lies from one of the plan in force.

        None where there is none within a step of the grid.
        """
        after = bisect_left(self.kept, tick - self.grid)
        near = self.kept[after : bisect_right(self.kept, tick + self.grid)]
        return min((abs(tick - visit) for visit in near), default=None)

    def move_price(self, tick: int) -> int:
        """Return what it costs that a visit lies off the plan in force."""
        off = self.off_plan(tick)
        if off is None:
            return self.prices.moved
        return self.prices.nudged_tick * off

    @cached_property
    def musts(self) -> tuple[int, ...]:
        """Return when a bag is changed whatever it costs."""
        return tuple(map(self.axis.tick, self.request.must_change))

    def bans(self, recipe: Recipe) -> Bans:
        """Return the spans in which no bag of a recipe is hung."""
        tick = self.axis.tick
        return tuple(
            (tick(rule.from_at), tick(rule.until))
            for rule in self.request.recipe_rules
            if rule.recipe_key != recipe.key
        )

    @cached_property
    def needle_windows(self) -> tuple[tuple[int, int], ...]:
        """Return the spans in which one change should fall."""
        tick = self.axis.tick
        windows = self.request.needle_windows
        return tuple((tick(start), tick(end)) for start, end in windows)

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """Return when new bags can have been made, where that is limited."""
        return tuple(map(self.axis.tick, self.request.supply.ready_slots or ()))

    @property
    def is_supply_limited(self) -> bool:
        """Say whether new bags are made at slots alone."""
        return self.request.supply.ready_slots is not None

    @cached_property
    def lead(self) -> int:
        """Return how long a bag is on its way."""
        return self.axis.span(self.request.supply.lead)

    @cached_property
    def grid(self) -> int:
        """Return the grid on which visits are best understood."""
        return self.axis.span(self.request.grid)

    @cached_property
    def day(self) -> int:
        """Return the length of a day."""
        return self.axis.span(DAY)

    @cached_property
    def shortest(self) -> int:
        """Return the shortest run of a bag that nothing cuts short."""
        return self.axis.span(self.request.rules.shortest_run)

    @cached_property
    def usual_tick(self) -> int:
        """Return the usual hour as ticks since midnight."""
        usual = self.request.steady_at or dt.time()
        return (usual.hour * 60 + usual.minute) * self.axis.minute

    @cached_property
    def pattern(self) -> tuple[int, ...]:
        """Return the runs that follow one another in a circle."""
        return tuple(map(self.hours, self.request.rules.run_pattern_hours))

    @cached_property
    def beat(self) -> int:
        """Return what every length of a run is a multiple of.

        The best changes lie whole beats away from an instant that means something: see
        ``road``.
        """
        made = [one.recipe for one in made_bags(self.request.waiting)]
        lives = [*self.request.recipes, *self.request.out_of_stock, *made]
        runs = {hours for one in lives for hours in (one.hours, *one.run_hours)}
        return math.gcd(self.day, self.shortest, *self.pattern, *map(self.hours, runs))

    def hours(self, number: int) -> int:
        """Return a number of hours on the axis."""
        return number * 60 * self.axis.minute

    def content(self, recipe: Recipe) -> int:
        """Return how long a bag of a recipe can run."""
        return self.hours(recipe.hours)


def setting_of(request: ChainRequest, days: Days | None = None) -> Setting:
    """Make a request that has stretches ready.

    ``days`` may be shared by requests whose calendars differ in the places alone.
    """
    axis = axis_for(_instants(request), _spans(request))
    if days is None or days.axis != axis:
        days = Days(request.calendar, axis)
    first = request.line.instant(request.stretches[0].start)
    last = request.line.instant(request.stretches[-1].end)
    return Setting(
        request=request,
        axis=axis,
        prices=prices(request.weights, axis, FINEST if request.hanging else 1),
        timeline=timeline(request.calendar, days, first, last),
        is_strict=request.rules.strict_windows,
    )


def made_bags(waiting: tuple[WaitingBag, ...]) -> list[WaitingBag]:
    """Return the bags that exist, not only on the plan."""
    return [bag for bag in waiting if bag.prepared_at is not None]


def _instants(request: ChainRequest) -> Iterator[dt.datetime]:
    for stretch in request.stretches:
        yield request.line.instant(stretch.start)
        yield request.line.instant(stretch.end)
    yield from request.kept
    yield from request.must_change
    for rule in request.recipe_rules:
        yield from (rule.from_at, rule.until)
    yield from request.supply.ready_slots or ()
    for window in request.needle_windows:
        yield from window
    for bag in request.waiting:
        yield from (at for at in (bag.prepared_at, bag.out_of_cold_at) if at)
    if request.hanging:
        yield from (request.hanging.latest, request.hanging.dry_at)
        yield request.hanging.free_from


def _spans(request: ChainRequest) -> Iterator[dt.timedelta]:
    yield request.supply.lead
    yield request.rules.shortest_run
    yield request.end_tolerance


def whole_minutes(span: dt.timedelta) -> int:
    """Return the whole minutes of a span."""
    return span // MINUTE
