"""What lies on a phone for when it has no network: questions and a hotline, no names."""

import datetime as dt

import pytest

from patients import models as patients
from tests.factories import checkins as factories
from tests.factories import patients as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(ward):
    ward.site.on_call_phone = "+1 555 0100"
    ward.site.save()
    return ward.running()


@pytest.fixture
def due(course, ward):
    return factories.check_in(course, ward.now + dt.timedelta(hours=6))


@pytest.fixture
def carer(ward):
    return patients.CaregiverLink.objects.get(patient=ward.patient).user


@pytest.fixture
def caregiver(client, carer):
    client.force_login(carer)
    return client


def kept(course, due):
    return [
        "/my/kept",
        f"/my/courses/{course.pk}/tell/kept",
        f"/my/check-ins/{due.pk}/kept",
    ]


def test_what_is_kept_names_nobody_and_holds_no_token(caregiver, ward, course, due):
    home = caregiver.get("/my/").text

    for path in kept(course, due):
        assert path in home
        page = caregiver.get(path)
        assert page.status_code == 200
        assert "+1 555 0100" in page.text
        assert "csrfmiddlewaretoken" not in page.text
        for word in (ward.patient.name.display, ward.patient.mrn, "Log out"):
            assert word not in page.text


def test_of_two_patients_none_is_kept(caregiver, carer, due):
    people.CaregiverLinkFactory(user=carer)

    home = caregiver.get("/my/").text
    page = caregiver.get("/my/kept").text

    assert "/my/kept" in home
    assert f"/my/check-ins/{due.pk}/kept" not in home
    assert f"/my/check-ins/{due.pk}" not in page
    assert "Nothing can be answered now." in page
    assert "+1 555 0100" in page


def test_another_family_and_staff_get_nothing(ward, browser_of, course, due):
    stranger = people.CaregiverLinkFactory()
    browser = browser_of(ward.nurse)
    assert browser.get("/my/kept").status_code == 403

    browser.force_login(stranger.user)
    assert browser.get("/my/kept").status_code == 404
    assert browser.get(f"/my/check-ins/{due.pk}/kept").status_code == 404


def test_the_script_is_below_the_pages_it_answers_for(client):
    found = client.get("/my/worker.js")

    assert found.headers["Content-Type"] == "text/javascript"
    assert found.headers["Cache-Control"] == "no-cache"
    assert b"skipWaiting" in found.content
