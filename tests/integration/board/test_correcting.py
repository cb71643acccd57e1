"""A nurse corrects answers in the console; the first stay, and no colour falls by it."""

import datetime as dt
import uuid

import pytest

from infusion import models
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.domain.submissions import FormAnswers, Submission
from infusion.services.checkins_answering import answer_check_in
from tests.factories import checkins as factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(ward):
    """Answers in which a fever was typed that was none."""
    taken_at = (ward.now - dt.timedelta(minutes=30)).isoformat()
    given = {"temperature": "39.6", "temperature-time": taken_at, "chills": "NO"}
    sent = Submission(
        client_id=uuid.uuid4(),
        forms=(FormAnswers(key="daily-adult", version="1.0.0", answers=given),),
        given_at=ward.now,
        language="zh-hans",
        way=Way.PAPER,
        source=Source.CAREGIVER,
    )
    row = factories.check_in(ward.running(), ward.now)
    return answer_check_in(
        actor=ward.nurse, check_in_id=row.pk, given=sent, now=ward.now
    )


def path(answers):
    return f"/check-in-answers/{answers.pk}/correct"


def test_the_form_holds_what_is_in_the_record(browser_of, ward, answers):
    found = browser_of(ward.nurse).get(path(answers)).content.decode()

    assert 'value="39.6"' in found
    assert 'value="2026-06-01T09:30"' in found
    assert '<option value="PAPER" selected>' in found
    assert '<option value="zh-hans" selected>' in found
    assert "The first answers stay in the record." in found


def test_a_correction_stands_beside_the_first_and_makes_nothing_better(
    browser_of, ward, answers
):
    nurse = browser_of(ward.nurse)
    sent = {
        "way": "TELEPHONE",
        "source": "CAREGIVER",
        "given_at": "2026-06-01T10:00",
        "daily-adult.temperature": "36.9",
    }

    nurse.post(path(answers), sent)
    again = nurse.post(path(answers), sent)
    shown = nurse.get(f"/check-ins/{answers.check_in_id}").content.decode()

    row = models.CheckInAnswers.objects.get(corrects=answers)
    check_in = models.CheckIn.objects.get()
    assert row.values["daily-adult"]["temperature"] == "36.9"
    assert (check_in.colour, check_in.answers.count()) == ("RED", 2)
    assert (again.status_code, "corrected before" in again.content.decode()) == (
        422,
        True,
    )
    assert "Corrected: the correction stands above." in shown


def test_who_may_not_enter_corrects_nothing(browser_of, ward, answers):
    assert browser_of(ward.pharmacist).get(path(answers)).status_code == 404
    assert browser_of(ward.nurse).get(f"{path(answers)}x").status_code == 404
