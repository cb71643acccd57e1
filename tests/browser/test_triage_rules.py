"""A nurse writes triage rules, a physician looks at what they change and signs them.

The pages are held by tests/integration/board/test_triage_rules.py in every run; here they
are looked at, at both widths.
"""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.services import checkins_answering
from tests.browser.walks import account, chinese_ward
from tests.factories import wards
from tests.factories.submissions import bare_course, due, form, sent

pytestmark = pytest.mark.nightly
PAGE = "/check-ins/rules/"


def answered(ward):
    course = bare_course(ward)
    for hours, answers in ((1, {"antipyretic": "YES"}), (2, {"temperature": "38.2"})):
        at = ward.now - dt.timedelta(hours=hours)
        spoken = {"way": Way.TELEPHONE, "source": Source.PATIENT}
        checkins_answering.answer_check_in(
            actor=ward.nurse,
            check_in_id=due(course, at).pk,
            given=sent(at, form(**answers), **spoken),
            now=at,
        )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rules_are_written_looked_at_and_signed(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    answered(ward)
    nurse = person(language, account(ward.nurse))
    physician = person(language, account(ward.physician))

    write(nurse)
    row = models.TriageDocument.objects.get()
    physician.open(f"{PAGE}{row.pk}")
    physician.inspect("triage-rules-draft")
    assert physician.page.locator("#replay ~ [role=alert]").count() == 1
    physician.do("button[value=activate]")
    physician.inspect("triage-rules-in-force")

    row.refresh_from_db()
    assert row.status == "IN_FORCE"


def write(nurse):
    """Be refused, look beforehand, store the draft."""
    nurse.open(PAGE)
    shipped = nurse.page.input_value("[name=rules]")
    nurse.page.fill("[name=rules]", shipped.replace('"RED"', '"GREEN"', 1))
    nurse.send("button[value=draft]")
    assert nurse.page.locator("#errors li").count() == 1
    nurse.inspect("triage-rules-refused")
    softer = shipped.replace('value = "AMBER"', 'value = "RED"', 1)
    nurse.page.fill(
        "[name=rules]", softer.replace('value = "RED"', 'value = "AMBER"', 1)
    )
    nurse.do("button[value=preview]")
    nurse.inspect("triage-rules-preview")
    nurse.do("button[value=draft]")
