import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from infusion.domain.bags import WaitingBag
from infusion.domain.blocks import Block, BlockKind
from infusion.domain.instants import NaiveTime
from infusion.domain.intervals import ends_on
from infusion.domain.plans import (
    CycleFacts,
    HangingBag,
    difference,
    effective_ledger,
    empties_at,
    line_of,
    make_plan,
    next_start,
)
from infusion.domain.regimens import CycleNotInRegimen, CycleNotPlannable, Regimen
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from tests.spec.world import (
    CYCLE,
    DAY,
    START,
    facts,
    hanging,
    hours,
    instant,
    ledger,
    recipe,
    request,
    weight,
)
from tests.unit.domain.graphs import block, chemo, ways

PATTERN = request().regimen.pattern(1)


def cycle(key: str, *to: str, free_days: int | None = 14) -> Block:
    return block(
        key,
        kind=BlockKind.BLINATUMOMAB,
        pattern=replace(PATTERN, free_days=free_days),
        successors=ways(*to),
    )


def regimen_of(*blocks: Block) -> Regimen:
    return replace(request().regimen, blocks=blocks, premedication=())


def plan_at(now_hours: float, told: str, bag: HangingBag | None = None, **more):
    cycle = facts(ledger=ledger(told), hanging=bag, **more)
    now = START + hours(now_hours)
    return make_plan(request(cycles=[cycle], now=now)).cycles[0]


def made(key: str, dose: str = "9", prepared: float = 0) -> WaitingBag:
    return WaitingBag(
        id=uuid.UUID(int=7),
        recipe=recipe(key),
        daily_dose_mcg=Decimal(dose),
        prepared_at=START + hours(prepared),
    )


def test_a_request_without_cycles_is_an_empty_plan():
    plan = make_plan(replace(request(), cycles=()))

    assert (plan.cycles, plan.unmet) == ((), ())


def test_a_cycle_beyond_the_regimen_is_refused():
    with pytest.raises(CycleNotInRegimen):
        make_plan(request(last_cycle=10))


def test_a_start_in_a_zone_plans_the_same_as_in_utc():
    local = instant("2026-03-02 05:00", "America/New_York")
    plans = [
        make_plan(request(cycles=[facts(starts_at=start)], zone="America/New_York"))
        for start in (local, local.astimezone(dt.UTC))
    ]

    assert repr(plans[0]) == repr(plans[1])
    assert plans[0].cycles[0].infusion_ends_at == local.astimezone(dt.UTC) + CYCLE


@pytest.mark.parametrize("field", ["starts_at", "ended_at"])
def test_a_naive_instant_is_refused(field):
    naive = dt.datetime(2026, 3, 2, 10)  # noqa: DTZ001

    with pytest.raises(NaiveTime) as refusal:
        facts(**{field: naive})

    assert refusal.value.field == field


def test_an_ended_cycle_has_no_bags_and_nothing_unmet():
    ended = START + hours(100)

    cycle = plan_at(200, "start 0, stop 100:00", ended_at=ended)

    assert (cycle.bags, cycle.visits, cycle.unmet) == ((), (), ())
    assert cycle.infusion_ends_at == ended


def test_a_paused_pump_is_taken_to_run_again_from_now():
    cycle = facts(ledger=ledger("start 0, pause 10:00"))

    line = line_of(cycle, START + hours(15))

    assert (line.at, line.delivered) == (START + hours(15), hours(10))


def test_a_hanging_bag_comes_down_when_its_hours_have_run():
    cycle = plan_at(30, "start 0, pause 10:00, resume 12:00", hanging("us-48h", "9"))

    first, second = cycle.bags[:2]
    assert first.is_hanging
    assert first.take_down_at == START + hours(48)
    assert second.hang_at == first.take_down_at


def test_a_hanging_bag_comes_down_at_its_use_by_though_drug_is_left():
    bag = hanging("us-48h", "9")

    assert empties_at(ledger("start 0, pause 10:00, resume 12:00"), bag) == bag.use_by


def test_nothing_empties_without_a_bag_or_while_the_pump_stands_still():
    bag = hanging("us-24h", "9")

    assert empties_at(ledger("start 0"), None) is None
    assert empties_at(ledger("start 0, pause 5:00"), bag) is None


def test_a_bag_that_ran_dry_is_followed_now_and_no_hour_is_lost():
    cycle = plan_at(26, "start 0", hanging("us-24h", "9"))

    first, second = cycle.bags[:2]
    assert first.take_down_at == START + hours(24)
    assert second.hang_at == START + hours(26)
    assert cycle.infusion_ends_at == START + CYCLE + hours(2)


