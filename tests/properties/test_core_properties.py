"""What is true of doses, recipes, ledgers and chains of bags."""

import datetime as dt
import itertools
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar
from infusion.domain.clock import Ledger
from infusion.domain.doses import DoseNotInRegimen, HeightMissing
from infusion.domain.planner import ChainRequest, Weights, plan_chain
from infusion.domain.recipes import delivered_daily_mcg, use_by
from tests.properties import worlds
from tests.spec.world import START, ZERO, recipes

TABLES = [one.doses for one in catalogue.all_regimens().values() if one.doses.levels]
TINY = Decimal("1E-20")


@given(st.sampled_from(TABLES), worlds.weights, st.data())
def test_the_daily_dose_is_above_zero_and_never_above_its_cap(table, weight, data):
    level = table.levels[data.draw(st.sampled_from(sorted(table.levels)))]
    step = data.draw(
        st.sampled_from([Decimal("0.001"), Decimal("0.01"), Decimal("0.1")])
    )
    refusal = refusal_of(table, level, weight)
    if refusal is not None:
        with pytest.raises(refusal):
            table.dose(level.key, weight, step)
        return

    dose = table.dose(level.key, weight, step)

    cap = level.cap_mcg or Decimal("Infinity")
    assert 0 < dose.mcg <= cap
    assert abs(dose.mcg - min(dose.unrounded_mcg, cap)) <= step / 2


def refusal_of(table, level, weight):
    """Return why there is no dose: the regimen gives none here, or it needs a height."""
    if not table.is_limit_known:
        return DoseNotInRegimen
    is_fixed = table.is_fixed(weight)
    if (level.fixed_mcg if is_fixed else level.per_m2_mcg) is None:
        return DoseNotInRegimen
    return None if is_fixed or weight.height_cm else HeightMissing


@given(worlds.children)
def test_a_heavier_child_of_one_height_never_gets_less(child):
    table = catalogue.get_regimen("us-label-rr").doses
    heavier = worlds.DosingWeight(
        weight_kg=min(child.weight_kg + 1, Decimal("44.99")), height_cm=child.height_cm
    )

    doses = [table.dose("full", one, Decimal("0.01")).mcg for one in (child, heavier)]

    assert doses == sorted(doses)


@given(st.sampled_from(recipes()), st.decimals("0.01", "28", places=2))
def test_every_recipe_delivers_the_prescribed_daily_dose(recipe, dose):
    content = recipe.content_mcg(dose)

    found = delivered_daily_mcg(content, recipe.volume_ml, recipe.rate_ml_h)

    assert abs(found - dose) <= TINY


@given(st.sampled_from(recipes()), worlds.minutes, worlds.minutes)
def test_time_out_of_the_cold_or_since_preparation_never_adds_to_the_use_by(
    recipe, made, warm
):
    fresh = use_by(recipe, hang_at=START)
    found = use_by(
        recipe,
        hang_at=START,
        prepared_at=START - made,
        out_of_cold_at=START - min(made, warm),
    )

    assert found <= fresh
    assert found <= START - made + recipe.cold_limit


@given(worlds.ledgers(), st.randoms(use_true_random=False), worlds.minutes)
def test_a_ledger_is_the_same_in_any_order_and_with_facts_said_twice(
    ledger, random, asked
):
    told = [*ledger.events, *random.choices(ledger.events, k=3)]
    random.shuffle(told)

    again = Ledger.of(told)

    assert again == ledger
    assert again.delivered(START + asked) == ledger.delivered(START + asked)


@given(worlds.ledgers(), worlds.minutes)
def test_delivered_time_never_runs_backwards_or_faster_than_the_clock(ledger, span):
    now = START + span

    before, after = ledger.delivered(now), ledger.delivered(now + worlds.MINUTE)

    assert ZERO <= after - before <= worlds.MINUTE
    assert before <= span


@given(worlds.ledgers(), worlds.minutes)
def test_an_amount_is_delivered_when_the_ledger_says_so(ledger, amount):
    reached = ledger.instant_of(amount)

    if reached is None:
        assert ledger.delivered(START + dt.timedelta(days=400)) < amount
    else:
        assert ledger.delivered(reached) == amount


@given(worlds.ledgers(), worlds.minutes)
def test_runs_and_gaps_fill_the_time_since_the_start(ledger, span):
    now = START + span
    stood = sum(
        (
            max(ZERO, min(gap.end or now, now) - gap.start)
            for gap in ledger.gaps()
            if gap.start < now
        ),
        ZERO,
    )

    assert ledger.delivered(now) + stood == span


def by_trying_everything(hours: int, lives: list[int]) -> tuple[int, int]:
    """Return the fewest bags that last at least so long, and the least left over."""
    for count in itertools.count(1):
        sums = [
            sum(some)
            for some in itertools.combinations_with_replacement(lives, count)
            if sum(some) >= hours
        ]
        if sums:
            return count, min(sums) - hours
    raise AssertionError


CHOICES = [
    some for count in range(1, 6) for some in itertools.combinations(recipes(), count)
]


NO_DAY_IS_OFF = VisitCalendar(zone=ZoneInfo("UTC"), weekend=frozenset())


def lives_of(hours: int, choice) -> list[int]:
    """Return the bags of the best chain where only their number and waste count."""
    stretch = Stretch(
        start=ZERO,
        end=dt.timedelta(hours=hours),
        level="full",
        daily_dose_mcg=Decimal(28),
    )
    request = ChainRequest(
        line=Line(at=START, delivered=ZERO),
        stretches=(stretch,),
        recipes=choice,
        calendar=NO_DAY_IS_OFF,
        weights=Weights(vial=0),
    )
    return [bag.recipe.hours for bag in plan_chain(request).bags]


@pytest.mark.parametrize(
    "choice", CHOICES, ids=lambda choice: "+".join(str(one.hours) for one in choice)
)
def test_the_chain_is_the_best_that_trying_everything_finds(choice):
    """Every choice of recipes and every whole day of a cycle, and an hour less."""
    lives = [one.hours for one in choice]

    for hours in (day * 24 - less for day in range(1, 29) for less in (0, 1)):
        chosen = lives_of(hours, choice)

        best = by_trying_everything(hours, lives)
        assert (len(chosen), sum(chosen) - hours) == best


@pytest.mark.parametrize("days", range(1, 29))
def test_whole_days_up_to_four_weeks_never_need_more_than_one_bag_a_week_and_one(days):
    assert len(lives_of(days * 24, recipes())) == -(-days // 7)
