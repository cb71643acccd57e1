"""Whole courses, planned: one golden course for each use of the US label."""

from decimal import Decimal

import pytest

from infusion.domain.plans import make_plan, next_start
from infusion.domain.visits import VisitKind
from tests.spec.examples import Chapter, worked
from tests.spec.world import (
    CYCLE,
    DAY,
    START,
    clock,
    facts,
    hanging,
    hours,
    instant,
    ledger,
    recipes,
    request,
    weight,
)

COURSES = (
    ("us-label-rr", "America/New_York", "2026-03-02 10:00"),
    ("us-label-mrd", "Asia/Shanghai", "2026-01-05 09:00"),
    ("us-label-consolidation", "Europe/London", "2026-10-12 09:30"),
)
GOLDEN_COLUMNS = (
    "cycle",
    "starts",
    "hospital until",
    "infusion ends",
    "days",
    "last day of the cycle",
)
GOLDEN_RULE = (
    (
        "Day 1 is the day of the start. The infusion ends 672 h later; the cycle ends after "
        "its free days; the next one starts the day after, at the same hour on the wall "
        "clock. Hospital days are whole days of 24 h from the start."
    ),
    (
        "开始当日为第 1 天。输注在 672 小时后结束；周期在间歇天数后结束；下一周期于次日同一钟面时刻"
        "开始。住院天数为自开始起的整 24 小时。"
    ),
)
RR = Chapter(
    key="course-rr",
    title=(
        "Relapsed or refractory, from Monday 2 March 2026, 10:00, New York",
        "复发/难治：2026 年 3 月 2 日（周一）10:00 开始，纽约",
    ),
    rule=GOLDEN_RULE,
    source="label fact sheet 1.2, 1.3, 2 [A]; the clocks change on 8 March",
    columns=GOLDEN_COLUMNS,
    rows=(
        ("1", "2026-03-02 10:00", "2026-03-11 11:00", "2026-03-30 11:00", "28 + 14",
         "2026-04-12"),
        ("2", "2026-04-13 10:00", "2026-04-15 10:00", "2026-05-11 10:00", "28 + 14",
         "2026-05-24"),
        ("3", "2026-05-25 10:00", "-", "2026-06-22 10:00", "28 + 14", "2026-07-05"),
        ("4", "2026-07-06 10:00", "-", "2026-08-03 10:00", "28 + 14", "2026-08-16"),
        ("5", "2026-08-17 10:00", "-", "2026-09-14 10:00", "28 + 14", "2026-09-27"),
        ("6", "2026-09-28 10:00", "-", "2026-10-26 10:00", "28 + 56", "2026-12-20"),
        ("7", "2026-12-21 10:00", "-", "2027-01-18 10:00", "28 + 56", "2027-03-14"),
        ("8", "2027-03-15 10:00", "-", "2027-04-12 10:00", "28 + 56", "2027-06-06"),
        ("9", "2027-06-07 10:00", "-", "2027-07-05 10:00", "28 + 56", "2027-08-29"),
    ),
)  # fmt: skip
MRD = Chapter(
    key="course-mrd",
    title=(
        "MRD-positive, from Monday 5 January 2026, 09:00, Shanghai",
        "MRD 阳性：2026 年 1 月 5 日（周一）09:00 开始，上海",
    ),
    rule=GOLDEN_RULE,
    source="label fact sheet 1.2, 1.3, 2 [A]",
    columns=GOLDEN_COLUMNS,
    rows=(
        ("1", "2026-01-05 09:00", "2026-01-08 09:00", "2026-02-02 09:00", "28 + 14",
         "2026-02-15"),
        ("2", "2026-02-16 09:00", "2026-02-18 09:00", "2026-03-16 09:00", "28 + 14",
         "2026-03-29"),
        ("3", "2026-03-30 09:00", "-", "2026-04-27 09:00", "28 + 14", "2026-05-10"),
        ("4", "2026-05-11 09:00", "-", "2026-06-08 09:00", "28 + 14", "2026-06-21"),
    ),
)  # fmt: skip
CONSOLIDATION = Chapter(
    key="course-consolidation",
    title=(
        "Consolidation, from Monday 12 October 2026, 09:30, London",
        "巩固治疗：2026 年 10 月 12 日（周一）09:30 开始，伦敦",
    ),
    rule=GOLDEN_RULE,
    source="label fact sheet 1.2 [U], 2 [B]; the clocks change on 25 October",
    columns=GOLDEN_COLUMNS,
    rows=(
        ("1", "2026-10-12 09:30", "2026-10-15 09:30", "2026-11-09 08:30", "28 + 14",
         "2026-11-22"),
        ("2", "2026-11-23 09:30", "2026-11-25 09:30", "2026-12-21 09:30", "28 + 14",
         "2027-01-03"),
        ("3", "2027-01-04 09:30", "-", "2027-02-01 09:30", "28 + 14", "2027-02-14"),
        ("4", "2027-02-15 09:30", "-", "2027-03-15 09:30", "28 + 14", "2027-03-28"),
    ),
)  # fmt: skip
BAGS = Chapter(
    key="bags-rr",
    title=(
        "The bags of relapsed or refractory cycle 1, adult, New York",
        "复发/难治第 1 周期的输液袋（成人，纽约）",
    ),
    rule=(
        (
            "7 + 7 + 7 + 7 days: the step to the full dose falls on the first bag change. "
            "The hour on the wall clock moves with the clock change of 8 March."
        ),
        "7 + 7 + 7 + 7 天：增至足量恰好在第一次换袋时。3 月 8 日时钟调整后钟面时刻随之改变。",
    ),
    source="label fact sheet 4.6 [D]",
    columns=("hang", "take down", "hours", "recipe", "ug/day", "mL/h"),
    rows=(
        ("2026-03-02 10:00", "2026-03-09 11:00", "168", "us-7d", "9", "0.6"),
        ("2026-03-09 11:00", "2026-03-16 11:00", "168", "us-7d", "28", "0.6"),
        ("2026-03-16 11:00", "2026-03-23 11:00", "168", "us-7d", "28", "0.6"),
        ("2026-03-23 11:00", "2026-03-30 11:00", "168", "us-7d", "28", "0.6"),
    ),
)
ENDS = Chapter(
    key="ends-on",
    title=("How an interruption moves the end of a cycle", "中断如何推迟周期结束"),
    rule=(
        (
            "Lost hours are added to the end of the infusion; the cycle then ends on the "
            "last of its free days. A delay counts once it makes a whole day of 24 h."
        ),
        "损失的小时加在输注末尾；周期在最后一个间歇日结束。延误满 24 小时才计一天。",
    ),
    source="label fact sheet 7 [A]; counting whole days is a choice of this service [I]",
    columns=("stopped for", "infusion days counted", "arithmetic", "last day"),
    rows=(
        ("0:00", "28", "28 + 14", "2026-04-12"),
        ("5:00", "28", "28 + 14", "2026-04-12"),
        ("24:00", "29", "29 + 14", "2026-04-13"),
        ("30:00", "29", "29 + 14", "2026-04-13"),
        ("50:00", "30", "30 + 14", "2026-04-14"),
    ),
)
CHAPTERS = (RR, MRD, CONSOLIDATION, BAGS, ENDS)
GOLDEN = [
    (course, row)
    for course, chapter in zip(COURSES, CHAPTERS[:3], strict=True)
    for row in chapter.rows
]


