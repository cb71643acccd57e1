"""Among chains of one cost the planner takes the same one every time: the earliest."""

import pytest

from infusion.domain.planner.road import NEVER, Road
from infusion.domain.planner.sweep import Costs, Limits, Option, Stack, sweep
from tests.properties.planner_worlds import recipe

LIMITS = Limits(shortest=1, least=1, missed=0)


def straight(lift: list[int]) -> Road:
    """Return a road of instants one tick apart at which every change is free."""
    many = len(lift)
    return Road(
        at=list(range(many)),
        toll=[0] * many,
        lift=lift,
        drop=[0] * many,
        begun=[0] * many,
        over=[0] * many,
        index={tick: tick for tick in range(many)},
        home=[],
        musts=frozenset(),
        floor=[0] * many,
    )


def came_from(road: Road, options: list[Option]) -> tuple[int, Option]:
    """Return where the last bag of the best chain was hung, and of which kind."""
    source = Costs([0] * len(road.at), [None] * len(road.at))
    found = sweep(
        road, options, source, limits=LIMITS, last=road.last, onward=False
    ).way[road.last]
    assert found is not None
    return found


def bag(price: int, reach: int, **more: object) -> Option:
    return Option(recipe=recipe(24), price=price, reach=reach, **more)  # type: ignore[arg-type]


def test_of_equal_instants_the_stack_keeps_both_and_finds_the_earlier():
    stack = Stack()
    for time in range(3):
        stack.push(time, 5, time)

    assert stack.places == [0, 1, 2]


def test_a_better_instant_drives_out_the_worse_before_it():
    stack = Stack()
    for time, value in enumerate((5, 7, 6)):
        stack.push(time, value, time)

    assert stack.places == [0, 2]


def test_the_earlier_of_two_equal_changes_is_taken():
    only = bag(price=3, reach=9)

    assert came_from(straight([0, 0, 0, 0]), [only]) == (0, only)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_recipes_at_one_cost_the_one_hung_earlier_is_taken(turned):
    # The long bag hung at 0 costs as much as the short one hung at 2.
    long, short = bag(price=3, reach=3), bag(price=2, reach=1)
    options = [short, long] if turned else [long, short]

    assert came_from(straight([0, 9, 1, 0]), options) == (0, long)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_equal_recipes_hung_at_once_the_first_asked_for_is_taken(turned):
    one, other = bag(price=3, reach=3), bag(price=3, reach=4)
    options = [other, one] if turned else [one, other]

    assert came_from(straight([0, 0, 0, 0]), options) == (0, options[0])


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_bags_that_stop_on_purpose_the_one_hung_earlier_is_taken(turned):
    long = bag(price=3, reach=0, stops=(3,))
    short = bag(price=3, reach=0, stops=(1,))
    options = [short, long] if turned else [long, short]

    assert came_from(straight([0, NEVER, 0, 0]), options) == (0, long)
