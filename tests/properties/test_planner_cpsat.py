"""A constraint solver proves the same optimum, on five hundred and more requests."""

import random
from dataclasses import replace

import pytest

from infusion.domain.planner import plan_chain
from tests.properties.planner_cpsat import best_cost
from tests.properties.planner_oracle import bill
from tests.properties.planner_worlds import fixed, world

GROUP = 20
# First seed of each group, the grid in minutes, the longest course in hours.
GROUPS = [
    *((first, (60, 30), 75) for first in range(50_000, 50_000 + 24 * GROUP, GROUP)),
    *((first, (60, 30), 130) for first in range(60_000, 60_000 + GROUP, GROUP)),
    *((first, (15,), 60) for first in range(70_000, 70_000 + 2 * GROUP, GROUP)),
]


def request_of(seed: int, grids: tuple[int, ...], most_hours: int):
    chance = random.Random(seed)
    request = world(
        lambda choices: chance.choice(list(choices)),
        most_hours=most_hours,
        grids=grids,
    )
    rules = replace(request.rules, run_pattern_hours=())
    return replace(request, hanging=None, rules=rules)


def fixed_request(seed: int):
    chance = random.Random(seed)
    return fixed(
        request_of(seed, (60, 30), 75), lambda options: chance.choice(list(options))
    )


@pytest.mark.parametrize("first", range(80_000, 80_080, 20))
def test_the_solver_finds_no_better_chain_that_does_what_people_fixed(first):
    for seed in range(first, first + 20):
        request = fixed_request(seed)
        best = best_cost(request)

        outcome = plan_chain(request)

        assert (best is None) == bool(outcome.unmet)
        if best is not None:
            assert bill(request, outcome.bags) == best


def test_there_are_five_hundred():
    assert GROUP * len(GROUPS) >= 500


# Every kind is tried each time, and every group at night.
AT_NIGHT = GROUPS[5:24]


@pytest.mark.parametrize(
    ("first", "grids", "most_hours"),
    [
        pytest.param(*one, marks=pytest.mark.nightly if one in AT_NIGHT else ())
        for one in GROUPS
    ],
)
def test_the_solver_finds_no_better_chain(first, grids, most_hours):
    possible = 0
    for seed in range(first, first + GROUP):
        request = request_of(seed, grids, most_hours)
        best = best_cost(request)

        outcome = plan_chain(request)

        if best is None:
            assert outcome.unmet
        else:
            possible += 1
            assert not outcome.unmet
            assert bill(request, outcome.bags) == best
    assert possible > GROUP // 2
