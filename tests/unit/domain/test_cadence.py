"""When a family is asked: windows, tapering, places, the clock on the wall, follow-ups."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import replace

import pytest

from infusion import catalogue
from infusion.domain.cadence import (
    Symptom,
    Watched,
    WatchedCycle,
    check_ins_of,
    is_asked,
    is_followed_up,
)
from infusion.domain.checkins import CheckInKind
from infusion.domain.instants import NaiveTime
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts

ZONE = zoneinfo.ZoneInfo("America/New_York")
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
CADENCE = catalogue.cadence_of(catalogue.site_policy({}))
# 10:00 in New York.
START = dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC)
CYCLE = uuid.UUID(int=1)


def home(at: dt.datetime) -> Whereabouts:
    return Whereabouts(from_at=at, kind=PlacementKind.HOME)


def cycle(number: int = 1, **more) -> WatchedCycle:
    values = {"started_at": START, "ends_at": START + 28 * DAY}
    return WatchedCycle(id=CYCLE, number=number, **{**values, **more})


def watched(**more) -> Watched:
    values = {
        "zone": ZONE,
        "places": (home(START - DAY),),
        "cycle": cycle(),
        "years": 40,
    }
    return Watched(**{**values, **more})


def asked(one: Watched, from_at: dt.datetime, days: float = 1):
    return check_ins_of(one, CADENCE, from_at, from_at + days * DAY)


def walls(found) -> list[str]:
    return [f"{one.due_at.astimezone(ZONE):%d %H:%M}" for one in found]


def test_the_first_days_ask_three_times_a_day_and_the_rest_tapers_to_once():
    one = watched()

    assert walls(asked(one, START)) == ["01 14:00", "01 20:00", "02 08:00"]
    assert walls(asked(one, START + 4 * DAY)) == ["05 20:00", "06 08:00"]
    assert walls(asked(one, START + 15 * DAY)) == ["17 08:00"]


def test_a_window_is_over_to_the_hour_and_leaves_no_day_out():
    found = asked(watched(), START + 2 * DAY, days=2)

    # 72 h end at 10:00 on the 4th: from then on twice a day.
    assert walls(found) == ["03 14:00", "03 20:00", "04 08:00", "04 20:00", "05 08:00"]
    assert [one.window for one in found] == ["cycle-1"] * 3 + ["neurotoxicity"] * 2


@pytest.mark.parametrize(
    ("number", "hours", "window"),
    [
        (1, 69, "cycle-1"),
        (1, 72, "neurotoxicity"),
        (2, 45, "cycle-2"),
        (2, 49, ""),
        (3, 45, "later-cycle"),
        (3, 49, ""),
    ],
)
def test_each_cycle_has_its_own_first_days(number, hours, window):
    found = asked(watched(cycle=cycle(number)), START + hours * HOUR)

    assert found[0].window == window
    assert found[0].is_risky is bool(window)


@pytest.mark.parametrize(
    ("more", "window"),
    [
        ({"steps": (START + 16 * DAY,)}, "step"),
        ({"restarts": (START + 16 * DAY,)}, "restart"),
    ],
)
def test_a_step_and_a_restart_open_a_window_of_their_own(more, window):
    one = watched(cycle=cycle(**more))

    found = asked(one, START + 16 * DAY, days=3)

    assert {each.window for each in found if each.due_at < START + 18 * DAY} == {window}
    assert walls(found)[-1] == "20 08:00"
    assert not found[-1].window


def test_going_home_opens_a_window_and_a_walk_to_the_clinic_does_not():
    at = START + 20 * DAY
    places = (
        Whereabouts(from_at=START - DAY, kind=PlacementKind.WARD),
        home(at),
        Whereabouts(from_at=at + 5 * DAY, kind=PlacementKind.CLINIC),
    )

    one = watched(places=places)

    assert asked(one, START + 18 * DAY) == ()
    assert {each.window for each in asked(one, at)} == {"discharge"}
    assert {each.window for each in asked(one, at + 5 * DAY)} == {""}


def test_who_is_on_the_ward_is_not_asked():
    ward = (Whereabouts(from_at=START - DAY, kind=PlacementKind.WARD),)

    assert asked(watched(places=ward), START, days=5) == ()
    assert asked(watched(places=()), START, days=5) == ()


def test_nobody_is_asked_before_the_start_nor_after_the_end():
    one = watched(cycle=cycle(ends_at=START + 20 * DAY))

    assert asked(one, START + 20 * DAY, days=3) == ()
    assert asked(one, START - 2 * DAY, days=1) == ()
    assert asked(watched(cycle=None), START, days=3) == ()


def test_nothing_is_asked_of_the_dead():
    symptom = Symptom(at=START, forms=("daily-adult",))

    dead = watched(is_alive=False, symptoms=(symptom,))

    assert asked(dead, START, days=3) == ()
    assert not is_asked(dead, CADENCE, START + HOUR)
    assert not is_followed_up(dead, CADENCE, START + HOUR)


def test_while_the_pump_stands_still_only_questions_about_it_are_left_out():
    one = watched(cycle=cycle(ends_at=None, is_stopped=True))

    found = asked(one, START + 15 * DAY)

    assert [each.forms for each in found] == [("daily-adult", "neuro")]


def test_a_site_may_say_that_nobody_is_asked_while_the_pump_stands_still():
    silent = replace(CADENCE, while_stopped=False)
    one = watched(cycle=cycle(is_stopped=True))

    assert check_ins_of(one, silent, START, START + 3 * DAY) == ()


@pytest.mark.parametrize(
    ("years", "daily", "neuro"),
    [
        (3, "daily-caregiver", "capd"),
        (11, "daily-caregiver", "capd"),
        (12, "daily-child", "neuro"),
        (17, "daily-child", "neuro"),
        (18, "daily-adult", "neuro"),
        (None, "daily-adult", "neuro"),
    ],
)
def test_the_questions_are_worded_for_the_age(years, daily, neuro):
    (found,) = asked(watched(years=years), START + 15 * DAY)

    assert found.forms == (daily, neuro, "pump-line")


def test_how_sure_a_caregiver_feels_is_asked_of_a_caregiver():
    morning = START + 22 * HOUR

    (with_one,) = asked(watched(), morning, days=0.1)
    (alone,) = asked(watched(has_caregiver=False), morning, days=0.1)

    assert set(with_one.forms) - set(alone.forms) == {"confidence"}


def test_an_occasion_keeps_its_name_whatever_window_it_lies_in():
    before = asked(watched(), START + 15 * DAY)
    after = asked(watched(cycle=cycle(2)), START + 15 * DAY)

    assert [one.key for one in before] == ["2026-06-17T0800"]
    assert [one.key for one in after] == ["2026-06-17T0800"]


@pytest.mark.parametrize(
    ("date", "at"),
    [
        # Clocks go forward at 02:00 on 8 March, back at 02:00 on 1 November 2026.
        (dt.date(2026, 3, 7), "2026-03-07T13:00:00+00:00"),
        (dt.date(2026, 3, 8), "2026-03-08T12:00:00+00:00"),
        (dt.date(2026, 10, 31), "2026-10-31T12:00:00+00:00"),
        (dt.date(2026, 11, 1), "2026-11-01T13:00:00+00:00"),
    ],
)
def test_eight_o_clock_is_eight_o_clock_when_the_clocks_change(date, at):
    start = dt.datetime.combine(date, dt.time(5), tzinfo=dt.UTC) - 20 * DAY
    one = watched(
        cycle=cycle(started_at=start, ends_at=start + 28 * DAY), places=(home(start),)
    )

    (found,) = asked(one, start + 20 * DAY)

    assert found.due_at.isoformat() == at
    assert walls([found])[0].endswith("08:00")


def test_an_hour_that_the_clocks_skip_is_asked_once_and_under_its_own_name():
    night = replace(CADENCE.rhythms["daily"], times=(dt.time(2, 30), dt.time(3, 30)))
    cadence = replace(CADENCE, rhythms={**CADENCE.rhythms, "daily": night})
    start = dt.datetime(2026, 2, 16, 15, tzinfo=dt.UTC)
    one = watched(cycle=cycle(2, started_at=start, ends_at=None), places=(home(start),))
    from_at = dt.datetime(2026, 3, 8, 5, tzinfo=dt.UTC)

    found = check_ins_of(one, cadence, from_at, from_at + 12 * HOUR)

    assert walls(found) == ["08 03:30"]


def test_silence_counts_sooner_in_a_risk_window():
    (risky,) = asked(watched(), START, days=0.2)
    (usual,) = asked(watched(), START + 15 * DAY)

    assert risky.alert_at - risky.due_at == 2 * HOUR
    assert usual.alert_at - usual.due_at == 6 * HOUR
    assert risky.call_at < risky.alert_at
    assert usual.call_at < usual.alert_at


def test_the_alert_never_comes_before_the_call():
    ladder = replace(CADENCE.rhythms["daily"].ladder, alert_after=HOUR)
    hasty = replace(CADENCE.rhythms["daily"], ladder=ladder)
    cadence = replace(CADENCE, rhythms={**CADENCE.rhythms, "daily": hasty})
    from_at = START + 15 * DAY

    (found,) = check_ins_of(watched(), cadence, from_at, from_at + DAY)

    assert found.call_at == found.alert_at


def test_a_fever_is_asked_about_again_every_morning_beside_what_is_planned_anyway():
    at = START + 15 * DAY
    fever = Symptom(at=at, forms=("daily-adult",))

    found = asked(watched(symptoms=(fever,)), at, days=3)

    assert walls(found) == ["17 08:00", "18 08:00", "19 08:00"]
    assert {one.kind for one in found} == {CheckInKind.FOLLOW_UP}
    assert found[0].forms == ("daily-adult", "neuro", "pump-line")
    # What follows a sign of harm is missed as soon as in a risk window.
    assert found[0].is_risky
    assert found[0].alert_at - found[0].due_at == 2 * HOUR


def test_a_form_that_the_morning_does_not_ask_is_added_for_a_follow_up():
    at = START + 15 * DAY
    worse = Symptom(at=at, forms=("confidence",))

    (found,) = asked(watched(symptoms=(worse,)), at)

    assert found.forms == ("daily-adult", "neuro", "pump-line", "confidence")


def test_what_a_nurse_alone_assesses_is_no_question_to_the_family_next_morning():
    at = START + 15 * DAY
    shaky = Symptom(at=at, forms=("handwriting", "confidence"))

    (found,) = asked(watched(symptoms=(shaky,)), at)

    assert found.forms == ("daily-adult", "neuro", "pump-line", "confidence")


def test_after_a_sign_that_a_nurse_alone_saw_the_family_is_asked_as_on_a_usual_day():
    end = START + 28 * DAY
    shaky = Symptom(at=end - HOUR, forms=("handwriting",))

    (found,) = asked(watched(cycle=None, symptoms=(shaky,)), end)

    assert found.kind is CheckInKind.FOLLOW_UP
    # The infusion is over, so nothing is asked about the pump.
    assert found.forms == ("daily-adult", "neuro")


def test_a_follow_up_goes_on_after_the_end_of_the_infusion():
    end = START + 28 * DAY
    fever = Symptom(at=end - HOUR, forms=("daily-adult",))

    found = asked(watched(cycle=None, symptoms=(fever,)), end, days=2)

    assert walls(found) == ["30 08:00", "01 08:00"]
    assert [one.key for one in found] == ["2026-06-30T0800", "2026-07-01T0800"]
    assert [one.forms for one in found] == [("daily-adult",)] * 2
    assert {one.cycle_id for one in found} == {None}


def test_the_evening_alone_is_no_morning():
    late = replace(CADENCE.rhythms["daily"], times=(dt.time(20),))
    cadence = replace(CADENCE, rhythms={**CADENCE.rhythms, "daily": late})
    at = START + 15 * DAY
    one = watched(symptoms=(Symptom(at=at, forms=("neuro",)),))

    found = check_ins_of(one, cadence, at, at + 35 * HOUR)

    assert walls(found) == ["16 20:00", "17 08:00", "17 20:00"]
    assert [each.kind for each in found] == ["PLANNED", "FOLLOW_UP", "PLANNED"]


def test_nothing_is_asked_again_of_who_is_on_the_ward_or_after_the_longest_time():
    fever = Symptom(at=START, forms=("daily-adult",))
    ward = (Whereabouts(from_at=START, kind=PlacementKind.WARD),)

    later = START + CADENCE.follow_up_for

    assert asked(watched(places=ward, symptoms=(fever,)), START, days=3) == ()
    assert asked(watched(cycle=None, symptoms=(fever,)), later, days=3) == ()
    assert is_followed_up(watched(symptoms=(fever,)), CADENCE, later)
    assert not is_followed_up(watched(symptoms=(fever,)), CADENCE, later + HOUR)


def test_a_symptom_at_night_is_asked_about_the_same_morning():
    night = dt.datetime(2026, 6, 17, 7, tzinfo=dt.UTC)
    fever = Symptom(at=night, forms=("daily-adult",))

    (found,) = asked(watched(symptoms=(fever,)), night, days=0.5)

    assert walls([found]) == ["17 08:00"]
    assert found.kind == CheckInKind.FOLLOW_UP


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(NaiveTime):
        Symptom(at=START.replace(tzinfo=None), forms=("daily-adult",))
    with pytest.raises(NaiveTime):
        cycle(started_at=START.replace(tzinfo=None))


def test_what_is_asked_again_belongs_to_the_first_of_its_morning_even_at_the_edge():
    cadence = replace(CADENCE, follow_up_at=dt.time(7))
    at = START + 15 * DAY
    one = watched(symptoms=(Symptom(at=at, forms=("daily-adult",)),))
    seven, eight = at + 21 * HOUR, at + 22 * HOUR

    # The morning asks at eight: seven is not asked though eight lies beyond the edge.
    assert check_ins_of(one, cadence, at, seven + HOUR / 2) == ()
    assert len(check_ins_of(one, cadence, at, eight + HOUR)) == 1
    assert check_ins_of(one, cadence, eight + HOUR, eight + 9 * HOUR) == ()


def test_a_window_that_opens_or_closes_between_two_hours_takes_none_away():
    opens = START + 15 * DAY + 22 * HOUR + HOUR / 60
    one = watched(cycle=cycle(2, restarts=(opens,)))

    # The usual eight of the 17th, then the hours of the window.
    assert walls(asked(one, START + 15 * DAY))[-1] == "17 08:00"
    assert walls(asked(one, opens))[0] == "17 14:00"
    assert walls(asked(one, opens + 2 * DAY))[0] == "20 08:00"
