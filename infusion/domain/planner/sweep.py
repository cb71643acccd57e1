"""One pass over the road: the cheapest way to every instant with one more bag, or many.

What a bag costs between two changes is a part of the first, a part of the second and a
constant of its recipe (see ``road``). So the best first change for a second one is the
smallest value in a range of instants that ends at the shortest run and begins where the
bag would be dry or spoiled. A stack of ever larger values, in order of time, gives the
smallest of any such range by one bisection. Among equals the earlier instant is taken:
the odd remainder then comes first, as the labels' schedules do (fact sheet 4.6).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from infusion.domain.planner.outcomes import Lift
from infusion.domain.planner.road import NEVER, Road
from infusion.domain.planner.setting import Bans
from infusion.domain.recipes import Recipe

# A way that ends at an instant: from which one, with which bag.
Way = tuple[int, "Option"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Option:
    """One kind of bag to hang.

    ``price`` is everything that depends on the bag alone, its whole content counted as
    waste: what it delivers is taken off along the road. ``reach`` is how long it can
    run. ``limits``, where given, are the last ticks a bag hung at each instant may stay,
    in order and never falling. ``stops`` are the only runs it may have, but for a
    remainder. ``waiting`` is the place of a bag that exists. ``lifts`` are the rules that
    would have to be relaxed to hang it. ``bans`` are the spans in which it is not hung.
    """

    recipe: Recipe
    price: int
    reach: int
    limits: Sequence[int] = ()
    stops: tuple[int, ...] = ()
    waiting: int | None = None
    lifts: tuple[Lift, ...] = ()
    bans: Bans = ()

    def may_hang(self, tick: int) -> bool:
        """Say whether a bag of this kind is hung at an instant at all."""
        return not _within(tick, self.bans)


@dataclass(frozen=True, slots=True)
class Costs:
    """The cheapest cost at every instant of a road, and the last way to it."""

    cost: list[int]
    way: list[Way | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """The shortest run, the least of a run that something cuts short, and the price of a
    needle window without a change.
    """

    shortest: int
    least: int
    missed: int

    def until(self, at: Sequence[int], place: int, *, lands: bool) -> int:
        """Return the last tick at which a bag that comes down at a place is hung.

        A bag hung at the very start may be cut short at any time.
        """
        if lands:
            return max(at[0], at[place] - self.least)
        return at[place] - self.shortest


@dataclass(slots=True)
class Stack:
    """Instants that may still be best, in order of time and of value."""

    times: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def push(self, time: int, value: int, place: int) -> None:
        """Add a later instant; those before it that are worse can never win again."""
        values = self.values
        while values and values[-1] > value:
            values.pop()
            self.times.pop()
            self.places.pop()
        values.append(value)
        self.times.append(time)
        self.places.append(place)


@dataclass(slots=True)
class Lane:
    """The instants at which a bag may have been hung, seen from a moving instant.

    While the sweep is inside a needle window of which two changes can be so close that
    one bag lies in it whole, the changes inside stand apart (``near``): the split of the
    road would count that window twice for them, and ``extra`` puts it right.
    """

    road: Road
    extra: int
    bans: Bans = ()
    far: Stack = field(default_factory=Stack)
    near: Stack = field(default_factory=Stack)
    held: list[tuple[int, int]] = field(default_factory=list)
    home: int = 0
    next: int = 0

    def admit(self, feed: Sequence[int], until: int, place: int) -> None:
        """Let bags begin at the instants up to a tick, as seen from a place."""
        at, lift, far = self.road.at, self.road.lift, self.far
        home = self._move(place) if self.road.home else len(at)
        one = self.next
        while at[one] <= until:
            if feed[one] < NEVER and not _within(at[one], self.bans):
                value = feed[one] + lift[one]
                if one < home:
                    far.push(at[one], value, one)
                else:
                    self.near.push(at[one], value + self.extra, one)
                    self.held.append((one, value))
            one += 1
        self.next = one

    def _move(self, place: int) -> int:
        """Return where the window around a place begins; let go of the one left."""
        home = self.road.home[place]
        if home != self.home:
            for one, value in self.held:
                self.far.push(self.road.at[one], value, one)
            self.held, self.near, self.home = [], Stack(), home
        return home

    def best(self, options: Sequence[Option], place: int) -> tuple[int, Way | None]:
        """Return the cheapest way to a place, without what the place itself costs."""
        found = _first(self.far, options, self.road, place)
        if self.near.times:
            other = _first(self.near, options, self.road, place)
            # Changes inside the window are the later ones: they lose a tie.
            found = min(found, other, key=itemgetter(0))
        return found


def _within(tick: int, bans: Bans) -> bool:
    return any(start <= tick < end for start, end in bans)


def _first(
    stack: Stack, options: Sequence[Option], road: Road, place: int
) -> tuple[int, Way | None]:
    """Return the smallest value and its way; among equals the earliest instant."""
    times, values, at = stack.times, stack.values, road.at
    floor = road.floor[place]
    here, many = at[place], len(times)
    least, first, best = NEVER, many, None
    for option in options:
        since = max(here - option.reach, floor)
        if option.limits:
            since = max(since, _since(option.limits, at, here))
        one = bisect_left(times, since)
        if one < many:
            value = values[one] + option.price
            if value < least or (value == least and one < first):
                least, first, best = value, one, option
    return least, (stack.places[first], best) if best else None


def _since(limits: Sequence[int], at: Sequence[int], here: int) -> int:
    """Return the first tick at which a bag that may stay until here can be hung."""
    first = bisect_left(limits, here)
    return at[first] if first < len(at) else here


def sweep(
    road: Road,
    options: Sequence[Option],
    source: Costs,
    *,
    limits: Limits,
    last: int,
    onward: bool = True,
) -> Costs:
    """Return the cheapest way to every instant with bags of these options.

    ``onward`` hangs any number of bags after the source, none included; without it one
    bag exactly. The run into the ``last`` instant may be shorter than all others.
    """
    at, drop, missed = road.at, road.drop, limits.missed
    bound = [option for option in options if option.stops]
    cost = list(source.cost) if onward else [NEVER] * len(at)
    way: list[Way | None] = [None] * len(at)
    feed = cost if onward else source.cost
    lanes = _lanes(road, options, missed)
    for place in range(1, last + 1):
        lands = place == last or place in road.musts
        until = limits.until(at, place, lands=place == last)
        least, best = NEVER, None
        for lane, kinds in lanes:
            lane.admit(feed, until, place)
            open_ = kinds if lands else [one for one in kinds if not one.stops]
            least, best = min((least, best), lane.best(open_, place), key=itemgetter(0))
        if bound:
            stop = _best_stop(road, bound, feed, place, missed)
            least, best = min((least, best), stop, key=itemgetter(0))
        least += drop[place]
        if best and least < cost[place]:
            cost[place], way[place] = least, best
    return Costs(cost, way)


def _lanes(
    road: Road, options: Sequence[Option], missed: int
) -> list[tuple[Lane, list[Option]]]:
    """Return a lane for each set of bans: mostly one, for there are none."""
    kinds: dict[Bans, list[Option]] = {}
    for option in options:
        kinds.setdefault(option.bans, []).append(option)
    return [(Lane(road, missed, bans), these) for bans, these in kinds.items()]


def _best_stop(
    road: Road, options: Sequence[Option], feed: Sequence[int], place: int, missed: int
) -> tuple[int, Way | None]:
    """Return the cheapest way to a place by bags that stop after set runs alone."""
    here = road.at[place]
    least, way = NEVER, None
    for option in options:
        for run in option.stops:
            first = road.index.get(here - run)
            if first is None or feed[first] >= NEVER:
                continue
            begins = road.at[first]
            if begins < road.floor[place] or not option.may_hang(begins):
                continue
            if option.limits and option.limits[first] < here:
                continue
            twice = max(0, road.begun[first] - road.over[place])
            value = feed[first] + road.lift[first] + option.price + twice * missed
            if value < least or (value == least and way and first < way[0]):
                least, way = value, (first, option)
    return least, way
