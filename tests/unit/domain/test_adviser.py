"""The start-day adviser: what each start would cost, and why one is the best."""

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.adviser import (
    Criterion,
    Cycle,
    Reason,
    StartOption,
    advise,
    best_of,
    plan_start,
    reasons_for,
    starts_of,
)
from infusion.domain.bags import Stretch
from infusion.domain.calendars import VisitCalendar, Window, week_of
from infusion.domain.planner import ChainRules, Score, Weights
from infusion.domain.start_chart import draw_starts
from infusion.domain.states import PlacementKind
from infusion.domain.wishes import PharmacyRounds, Wishes
from tests.spec.world import recipes

NEW_YORK = ZoneInfo("America/New_York")
DAYTIME = (Window(from_minute=8 * 60, to_minute=17 * 60),)
WEEKDAYS = week_of(dict.fromkeys(range(5), DAYTIME))
CALENDAR = VisitCalendar(
    zone=NEW_YORK,
    windows={PlacementKind.HOME: WEEKDAYS, PlacementKind.CLINIC: WEEKDAYS},
)
# Sunday, noon in New York.
NOW = dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
HOURS = (dt.time(8), dt.time(10), dt.time(12), dt.time(14))
FOUR_DAYS = recipes("us-24h", "us-48h", "us-72h", "us-96h")


def stretch(first: int, last: int, dose: str = "28") -> Stretch:
    return Stretch(
        start=dt.timedelta(hours=first),
        end=dt.timedelta(hours=last),
        level=dose,
        daily_dose_mcg=Decimal(dose),
    )


def cycle(**given: object) -> Cycle:
    asked: dict[str, object] = {
        "stretches": (stretch(0, 672),),
        "recipes": FOUR_DAYS,
        "wishes": Wishes(calendar=CALENDAR, keeps_hour=True),
        "now": NOW,
        "stay": dt.timedelta(days=3),
    }
    return Cycle(**(asked | given))  # type: ignore[arg-type]


def starts(days: int = 14) -> tuple[dt.datetime, ...]:
    return starts_of(NOW, dt.date(2026, 11, 22), HOURS, CALENDAR, days)


def local(at: dt.datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%a %d %b %H:%M}"


def test_a_fortnight_of_four_hours_is_fifty_six_starts() -> None:
    found = starts_of(NOW, dt.date(2026, 11, 23), HOURS, CALENDAR)

    assert len(found) == 56
    assert local(found[0]) == "Mon 23 Nov 08:00"
    assert local(found[-1]) == "Sun 06 Dec 14:00"


def test_hours_that_have_gone_by_are_not_offered() -> None:
    assert [local(at) for at in starts()[:2]] == [
        "Sun 22 Nov 14:00",
        "Mon 23 Nov 08:00",
    ]
    late = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
    found = starts_of(late, dt.date(2026, 11, 22), HOURS, CALENDAR)
    assert (len(found), local(found[0])) == (56, "Mon 23 Nov 08:00")


def test_an_hour_keeps_its_place_on_the_wall_clock_when_clocks_change() -> None:
    now = dt.datetime(2026, 10, 31, 5, tzinfo=dt.UTC)
    found = starts_of(now, dt.date(2026, 10, 31), (dt.time(10),), CALENDAR, 2)

    assert [f"{at:%H:%M}" for at in found] == ["14:00", "15:00"]


def test_a_monday_start_keeps_every_change_off_the_weekend() -> None:
    """Report 2.4: 8 bags from 24 to 96 h, no change on a weekend."""
    monday = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
    option = plan_start(cycle(), monday)

    assert (option.score.changes, option.score.outside, option.score.off_days) == (
        8,
        0,
        0,
    )
    assert local(option.disconnect.at) == "Mon 21 Dec 10:00"
    assert option.is_complete


def test_the_step_and_the_disconnect_say_whether_they_fall_on_days_off() -> None:
    """Report 2.4: of a Saturday start the step on day 8 falls on a Saturday."""
    saturday = dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC)
    two = cycle(stretches=(stretch(0, 168, "9"), stretch(168, 672)))
    option = plan_start(two, saturday)

    (step,) = option.steps
    assert (local(step.at), step.off_day, step.outside) == (
        "Sat 05 Dec 10:00",
        True,
        True,
    )
    assert option.disconnect.off_day
    assert option.start.off_day
    assert not option.start.outside


def test_without_days_on_the_ward_the_start_is_supervised_all_the_same() -> None:
    sunday = dt.datetime(2026, 11, 29, 15, tzinfo=dt.UTC)
    option = plan_start(cycle(stay=None), sunday)

    assert not option.start.outside
    assert option.visits[0].placement == PlacementKind.WARD
    assert option.visits[1].placement == PlacementKind.HOME


