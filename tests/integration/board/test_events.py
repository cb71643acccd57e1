"""Events at the console: recorded, corrected, taken back, and what a long stop shows."""

import datetime as dt
from pathlib import Path

import pytest

from infusion import models
from infusion.services.events import Report, record_event
from infusion.services.placements import change_placement
from tests.factories.wards import HOUR, MONDAY
from tests.integration.board.test_steps import hidden, open_form

DAY = dt.timedelta(days=1)


@pytest.fixture
def console_at(ward, settings):
    """Move the clock of the console."""

    def move(instant: dt.datetime) -> None:
        ahead = instant - dt.datetime.now(dt.UTC)
        Path(settings.CLOCK_FILE).write_text(str(int(ahead.total_seconds()) + 1))

    return move


def disconnect(ward, course, at):
    return record_event(
        actor=ward.nurse,
        course_id=course.id,
        report=Report(kind="DISCONNECTED", at=at),
        now=at,
    )


def page_of(client, course):
    return client.get(f"/courses/{course.pk}/").text


def test_an_event_is_recorded_corrected_and_taken_back(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "event")
    told = {"at_0": "2026-06-01", "at_1": "10:15", "kind": "ALARM"}
    unsaid = client.post(path, form | told | {"reason": "OCCLUSION"})
    assert unsaid.status_code == 422
    assert "Say whether the pump stood still" in unsaid.text

    said = {"reason": "OCCLUSION", "pump_stopped": "YES"}
    answer = client.post(path, form | told | said | hidden(unsaid.text), follow=True)

    assert "Pump alarm" in answer.text
    assert "THE INFUSION STANDS STILL" in answer.text
    row = models.InfusionEvent.objects.get(kind="ALARM")
    path, form = open_form(client, course, "correct", row.pk)
    better = told | said | {"at_1": "10:20"}
    assert client.post(path, form | better).status_code == 302
    assert "does not count any more" in page_of(client, course)

    last = models.InfusionEvent.objects.get(corrects=row)
    path, form = open_form(client, course, "undo", last.pk)
    assert client.post(path, form | {"note": "other patient"}).status_code == 302
    shown = page_of(client, course)
    assert "THE INFUSION STANDS STILL" not in shown
    assert "taken back" in shown
    assert models.InfusionEvent.objects.filter(kind="ALARM").count() == 3


def test_the_start_is_not_offered_for_correction(ward, browser_of):
    course = ward.running()
    start = models.InfusionEvent.objects.get(kind="START")
    client = browser_of(ward.nurse)

    answer = client.get(f"/courses/{course.pk}/steps/correct/{start.pk}", follow=True)

    assert "is not possible any more" in answer.text


def test_the_countdown_runs_from_the_first_minute_of_a_stop(
    ward, browser_of, console_at
):
    course = ward.running()
    disconnect(ward, course, MONDAY + HOUR)
    console_at(MONDAY + HOUR + dt.timedelta(minutes=1))

    shown = page_of(browser_of(ward.nurse), course)

    assert "A simple restart is possible until" in shown
    assert f"/courses/{course.pk}/steps/resume" in shown


def test_from_four_hours_a_restart_at_home_is_withdrawn_and_the_tasks_appear(
    ward, browser_of, console_at
):
    course = ward.running()
    change_placement(
        actor=ward.physician,
        course_id=course.id,
        kind="HOME",
        from_at=MONDAY + HOUR,
        override_reason="stable",
        now=MONDAY + HOUR,
    )
    disconnect(ward, course, MONDAY + 2 * HOUR)
    client = browser_of(ward.nurse)

    console_at(MONDAY + 5.9 * HOUR)
    assert f"/courses/{course.pk}/steps/resume" in page_of(client, course)
    console_at(MONDAY + 6 * HOUR)
    shown = page_of(client, course)

    assert f"/courses/{course.pk}/steps/resume" not in shown
    assert "A restart at home is not offered any more" in shown
    assert "Give the premedication as ordered" in shown


def test_more_than_seven_days_after_an_adverse_event_asks_for_a_new_cycle(
    ward, browser_of, console_at
):
    course = ward.running()
    hold = Report(kind="HOLD_ORDERED", at=MONDAY + DAY, reason="CRS", pump_stopped=True)
    record_event(
        actor=ward.physician, course_id=course.id, report=hold, now=MONDAY + DAY
    )
    console_at(MONDAY + 8 * DAY + HOUR)

    shown = page_of(browser_of(ward.physician), course)

    assert "a new cycle is needed" in shown
    assert f"/courses/{course.pk}/steps/resume" not in shown
    assert f"/courses/{course.pk}/steps/end" in shown


def test_a_long_restart_without_supervision_stays_on_the_page(
    ward, browser_of, console_at
):
    course = ward.running()
    stop = Report(kind="DISCONNECTED", at=MONDAY + HOUR, until=MONDAY + 6 * HOUR)
    now = MONDAY + 7 * HOUR
    record_event(actor=ward.nurse, course_id=course.id, report=stop, now=now)
    console_at(now)

    shown = page_of(browser_of(ward.nurse), course)

    assert "not recorded as supervised" in shown
