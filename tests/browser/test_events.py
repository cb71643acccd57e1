"""What happened to a pump: told without a mouse, then told better."""

import datetime as dt

import pytest

from infusion import models
from tests.browser.walks import Walk, account, chinese_ward, tab_to
from tests.factories import wards

HOUR = dt.timedelta(hours=1)
STOPPED = {"en": "THE INFUSION STANDS STILL", "zh": "输注已停止"}
OVER = {"en": "The 4 hours are over", "zh": "已超过 4 小时"}


def at_the_bedside(language, person, moving_clock):
    """Return a nurse and a course that has run for 80 hours."""
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.running("us-label-mrd")
    moving_clock.set(ward.now + 80 * HOUR)
    nurse = person(language, account(ward.nurse))
    return nurse, Walk(ward, moving_clock, course.pk)


def alarms(walk):
    rows = models.InfusionEvent.objects.filter(cycle__course=walk.course_id)
    return rows.filter(kind="ALARM")


def test_an_event_is_told_without_a_mouse(person, moving_clock):
    nurse, walk = at_the_bedside("en", person, moving_clock)
    nurse.open(f"/courses/{walk.course_id}/steps/event")
    keyboard = nurse.page.keyboard

    for name, words in (
        ("kind", "Pump alarm"),
        ("reason", "Occlusion"),
        ("pump_stopped", "Yes"),
        ("note", "kinked tube"),
    ):
        tab_to(nurse, name)
        keyboard.type(words)
    keyboard.press("Tab")
    with nurse.page.expect_navigation():
        keyboard.press("Enter")

    assert nurse.page.locator("#errors").all_inner_texts() == []
    told = alarms(walk).get()
    assert (told.reason, told.note) == ("OCCLUSION", "kinked tube")
    assert STOPPED["en"] in nurse.page.inner_text("#live")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_correction_takes_a_stop_back_below_four_hours(
    language, person, moving_clock
):
    nurse, walk = at_the_bedside(language, person, moving_clock)
    now = walk.clock.now()
    page = nurse.page

    walk.step(nurse, "event")
    page.select_option("[name=kind]", "ALARM")
    nurse.send()
    nurse.inspect("event-refused")
    nurse.fill_instant("at", now - 5 * HOUR, walk.zone)
    page.select_option("[name=reason]", "OCCLUSION")
    page.select_option("[name=pump_stopped]", "YES")
    nurse.do()
    assert OVER[language] in page.inner_text("#live")
    nurse.inspect("course-stopped")

    first = alarms(walk).get()
    walk.step(nurse, "correct", first.pk)
    nurse.inspect("event-correct")
    nurse.fill_instant("at", now - HOUR, walk.zone)
    nurse.do()
    assert STOPPED[language] in page.inner_text("#live")
    assert OVER[language] not in page.inner_text("#live")
    assert "faint" in page.get_attribute(f"#event-{first.pk}", "class")

    better = alarms(walk).exclude(pk=first.pk).get()
    walk.step(nurse, "undo", better.pk)
    page.fill("[name=note]", "38.5 °C")
    nurse.inspect("event-undo")
    nurse.do()
    assert STOPPED[language] not in page.inner_text("#live")
