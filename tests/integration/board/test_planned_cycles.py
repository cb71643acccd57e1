"""What physician and nurse see before a cycle begins, and when it ends too early."""

import datetime as dt
import re
from pathlib import Path

import pytest

from infusion import models
from tests.factories import wards
from tests.integration.board.test_steps import open_form

HOUR = dt.timedelta(hours=1)


def test_a_physician_moves_the_start(ward, browser_of):
    course = ward.order(start_at=ward.now + HOUR)
    client = browser_of(ward.physician)
    path, form = open_form(client, course, "move")
    answer = client.post(
        path, form | {"start_at_0": "2026-06-03", "start_at_1": "08:00"}, follow=True
    )
    cycle = models.Cycle.objects.get(course=course)

    assert "The start is moved." in answer.text
    assert cycle.planned_start_at == dt.datetime(2026, 6, 3, 12, 0, tzinfo=dt.UTC)


def test_a_physician_takes_the_order_back_and_the_page_still_opens(ward, browser_of):
    course = ward.order(start_at=ward.now + HOUR)
    client = browser_of(ward.physician)
    path, form = open_form(client, course, "cancel")
    assert "the whole course is cancelled" in client.get(path).text
    answer = client.post(path, form | {"reason": "Fever"}, follow=True)
    course.refresh_from_db()

    assert "The order is taken back." in answer.text
    assert course.status == "CANCELLED"
    assert client.get(f"/courses/{course.pk}/status").status_code == 200


@pytest.mark.parametrize("key", ["move", "cancel"])
def test_a_nurse_neither_moves_nor_cancels(ward, browser_of, key):
    course = ward.order(start_at=ward.now + HOUR)
    client = browser_of(ward.nurse)

    assert f"/steps/{key}" not in client.get(f"/courses/{course.pk}/").text
    assert client.get(f"/courses/{course.pk}/steps/{key}").status_code == 404


def test_the_start_form_shows_the_premedication_of_both_age_bands(ward, browser_of):
    course = ward.order(start_at=ward.now + HOUR)
    text = browser_of(ward.nurse).get(f"/courses/{course.pk}/steps/start").text

    assert "Dexamethasone 20 mg, 1 hour before the first dose" in text
    assert "Dexamethasone 5 mg/m2, at most 20 mg, before the first dose" in text
    assert re.findall(r"<dt>(Adult|Child)</dt>", text) == ["Adult", "Child"]


def test_a_rule_is_shown_where_the_dose_steps_up_and_only_there(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    hang = f"/courses/{course.pk}/steps/hang"
    rule = "Dexamethasone 20 mg before the step to the full dose"
    first = models.Bag.objects.get(status="HUNG")
    assert wards.planned_bags(course)[0].daily_dose_mcg > first.daily_dose_mcg
    assert rule in client.get(hang).text
    models.Bag.objects.filter(course=course).update(daily_dose_mcg=first.daily_dose_mcg)

    assert rule not in client.get(hang).text


def test_the_restart_rules_come_with_the_fourth_hour(ward, browser_of, settings):
    course = ward.running()
    client = browser_of(ward.nurse)
    rule = "Dexamethasone 20 mg before a restart after 4 hours or more"
    path, form = open_form(client, course, "pause")
    paused = {"at_0": "2026-06-01", "at_1": "10:15", "reason": "BATTERY"}
    assert client.post(path, form | paused).status_code == 302
    resume = f"/courses/{course.pk}/steps/resume"
    assert rule not in client.get(resume).text

    watch = Path(settings.CLOCK_FILE)
    watch.write_text(str(int(watch.read_text()) + 4 * 3600))
    assert rule in client.get(resume).text


def test_only_a_physician_is_asked_why_a_cycle_falls_short(ward, browser_of):
    course = ward.running()
    path = f"/courses/{course.pk}/steps/end"

    assert "shortfall_reason" not in browser_of(ward.nurse).get(path).text
    client = browser_of(ward.physician)
    _path, form = open_form(client, course, "end")
    form |= {"at_0": "2026-06-01", "at_1": "10:20", "reason": "COMPLETED"}
    refused = client.post(path, form | {"shortfall_reason": ""})
    assert refused.status_code == 422
    assert re.search(r"\d+ minutes have not been delivered", refused.text)
    _path, fresh = open_form(client, course, "end")
    done = client.post(path, form | fresh | {"shortfall_reason": "Line lost"})

    assert done.status_code == 302
    cycle = models.Cycle.objects.get(course=course)
    assert (cycle.status, cycle.end_reason) == ("COMPLETED", "Line lost")


def test_cancelled_messages_are_folded_behind_their_number(ward, browser_of):
    course = ward.running()
    models.Message.objects.filter(course=course).update(status="CANCELLED")
    number = models.Message.objects.filter(course=course).count()
    text = browser_of(ward.nurse).get(f"/courses/{course.pk}/").text

    assert number
    assert f"<summary>{number} cancelled</summary>" in text
    assert "No message is owed or was sent." in text


def test_an_overdue_start_is_told_in_words(ward, browser_of):
    course = ward.order(start_at=ward.now)
    text = browser_of(ward.nurse).get(f"/courses/{course.pk}/").text

    assert "the planned start has gone by and no bag hangs" in text
