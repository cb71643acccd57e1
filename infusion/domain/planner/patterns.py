"""Bags whose runs follow one another in a circle, such as 3 and 4 days in turn."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from infusion.domain.planner.road import NEVER, Road
from infusion.domain.planner.sweep import Costs, Limits, Option, Way

# From which run of the circle on, and the last way.
Turn = tuple[int, Way]


def sweep_pattern(
    road: Road,
    options: Sequence[Option],
    source: Costs,
    *,
    pattern: Sequence[int],
    limits: Limits,
    last: int,
) -> Costs:
    """Return the cheapest way to the last instant; the circle may begin anywhere.

    Each bag runs exactly as long as the circle says; the run into the last instant may
    be shorter. A bag that could run longer is stopped and thrown away.
    """
    turns: list[list[Turn | None]] = [[None] * len(road.at) for _ in pattern]
    costs = [list(source.cost) for _ in pattern]
    for place in range(1, last + 1):
        for phase, run in enumerate(pattern):
            after = (phase + 1) % len(pattern)
            firsts = _firsts(road, place, run, limits, lands=place == last)
            for first in firsts:
                if costs[phase][first] >= NEVER:
                    continue
                cost, option = _cheapest(road, options, first, place, limits.missed)
                cost += costs[phase][first]
                if option and cost < costs[after][place]:
                    costs[after][place] = cost
                    turns[after][place] = (phase, (first, option))
    return _unwound(costs, turns, last)


def _firsts(
    road: Road, place: int, run: int, limits: Limits, *, lands: bool
) -> Sequence[int]:
    """Return where a bag of this run may have been hung, the earliest first."""
    since = road.at[place] - run
    is_cut = place in road.musts and run > limits.shortest
    if not (lands or is_cut):
        is_there = since in road.index and since >= road.floor[place]
        return (road.index[since],) if is_there else ()
    since = max(since, road.floor[place])
    until = limits.until(road.at, place, lands=lands)
    return range(bisect_left(road.at, since), bisect_right(road.at, until))


def _cheapest(
    road: Road, options: Sequence[Option], first: int, place: int, missed: int
) -> tuple[int, Option | None]:
    """Return what the cheapest bag costs that can run between two instants."""
    here, run = road.at[place], road.at[place] - road.at[first]
    fits = [
        option
        for option in options
        if run <= option.reach
        and (not option.limits or here <= option.limits[first])
        and option.may_hang(road.at[first])
    ]
    if not fits:
        return NEVER, None
    option = min(fits, key=lambda one: one.price)
    twice = max(0, road.begun[first] - road.over[place])
    return (
        option.price + road.lift[first] + road.drop[place] + twice * missed,
        option,
    )


def _unwound(
    costs: Sequence[Sequence[int]], turns: Sequence[Sequence[Turn | None]], last: int
) -> Costs:
    """Follow the best turns back; keep only the ways on them."""
    phase = min(range(len(costs)), key=lambda one: costs[one][last])
    cost = list(costs[phase])
    found: list[Way | None] = [None] * len(cost)
    place = last
    while (turn := turns[phase][place]) is not None:
        phase, found[place] = turn
        place = turn[1][0]
    return Costs(cost, found)
