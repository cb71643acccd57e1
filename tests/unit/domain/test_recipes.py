from dataclasses import replace
from decimal import Decimal

import pytest

from infusion.domain.recipes import RecipeNotSane, allowed
from tests.spec.world import recipe, recipes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volume_ml": Decimal(250)}, "volume_ml"),
        ({"rate_ml_h": Decimal("9.9")}, "volume_ml"),
        ({"room_hours": 23}, "room_hours"),
        ({"cold_hours": 23}, "room_hours"),
        ({"hours": 0, "volume_ml": Decimal(0)}, "rate_ml_h"),
        ({"rate_ml_h": Decimal(0), "volume_ml": Decimal(0)}, "rate_ml_h"),
        ({"run_hours": (12, 25)}, "run_hours"),
        ({"run_hours": (0,)}, "run_hours"),
        ({"bag_volume_ml": Decimal("239.9")}, "bag_volume_ml"),
        ({"vial_mcg": Decimal(0)}, "vial_mcg"),
        ({"rate_ml_h": Decimal("10.1"), "is_rate_rounded": True}, "volume_ml"),
    ],
)
def test_a_recipe_whose_numbers_disagree_is_refused(changes, field):
    with pytest.raises(RecipeNotSane) as refusal:
        replace(recipe("us-24h"), **changes)

    assert refusal.value.field == field


def test_the_limits_are_spans():
    bag = recipe("us-24h")

    assert (bag.life.days, bag.room_limit.days, bag.cold_limit.days) == (1, 2, 8)


def test_allowed_recipes_come_shortest_first_whatever_the_order():
    mixed = reversed(recipes())

    found = [one.hours for one in allowed(mixed, Decimal(70))]

    assert found == [24, 48, 72, 96, 168]
