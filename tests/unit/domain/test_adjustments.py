"""What people fixed in a plan: what still holds of it, and what is said when it can't."""

import datetime as dt
import itertools

from infusion.domain.adjustments import Adjustment, AdjustmentKind, in_force

MOVE, USE = AdjustmentKind.MOVE_VISIT, AdjustmentKind.USE_RECIPE
HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
END = NOON + 1000 * HOUR


def move(first: int, to: int) -> Adjustment:
    return Adjustment(kind=MOVE, from_at=NOON + first * HOUR, to_at=NOON + to * HOUR)


def use(key: str, first: int, until: int | None = None) -> Adjustment:
    end = END if until is None else NOON + until * HOUR
    return Adjustment(kind=USE, from_at=NOON + first * HOUR, to_at=end, recipe_key=key)


def once(key: str, at: int) -> Adjustment:
    return Adjustment(kind=USE, from_at=NOON + at * HOUR, recipe_key=key)


def test_a_visit_that_is_moved_twice_is_where_it_was_moved_last():
    assert in_force([move(10, 12), move(12, 15)], NOON) == (move(12, 15),)


def test_a_recipe_for_one_bag_goes_along_with_its_visit():
    assert in_force([once("a", 10), move(10, 12)], NOON) == (
        once("a", 12),
        move(10, 12),
    )


def test_what_is_over_is_not_in_force():
    made = [move(10, 12), once("a", 20)]

    assert in_force(made, NOON + 12 * HOUR) == (once("a", 20),)
    assert in_force(made, NOON + 20 * HOUR) == ()


def test_of_two_recipes_for_one_span_the_later_counts():
    assert in_force([use("a", 10), use("b", 20)], NOON) == (
        use("a", 10, 20),
        use("b", 20),
    )
    assert in_force([use("a", 20), use("b", 10)], NOON) == (use("b", 10),)


def test_one_bag_of_another_recipe_leaves_the_rest_as_it_was():
    fixed = in_force([use("a", 10), once("b", 20)], NOON)

    assert [one.recipe_key for one in fixed] == ["a", "a", "b"]
    spans = sorted((one.rule.from_at, one.rule.until) for one in fixed)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_what_cannot_be_kept_is_named():
    assert move(1, 2).lost.code == "visit_move_lost"
    assert dict(once("a", 1).lost.params)["recipe"] == "a"
