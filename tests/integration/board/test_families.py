"""The pages of a family where nothing runs in the browser: asked, answered, refused, rung."""

import datetime as dt
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from infusion import models
from patients import models as patients
from tests.factories import checkins, wards
from tests.factories.patients import CaregiverLinkFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(settings, tmp_path):
    ahead = wards.MONDAY - dt.datetime.now(dt.UTC)
    path = tmp_path / "clock"
    path.write_text(str(int(ahead.total_seconds())))
    settings.CLOCK_FILE = str(path)
    found = wards.ward()
    found.site.on_call_phone = "+1 555 0100"
    found.site.save()
    return found


@pytest.fixture
def caregiver(ward):
    """Return a browser with the caregiver logged in."""
    return browser_of(patients.CaregiverLink.objects.get(patient=ward.patient).user)


def browser_of(user, language="en"):
    found = Client(headers={"accept-language": language})
    found.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return found


@pytest.fixture
def due(ward):
    course = ward.running()
    return checkins.check_in(
        course, ward.now - dt.timedelta(minutes=5), forms=["daily-adult", "neuro"]
    )


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_sign_is_asked_about_after_the_end_of_the_course_too(caregiver, due):
    due.course.status = "COMPLETED"
    due.course.save()
    assert f"/my/check-ins/{due.pk}" in page(caregiver, "/my/")

    due.status = "CANCELLED"
    due.save()

    assert "Nothing is to be answered now." in page(caregiver, "/my/")
    assert "/tell" not in page(caregiver, "/my/")


def test_the_home_page_asks_what_is_due_and_offers_a_call(caregiver, due):
    found = page(caregiver, "/my/")

    assert f"/my/check-ins/{due.pk}" in found
    assert "tel:+1 555 0100" in found
    assert "Please ring me" in found
    assert "请给我回电" in found


def test_answers_of_a_plain_form_are_taken_once(caregiver, due):
    path = f"/my/check-ins/{due.pk}"
    client_id = re.search(r'name="client_id" value="([^"]+)', page(caregiver, path))[1]
    sent = {
        "client_id": client_id,
        "daily-adult.temperature": "３８，４".replace("，", ","),
    }
    photo = SimpleUploadedFile("a.jpg", checkins.JPEG, content_type="image/jpeg")

    answer = caregiver.post(path, sent | {"neuro.sentence-photo": photo}, follow=True)

    row = due.answers.get()
    assert str(row.client_id) == client_id
    assert row.values["daily-adult"]["temperature"] == "38.4"
    assert row.photos.count() == 1
    assert "Received: call now" in answer.content.decode()


@pytest.mark.parametrize("telling", [False, True], ids=["asked", "told"])
def test_a_form_that_is_sent_again_is_received_once(caregiver, due, telling):
    path = f"/my/courses/{due.course_id}/tell" if telling else f"/my/check-ins/{due.pk}"
    sent = {"client_id": str(uuid.uuid4()), "daily-adult.chills": "YES"}

    first = caregiver.post(path, sent, follow=True)
    second = caregiver.post(path, sent, follow=True)
    other = caregiver.post(path, sent | {"daily-adult.chills": "NO"})

    row = models.CheckInAnswers.objects.get()
    assert first.redirect_chain == second.redirect_chain
    assert second.redirect_chain[0][0] == f"/my/check-ins/{row.check_in_id}"
    assert second.context["colour"] == first.context["colour"] == row.result.colour
    assert other.status_code == 422
    assert row.values["daily-adult"]["chills"] == "YES"


def test_a_refused_answer_is_said_at_its_question_and_nothing_is_lost(caregiver, due):
    path = f"/my/check-ins/{due.pk}"
    sent = {
        "client_id": str(uuid.uuid4()),
        "daily-adult.temperature": "98.6",
        "daily-adult.chills": "YES",
        "daily-adult.more": "<b>so cold</b>",
    }

    answer = caregiver.post(path, sent)

    found = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="errors"' in found
    assert 'value="98.6"' in found
    assert 'value="YES" checked' in found
    assert "&lt;b&gt;so cold" in found
    assert not due.answers.exists()


def test_a_follow_up_question_whose_reason_has_gone_is_no_answer(caregiver, due):
    sent = {
        "daily-adult.antipyretic": "NO",
        "daily-adult.antipyretic-time": "2026-06-01T07:00",
    }

    caregiver.post(f"/my/check-ins/{due.pk}", sent)

    assert due.answers.get().values["daily-adult"] == {"antipyretic": "NO"}


def test_instants_are_read_on_the_clock_of_the_patient(caregiver, due):
    sent = {
        "daily-adult.antipyretic": "YES",
        "daily-adult.antipyretic-time": "2026-06-01T07:00",
    }

    caregiver.post(f"/my/check-ins/{due.pk}", sent)

    written = due.answers.get().values["daily-adult"]["antipyretic-time"]
    assert written == "2026-06-01T07:00:00-04:00"


def test_telling_though_nothing_is_due(caregiver, ward):
    course = ward.running()
    path = f"/my/courses/{course.pk}/tell"

    assert "daily-adult.chills" in page(caregiver, path)
    answer = caregiver.post(path, {"daily-adult.chills": "YES"}, follow=True)

    assert "call now" in answer.content.decode()
    assert models.CheckIn.objects.get().kind == "UNPLANNED"


def test_nothing_told_is_said_and_not_kept(caregiver, ward):
    course = ward.running()

    answer = caregiver.post(f"/my/courses/{course.pk}/tell", {})

    assert answer.status_code == 422
    assert not models.CheckIn.objects.exists()


def test_whoever_reads_neither_language_is_rung(caregiver, ward):
    course = ward.running()

    answer = caregiver.post(f"/my/courses/{course.pk}/ring")

    assert answer.status_code == 200
    assert models.Alert.objects.get(cause="CALL_WANTED").severity == "RED"


def test_the_paper_marks_what_means_to_call_and_names_nobody(caregiver, due, ward):
    found = page(caregiver, f"/my/check-ins/{due.pk}/paper")

    assert "38 °C or more" in found
    assert re.search(r"☐</span> Yes <strong class=\"call-mark\">■", found)
    assert "daily-adult 1.0.0" in found
    assert ward.patient.family_name not in found.split("<main")[1]


def test_the_pages_speak_chinese(ward, due):
    user = patients.CaregiverLink.objects.get(patient=ward.patient).user
    found = page(browser_of(user, "zh-hans"), f"/my/check-ins/{due.pk}")

    assert "您现在的体温是多少摄氏度" in found
    assert "Please ring me" in found


def test_another_family_and_staff_do_not_get_in(ward, due):
    stranger = browser_of(CaregiverLinkFactory().user)
    nurse = browser_of(patients.User.objects.get(id=ward.nurse.user_id))

    assert stranger.get(f"/my/check-ins/{due.pk}").status_code == 404
    assert nurse.get("/my/").status_code == 403
    assert Client().get("/my/").status_code == 302