def test_the_best_start_costs_least_and_says_why() -> None:
    options = advise(cycle(), starts())
    best = best_of(options)

    assert best is not None
    assert all(best.cost <= one.cost for one in options)
    assert (best.score.outside, best.score.off_days) == (0, 0)
    criteria = [reason.criterion for reason in reasons_for(best, options)]
    assert criteria[:2] == [Criterion.OUTSIDE, Criterion.CHANGES]
    assert criteria == [one for one in Criterion if one in criteria]


def test_a_visit_that_is_both_outside_and_on_a_day_off_counts_once() -> None:
    saturday = dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC)
    option = plan_start(cycle(), saturday)

    # The start is on a day off, the disconnect both on one and outside.
    assert (option.score.outside, option.score.off_days) == (1, 2)
    assert option.bad_visits == 2


def test_a_holiday_takes_its_day_out_of_the_running() -> None:
    """Thanksgiving, and the Thursdays a Thursday start would meet until Christmas Eve."""
    thursday = dt.datetime(2026, 11, 26, 15, tzinfo=dt.UTC)
    plain = plan_start(cycle(), thursday)
    calendar = replace(CALENDAR, holidays=frozenset({dt.date(2026, 11, 26)}))
    feast = plan_start(cycle(wishes=Wishes(calendar=calendar)), thursday)

    assert (plain.start.off_day, feast.start.off_day) == (False, True)
    assert feast.score.off_days == plain.score.off_days + 1


def test_the_weights_of_the_site_decide_which_start_is_best() -> None:
    only_bags = Weights(outside=0, off_day=0, unsteady_minute=0, unaligned=0)
    options = advise(
        cycle(wishes=Wishes(calendar=CALENDAR, weights=only_bags)), starts()
    )
    best = best_of(options)

    assert best is not None
    assert best.score.changes == min(one.score.changes for one in options)


def test_equal_plans_mean_the_earliest_start() -> None:
    nothing_known = Wishes(calendar=VisitCalendar(zone=NEW_YORK, weekend=frozenset()))
    options = advise(cycle(wishes=nothing_known), starts())
    best = best_of(options)

    assert best is not None
    assert best.start.at == options[0].start.at
    assert reasons_for(best, options) == (Reason(criterion=Criterion.EARLIEST),)


def test_where_the_weights_are_turned_the_sum_is_named() -> None:
    base = plan_start(cycle(), dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))

    def scored(cost: int, **score: int) -> StartOption:
        return replace(base, cost=cost, score=Score(**score))  # type: ignore[arg-type]

    fewer_bags = scored(1, outside=2, changes=4)
    inside = scored(2, outside=0, changes=8)
    best = best_of([inside, fewer_bags])

    assert best == fewer_bags
    assert reasons_for(fewer_bags, [inside, fewer_bags]) == (
        Reason(criterion=Criterion.WEIGHTS),
    )


def test_a_start_without_a_complete_plan_is_never_the_best() -> None:
    options = advise(cycle(recipes=()), starts(1))

    assert options
    assert not any(one.is_complete for one in options)
    assert best_of(options) is None
    assert all(one.bags == () for one in options)


def test_no_bag_is_made_before_the_pharmacy_can_have_made_it() -> None:
    rounds = PharmacyRounds(
        times=(dt.time(14),), workdays_only=True, lead=dt.timedelta(hours=4)
    )
    wishes = Wishes(calendar=CALENDAR, pharmacy=rounds)
    options = {
        local(one.start.at): one for one in advise(cycle(wishes=wishes), starts())
    }

    # The first round leaves on Monday at 14:00 and arrives at 18:00.
    assert not options["Mon 23 Nov 14:00"].is_complete
    assert options["Tue 24 Nov 08:00"].is_complete


def test_one_rate_and_strict_hours_reach_the_planner() -> None:
    rules = ChainRules(one_rate=True)
    option = plan_start(
        cycle(wishes=Wishes(calendar=CALENDAR, rules=rules)),
        dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC),
    )

    assert len({bag.recipe.rate_ml_h for bag in option.bags}) == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_chart_says_in_numbers_what_it_says_in_colours(language: str) -> None:
    options = advise(cycle(), starts())
    best = best_of(options)
    picture = draw_starts(options, best, CALENDAR, language)
    root = ET.fromstring(picture)  # noqa: S314 - drawn here
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]

    assert sum("★" in str(text) for text in texts) == 1
    numbers = [one for one in texts if one and one.removeprefix("★ ").isdigit()]
    assert len(numbers) == len(options)
    assert "style=" not in picture
    assert "<script" not in picture
    assert ("最佳" in picture) == (language == "zh-hans")


def test_the_chart_of_nothing_is_nothing() -> None:
    assert draw_starts((), None, CALENDAR, "en") == ""


def test_a_start_without_a_plan_has_no_number_in_the_chart() -> None:
    options = advise(cycle(recipes=()), starts(1))

    assert "–" in draw_starts(options, None, CALENDAR, "en")