def plan_of(key, zone, starts):
    first = instant(starts, zone)
    most = {"us-label-rr": 9}.get(key, 4)
    cycle = facts(starts_at=first)
    return make_plan(
        request(key, cycles=[cycle], zone=zone, now=first - DAY, last_cycle=most)
    )


@pytest.mark.parametrize(("course", "row"), GOLDEN)
def test_the_golden_course(course, row):
    _, zone, _ = course
    number, starts, stay, ends, days, last = row

    cycle = plan_of(*course).cycles[int(number) - 1]

    assert clock(cycle.starts_at, zone) == starts
    assert (clock(cycle.inpatient_until, zone) if stay != "-" else "-") == stay
    assert clock(cycle.infusion_ends_at, zone) == ends
    assert cycle.ends_on.isoformat() == last
    assert (cycle.ends_on - cycle.starts_at.date()).days + 1 == worked(days)


@pytest.mark.parametrize("course", COURSES)
def test_the_golden_course_is_complete(course):
    plan = plan_of(*course)

    assert [one.number for one in plan.cycles] == list(range(1, len(plan.cycles) + 1))
    assert plan.unmet == ()
    assert plan.unverified


def test_the_bags_of_the_first_cycle():
    cycle = plan_of(*COURSES[0]).cycles[0]

    zone = COURSES[0][1]
    found = [
        (
            clock(bag.hang_at, zone),
            clock(bag.take_down_at, zone),
            str(bag.recipe.hours),
            bag.recipe.key,
            str(bag.daily_dose_mcg),
            str(bag.recipe.rate_ml_h),
        )
        for bag in cycle.bags
    ]
    assert found == list(BAGS.rows)


