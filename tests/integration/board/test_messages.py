"""The message log, one message, and the switch that mutes, at the console."""

import datetime as dt

import pytest

from infusion import models
from infusion.selectors.ledger import ledger_version
from infusion.services import muting
from tests.factories.patients import staff_actor
from tests.factories.wards import HOUR, MONDAY

NOW = MONDAY + HOUR / 2


@pytest.fixture
def nurse(ward, browser_of):
    return browser_of(ward.nurse)


@pytest.fixture
def message(ward):
    """Return a message to the patient that reached nobody an hour ago."""
    course = ward.running()
    # The plan owes the patient the same; one such message is enough here.
    course.messages.filter(person_kind="PATIENT").update(status="CANCELLED")
    bag = course.bags.get(status="HUNG")
    row = models.Message.objects.create(
        site=ward.site,
        course=course,
        kind="bag_change_24h",
        event="BAG_CHANGE",
        subject_kind="BAG",
        subject_id=bag.id,
        bag=bag,
        event_at=bag.planned_take_down_at,
        person_kind="PATIENT",
        patient=ward.patient,
        channel="SMS",
        due_at=MONDAY - HOUR,
        expires_at=bag.planned_take_down_at,
        status="FAILED",
        reason="no_way_left",
        attempts=2,
    )
    row.attempt_records.create(
        at=MONDAY - HOUR, channel="SMS", outcome="REFUSED", detail="bad_number"
    )
    return row


def path(message):
    return f"/courses/{message.course_id}/messages/{message.id}"


def post(browser, message, **sent):
    sent = {"version": ledger_version(message)} | sent
    return browser.post(path(message), sent, follow=True).content.decode()


def call(**more):
    return {
        "step": "call",
        "token": "one",
        "was_reached": "yes",
        "at_0": "2026-06-01",
        "at_1": "10:20",
        "note": "Spoke to the mother",
    } | more


def test_the_log_leads_to_every_step_of_a_message(nurse, message):
    course = nurse.get(f"/courses/{message.course_id}/").content.decode()
    page = nurse.get(path(message)).content.decode()

    assert path(message) in course
    assert "refused, this way is closed" in page
    assert "every way to this person was refused" in page
    assert "Not within 10 minutes" in page
    assert "needs local sign-off" in page


def test_a_call_is_noted_and_shown_in_the_log(nurse, message):
    page = post(nurse, message, **call())

    assert "Rung instead: reached" in page
    assert "Spoke to the mother" in page
    course = nurse.get(f"/courses/{message.course_id}/").content.decode()
    assert "rung: reached" in course
    assert "Spoke to the mother" not in course


def test_a_call_without_an_answer_is_asked_again(nurse, message):
    sent = call(was_reached="") | {"version": ledger_version(message)}

    assert nurse.post(path(message), sent).status_code == 422
    assert not models.PhoneCall.objects.exists()


def test_who_has_not_seen_what_happened_is_told_so(nurse, message):
    page = post(nurse, message, step="resend", version=7)

    assert "Something happened to this message meanwhile." in page
    assert not models.Resending.objects.exists()


def test_it_is_sent_again_once_and_the_second_time_says_why_not(nurse, message):
    sent = post(nurse, message, step="resend")
    again = post(nurse, message, step="resend")

    assert "Sent again" in sent
    assert models.Message.objects.get(is_resend=True).due_at >= NOW
    assert "This message is still on its way." in again


def test_an_auditor_reads_and_changes_nothing(ward, browser_of, message):
    browser = browser_of(staff_actor(ward.site, "AUDITOR"))

    assert "I rang instead" not in browser.get(path(message)).content.decode()
    assert browser.post(path(message), call()).status_code == 404


def test_a_message_of_another_course_is_not_found_here(ward, nurse, message):
    other = ward.neighbour().running()

    assert nurse.get(f"/courses/{other.id}/messages/{message.id}").status_code == 404


def mute(browser, ward, **sent):
    asked = {
        "step": "mute",
        "token": "two",
        "course_id": "",
        "until_0": "2026-06-03",
        "until_1": "10:00",
        "reason": "FAMILY_WISH",
    }
    place = f"/patients/{ward.patient.id}/mute"
    return browser.post(place, asked | sent, follow=True)


def test_one_switch_mutes_and_unmutes(ward, nurse, message):
    page = mute(nurse, ward).content.decode()
    assert "Muted until" in page
    assert "an alert of a stopped pump still climbs" in page
    course = nurse.get(f"/courses/{message.course_id}/").content.decode()
    assert "Reminders to the family are muted until" in course

    row = models.Mute.objects.get()
    assert row.until == MONDAY + 48 * HOUR
    moved = {"to-until_0": "2026-06-02", "to-until_1": "10:00", "to-token": "x"}
    named = {"mute": row.id, "version": 1}
    mute(nurse, ward, step="until", **named, **moved)
    row.refresh_from_db()
    assert row.until == MONDAY + 24 * HOUR
    stale = mute(nurse, ward, step="unmute", **named).content.decode()
    assert "Somebody changed the mute meanwhile." in stale
    ended = mute(nurse, ward, step="unmute", mute=row.id, version=2)
    assert "Nothing is muted." in ended.content.decode()


def test_a_mute_too_long_is_refused_beside_its_field(ward, nurse):
    refused = mute(nurse, ward, until_0="2026-06-30", until_1="10:00")

    assert refused.status_code == 422
    assert "14 days at most" in refused.content.decode()
    assert "Say why the reminders are muted" in (
        mute(nurse, ward, reason="OTHER").content.decode()
    )


def test_nobody_gives_the_reason_for_them(ward, nurse):
    assert mute(nurse, ward, reason="").status_code == 422
    assert not models.Mute.objects.exists()


def test_what_was_kept_back_stays_to_be_read(ward, nurse, message):
    done = muting.mute(
        actor=ward.nurse,
        patient_id=ward.patient.id,
        reason="IN_HOSPITAL",
        until=MONDAY + dt.timedelta(minutes=20),
        now=MONDAY,
    )
    models.KeptBack.objects.create(message=message, mute=done.mute, at=MONDAY)

    page = nurse.get(f"/patients/{ward.patient.id}/mute").content.decode()

    assert "Kept back:" in page
    assert path(message) in page


def test_all_of_it_is_there_in_chinese(ward, nurse, message):
    nurse.cookies["django_language"] = "zh-hans"

    page = nurse.get(path(message)).content.decode()
    switch = nurse.get(f"/patients/{ward.patient.id}/mute").content.decode()

    for english in ("Send it again", "I rang instead", "What happened"):
        assert english not in page
    for english in ("Mute reminders", "Nothing is muted", "Muted until"):
        assert english not in switch