@pytest.mark.parametrize(
    "told",
    [
        "start 0, pause 24:00, resume 25:00",
        "start 0, pause 30:00",
        "start 0, pause 30:00, resume 31:00",
        "start 0, pause 20:00, resume 60:00",
    ],
)
def test_a_pump_that_runs_on_an_empty_bag_never_breaks_the_plan(told):
    cycle = plan_at(70, told, hanging("us-24h", "9"))

    assert cycle.bags[0].take_down_at <= cycle.bags[0].use_by
    assert cycle.bags[1].hang_at == START + hours(70)


def test_a_paused_bag_past_its_use_by_is_never_shown_beyond_it():
    bag = hanging("us-24h", "9", use_by=START + hours(3))

    cycle = plan_at(6, "start 0, pause 1:00", bag)

    assert cycle.bags[0].take_down_at == bag.use_by
    assert cycle.bags[1].hang_at == START + hours(6)


def test_the_effective_ledger_is_the_recorded_one_while_something_flows():
    cycle = facts(ledger=ledger("start 0"), hanging=hanging("us-24h", "9"))

    assert effective_ledger(cycle, START + hours(24)) is cycle.ledger
    assert not effective_ledger(cycle, START + hours(24.1)).is_running


def test_the_full_dose_hung_an_hour_early_serves_its_own_stretch():
    cycle = plan_at(167.5, "start 0", hanging("us-7d", "28", START + hours(167)))

    assert cycle.bags[0].level == "full"
    assert cycle.bags[0].take_down_at == START + hours(335)


def test_a_low_dose_bag_on_the_pump_after_the_step_is_overdue():
    cycle = plan_at(170, "start 0", hanging("us-24h", "9", START + hours(150)))

    low, full = cycle.bags[:2]
    assert (low.level, low.take_down_at) == ("low", START + hours(168))
    assert (full.level, full.hang_at) == ("full", START + hours(170))


def test_a_bag_that_runs_beyond_the_last_hour_is_the_last():
    cycle = plan_at(680, "start 0", hanging("us-96h", "28", START + hours(600)))

    assert [bag.is_hanging for bag in cycle.bags] == [True]
    assert cycle.infusion_ends_at == START + CYCLE
    assert cycle.unmet == ()


def test_a_bag_hung_after_the_last_hour_is_down_at_once():
    hung = START + hours(673)

    cycle = plan_at(674, "start 0", hanging("us-24h", "28", hung))

    assert [bag.take_down_at for bag in cycle.bags] == [hung]


def test_a_cycle_whose_last_bag_ran_dry_at_its_end_is_complete():
    bag = hanging("us-7d", "28", START + hours(504))

    cycle = plan_at(673, "start 0", bag)

    assert cycle.infusion_ends_at == START + CYCLE
    assert cycle.unmet == ()


def test_the_step_begins_when_the_full_dose_can_flow():
    dry = plan_at(170, "start 0", hanging("us-7d", "9"))
    paused = plan_at(200, "start 0, pause 168:00, resume 180:00")

    assert dry.steps[1].at == START + hours(170)
    assert paused.steps[1].at == START + hours(180)


def test_a_bag_that_was_made_and_fits_no_more_is_named():
    cycle = plan_at(
        30, "start 0", hanging("us-48h", "9"), waiting=(made("us-24h", "20"),)
    )

    assert [(one.code, dict(one.params)) for one in cycle.unmet] == [
        ("bag_not_usable", {"cycle": "1", "recipe": "us-24h", "vials": "1"})
    ]


def test_a_bag_that_was_made_keeps_its_identity():
    cycle = plan_at(
        30, "start 0", hanging("us-48h", "9"), waiting=(made("us-24h", prepared=20),)
    )

    assert cycle.bags[1].id == uuid.UUID(int=7)
    assert cycle.unmet == ()


def test_a_dose_by_surface_is_planned_from_the_frozen_weight():
    child = facts(weight=weight("40.5", "162"))

    (cycle,) = make_plan(request(cycles=[child])).cycles

    assert [bag.daily_dose_mcg for bag in cycle.bags[:2]] == [
        Decimal("6.75"),
        Decimal("20.25"),
    ]


def test_following_cycles_keep_the_weight_of_the_last_known_one():
    child = facts(weight=weight("40.5", "162"))

    plan = make_plan(request(cycles=[child], last_cycle=2))

    assert plan.cycles[1].steps[0].daily_dose_mcg == Decimal("20.25")


def test_what_is_not_signed_is_named_once():
    plan = make_plan(request(last_cycle=3))

    paths = [one.path for one in plan.unverified]
    assert len(paths) == len(set(paths))
    assert "us-7d: facts.room_hours" in paths
    assert not any(path.startswith("us-24h") for path in paths)


