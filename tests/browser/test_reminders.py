"""An administrator changes the reminder rules of a site; a nurse enters a day."""

import datetime as dt
import zoneinfo

import pytest

from infusion import models
from tests.browser.walks import account, chinese_ward
from tests.factories import patients as people
from tests.factories import wards

CHINESE = pytest.param("zh", marks=pytest.mark.nightly)


@pytest.mark.parametrize("language", ["en", CHINESE])
def test_rules_are_changed_and_a_day_is_entered(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.running()
    user = people.MembershipFactory(site=ward.site, role="ADMIN").user
    admin = person(language, account(user_actor(user)))
    nurse = person(language, account(ward.nurse))

    change_the_rules(admin)
    enter_a_day(nurse, course, ward.now + dt.timedelta(days=3))

    told = course.messages.filter(event="LABORATORY_DRAW", status="PENDING")
    assert told.exists()
    assert models.ReminderDocument.objects.get().status == "IN_FORCE"


def user_actor(user):
    from patients import clock
    from patients.selectors.actors import get_actor

    return get_actor(user.id, clock.now().date())


def change_the_rules(admin):
    """Look beforehand, store the draft, bring it in force."""
    admin.open("/reminders/")
    admin.page.fill("[name=rules]", 'off = ["nothing_of_the_kind"]')
    admin.send("button[value=draft]")
    assert admin.page.locator("#errors li").count() == 1
    admin.inspect("reminders-refused")
    admin.page.fill("[name=rules]", 'off = ["bag_change_2h"]')
    admin.do("button[value=preview]")
    assert admin.page.locator("[role=status]").count() == 1
    admin.do("button[value=draft]")
    admin.do("button[value=activate]")
    admin.inspect("reminders")


def enter_a_day(nurse, course, at):
    """Enter a blood sample from the page of the course."""
    nurse.open(f"/courses/{course.pk}/")
    nurse.follow(f"a[href='/courses/{course.pk}/dates']")
    nurse.page.select_option("[name=kind]", "LABORATORY_DRAW")
    nurse.fill_instant("at", at, zoneinfo.ZoneInfo(course.time_zone))
    nurse.do()
    assert nurse.page.locator("tbody tr").count() == 1
    nurse.inspect("entered-days")
