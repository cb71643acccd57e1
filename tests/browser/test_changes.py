"""A plan is changed at a real browser: looked at side by side, then made."""

import datetime as dt

import pytest

from infusion import models
from tests.browser.walks import Walk, account, chinese_ward
from tests.factories import wards

SMALLER = {"en": "48-hour bag", "zh": "48 小时"}


def booked(course):
    rows = models.Visit.objects.filter(cycle__course=course, kind="BAG_CHANGE")
    return rows.filter(status="BOOKED").order_by("planned_at")


def move(physician, walk):
    """Move the second visit by half an hour, and see that a look moves nothing."""
    page = physician.page
    visit = booked(walk.course)[1]
    moved_to = visit.planned_at - dt.timedelta(minutes=30)
    page.select_option("[name=visit_id]", str(visit.pk))
    physician.fill_instant("to", moved_to, walk.zone)
    page.fill("[name=reason]", "2026-06")
    physician.do("button.main")
    physician.inspect("change-move-shown")
    assert booked(walk.course).get(pk=visit.pk).planned_at == visit.planned_at
    physician.do("button[name=confirm]")
    visit.refresh_from_db()
    assert visit.planned_at == moved_to


def swap(physician, walk):
    """Use a smaller bag; the bag change that was forgotten is asked for."""
    page = physician.page
    page.select_option("[name=recipe]", "us-48h")
    physician.send("button.main")
    assert page.locator("#errors a[href='#id_bag_change']").count() == 1
    page.select_option("[name=bag_change]", index=1)
    page.fill("[name=reason]", "2026-06")
    physician.do("button.main")
    assert SMALLER[physician.language] in page.inner_text("table.changes")
    physician.inspect("change-swap-shown")
    physician.do("button[name=confirm]")
    assert models.Bag.objects.filter(course=walk.course, recipe_key="us-48h").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_visit_is_moved_and_a_bag_swapped(language, person, moving_clock):
    ward = wards.ward() if language == "en" else chinese_ward()
    walk = Walk(ward, moving_clock, ward.running().pk)
    physician = person(language, account(ward.physician))
    path = f"/courses/{walk.course_id}/changes"
    physician.open(path)
    physician.inspect("changes")
    with physician.page.expect_navigation():
        physician.page.click(f'a[href="{path}/move_visit"]')
    move(physician, walk)
    physician.open(f"{path}/swap_recipe")
    swap(physician, walk)
