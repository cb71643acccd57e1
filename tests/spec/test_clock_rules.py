"""The infusion clock: hours delivered, not days."""

import itertools

import pytest

from infusion.domain.clock import Ledger, infusion_day, needs_reinitiation
from tests.spec.examples import Chapter, worked
from tests.spec.world import (
    CYCLE,
    START,
    clock,
    events,
    hours,
    instant,
    ledger,
    minutes,
)

DELIVERED = Chapter(
    key="delivered-hours",
    title=("Hours delivered", "已输注小时数"),
    rule=(
        (
            "Only the time the pump ran counts. Times are hours:minutes after the start; "
            "the end is the start plus 672 h plus every gap."
        ),
        "只计泵运行的时间。时刻为开始后的 小时:分钟；结束 = 开始 + 672 小时 + 所有中断。",
    ),
    source="label fact sheet 1.3 [D], 7",
    columns=("facts", "asked at", "arithmetic", "hours delivered", "ends at"),
    rows=(
        ("start 0", "0:00", "0", "0", "672:00"),
        ("start 0", "24:00", "24", "24", "672:00"),
        ("start 0, pause 10:00, resume 13:00", "20:00", "10 + 7", "17", "675:00"),
        ("start 0, pause 10:00, resume 13:00", "12:00", "10 + 0", "10", "675:00"),
        (
            "start 0, pause 100:00, resume 101:30, pause 200:00, resume 203:59",
            "300:00",
            "100 + 98.5 + 96 + 1/60",
            "294.516667",
            "677:29",
        ),
        ("start 0, pause 5:00, resume 173:00", "180:00", "5 + 7", "12", "840:00"),
    ),
)

RESTARTS = Chapter(
    key="restart",
    title=("Restart after an interruption", "中断后重新开始"),
    rule=(
        "A stop of 4 h or more is a re-initiation: supervised, with premedication.",
        "停泵 ≥4 小时视为重新开始：需监护并给予预处理用药。",
    ),
    source="label fact sheet 7 [A]: HCP-RR-adj, HK-dosage",
    columns=("stopped for", "re-initiation"),
    rows=(("0:10", "no"), ("3:59", "no"), ("4:00", "yes"), ("27:00", "yes")),
)

DAYS = Chapter(
    key="infusion-day",
    title=("Infusion day and calendar", "输注日与日历日"),
    rule=(
        (
            "672 h from 10:00 end on calendar day 29 at the same hour: the 28th infusion "
            "day is the last."
        ),
        "从 10:00 开始的 672 小时在第 29 个日历日的同一时刻结束：第 28 输注日为最后一日。",
    ),
    source="label fact sheet 1.3 [D]",
    columns=("hours delivered", "infusion day"),
    rows=(
        ("0", "1"),
        ("23.99", "1"),
        ("24", "2"),
        ("167.99", "7"),
        ("168", "8"),
        ("671.99", "28"),
        ("672", "28"),
    ),
)

NIGHTS = Chapter(
    key="clock-changes",
    title=("Nights when clocks change", "时钟调整之夜"),
    rule=(
        (
            "The infusion runs by elapsed hours: it ends 672 h after the start, an hour "
            "later or earlier on the wall clock."
        ),
        "输注按实际经过的小时计算：开始后 672 小时结束，钟面时间可能早或晚一小时。",
    ),
    source="label fact sheet 1.3 [D]; IANA time zone data",
    columns=("zone", "starts", "ends"),
    rows=(
        ("Europe/London", "2026-03-16 10:00", "2026-04-13 11:00"),
        ("Europe/London", "2026-10-12 10:00", "2026-11-09 09:00"),
        ("America/New_York", "2026-03-02 10:00", "2026-03-30 11:00"),
        ("America/New_York", "2026-10-19 10:00", "2026-11-16 09:00"),
        ("Asia/Shanghai", "2026-03-16 10:00", "2026-04-13 10:00"),
        ("Australia/Lord_Howe", "2026-03-16 10:00", "2026-04-13 09:30"),
        ("Australia/Lord_Howe", "2026-09-21 10:00", "2026-10-19 10:30"),
    ),
)
CHAPTERS = (DELIVERED, RESTARTS, DAYS, NIGHTS)


@pytest.mark.parametrize(
    ("facts", "asked", "arithmetic", "delivered", "ends"), DELIVERED.rows
)
def test_only_the_time_the_pump_ran_counts(facts, asked, arithmetic, delivered, ends):
    found = ledger(facts)

    ran = found.delivered(START + minutes(asked))

    assert ran / hours(1) == pytest.approx(float(worked(arithmetic)))
    assert ran / hours(1) == pytest.approx(float(delivered), abs=1e-6)
    assert found.instant_of(CYCLE) == START + minutes(ends)


@pytest.mark.parametrize(("stopped", "answer"), RESTARTS.rows)
def test_four_hours_make_a_re_initiation(stopped, answer):
    assert needs_reinitiation(minutes(stopped)) is (answer == "yes")


@pytest.mark.parametrize(("delivered", "day"), DAYS.rows)
def test_the_infusion_day(delivered, day):
    assert infusion_day(hours(float(delivered)), 672) == int(day)


@pytest.mark.parametrize(("zone", "starts", "ends"), NIGHTS.rows)
def test_672_hours_across_a_night_when_clocks_change(zone, starts, ends):
    found = ledger("start 0", instant(starts, zone))

    assert clock(found.instant_of(CYCLE), zone) == ends


def test_the_cycle_ends_on_calendar_day_29_at_the_same_hour():
    end = ledger("start 0").instant_of(CYCLE)

    assert (end.date() - START.date()).days + 1 == 29
    assert end.time() == START.time()


def test_the_order_in_which_facts_arrive_does_not_matter():
    known = events("start 0, pause 10:00, resume 13:00, pause 20:00")

    found = {Ledger.of(order) for order in itertools.permutations(known)}

    assert found == {Ledger.of(known)}


def test_the_same_fact_twice_counts_once():
    known = events("start 0, pause 10:00, resume 13:00")

    assert Ledger.of([*known, *known]) == Ledger.of(known)
