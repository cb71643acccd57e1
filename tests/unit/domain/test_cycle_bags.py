"""A plan of a cycle by what a site wants of its bag changes."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.bags import WaitingBag
from infusion.domain.calendars import VisitCalendar, Window, week_of
from infusion.domain.plan_json import plan_as_json
from infusion.domain.planner import ChainRules, Lift
from infusion.domain.plans import make_plan
from infusion.domain.states import PlacementKind
from infusion.domain.wishes import PharmacyRounds, Wishes
from tests.spec.world import (
    DAY,
    START,
    facts,
    hanging,
    hours,
    ledger,
    recipe,
    recipes,
    request,
)

OFFICE = (Window(from_minute=8 * 60, to_minute=17 * 60),)
WEEKDAYS = week_of(dict.fromkeys(range(5), OFFICE))
CALENDAR = VisitCalendar(
    zone=ZoneInfo("UTC"),
    windows={PlacementKind.HOME: WEEKDAYS, PlacementKind.CLINIC: WEEKDAYS},
)
SITE = Wishes(calendar=CALENDAR, keeps_hour=True)
UP_TO_96 = recipes("us-24h", "us-48h", "us-72h", "us-96h")
MINUTE = dt.timedelta(minutes=1)
END = START + 28 * DAY


def planned(cycle, now=START - DAY, bags=UP_TO_96, wishes=SITE, **more):
    asked = request("us-label-mrd", cycles=[cycle], now=now, bags=bags)
    (found,) = make_plan(replace(asked, wishes=wishes, **more)).cycles
    return found


def changes(cycle) -> list[str]:
    return [visit.at.strftime("%a %H:%M") for visit in cycle.visits]


def test_without_wishes_every_day_is_as_good_as_another():
    cycle = planned(facts(starts_at=START + 5 * DAY), wishes=None, bags=recipes())

    assert {bag.run for bag in cycle.bags} == {7 * DAY}
    assert cycle.score.off_days == 0


def test_a_site_that_works_on_weekdays_gets_its_changes_there():
    cycle = planned(facts())

    assert set(changes(cycle)) == {"Mon 10:00", "Thu 10:00"}
    assert (cycle.score.outside, cycle.score.off_days) == (0, 0)


def running(told="start 0", key="us-96h", **more):
    return facts(ledger=ledger(told), hanging=hanging(key, "28"), **more)


def test_the_bag_on_the_pump_hangs_until_it_is_dry_where_that_suits():
    cycle = planned(running(), now=START + hours(30))

    assert cycle.bags[0].is_hanging
    assert cycle.bags[0].run == hours(96)


def test_the_bag_on_the_pump_comes_down_early_rather_than_at_night():
    # A pause of 9 hours moves the end of the bag from ten to seven in the evening.
    cycle = planned(running("start 0, pause 20:00, resume 29:00"), START + hours(30))

    assert cycle.bags[0].take_down_at.strftime("%a %H:%M") == "Fri 10:00"
    # The infusion itself ends at seven in the evening: that is not the planner's choice.
    late = [one for one in cycle.relaxations if one.code == Lift.VISIT_OUTSIDE]
    assert [one.at for one in late] == [cycle.infusion_ends_at]


def test_nobody_comes_early_today_who_was_not_expected():
    told = "start 0, pause 20:00, resume 29:00"
    on_friday = START + hours(96) - hours(1)

    unplanned = planned(running(told), on_friday)
    expected = planned(running(told, kept=(START + hours(96),)), on_friday)

    assert unplanned.bags[0].take_down_at.strftime("%a %H:%M") == "Fri 19:00"
    assert expected.bags[0].take_down_at.strftime("%a %H:%M") == "Fri 10:00"


@pytest.mark.parametrize("later", [0, 1, 60, 5 * 60, 13 * 60])
def test_time_alone_changes_nothing(later):
    cycle = running("start 0, pause 20:00, resume 29:00")
    first = planned(cycle, START + hours(30))
    visits = tuple(visit.at for visit in first.visits)
    now = START + hours(30) + dt.timedelta(minutes=later, seconds=later)

    again = planned(replace(cycle, kept=visits), now)

    assert again.bags == first.bags


def test_a_new_plan_moves_as_few_visits_as_it_can():
    first = planned(facts(ledger=ledger("start 0"), hanging=hanging("us-72h", "28")),
                    START + hours(1))  # fmt: skip
    visits = tuple(visit.at for visit in first.visits)
    holiday = visits[2].date()
    calendar = replace(CALENDAR, holidays=frozenset({holiday}))
    cycle = running(key="us-72h", kept=visits)

    again = planned(cycle, START + hours(1), wishes=replace(SITE, calendar=calendar))

    moved = {visit.at for visit in again.visits} - set(visits)
    assert visits[2] not in {visit.at for visit in again.visits}
    assert len(moved) == again.score.moved <= 2
    assert again.score.off_days == 0


def test_a_dose_step_a_little_away_is_taken_with_the_bag_on_the_pump():
    cycle = facts(ledger=ledger("start 0, pause 1:00, resume 1:20"),
                  hanging=hanging("us-7d", "9"))  # fmt: skip
    asked = request(cycles=[cycle], now=START + hours(30))
    tolerant = replace(asked, step_tolerance=dt.timedelta(minutes=30), wishes=SITE)

    exact = make_plan(replace(asked, wishes=SITE)).cycles[0]
    early = make_plan(tolerant).cycles[0]

    # The bag keeps no longer than 168 h: it spoils 20 minutes before it is dry.
    assert exact.bags[1].run == dt.timedelta(minutes=20)
    assert early.bags[1].daily_dose_mcg == Decimal(28)
    assert min(bag.run for bag in early.bags) >= DAY


def test_a_bag_that_exists_is_hung_first_and_costs_no_vial():
    made = WaitingBag(
        id=uuid.UUID(int=7),
        recipe=recipe("us-96h"),
        daily_dose_mcg=Decimal(28),
        prepared_at=START - DAY,
    )

    bare, kept = planned(facts()), planned(facts(waiting=(made,)))

    assert kept.bags[0].id == made.id
    assert kept.score.vials < bare.score.vials
    assert kept.unmet == ()


def test_a_pharmacy_that_works_no_more_leaves_a_reason():
    rounds = PharmacyRounds(times=(dt.time(14),), workdays_only=True)
    shut = replace(
        CALENDAR, holidays=frozenset(START.date() + n * DAY for n in range(-20, 30))
    )
    site = replace(SITE, calendar=shut, pharmacy=rounds)

    cycle = planned(facts(), wishes=site)

    (reason,) = cycle.unmet
    assert reason.code == "no_bag_in_time"
    assert dict(reason.params)["cycle"] == "1"
    assert cycle.bags == ()


def test_hours_that_bind_are_given_up_with_a_reason_and_every_hour_is_covered():
    closed = replace(CALENDAR, windows={PlacementKind.HOME: week_of({0: OFFICE})})
    site = replace(SITE, calendar=closed, rules=ChainRules(strict_windows=True))

    cycle = planned(facts(), wishes=site, bags=recipes("us-24h", "us-48h"))

    assert [one.code for one in cycle.unmet] == ["visit_outside_window"]
    assert cycle.bags[-1].take_down_at == cycle.infusion_ends_at
    assert {one.code for one in cycle.relaxations} >= {Lift.VISIT_OUTSIDE}


def test_a_bag_out_of_stock_is_named_where_it_would_help():
    cycle = planned(
        facts(starts_at=START + 3 * DAY),
        bags=recipes("us-24h", "us-48h"),
        out_of_stock=recipes("us-96h"),
    )

    helps = [one for one in cycle.relaxations if one.code == Lift.NEEDS_RECIPE]
    assert [one.recipe_key for one in helps] == ["us-96h"]
    assert all(bag.recipe.key != "us-96h" for bag in cycle.bags)


def test_the_plan_shows_vials_and_waste():
    asked = replace(request("us-label-mrd"), wishes=SITE)

    (cycle,) = plan_as_json(make_plan(asked), asked.regimen)["cycles"]

    assert cycle["score"]["vials_at_least"] == 24
    assert cycle["score"]["waste_hours"] == 0
    assert cycle["score"]["changes"] == 4


def test_a_change_a_minute_early_leaves_the_visits_as_they_are():
    week = recipes("us-7d")
    first = planned(facts(), bags=week)
    visits = tuple(visit.at for visit in first.visits)
    minute = dt.timedelta(minutes=1)
    early = facts(
        ledger=ledger("start 0"),
        hanging=hanging("us-7d", "28", hung_at=START + 7 * DAY - minute),
        kept=visits[2:],
    )

    again = planned(early, START + 7 * DAY, bags=week)

    # The minute is missing at the end, where a physician may let it go; nobody hangs a
    # bag for less than a step of the grid.
    quarter = dt.timedelta(minutes=15)
    runs = [bag.run for bag in again.bags]
    assert runs == [7 * DAY, 7 * DAY, 7 * DAY - quarter + minute, quarter]
    assert (again.score.moved, again.score.nudged) == (0, quarter + 2 * minute)


def test_a_bag_of_the_full_dose_in_the_low_days_is_followed_by_the_low_dose():
    cycle = facts(ledger=ledger("start 0"), hanging=hanging("us-24h", "28"))
    asked = request(cycles=[cycle], now=START + hours(2))

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    named = ("other_dose_on_pump", {"cycle": "1", "mcg": "28", "due_mcg": "9"})
    assert [(one.code, dict(one.params)) for one in found.unmet] == [named]
    assert [int(bag.daily_dose_mcg) for bag in found.bags][:2] == [28, 9]
    for bag in found.bags[1:]:
        is_full = bag.hang_at >= START + hours(168)
        assert int(bag.daily_dose_mcg) == (28 if is_full else 9)


def test_a_bag_of_the_full_dose_hung_two_hours_early_stays():
    # Two hours that the pump stood still were told after the change at 168 h.
    told = "start 0, pause 100:00, resume 102:00"
    bag = hanging("us-96h", "28", START + hours(168))
    cycle = facts(ledger=ledger(told), hanging=bag)
    asked = request(cycles=[cycle], now=START + hours(169))

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    assert found.steps[1].at == START + hours(170)
    assert [one.code for one in found.unmet] == ["other_dose_on_pump"]
    assert found.bags[0].take_down_at >= START + hours(170)
    assert {int(bag.daily_dose_mcg) for bag in found.bags} == {28}


def test_a_bag_of_the_dose_that_is_due_is_not_named():
    cycle = facts(ledger=ledger("start 0"), hanging=hanging("us-24h", "9"))
    asked = request(cycles=[cycle], now=START + hours(2))

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    assert found.unmet == ()


def last_bag(key, hung_at, told="start 0", **more):
    return facts(ledger=ledger(told), hanging=hanging(key, "28", hung_at), **more)


@pytest.mark.parametrize("stopped", [15, 16, 30, 60, 180])
def test_a_stop_on_the_last_day_asks_for_no_bag_while_this_one_lasts(stopped):
    told = f"start 0, pause 664:00, resume {664 + stopped // 60}:{stopped % 60:02}"
    cycle = last_bag("us-96h", END - hours(50), told, kept=(END,))

    found = planned(cycle, END - hours(4))

    assert [bag.take_down_at for bag in found.bags] == [END + stopped * MINUTE]
    assert found.unmet == ()


@pytest.mark.parametrize("kept", [(), (START + hours(168),)])
def test_a_stop_on_the_day_of_a_step_asks_for_no_bag_of_the_low_dose(kept):
    low = hanging("us-96h", "9", START + hours(120))
    told = ledger("start 0, pause 160:00, resume 161:00")
    cycle = facts(ledger=told, hanging=low, kept=kept)
    asked = request(cycles=[cycle], now=START + hours(164))

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    assert [int(bag.daily_dose_mcg) for bag in found.bags] == [9, 28, 28, 28]
    assert found.bags[0].take_down_at == START + hours(169)


@pytest.mark.parametrize("left", [9 * MINUTE, MINUTE, MINUTE / 2])
@pytest.mark.parametrize("seconds", [0, 20])
def test_a_bag_hung_for_the_last_minutes_stays_to_the_end(left, seconds):
    # It went up when the plan in force had taken it down already.
    hung = END - left
    cycle = last_bag("us-24h", hung, kept=(END - 40 * MINUTE,))

    found = planned(cycle, hung + dt.timedelta(seconds=seconds))

    assert [bag.take_down_at for bag in found.bags] == [END]
    assert [visit.at for visit in found.visits] == [END]
    assert found.unmet == ()


def test_a_paused_pump_keeps_its_bag_for_the_last_minutes():
    told = "start 0, pause 671:51"
    cycle = last_bag("us-96h", END - hours(50), told, kept=(END,))
    now = END + hours(1)

    found = planned(cycle, now)

    assert [bag.take_down_at for bag in found.bags] == [now + 9 * MINUTE]
    assert found.unmet == ()


def test_time_alone_changes_nothing_in_the_last_hour():
    kept, hung = (END - 40 * MINUTE,), END - 49 * MINUTE

    for minute in range(49):
        now = hung + minute * MINUTE + dt.timedelta(seconds=minute)
        found = planned(last_bag("us-24h", hung, kept=kept), now)
        kept = tuple(visit.at for visit in found.visits)

        assert kept == (END,)


@pytest.mark.parametrize("later", [0, 60, 120])
@pytest.mark.parametrize("told", ["start 0, pause 672:00", "start 0"])
def test_a_bag_that_should_be_down_does_not_move_on_while_it_hangs(later, told):
    cycle = last_bag("us-96h", END - hours(50), told)

    found = planned(cycle, END + later * MINUTE)

    assert [bag.take_down_at for bag in found.bags] == [END]


@pytest.mark.parametrize("told", ["", ", resume 170:00", ", resume 169:00"])
def test_a_bag_of_the_dose_before_the_step_is_over_when_the_pump_stopped_there(told):
    low = hanging("us-96h", "9", START + hours(100))
    cycle = facts(ledger=ledger(f"start 0, pause 168:00{told}"), hanging=low)
    asked = request(cycles=[cycle], now=START + hours(171))

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    assert found.bags[0].take_down_at == START + hours(168)
    assert found.bags[1].hang_at == START + hours(171)


@pytest.mark.parametrize("stopped", ["", ", pause 650:00"])
def test_without_any_bag_to_follow_the_one_on_the_pump_stays_on_the_plan(stopped):
    dry, now = END - hours(9), END - hours(20)
    told = f"start 0{stopped}"
    cycle = last_bag("us-24h", dry - hours(24), told, kept=(START,))
    # While the pump stands it is taken to run again from now.
    late = now - START - hours(650) if stopped else hours(0)

    found = planned(cycle, now, bags=())

    assert [bag.take_down_at for bag in found.bags] == [dry + late]
    assert [visit.at for visit in found.visits] == [dry + late]
    assert [one.code for one in found.unmet] == ["no_recipe_fits"]
    (gap,) = found.relaxations
    assert (gap.at, gap.to) == (dry + late, END + late)


def test_without_any_bag_of_the_next_dose_this_one_comes_down_at_the_step():
    low = hanging("us-96h", "9", START + hours(120))
    asked = request(cycles=[facts(ledger=ledger("start 0"), hanging=low)],
                    now=START + hours(130), bags=())  # fmt: skip

    (found,) = make_plan(replace(asked, wishes=SITE)).cycles

    assert [bag.take_down_at for bag in found.bags] == [START + hours(168)]
    (gap,) = found.relaxations
    assert (gap.at, gap.to) == (START + hours(168), END)


@pytest.mark.parametrize("short", [1, 9, 14, 15, 30])
@pytest.mark.parametrize("run", [9, 24], ids=["spoiled", "dry"])
def test_minutes_that_the_bag_on_the_pump_leaves_are_a_bag_too(short, run):
    dry = END - short * MINUTE
    bag = hanging("us-24h", "28", dry - hours(run), use_by=dry)
    cycle = facts(ledger=ledger("start 0"), hanging=bag)

    for now in (END - hours(4), dry):
        found = planned(cycle, now)

        assert [bag.take_down_at for bag in found.bags] == [dry, END]
        assert found.unmet == ()


def test_a_site_may_let_the_last_minutes_go():
    cycle = last_bag("us-24h", END - hours(24) - 9 * MINUTE)
    site = replace(SITE, end_tolerance=15 * MINUTE)

    found = planned(cycle, END - hours(4), wishes=site)

    assert found.infusion_ends_at == END - 9 * MINUTE
    assert [bag.is_hanging for bag in found.bags] == [True]
    assert found.score.shortened == 9 * MINUTE
