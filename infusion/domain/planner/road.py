"""The instants at which a bag may be changed, and what a change there costs.

Why so few instants are enough. Take the best chain of a stretch whose freely chosen
changes lie on the grid. What it costs to change at an instant is a step function of the
instant (windows, days off, the plan in force), plus the distance from the usual hour,
which is linear but for a kink at that hour; waste depends on the bags alone, because the
hours to cover are given. Changes that hold one another at a limit of a run move as one
group, and every such limit is a multiple of the beat. A group that nothing holds can be
moved towards where its cost does not grow until (a) a limit holds it to another group,
or to the start, the end or a use-by, (b) one of its changes stands at the last good
instant before a step upwards, or at the usual hour, or (c) one steps down, which the
best chain leaves no room for. So some best chain changes bags only at whole beats from
the start, the end, a use-by or a slot of the pharmacy, the good side of a step, the
usual hour, a change of the plan in force, or a bound of a needle window. That is about
ten instants a day and not 96, and none of the 96 would be better. (The usual hour as far
away as can be, 12 h, is a kink the other way: no chain rests on it.)
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from infusion.domain.planner.setting import Setting
from infusion.domain.planner.timeline import off_hour

# More than any chain can cost, and more than any relaxation.
NEVER = 1 << 200
# So much more that nothing taken off brings it back below.
BLOCKED = NEVER << 1


@dataclass(frozen=True, slots=True)
class Road:
    """The instants of one stretch in order, from its start to its end.

    ``toll`` is what a change costs. Waste and needle windows between two changes are
    split into a part of the first (``lift``) and one of the second (``drop``), so that
    an edge costs the sum of both and a constant. ``home`` gives for an instant inside a
    needle window the first instant of that window, where two changes can be so close
    that the split would count it twice; it is empty where they can't. ``musts`` are the
    places where a bag is changed in any case, and ``floor`` gives for an instant the last
    of those before it: no bag that comes down here was hung earlier.
    """

    at: list[int]
    toll: list[int]
    lift: list[int]
    drop: list[int]
    begun: list[int]
    over: list[int]
    index: dict[int, int]
    home: list[int]
    musts: frozenset[int]
    floor: list[int]

    @property
    def last(self) -> int:
        """Return the place of the end."""
        return len(self.at) - 1


def road(setting: Setting, start: int, end: int, fixed: list[int], since: int) -> Road:
    """Lay out the instants between two ticks.

    ``fixed`` are further instants that mean something: use-by limits of bags that exist.
    ``since`` is when the last change before was, the start unless a bag is on the pump.
    """
    windows = [
        (first, last)
        for first, last in setting.needle_windows
        if since < first and start <= last < end
    ]
    # While a bag is on the pump, nothing need happen at the start of the road.
    begins = [start] if since == start else []
    anchors = [*begins, *fixed, *chain.from_iterable(windows)]
    musts = [tick for tick in setting.musts if start < tick < end]
    at = _instants(setting, start, end, [*anchors, *musts])
    index = {tick: place for place, tick in enumerate(at)}
    places = frozenset(index[tick] for tick in musts)
    toll = _tolls(setting, at, places)
    begun = _count(at, [first for first, _ in windows], bisect_right)
    over = _count(at, [last for _, last in windows], bisect_left)
    waste, missed = setting.prices.waste_tick, setting.prices.unaligned
    spent = [waste * (tick - start) for tick in at]
    return Road(
        at=at,
        toll=toll,
        lift=[one - missed * gone for one, gone in zip(spent, begun, strict=True)],
        drop=[
            cost - one + missed * gone
            for cost, one, gone in zip(toll, spent, over, strict=True)
        ],
        begun=begun,
        over=over,
        index=index,
        home=_homes(setting, at, windows, is_tight=bool(fixed)),
        musts=places,
        floor=_floor(at, musts),
    )


def _floor(at: list[int], musts: list[int]) -> list[int]:
    """Return the last change that must be before each instant, else the start."""
    floor: list[int] = []
    held = at[0]
    ends = [*(bisect_right(at, tick) for tick in musts), len(at)]
    for end, after in zip(ends, (*musts, held), strict=True):
        floor.extend([held] * (end - len(floor)))
        held = after
    return floor


def _instants(setting: Setting, start: int, end: int, anchors: list[int]) -> list[int]:
    beat = setting.beat
    found: set[int] = set()
    meant = (*anchors, *_anchors(setting, start, end))
    for residue in {tick % beat for tick in meant}:
        found.update(range(start + (residue - start) % beat, end, beat))
    found.discard(start)
    return [start, *sorted(found), end]


def _anchors(setting: Setting, start: int, end: int) -> Iterator[int]:
    """Return every instant that means something, whatever bags there are."""
    yield end
    for visit in setting.kept:
        near = (visit - setting.grid, visit, visit + setting.grid)
        yield from (tick for tick in near if start <= tick < end)
    yield from _good_sides(setting, start, end)
    yield from _usual_hours(setting)
    yield from _slots(setting, start, end)
    if setting.request.end_tolerance:
        yield end - setting.axis.span(setting.request.end_tolerance)


def _good_sides(setting: Setting, start: int, end: int) -> Iterator[int]:
    """Return the last good instant on the grid before a step up, the first after one down."""
    steps = setting.timeline.steps
    for (_, *before), (tick, *after) in pairwise(steps):
        if not start < tick < end:
            continue
        worse = _price(setting, *after) - _price(setting, *before)
        if worse > 0:
            yield on_grid(setting, tick - 1)
        elif worse < 0:
            yield on_grid(setting, tick + setting.grid - 1)
            yield tick


def on_grid(setting: Setting, tick: int) -> int:
    """Return the last instant of the grid, on the wall clock, that is not after a tick."""
    ahead = setting.timeline.shifts[0][1]
    return tick - (tick + ahead) % setting.grid


def _usual_hours(setting: Setting) -> Iterator[int]:
    if setting.request.steady_at is None:
        return
    shifts = setting.timeline.shifts
    for _, ahead in shifts:
        yield setting.usual_tick - ahead
    for tick, _ in shifts[1:]:
        yield tick
        yield on_grid(setting, tick - 1)


def _slots(setting: Setting, start: int, end: int) -> Iterator[int]:
    """Return from when a new slot serves, and when a bag made in one spoils."""
    request = setting.request
    recipes = (*request.recipes, *request.out_of_stock)
    keeps = {setting.lead, *(setting.hours(one.cold_hours) for one in recipes)}
    for slot in setting.slots:
        yield from (slot + kept for kept in keeps if start < slot + kept < end)


def _price(setting: Setting, outside: bool, off_day: bool) -> int:  # noqa: FBT001
    """Return what the hour and the day of a visit cost that the planner may choose."""
    if outside and setting.is_strict:
        return BLOCKED
    prices = setting.prices
    return prices.outside * outside + prices.off_day * off_day


def _tolls(setting: Setting, at: list[int], musts: frozenset[int]) -> list[int]:
    steps = setting.timeline.steps
    ends = [bisect_left(at, step[0]) for step in steps[1:]]
    tolls: list[int] = []
    for (_, *rated), high in zip(steps, (*ends, len(at)), strict=True):
        tolls.extend([_price(setting, *rated)] * (high - len(tolls)))
    if setting.is_strict:
        # Where the stretch begins and ends, and what a person fixed, is not for the
        # planner to choose.
        for place in (0, -1, *musts):
            _, outside, off_day = setting.timeline.at(at[place])
            tolls[place] = (
                setting.prices.outside * outside + setting.prices.off_day * off_day
            )
    if setting.kept:
        price = setting.move_price
        tolls = [toll + price(tick) for tick, toll in zip(at, tolls, strict=True)]
    return _with_usual_hour(setting, at, tolls)


def _with_usual_hour(setting: Setting, at: list[int], tolls: list[int]) -> list[int]:
    price = setting.prices.unsteady_tick
    if setting.request.steady_at is None or not price:
        return tolls
    far = off_hour(at, setting.timeline.shifts, setting.usual_tick, setting.day)
    return [toll + price * off for toll, off in zip(tolls, far, strict=True)]


def _count(
    at: list[int], bounds: list[int], side: Callable[[list[int], int], int]
) -> list[int]:
    """Return how many bounds lie before each instant."""
    if not bounds:
        return [0] * len(at)
    return [side(bounds, tick) for tick in at]


def _homes(
    setting: Setting, at: list[int], windows: list[tuple[int, int]], *, is_tight: bool
) -> list[int]:
    """Return the first instant of the needle window that each instant lies in."""
    if not is_tight and all(end - start < setting.shortest for start, end in windows):
        return []
    homes = [len(at)] * len(at)
    for start, end in windows:
        low, high = bisect_left(at, start), bisect_right(at, end)
        homes[low:high] = [low] * (high - low)
    return homes if windows else []
