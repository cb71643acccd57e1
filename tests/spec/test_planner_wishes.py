"""What a site may wish for of the planner: rates, nurses, days, recipes, stopped bags."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.calendars import VisitCalendar, Window, week_of
from infusion.domain.planner import ChainRules, Lift, plan_chain
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from tests.spec.weeks import (
    MONDAY,
    UP_TO_96,
    UTC,
    WEEKDAYS,
    asked,
    changes_on_weekends,
    days_of,
    on,
)
from tests.spec.world import DAY, clock, hours, instant, recipe


@pytest.mark.parametrize("start", ["Mon", "Tue", "Thu", "Fri"])
def test_cassettes_of_3_and_4_days_change_on_two_fixed_weekdays(start):
    rules = ChainRules(run_pattern_hours=(72, 96))

    bags = plan_chain(asked(on(start), keys=("us-72h", "us-96h"), rules=rules)).bags

    assert len({bag.hang_at.weekday() for bag in bags}) == 2
    assert changes_on_weekends(bags) == 0
    assert all({one.run, other.run} == {hours(72), hours(96)}
               for one, other in itertools.pairwise(bags))  # fmt: skip


def test_all_at_one_rate_leaves_out_the_bags_that_run_at_another():
    rules = ChainRules(one_rate=True)

    found = plan_chain(asked(rules=rules)).bags

    assert {bag.recipe.rate_ml_h for bag in found} == {Decimal("1.8")}
    assert days_of(found) == "3 4 3 4 3 4 3 4"


def test_one_centre_runs_24_to_96_hours_all_at_5_ml_an_hour():
    """Label fact sheet 4.3 [B: APHON]: a site's own recipes, the volume of each its own."""
    local = tuple(
        replace(recipe(key), rate_ml_h=Decimal(5), volume_ml=Decimal(5) * count)
        for key, count in zip(UP_TO_96, (24, 48, 72, 96), strict=True)
    )
    free, bound = (
        asked(recipes=local),
        asked(recipes=local, rules=ChainRules(one_rate=True)),
    )

    assert plan_chain(bound).bags == plan_chain(free).bags


def test_no_sunday_nurse_and_what_a_96_hour_bag_would_change():
    """ "No Sunday nurse on 6 December; a 96 h bag from Thursday would need stock." """
    thursday = instant("2026-12-03 10:00")
    request = asked(
        thursday,
        days=14,
        keys=("us-72h",),
        rules=ChainRules(shortest_run=hours(72)),
        out_of_stock=(recipe("us-96h"), recipe("us-7d")),
    )

    outcome = plan_chain(request)

    told = [
        (one.code, one.recipe_key, clock(one.at, "UTC")) for one in outcome.relaxations
    ]
    assert told[0] == (Lift.OFF_DAY_VISIT, "", "2026-12-06 10:00")
    assert (Lift.NEEDS_RECIPE, "us-96h", "2026-12-03 10:00") in told
    assert not outcome.unmet


def test_the_wishes_come_in_their_order():
    """A visit at night costs more than any weekend, a weekend more than any bag."""
    office = (Window(from_minute=8 * 60, to_minute=17 * 60),)
    calendar = VisitCalendar(
        zone=UTC,
        places=(Whereabouts(from_at=MONDAY, kind=PlacementKind.HOME),),
        windows={PlacementKind.HOME: week_of(dict.fromkeys(range(7), office))},
    )
    night = asked(
        on("Sat") + hours(12), days=4, keys=("us-24h", "us-48h"), calendar=calendar
    )

    found = plan_chain(night)

    # Bags of 48 h alone would be changed at ten at night, and once less.
    assert found.score.outside == 2
    assert all(8 <= bag.hang_at.hour <= 17 for bag in found.bags[1:])
    assert len(found.bags) == 3


def test_every_recipe_of_the_catalogue_can_be_planned():
    for key in catalogue.all_recipes():
        outcome = plan_chain(asked(keys=(key,)))

        assert not outcome.unmet
        assert outcome.bags[-1].take_down_at == MONDAY + 28 * DAY


@pytest.mark.parametrize("start", WEEKDAYS)
def test_a_bag_to_be_stopped_early_is_only_taken_when_asked_for(start):
    listed = ("uk-24h", "uk-48h", "uk-72h", "uk-96h", "uk-96h-stopped")

    outcome = plan_chain(asked(on(start), keys=listed))

    assert "uk-96h-stopped" not in {bag.recipe.key for bag in outcome.bags}
