"""Check-ins and adverse events in the console: seen, entered, looked at, graded."""

import datetime as dt
import uuid

import pytest

from infusion import models
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.domain.submissions import FormAnswers, Submission
from infusion.services.checkins_answering import answer_check_in, ask_for_call
from tests.factories import checkins as factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(ward):
    return ward.running()


@pytest.fixture
def nurse(ward, browser_of):
    return browser_of(ward.nurse)


@pytest.fixture
def due(course, ward):
    return factories.check_in(course, ward.now)


def answer(ward, row, answers, at, language="en"):
    """Let the nurse type in what a caregiver said."""
    form = FormAnswers(key="daily-adult", version="1.0.0", answers=answers)
    given = Submission(
        client_id=uuid.uuid4(),
        forms=(form,),
        given_at=at,
        language=language,
        way=Way.TELEPHONE,
        source=Source.CAREGIVER,
    )
    return answer_check_in(actor=ward.nurse, check_in_id=row.pk, given=given, now=at)


def page(browser, path, status=200):
    found = browser.get(path)
    assert found.status_code == status
    return found.content.decode()


def test_the_course_shows_what_waits(nurse, course, due):
    found = page(nurse, f"/courses/{course.pk}/")

    assert f"/check-ins/{due.pk}" in found
    assert "nobody yet" in found


def test_a_check_in_shows_answers_rules_and_what_was_before(nurse, ward, course, due):
    answer(ward, due, {"temperature": "36.9", "chills": "NO"}, ward.now)
    later = ward.now + dt.timedelta(minutes=20)
    second = factories.check_in(course, later)
    answer(ward, second, {"temperature": "38.4", "more": "<i>cold</i>"}, later)

    found = page(nurse, f"/check-ins/{second.pk}")

    assert "“38.4”" in found
    assert "Temperature of 38 C or more." in found
    assert "Mayo" in found
    assert "<td>36.9</td>" in found
    assert "&lt;i&gt;cold" in found
    assert "Asked and not answered" in found
    assert "cannot assess" in found


def test_one_answer_in_two_languages_is_no_change(nurse, ward, course, due):
    answer(ward, due, {"chills": "NO", "headache": "NONE"}, ward.now)
    later = ward.now + dt.timedelta(minutes=20)
    second = factories.check_in(course, later)
    answer(ward, second, {"chills": "NO", "headache": "MILD"}, later, "zh-hans")

    found = page(nurse, f"/check-ins/{second.pk}")

    changed = [row for row in found.split("<tr") if row.startswith(' class="current"')]
    assert [row.count("headache") for row in changed] == [1]
    assert "Simplified Chinese" in found


def test_what_was_said_on_the_telephone_is_entered(nurse, due, ward):
    path = f"/check-ins/{due.pk}/enter"
    asked = page(nurse, path)
    sent = {
        "way": "TELEPHONE",
        "source": "CAREGIVER",
        "spoken": "es",
        "given_at": "2026-06-01T10:10",
        "daily-adult.temperature": "37.1",
    }

    told = nurse.post(path, sent, follow=True)

    row = due.answers.get()
    assert "daily-adult.temperature" in asked
    assert told.status_code == 200
    assert (row.source, row.way, row.language) == ("CAREGIVER", "TELEPHONE", "es")
    assert row.given_at == dt.datetime(2026, 6, 1, 14, 10, tzinfo=dt.UTC)


def test_what_a_page_of_before_an_update_asked_is_kept_and_shown(nurse, due):
    sent = {
        "way": "TELEPHONE",
        "source": "CAREGIVER",
        "version:daily-adult": "0.9.0",
        "daily-adult.chills": "A LOT",
        "daily-adult.hair": "<i>blue</i>",
    }

    told = nurse.post(f"/check-ins/{due.pk}/enter", sent)
    row = models.UnreadAnswers.objects.get()
    found = page(nurse, f"/check-ins/{row.check_in_id}")

    assert told.status_code == 422
    assert "somebody will read them and ring" in told.content.decode()
    assert row.values == {"daily-adult": {"chills": "A LOT", "hair": "<i>blue</i>"}}
    assert "A LOT" in found
    assert "&lt;i&gt;blue" in found
    assert f"/check-ins/{due.pk}/enter" in found


def test_what_no_database_keeps_is_left_out_of_what_was_typed(nurse, due):
    sent = {
        "way": "TELEPHONE",
        "source": "CAREGIVER",
        "version:daily-adult": "0.9\0.0",
        "daily-adult.ch\0ills": "A\0 LOT",
        "daily-adult.hair": "\0",
    }

    told = nurse.post(f"/check-ins/{due.pk}/enter", sent)

    row = models.UnreadAnswers.objects.get()
    assert told.status_code == 422
    assert row.values == {"daily-adult": {"chills": "A LOT"}}


def test_who_spoke_must_be_said(nurse, due):
    sent = {"way": "TELEPHONE", "daily-adult.temperature": "37.1"}

    told = nurse.post(f"/check-ins/{due.pk}/enter", sent)

    assert told.status_code == 422
    assert 'value="37.1"' in told.content.decode()
    assert not due.answers.exists()


def test_a_call_nobody_waited_for_is_entered(nurse, course):
    path = f"/courses/{course.pk}/check-ins/enter"
    sent = {"way": "TELEPHONE", "source": "PATIENT", "daily-adult.chills": "YES"}

    page(nurse, path)
    nurse.post(path, sent)

    assert models.CheckIn.objects.get().colour == "RED"


