"""A restart at the low dose and another weight: what the rest of the cycle looks like."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.bags import WaitingBag
from infusion.domain.dose_changes import (
    DoseChange,
    DoseChangeKind,
    DoseChangeNotSane,
    LowStep,
    LowStepUnknown,
    low_step,
)
from infusion.domain.plans import make_plan
from tests.spec.world import (
    CYCLE,
    START,
    facts,
    hanging,
    hours,
    ledger,
    recipe,
    request,
    weight,
)

LOW = LowStep(level="low", hours=168)
CRS = "start 0, pause 60:00"


def low_from(hour: float) -> DoseChange:
    return DoseChange(
        from_at=START + hours(hour), kind=DoseChangeKind.RESTART_LOW, low=LOW
    )


def weighing(kg: str, hour: float) -> DoseChange:
    return DoseChange(
        from_at=START + hours(hour), kind=DoseChangeKind.WEIGHT, weight=weight(kg)
    )


def planned(
    hour: float, told: str, *changes: DoseChange, regimen="us-label-rr", **more
):
    cycle = facts(ledger=ledger(told), dose_changes=changes, **more)
    asked = request(regimen, cycles=[cycle], now=START + hours(hour))
    (found,) = make_plan(asked).cycles
    return found


def steps(cycle) -> list[tuple[float, str, int]]:
    return [
        ((one.at - START) / hours(1), one.level, int(one.daily_dose_mcg))
        for one in cycle.steps
    ]


def test_after_a_restart_on_day_three_the_step_is_seven_delivered_days_later():
    before = planned(132, CRS)
    after = planned(132, CRS, low_from(132))

    # 60 h delivered, 72 h lost: the old step would be at 240, the new one at 132 + 168.
    assert steps(before) == [(0, "low", 9), (240, "full", 28)]
    assert steps(after) == [(0, "low", 9), (300, "full", 28)]
    assert (
        after.infusion_ends_at == before.infusion_ends_at == START + CYCLE + hours(72)
    )


def test_a_restart_in_the_full_dose_goes_back_to_low_and_up_again():
    cycle = planned(260, "start 0, pause 200:00", low_from(260))

    # 200 h delivered by 260, then 168 h low.
    assert steps(cycle) == [
        (0, "low", 9), (168, "full", 28), (260, "low", 9), (428, "full", 28),
    ]  # fmt: skip
    assert [int(bag.daily_dose_mcg) for bag in cycle.bags][:2] == [9, 28]
    assert cycle.bags[0].hang_at == START + hours(260)


def test_the_step_moves_with_a_restart_that_comes_later_than_the_decision():
    cycle = planned(290, "start 0, pause 200:00", low_from(260))

    assert cycle.steps[2].at == START + hours(290)
    assert cycle.steps[3].at == START + hours(290 + 168)


def test_a_second_stop_while_the_low_dose_runs_begins_the_seven_days_again():
    told = "start 0, pause 200:00, resume 260:00, pause 300:00"
    cycle = planned(320, told, low_from(260), low_from(320))

    # 240 h delivered by 320.
    assert steps(cycle)[-1] == (320 + 168, "full", 28)


def test_a_block_without_a_step_gets_one():
    cycle = planned(
        132, CRS, low_from(132), regimen="us-label-rr", block="c2", number=2
    )

    assert [(level, dose) for _, level, dose in steps(cycle)] == [
        ("full", 28), ("low", 9), ("full", 28),
    ]  # fmt: skip


def test_bags_of_the_other_dose_are_named_with_their_vials():
    full = WaitingBag(
        id=uuid.UUID(int=7),
        recipe=recipe("us-48h"),
        daily_dose_mcg=Decimal(28),
        prepared_at=START + hours(190),
        out_of_cold_at=None,
    )
    bag = hanging("us-7d", "28", START + hours(190))

    cycle = planned(
        260, "start 0, pause 200:00", low_from(260), hanging=bag, waiting=(full,)
    )

    found = [(one.code, dict(one.params)) for one in cycle.unmet]
    assert found == [
        ("bag_must_come_down", {"cycle": "1", "recipe": "us-7d", "vials": "6"}),
        ("bag_not_usable", {"cycle": "1", "recipe": "us-48h", "vials": "2"}),
    ]
    assert cycle.bags[0].is_hanging
    assert cycle.bags[0].take_down_at == START + hours(260)
    assert int(cycle.bags[1].daily_dose_mcg) == 9


def test_a_bag_hung_in_the_minute_of_the_stop_must_come_down_too():
    bag = hanging("us-7d", "28", START + hours(200))
    cycle = planned(260, "start 0, pause 200:00", low_from(260), hanging=bag)

    assert [one.code for one in cycle.unmet] == ["bag_must_come_down"]
    assert int(cycle.bags[1].daily_dose_mcg) == 9
    assert cycle.bags[1].hang_at == START + hours(260)


@pytest.mark.parametrize("now", [260, 261, 300])
@pytest.mark.parametrize("hung", [190, 200])
def test_it_must_come_down_from_the_decision_on_however_long_the_pump_stands(now, hung):
    bag = hanging("us-7d", "28", START + hours(hung))
    cycle = planned(now, "start 0, pause 200:00", low_from(260), hanging=bag)

    assert cycle.bags[0].take_down_at == START + hours(260)
    assert cycle.bags[1].hang_at == START + hours(now)


def test_a_low_bag_may_stay_through_a_restart_at_the_low_dose():
    bag = hanging("us-96h", "9", START)
    cycle = planned(70, CRS, low_from(70), hanging=bag)

    assert cycle.unmet == ()
    # 36 h of the bag were left at the stop.
    assert cycle.bags[0].take_down_at == START + hours(70 + 36)


def test_a_bag_hung_after_the_decision_serves_the_low_stretch():
    told = "start 0, pause 200:00, resume 265:00"
    bag = hanging("us-7d", "9", START + hours(265))
    cycle = planned(270, told, low_from(260), hanging=bag)

    assert cycle.unmet == ()
    assert cycle.bags[0].take_down_at == START + hours(265 + 168)


def test_another_weight_counts_from_its_instant_on():
    asked = weight("44", "140")
    lighter = DoseChange(
        from_at=START + hours(336), kind=DoseChangeKind.WEIGHT, weight=asked
    )
    cycle = planned(300, "start 0", lighter)

    found = steps(cycle)
    assert found[-1][0] == 336
    assert found[-1][2] == 19  # 15 x 1.308 m2 = 19.62
    assert cycle.infusion_ends_at == START + CYCLE


def test_the_same_dose_at_another_weight_changes_no_bag():
    assert planned(300, "start 0", weighing("60", 310)) == planned(300, "start 0")


def test_a_child_that_grows_lighter_gets_no_bag_it_may_not_have():
    # The bags with a preservative begin at 5.4 kg; the lighter weight counts for all.
    heavy, light = weight("6", "60"), weight("5", "58")
    change = DoseChange(
        from_at=START + hours(300), kind=DoseChangeKind.WEIGHT, weight=light
    )
    cycle = planned(200, "start 0", change, weight=heavy)

    assert all(bag.recipe.fits(light.weight_kg) for bag in cycle.bags)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (DoseChangeKind.START_LOW, [(0, "low", 9), (168, "full", 28)]),
        (DoseChangeKind.START_FULL, [(0, "full", 28)]),
    ],
)
@pytest.mark.parametrize("block", ["c1", "c2"])
def test_a_cycle_ordered_after_a_stop_begins_as_the_physician_says(
    kind, expected, block
):
    low = LOW if kind == DoseChangeKind.START_LOW else None
    change = DoseChange(from_at=START - hours(99), kind=kind, low=low)
    cycle = planned(-1, "", change, block=block)

    assert steps(cycle) == expected


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        (DoseChangeKind.RESTART_LOW, {}, "low"),
        (DoseChangeKind.WEIGHT, {}, "weight_kg"),
        (DoseChangeKind.WEIGHT, {"low": LOW, "weight": weight()}, "low"),
        (DoseChangeKind.START_FULL, {"low": LOW}, "low"),
        (DoseChangeKind.RESTART_LOW, {"low": LOW, "weight": weight()}, "weight_kg"),
        (
            DoseChangeKind.START_LOW,
            {"low": LowStep(level="low", hours=0)},
            "low_hours",
        ),
    ],
)
def test_a_change_says_what_its_kind_needs(kind, said, field):
    with pytest.raises(DoseChangeNotSane) as refusal:
        DoseChange(from_at=START, kind=kind, **said)

    assert refusal.value.field == field


def test_the_low_step_is_that_of_the_block_or_of_the_regimen():
    rr = catalogue.get_regimen("us-label-rr")

    assert low_step(rr, "c1") == low_step(rr, "c2") == LOW


def test_a_regimen_without_a_low_dose_names_none():
    mrd = catalogue.get_regimen("us-label-mrd")

    with pytest.raises(LowStepUnknown):
        low_step(mrd, mrd.blocks[0].key)


def test_a_correction_of_the_stop_moves_the_position_with_it():
    early = planned(260, "start 0, pause 190:00", low_from(260))

    assert early.steps[2].at == START + hours(260)
    assert early.infusion_ends_at == START + CYCLE + dt.timedelta(hours=70)
