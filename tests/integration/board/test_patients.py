"""The list of patients and the page of one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients import models
from tests.factories import patients as people
from tests.factories import wards


def queries_of(client, path):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(seen), answer


def names(answer):
    return re.findall(r'<th scope="row"><a [^>]*><bdi>([^<]*)</bdi>', answer.text)


def test_the_list_costs_the_same_for_three_patients_and_for_many(ward, browser_of):
    client = browser_of(ward.nurse)
    ward.running()
    client.get("/patients/")
    few, _answer = queries_of(client, "/patients/")
    for _number in range(30):
        other = people.PatientFactory(site=ward.site)
        models.Measurement.objects.create(
            patient=other,
            kind="WEIGHT_KG",
            value=70,
            taken_at=ward.now - wards.HOUR,
            taken_by_id=ward.nurse.user_id,
        )
        ward.patient = other
        ward.order()
    many, answer = queries_of(client, "/patients/")

    assert many == few
    assert len(names(answer)) == 25


def test_paging_shows_everybody_once(ward, browser_of):
    people.PatientFactory.create_batch(60, site=ward.site)
    client = browser_of(ward.nurse)
    seen, path = [], "/patients/"
    while path:
        text = client.get(path).text
        seen += re.findall(r'href="/patients/([0-9a-f-]{36})/"', text)
        following = re.search(r'rel="next" href="([^"]*)"', text)
        path = f"/patients/{following[1]}".replace("&amp;", "&") if following else ""

    assert len(seen) == len(set(seen)) == 61


@pytest.mark.parametrize("cursor", ["x", "W10=", "IiI=", "%00", "WyJhIiwgImIiXQ=="])
def test_a_broken_cursor_starts_from_the_top(ward, browser_of, cursor):
    answer = browser_of(ward.nurse).get(f"/patients/?after={cursor}")

    assert len(names(answer)) == 1


def test_initials_find_a_chinese_name(ward, browser_of):
    people.PatientFactory(site=ward.site, family_name="张", given_name="三")
    answer = browser_of(ward.nurse).get("/patients/?q=zs")

    assert names(answer) == ["张三"]


def test_the_list_is_narrowed_by_course_and_place(ward, browser_of):
    ward.running()
    people.PatientFactory(site=ward.site)
    client = browser_of(ward.nurse)

    assert len(names(client.get("/patients/"))) == 2
    assert len(names(client.get("/patients/?status=ACTIVE"))) == 1
    assert len(names(client.get("/patients/?place=WARD"))) == 1
    assert len(names(client.get("/patients/?place=HOME"))) == 0


def test_the_row_of_a_running_course_says_what_hangs(ward, browser_of):
    ward.running()
    text = browser_of(ward.nurse).get("/patients/").text

    assert "Bag 1 · 0.6 mL/h" in text
    assert "Mon 8 Jun 10:00" in text
    assert "D1" in text


def test_another_site_is_not_there(ward, browser_of):
    stranger = browser_of(people.staff_actor(people.SiteFactory()))
    course = ward.running()

    assert names(stranger.get("/patients/")) == []
    for path in (
        f"/patients/{ward.patient.pk}/",
        f"/patients/{ward.patient.pk}/order",
        f"/courses/{course.pk}/",
        f"/courses/{course.pk}/status",
        f"/courses/{course.pk}/steps/pause",
    ):
        assert stranger.get(path).status_code == 404


def test_hostile_names_are_text(ward, browser_of):
    ward.patient.family_name = "<script>alert(1)</script>\u202e"
    ward.patient.save()
    client = browser_of(ward.nurse)

    for path in ("/patients/", f"/patients/{ward.patient.pk}/"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_a_reading_is_recorded_and_a_wrong_one_explained(ward, browser_of):
    client = browser_of(ward.nurse)
    form = {
        "token": "t1",
        "kind": "HEIGHT_CM",
        "value": "171.5",
        "taken_at_0": "2026-06-01",
        "taken_at_1": "09:30",
    }
    path = f"/patients/{ward.patient.pk}/"

    assert client.post(path, form).status_code == 302
    assert "171.5 cm" in client.get(path).text
    refused = client.post(path, form | {"token": "t2", "value": "0"})
    assert refused.status_code == 422
    assert 'value="0"' in refused.text


def test_an_order_is_previewed_before_it_is_saved(ward, browser_of):
    client = browser_of(ward.physician)
    path = f"/patients/{ward.patient.pk}/order"
    form = {
        "token": "t1",
        "regimen_key": "us-label-rr",
        "start_at_0": "2026-06-02",
        "start_at_1": "09:00",
        "cycles": "2",
    }

    preview = client.post(path, form | {"preview": "1"})
    assert preview.status_code == 200
    assert preview.text.count("<svg") == 2
    assert "No course yet." in client.get(f"/patients/{ward.patient.pk}/").text
    assert client.post(path, form | {"order": "1"}).status_code == 302
    again = client.post(path, form | {"order": "1"})
    assert again.headers["Location"] == f"/patients/{ward.patient.pk}/"


def test_a_preview_says_what_the_calendar_of_the_site_lacks(ward, browser_of):
    site = models.Site.objects.filter(id=ward.site.id)
    site.update(working_hours={}, holiday_calendar="")
    form = {
        "token": "t1",
        "regimen_key": "us-label-rr",
        "start_at_0": "2026-06-02",
        "start_at_1": "09:00",
        "cycles": "2",
        "preview": "1",
    }

    text = (
        browser_of(ward.physician).post(f"/patients/{ward.patient.pk}/order", form).text
    )

    assert "no working hours: no visit counts as outside" in text
    assert "names no holiday calendar" in text


def test_a_nurse_previews_but_never_orders(ward, browser_of):
    client = browser_of(ward.nurse)
    path = f"/patients/{ward.patient.pk}/order"
    form = {
        "token": "t1",
        "regimen_key": "us-label-rr",
        "start_at_0": "2026-06-02",
        "start_at_1": "09:00",
        "order": "1",
    }
    answer = client.post(path, form)

    assert answer.status_code == 422
    assert "Your role does not allow this step." in answer.text