def test_the_step_at_hour_168_is_a_bag_change_on_the_ward():
    cycle = plan_of(*COURSES[0]).cycles[0]

    low, full = cycle.steps
    (step,) = [visit for visit in cycle.visits if visit.is_step]

    assert full.at - low.at == hours(168)
    assert (low.daily_dose_mcg, full.daily_dose_mcg) == (Decimal(9), Decimal(28))
    assert (step.at, step.kind, step.placement.value) == (
        full.at,
        VisitKind.BAG_CHANGE,
        "WARD",
    )


def test_after_three_days_in_hospital_25_days_are_4_7_7_7():
    bag = hanging("us-72h", "28")
    cycle = facts(ledger=ledger("start 0"), hanging=bag)
    now = START + hours(71)

    plan = make_plan(request("us-label-mrd", cycles=[cycle], now=now))

    lives = [one.recipe.hours for one in plan.cycles[0].bags]
    assert lives == [72, 96, 168, 168, 168]


def test_a_child_below_the_weight_floor_gets_24_and_48_hour_bags_only():
    child = facts(weight=weight("5", "60"))

    plan = make_plan(request(cycles=[child]))

    lives = [bag.recipe.hours for bag in plan.cycles[0].bags]
    assert lives == [24, 48, 48, 48, *[24], *[48] * 10]
    assert sum(lives) == 672


@pytest.mark.parametrize(("stopped", "days", "arithmetic", "last"), ENDS.rows)
def test_an_interruption_moves_the_end(stopped, days, arithmetic, last):
    gap = hours(int(stopped.partition(":")[0]))
    told = f"start 0, pause 50:00, resume {50 + gap // hours(1)}:00"
    known = ledger(told if gap else "start 0")
    cycle = facts(ledger=known)

    found = make_plan(request(cycles=[cycle], now=START + hours(60))).cycles[0]

    assert found.infusion_ends_at == START + CYCLE + gap
    assert found.ends_on.isoformat() == last
    assert (found.ends_on - START.date()).days + 1 == worked(arithmetic)
    assert int(days) + 14 == worked(arithmetic)


def test_without_an_allowed_recipe_the_plan_says_what_is_unmet():
    tiny = facts(weight=weight("5", "60"))

    plan = make_plan(request(cycles=[tiny], bags=recipes("us-7d")))

    assert [reason.code for reason in plan.unmet] == ["no_recipe_fits"]
    assert plan.cycles[0].bags == ()


def test_an_empty_bag_delivers_nothing_though_nobody_said_so():
    bag = hanging("us-24h", "9")
    silent = facts(ledger=ledger("start 0"), hanging=bag)
    said_late = facts(ledger=ledger("start 0, pause 30:00"), hanging=bag)
    now = START + hours(31)

    plans = [
        make_plan(request(cycles=[one], now=now)).cycles[0]
        for one in (silent, said_late)
    ]

    ends = {one.infusion_ends_at for one in plans}
    assert ends == {now + CYCLE - hours(24)}


def test_the_next_cycle_starts_the_day_after_at_the_same_hour():
    key, zone, _ = COURSES[0]
    cycle = plan_of(*COURSES[0]).cycles[0]

    found = next_start(cycle, request(key, zone=zone).zone)

    assert clock(found, zone) == "2026-04-13 10:00"
