"""The way home at a real browser: every page at both widths, in both languages."""

import datetime as dt

import pytest

from tests.browser.walks import account, chinese_ward
from tests.factories import readiness, wards

READY = {"en": "Ready to go home", "zh": "可以回家"}
NEVER = {"en": "NEVER FLUSH", "zh": "严禁冲管"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_of_the_way_home(language, person, moving_clock):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.running("us-label-mrd")
    now = ward.now + dt.timedelta(hours=73)
    moving_clock.set(now)
    nurse = person(language, account(ward.nurse))
    nurse.open(f"/courses/{course.pk}/readiness")
    nurse.inspect("readiness-open")
    readiness.make_ready(course, ward.nurse, moving_clock.now())
    nurse.open(f"/courses/{course.pk}/readiness")
    assert READY[language] in nurse.page.inner_text("#verdict")
    nurse.inspect("readiness-ready")
    nurse.send(".verdict button.main")
    nurse.inspect("readiness-signed")
    readiness.sign(course, ward.physician, moving_clock.now())

    for tail, name in (
        ("readiness/TC12/facts", "record-presence"),
        ("readiness/TC09/facts", "record-liver"),
        ("readiness/VITALS/facts", "record-vitals"),
        ("steps/discharge", "discharge"),
    ):
        nurse.open(f"/courses/{course.pk}/{tail}")
        nurse.inspect(name)
    nurse.page.fill("[name=pump_serial]", readiness.SERIAL)
    nurse.page.fill("[name=volume_left_ml]", "50")
    nurse.do()
    for tail in ("on-call", "handover"):
        nurse.open(f"/courses/{course.pk}/{tail}")
        assert NEVER[language] in nurse.page.inner_text("main")
        nurse.inspect(tail)