def test_a_look_ends_it_and_a_stale_one_does_not(nurse, ward, course):
    row = ask_for_call(actor=ward.nurse, course_id=course.pk, now=ward.now)
    path = f"/check-ins/{row.pk}"

    stale = nurse.post(path, {"what": "WATCHED", "version": "0"}, follow=True)
    empty = nurse.post(path, {"version": row.version}, follow=True)
    nurse.post(path, {"what": "PHYSICIAN_TOLD", "version": row.version})

    row.refresh_from_db()
    assert "Somebody was faster" in stale.content.decode()
    assert "Say what came of it" in empty.content.decode()
    assert row.looks.get().what == "PHYSICIAN_TOLD"
    assert row.looked_at is not None


def test_the_list_parts_what_waits_from_what_is_to_come(nurse, ward, course, due):
    tomorrow = factories.check_in(course, ward.now + dt.timedelta(days=1))
    found = page(nurse, f"/courses/{course.pk}/check-ins")

    waits, rest = found.split('id="past"')
    assert str(due.pk) in waits
    assert str(tomorrow.pk) in rest


def test_what_a_scale_said_fills_the_form_and_a_person_records_it(
    nurse, ward, course, due
):
    given = answer(ward, due, {"temperature": "38.4"}, ward.now)
    path = f"/courses/{course.pk}/adverse-events"
    offered = page(nurse, f"{path}?result={given.result.pk}")
    assert "term=FEVER" in offered
    filled = page(nurse, f"{path}?result={given.result.pk}&term=FEVER")
    token = filled.split('name="token" value="')[1].split('"')[0]
    assert '<option value="OTHER" selected>' in filled

    told = nurse.post(
        f"{path}?result={given.result.pk}",
        {
            "token": token,
            "event": "OTHER",
            "term": "Fever",
            "onset_at_0": "2026-06-01",
            "onset_at_1": "10:00",
            "at_0": "2026-06-01",
            "at_1": "10:05",
            "grade": "1",
            "scale": "CTCAE_5",
            "relation": "POSSIBLE",
            "seriousness": "NOT_SERIOUS",
            "actions": ["OTHER"],
        },
    )

    row = models.AdverseEvent.objects.get()
    assert told.status_code == 302
    assert (row.source, row.from_result_id) == ("TRIAGE", given.result.pk)
    assert row.entries.get().scale == "CTCAE_5"


@pytest.fixture
def event(ward, course):
    return factories.adverse_event(course, ward.nurse.user_id, ward.now)


def step(browser, event, name, **values):
    path = f"/adverse-events/{event.pk}"
    token = page(browser, path).split('name="token" value="')[1].split('"')[0]
    event.refresh_from_db()
    sent = {"step": name, "token": token, "version": event.version, **values}
    return browser.post(path, sent)


def test_it_is_graded_again_and_over(nurse, event):
    at = {"at_0": "2026-06-01", "at_1": "10:20"}
    judged = {"relation": "PROBABLE", "seriousness": "HOSPITALISATION"}

    step(nurse, event, "grade", grade="2", scale="ASTCT", **at, **judged)
    step(nurse, event, "resolve", **at)

    event.refresh_from_db()
    found = page(nurse, f"/adverse-events/{event.pk}")
    assert (event.status, event.seriousness) == ("RESOLVED", "HOSPITALISATION")
    assert "grade 2" in found
    assert "It is over" not in found


def test_a_grade_without_a_scale_is_refused(nurse, event):
    at = {"at_0": "2026-06-01", "at_1": "10:20"}
    judged = {"relation": "PROBABLE", "seriousness": "SERIOUS"}

    told = step(nurse, event, "grade", grade="2", **at, **judged)

    assert told.status_code == 422
    assert 'id="errors"' in told.content.decode()
    assert not event.entries.exists()


def test_a_step_that_is_none_changes_nothing(nurse, event):
    told = nurse.post(f"/adverse-events/{event.pk}", {"step": "cure"}, follow=True)

    assert "Choose what to write down." in told.content.decode()
    assert not event.entries.exists()


def test_an_auditor_reads_and_changes_nothing(ward, browser_of, event, due):
    from tests.factories.patients import staff_actor

    auditor = browser_of(staff_actor(ward.site, "AUDITOR"))

    assert "Grade again" not in page(auditor, f"/adverse-events/{event.pk}")
    assert auditor.get(f"/check-ins/{due.pk}/enter").status_code == 404
    assert auditor.post(f"/check-ins/{due.pk}", {"what": "WATCHED"}).status_code == 404


def test_a_site_sees_its_alerts_rules_answers_and_rates(nurse, ward, course, due):
    given = answer(ward, due, {"temperature": "38.4", "chills": "NO"}, ward.now)
    row = models.CheckIn.objects.get(id=due.id)
    nurse.post(f"/check-ins/{row.pk}", {"what": "WATCHED", "version": row.version})
    event = factories.adverse_event(course, ward.nurse.user_id, ward.now)
    models.AdverseEventEntry.objects.create(
        adverse_event=event,
        kind="GRADED",
        grade=3,
        scale="ASTCT",
        at=ward.now,
        recorded_at=ward.now,
        by_id=ward.nurse.user_id,
    )

    found = page(nurse, "/check-ins/?days=7")

    fever = found.split("<code>fever</code>")[1].split("</tr>")[0]
    assert [part.split("<")[0] for part in fever.split('">')[1:5]] == list("1011")
    assert given.result.colour == "RED"
    assert "100 %" in found
    assert "1 / 1 = 100.0 %" in found
    assert "outside the interval" in found
