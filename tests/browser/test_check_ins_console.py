"""A nurse enters what was said on the telephone, looks at the result, and records it."""

import datetime as dt

import pytest

from infusion import models
from tests.browser.walks import account, chinese_ward
from tests.factories import checkins, wards

CHINESE = pytest.param("zh", marks=pytest.mark.nightly)


@pytest.mark.parametrize("language", ["en", CHINESE])
def test_a_call_is_entered_and_dealt_with(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.running()
    row = checkins.check_in(
        course, ward.now - dt.timedelta(hours=1), forms=["daily-adult", "pump-line"]
    )
    nurse = person(language, account(ward.nurse))

    enter(nurse, course, row)
    deal_with(nurse, row)
    record(nurse, row)

    row.refresh_from_db()
    assert (row.colour, row.looks.get().what) == ("RED", "PHYSICIAN_TOLD")
    assert models.AdverseEvent.objects.get().source == "TRIAGE"


def enter(nurse, course, row):
    """Find what is due and type in what the caregiver says."""
    nurse.open(f"/courses/{course.pk}/")
    nurse.follow(f"#check-ins ~ a, a[href='/courses/{course.pk}/check-ins']")
    nurse.inspect("check-ins")
    nurse.follow(f"a[href='/check-ins/{row.pk}']")
    nurse.follow(f"a[href='/check-ins/{row.pk}/enter']")
    nurse.inspect("check-in-entry")
    nurse.send()
    assert nurse.page.locator("#errors").count() == 1
    nurse.page.select_option("[name=source]", "CAREGIVER")
    nurse.page.fill("[name='daily-adult.temperature']", "38.6")
    nurse.page.check("[name='daily-adult.antipyretic'][value=YES]")
    nurse.do()


def deal_with(nurse, row):
    """Read why it is red and say what came of it."""
    assert "38.6" in nurse.page.inner_text("main")
    nurse.inspect("check-in")
    nurse.page.select_option("[name=what]", "PHYSICIAN_TOLD")
    nurse.do()


def record(nurse, row):
    """Record what the scales say as an adverse event."""
    nurse.follow("a[href*='adverse-events?result=']")
    nurse.inspect("adverse-events")
    nurse.follow("a[href*='term=FEVER']")
    zone = nurse.page.input_value("[name=at_1]")
    assert zone
    nurse.page.select_option("[name=onset_at_0]", index=1)
    nurse.page.fill("[name=onset_at_1]", "00:10")
    nurse.page.select_option("[name=seriousness]", "NOT_SERIOUS")
    nurse.do()
    nurse.follow("th a[href^='/adverse-events/']")
    nurse.inspect("adverse-event")
    nurse.open("/check-ins/")
    nurse.inspect("watching")