def test_the_end_of_a_cycle_is_a_date_of_the_zone():
    zone = request(zone="America/New_York").zone
    start = dt.datetime(2026, 3, 3, 2, tzinfo=dt.UTC)

    assert ends_on(start, start + CYCLE, PATTERN, zone) == dt.date(2026, 4, 12)


@pytest.mark.parametrize(
    ("ran", "last"),
    [
        (dt.timedelta(0), dt.date(2026, 3, 16)),
        (dt.timedelta(days=3), dt.date(2026, 3, 18)),
        (dt.timedelta(days=3.5), dt.date(2026, 3, 19)),
        (CYCLE, dt.date(2026, 4, 12)),
        (CYCLE + dt.timedelta(minutes=2), dt.date(2026, 4, 12)),
        (CYCLE + dt.timedelta(hours=24), dt.date(2026, 4, 13)),
    ],
)
def test_a_cycle_cut_short_counts_the_day_begun_and_a_late_one_whole_days(ran, last):
    assert ends_on(START, START + ran, PATTERN, request().zone) == last


def test_a_difference_names_what_is_new_changed_and_gone():
    found = difference({1: "a", 2: "b", 3: "c"}, {2: "b", 3: "x", 4: "d"})

    assert (found.added, found.changed, found.removed) == (
        {4: "d"},
        {3: "x"},
        frozenset({1}),
    )


def test_values_of_a_request_keep_their_instants_in_utc():
    local = instant("2026-03-02 10:00", "Europe/London")
    values = [
        CycleFacts(number=1, starts_at=local, weight=weight()).starts_at,
        hanging("us-24h", "9", local).hung_at,
        Whereabouts(from_at=local, kind=PlacementKind.HOME).from_at,
        replace(request(), now=local).now,
        replace(made("us-24h"), out_of_cold_at=local).out_of_cold_at,
    ]

    assert {value.tzinfo for value in values} == {dt.UTC}


def test_the_blocks_between_two_cycles_put_the_next_one_off():
    # 42 days of the first cycle, then 28 days of chemotherapy.
    between = regimen_of(cycle("a", "b"), chemo("b", "c"), cycle("c"))

    plan = make_plan(replace(request(last_cycle=2), regimen=between))

    assert [(one.number, one.block) for one in plan.cycles] == [(1, "a"), (2, "c")]
    assert plan.cycles[1].starts_at == START + (42 + 28) * DAY


@pytest.mark.parametrize(
    "blocks",
    [
        (cycle("a", "b"), chemo("b", "c", days=None), cycle("c")),
        (cycle("a", "c", free_days=None), cycle("c")),
    ],
)
def test_nothing_is_planned_after_a_length_that_no_source_gives(blocks):
    plan = make_plan(replace(request(last_cycle=2), regimen=regimen_of(*blocks)))

    assert [one.number for one in plan.cycles] == [1]
    assert [(one.code, dict(one.params)) for one in plan.unmet] == [
        ("length_missing", {"cycle": "1", "block": "a"})
    ]


def test_the_end_of_a_cycle_without_known_free_days_is_not_known():
    blocks = (cycle("a", free_days=None),)

    (planned,) = make_plan(replace(request(), regimen=regimen_of(*blocks))).cycles

    assert planned.ends_on is None
    with pytest.raises(CycleNotPlannable):
        next_start(planned, request().zone)


def test_a_cycle_that_no_source_describes_is_not_planned():
    vague = block("b", kind=BlockKind.BLINATUMOMAB, own_days=42)
    first = make_plan(replace(request(), regimen=regimen_of(vague)))
    second = make_plan(
        replace(request(last_cycle=2), regimen=regimen_of(cycle("a", "b"), vague))
    )

    assert (first.cycles, len(second.cycles)) == ((), 1)
    assert [(one.code, dict(one.params)) for one in first.unmet + second.unmet] == [
        ("cycle_not_plannable", {"cycle": "1", "block": "b"}),
        ("cycle_not_plannable", {"cycle": "2", "block": "b"}),
    ]


def test_a_cycle_is_the_round_it_is_said_to_be():
    branched = facts(number=1, block="continued", ordinal=2)

    plan = make_plan(request(cycles=[branched], last_cycle=3))

    # Continued cycles take 28 + 56 days; the third and fourth round follow.
    assert [(one.block, one.ordinal) for one in plan.cycles] == [
        ("continued", 2), ("continued", 3), ("continued", 4),
    ]  # fmt: skip
    assert plan.cycles[1].starts_at == START + 84 * DAY
