"""Taking a step of a course: once, on the version that was seen, by the right person."""

import datetime as dt
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from tests.factories import patients as people
from tests.factories import wards

MINUTE = dt.timedelta(minutes=1)


def hidden(text):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: value for name, value in found if name in {"version", "token"}}


def open_form(client, course, key, target=None):
    path = f"/courses/{course.pk}/steps/{key}" + (f"/{target}" if target else "")
    answer = client.get(path)
    assert answer.status_code == 200
    return path, hidden(answer.text)


def pause_form(client, course):
    path, form = open_form(client, course, "pause")
    at = {"at_0": "2026-06-01", "at_1": "10:15", "reason": "BATTERY", "note": "low"}
    return path, form | at


def test_a_form_sent_twice_does_its_work_once(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    path, form = pause_form(client, course)

    assert client.post(path, form).status_code == 302
    again = client.post(path, form, follow=True)
    assert "This form was sent before" in again.text
    assert models.InfusionEvent.objects.filter(kind="PAUSE").count() == 1


def test_somebody_elses_change_is_shown_and_nothing_typed_is_lost(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    path, form = pause_form(client, course)
    visit = models.Visit.objects.filter(status="BOOKED").first()
    other = browser_of(ward.other_nurse)
    visit_path, visit_form = open_form(other, course, "assign", visit.pk)
    visit_form["user_id"] = str(ward.nurse.user_id)
    assert other.post(visit_path, visit_form).status_code == 302

    stale = client.post(path, form)
    assert stale.status_code == 422
    assert "Somebody changed this course meanwhile" in stale.text
    assert ">low</textarea>" in stale.text.replace("\n", "")
    assert not models.InfusionEvent.objects.filter(kind="PAUSE").exists()
    assert client.post(path, form | hidden(stale.text)).status_code == 302


def test_a_caregiver_is_named_for_a_visit(ward, browser_of):
    course = ward.running()
    link = people.CaregiverLinkFactory(patient=ward.patient)
    visit = models.Visit.objects.filter(status="BOOKED").latest("planned_at")
    client = browser_of(ward.nurse)
    path, form = open_form(client, course, "assign", visit.pk)

    assert f"{link.user} (Caregiver)" in client.get(path).text
    form["user_id"] = str(link.user_id)
    assert client.post(path, form).status_code == 302
    visit.refresh_from_db()
    assert visit.assigned_to_id == link.user_id


def test_a_refusal_stands_beside_its_field_and_the_form_can_be_sent_again(
    ward, browser_of
):
    course = ward.running()
    client = browser_of(ward.nurse)
    path, form = pause_form(client, course)
    refused = client.post(path, form | {"at_1": "23:00"})

    assert refused.status_code == 422
    assert 'id="id_at_error"' in refused.text
    assert client.post(path, form | hidden(refused.text)).status_code == 302


def hang_next(ward, browser_of):
    """Store a first reading of the second bag and return the check."""
    course = ward.running()
    bag = wards.planned_bags(course)[0]
    ward.deliver(bag, ward.now)
    first = models.Bag.objects.get(status="HUNG")
    reading = wards.reading_of(bag, ward.now + MINUTE)
    models.Bag.objects.filter(pk=bag.pk).update(daily_dose_mcg=first.daily_dose_mcg)
    check = models.HangCheck.objects.create(
        bag=bag,
        replaces=first,
        hung_at=ward.now,
        rate_ml_h="0.6",
        volume_ml="98.765",
        ends_at=reading.ends_at,
        entered_by_id=ward.nurse.user_id,
    )
    return course, check


def test_the_second_person_never_sees_the_first_reading(ward, browser_of):
    course, check = hang_next(ward, browser_of)
    client = browser_of(ward.other_nurse)
    path, _form = open_form(client, course, "confirm", check.pk)
    page = client.get(path).text + client.get(f"/courses/{course.pk}/").text

    assert "98.7" not in page


def test_the_first_person_cannot_confirm(ward, browser_of):
    course, check = hang_next(ward, browser_of)
    client = browser_of(ward.nurse)
    page = client.get(f"/courses/{course.pk}/").text

    assert f"/steps/confirm/{check.pk}" not in page
    assert f"/steps/withdraw/{check.pk}" in page
    own = client.get(f"/courses/{course.pk}/steps/confirm/{check.pk}").text
    assert "Somebody else must confirm it." in own
    assert 'name="rate_ml_h"' not in own


def test_a_step_that_is_over_leads_back_to_the_course(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    answer = client.get(f"/courses/{course.pk}/steps/resume", follow=True)

    assert "is not possible any more" in answer.text
    assert client.get(f"/courses/{course.pk}/steps/unknown").status_code == 404


def test_people_see_only_the_steps_of_their_role(ward, browser_of):
    course = ward.running()
    offered = {
        name: set(
            re.findall(
                rf"/courses/{course.pk}/steps/(\w+)",
                browser_of(actor).get(f"/courses/{course.pk}/").text,
            )
        )
        for name, actor in {
            "nurse": ward.nurse,
            "physician": ward.physician,
            "pharmacist": ward.pharmacist,
            "auditor": people.staff_actor(ward.site, "AUDITOR"),
        }.items()
    }

    assert offered["auditor"] == set()
    assert offered["pharmacist"] == {"deliver", "order_bag"}
    assert offered["physician"] == {
        "pause",
        "event",
        "placement",
        "discharge",
        "end",
    }
    assert {"hang", "pause", "deliver", "assign"} <= offered["nurse"]
    auditor = browser_of(people.staff_actor(ward.site, "AUDITOR"))
    assert auditor.get(f"/courses/{course.pk}/steps/pause").status_code == 404


def test_an_unchanged_status_costs_little_and_a_changed_one_is_new(ward, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)
    path = f"/courses/{course.pk}/status"
    first = client.get(path)
    etag = first.headers["ETag"]
    with CaptureQueriesContext(connection) as seen:
        same = client.get(path, headers={"If-None-Match": etag})

    assert re.fullmatch(r"\d\d:\d\d:\d\d", same.headers["X-Data-As-Of"])
    assert (same.status_code == 304) or same.headers["ETag"] != etag
    assert len(seen) <= 8
    models.Course.objects.filter(pk=course.pk).update(version=99)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_the_course_page_costs_the_same_for_any_number_of_bags(ward, browser_of):
    client = browser_of(ward.nurse)
    course = ward.running()
    models.Visit.objects.filter(kind="DISCONNECT").update(
        assigned_to_id=ward.nurse.user_id
    )
    client.get(f"/courses/{course.pk}/")

    def count():
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/courses/{course.pk}/")
        return len(seen)

    before = count()
    for bag in wards.planned_bags(course):
        ward.deliver(bag, ward.now)
    models.Visit.objects.update(assigned_to_id=ward.nurse.user_id)

    assert count() == before
    # The plan is made for the course and for its way: each reads the days of the site.
    assert before <= 45


def test_the_ribbon_of_the_page_has_no_inline_style(ward, browser_of):
    course = ward.running()
    text = browser_of(ward.nurse).get(f"/courses/{course.pk}/").text

    assert "<svg" in text
    assert " style=" not in text
    assert "<style" not in text


def test_both_clocks_are_shown_when_patient_and_site_differ(ward, browser_of):
    ward.patient.time_zone = "America/Los_Angeles"
    ward.patient.save()
    course = ward.running()
    text = browser_of(ward.nurse).get(f"/courses/{course.pk}/").text

    assert "Mon 8 Jun 07:00" in text
    assert "at the site Mon 8 Jun 10:00" in text
    assert "America/New York" in text
