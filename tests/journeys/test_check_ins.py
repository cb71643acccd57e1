"""A fever in the second night and silence on the ninth day: who is asked, who is told."""

import datetime as dt

import pytest

from tests.journeys.families import Family, answer, has_a_phone
from tests.journeys.running import wait_until
from tests.journeys.test_spine import DAY, HOUR, PATIENT, when

MINUTE = dt.timedelta(minutes=1)
HOTLINE = "+1 212 555 0100"
ASKED = "Please answer a few questions"
REMINDED = "No answer yet to the questions"
FEVER = {"temperature": "38.6", "temperature-site": "MOUTH", "antipyretic": "YES"}


@pytest.fixture(scope="module")
def family(service):
    """Return a family whose infusion began this morning, on the ward."""
    told = Family(service)
    told.begin()
    return told


def titles(family):
    """Return what the patient was told lately, by the titles of the mails."""
    return [mail["Subject"] for mail in family.service.mails_to(PATIENT)]


def test_a_fever_in_the_second_night_and_silence_on_the_ninth_day(
    service, screens, family
):
    begun = family.clock.now()
    nurses_phone = has_a_phone(service, "nurse2")
    home_on_the_second_day(family)
    a_fever_at_three_in_the_night(family, screens)
    the_nurse_on_call_and_then_the_physician_are_told(family, nurses_phone)
    a_nurse_takes_it_and_the_next_morning_it_is_asked_again(family, screens)
    home_again_on_the_eighth_day(family, begun)
    silence_on_the_ninth_day(family)
    a_nurse_rings_until_somebody_answers(family)

    ended = family.alerts("CHECK_IN_TO_RING") + family.alerts("CHECK_IN_MISSED")
    assert {one["status"] for one in ended} == {"RESOLVED"}


def home_on_the_second_day(family):
    family.clock.move_to(family.local(16, days=1))
    family.goes("HOME")
    family.clock.move_to(family.local(20) + 10 * MINUTE)
    wait_until(family.due)
    family.answers_well()


def a_fever_at_three_in_the_night(family, screens):
    family.clock.move_to(family.local(3, days=1))
    own = f"/my/?patient={family.patient}"
    with screens.somebody("caregiver", own, on_phone=True) as phone:
        phone.follow("a[href$='/tell']")
        phone.answer(FEVER, stop_at="daily-adult.temperature-site")
        told = phone.reads("#red")
        assert "Call now" in told
        assert HOTLINE in told
        assert "Never flush the line. Do not change the pump" in told
        assert "Temperature of 38 C or more." in told
        phone.answer(FEVER)
        phone.hand_in()
        phone.page.wait_for_selector("[data-outcome=received-red]:visible")
        assert "The person on call has been alerted" in phone.reads()
        assert phone.fits()


def the_nurse_on_call_and_then_the_physician_are_told(family, nurses_phone):
    alert = family.alert("CHECK_IN_RED")
    assert (alert["severity"], alert["status"]) == ("RED", "OPEN")
    wait_until(lambda: family.service.arrived(nurses_phone))
    before = len(family.service.mails_to("physician@demo.example"))
    family.clock.move(16 * MINUTE)
    wait_until(lambda: ("CLIMBED", "PHYSICIAN") in family.steps(alert))
    mails = family.service.wait_for_mails("physician@demo.example", before + 1)
    text = mails[-1].get_content().lower()
    assert not [word for word in ("okoye", "fever", "38.6", "blina") if word in text]


def a_nurse_takes_it_and_the_next_morning_it_is_asked_again(family, screens):
    alert = family.alert("CHECK_IN_RED")
    path = f"alerts/{alert['id']}"
    taken = family.second.post(f"{path}/take", seen=path)
    assert (taken.status, taken.body["status"]) == (200, "TAKEN"), taken
    row = next(one for one in family.asked() if one["colour"] == "RED")
    fired = {one["rule"] for one in row["answers"][0]["result"]["fired"]}
    assert {"fever", "fever-hidden", "temperature-rising"} <= fired
    looked = family.second.post(
        f"check-ins/{row['id']}/looks", seen=f"check-ins/{row['id']}", what="WATCHED"
    )
    assert looked.status == 201, looked
    assert family.alerts("CHECK_IN_RED")[0]["status"] == "RESOLVED"

    asked = titles(family).count(ASKED)
    family.clock.move_to(family.local(8) + MINUTE)
    wait_until(lambda: titles(family).count(ASKED) > asked)
    again = family.due()[0]
    assert (again["kind"], again["follows_id"]) == ("FOLLOW_UP", row["id"])
    own = f"/my/?patient={family.patient}"
    with screens.somebody("caregiver", own, "zh", on_phone=True) as phone:
        assert "现在情况如何" in phone.reads()
        assert phone.fits()
    family.answers_well()


def home_again_on_the_eighth_day(family, begun):
    family.goes("WARD")
    family.run_to(begun + 7 * DAY + 23 * HOUR)
    assert family.due() == []
    family.goes("HOME")


def silence_on_the_ninth_day(family):
    due, reminded = family.local(14), titles(family).count(REMINDED)
    family.clock.move_to(due + MINUTE)
    wait_until(family.due)
    row = family.due()[0]
    assert row["is_risky"]
    assert when(row["call_at"]) == due + HOUR
    assert rung_after_usually(family) == 4 * HOUR
    family.clock.move_to(due + 31 * MINUTE)
    wait_until(lambda: titles(family).count(REMINDED) > reminded)
    assert family.alerts("CHECK_IN_TO_RING") == []
    family.clock.move_to(due + HOUR + MINUTE)
    assert family.alert("CHECK_IN_TO_RING")["severity"] == "AMBER"
    assert family.alerts("CHECK_IN_MISSED") == []
    family.clock.move_to(due + 2 * HOUR + MINUTE)
    assert family.alert("CHECK_IN_MISSED")["severity"] == "RED"


def rung_after_usually(family):
    """Return how long a silence lasts before somebody rings, outside the windows."""
    found = family.nurse.get("patients?search=carter")["results"][0]["id"]
    rows = (one for one in family.asked(found) if one["call_at"])
    usual = next(one for one in rows if not one["is_risky"])
    return when(usual["call_at"]) - when(usual["due_at"])


def a_nurse_rings_until_somebody_answers(family):
    row = family.due()[0]
    path = f"check-ins/{row['id']}"
    looked = family.nurse.post(f"{path}/looks", seen=path, what="NOT_REACHED")
    assert looked.status == 201, looked
    assert family.alerts("CHECK_IN_MISSED")[0]["status"] != "RESOLVED"
    told = answer(
        family.nurse,
        path,
        family.clock.now(),
        way="TELEPHONE",
        source="CAREGIVER",
    )
    assert (told.status, told.body["colour"]) == (201, "GREEN"), told
    wait_until(lambda: family.alerts("CHECK_IN_MISSED")[0]["status"] == "RESOLVED")
