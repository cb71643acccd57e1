"""Alerts at the console: the list, why each one is there, and who is on call."""

import pytest

from infusion import models
from patients import models as people
from tests.factories.patients import MembershipFactory, staff_actor
from tests.factories.wards import HOUR, MONDAY


@pytest.fixture
def nurse(ward, browser_of):
    return browser_of(ward.nurse)


def raised(ward, cause="PUMP_STOPPED", **fields):
    """Store an alert as a sweep would have raised it an hour ago."""
    values = {
        "site": ward.site,
        "cause": cause,
        "subject": f"{ward.site.id}:NURSE:-",
        "since": MONDAY - HOUR,
        "raised_at": MONDAY - HOUR,
    }
    alert = models.Alert.objects.create(**values | fields)
    alert.steps.create(kind="RAISED", at=MONDAY - HOUR)
    return alert


def test_an_alert_shows_its_rule_with_the_mark_and_whom_it_reaches(ward, nurse):
    alert = raised(ward, course=ward.running(), rung=0)
    alert.steps.create(kind="CLIMBED", at=MONDAY - HOUR, role="NURSE", told=1)

    page = nurse.get(f"/alerts/{alert.id}").content.decode()

    assert "A pump that stands still is an alert after" in page
    assert "120 min" in page
    assert "needs local sign-off" in page
    assert "the nurse on call" in page
    assert "waits 15 min for somebody to take it" in page
    assert "it is told again until a person takes it" in page
    assert "1 person told" in page


def test_a_value_that_the_site_signed_is_shown_as_signed(ward, nurse):
    key = "pump_stopped_first_minutes"
    ward.site.policy = {key: {"value": "90", "signed_by": "RN B"}}
    ward.site.save()
    alert = raised(ward, course=ward.running())

    page = nurse.get(f"/alerts/{alert.id}").content.decode()

    assert "90 min" in page
    assert "signed by the site" in page


def test_an_alert_of_the_site_itself_is_listed_without_a_patient(ward, nurse):
    alert = raised(ward, "ROTA_GAP", severity="AMBER")

    listed = nurse.get("/alerts/").content.decode()
    page = nurse.get(f"/alerts/{alert.id}").content.decode()

    assert "Nobody is on call (Nurse)" in listed
    assert f'href="/rota/?site={ward.site.id}"' in page
    assert "all coordinators" in page


def test_information_says_that_nobody_is_told(ward, nurse):
    alert = raised(ward, "PROVIDER_FAILING", severity="INFO", subject="x:SMS")

    page = nurse.get(f"/alerts/{alert.id}").content.decode()

    assert "Messages do not get out (Text message)" in page
    assert "It is shown here and told to nobody." in page


def test_the_gravest_that_nobody_has_stands_on_top(ward, nurse):
    raised(ward, "ROTA_GAP", severity="AMBER")
    raised(ward, severity="RED", status="TAKEN", owner_id=ward.nurse.user_id)
    raised(ward, "BAG_CHANGE_OVERDUE", severity="RED", subject="late")

    rows = nurse.get("/alerts/").context["rows"]

    assert [row["alert"].cause for row in rows] == [
        "BAG_CHANGE_OVERDUE",
        "ROTA_GAP",
        "PUMP_STOPPED",
    ]


def test_the_head_of_every_page_counts_what_waits_for_a_person(ward, nurse):
    raised(ward, subject="one")
    raised(ward, "ROTA_GAP", severity="AMBER")
    raised(ward, "PROVIDER_FAILING", severity="INFO", subject="x:SMS")
    raised(ward, subject="two", status="TAKEN", owner_id=ward.nurse.user_id)

    page = nurse.get("/patients/").content.decode()

    assert '<span class="count">2<' in page


def test_nobody_counts_the_alerts_of_another_site(ward, browser_of):
    raised(ward)
    stranger = staff_actor(MembershipFactory().site, "NURSE")

    page = browser_of(stranger).get("/patients/").content.decode()

    assert 'class="count"' not in page


def test_who_is_on_call_is_shown_with_the_number_to_ring(ward, nurse):
    course = ward.running()
    models.Shift.objects.create(
        site=ward.site,
        role="NURSE",
        user_id=ward.other_nurse.user_id,
        from_at=MONDAY - HOUR,
        to_at=MONDAY + 8 * HOUR,
    )
    for channel, number in (("SMS", "+12125550111"), ("PHONE", "+12125550122")):
        people.ContactPoint.objects.create(
            user_id=ward.other_nurse.user_id, channel=channel, value=number
        )

    for path in (f"/courses/{course.id}/on-call", f"/rota/?site={ward.site.id}"):
        page = nurse.get(path).content.decode()
        assert 'href="tel:+12125550122"' in page
        assert "+12125550111" not in page


def test_a_night_call_says_when_nobody_is_on_call(ward, nurse):
    course = ward.running()

    page = nurse.get(f"/courses/{course.id}/on-call").content.decode()

    assert "Nobody is on call now." in page


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "x"], ids=["long", "-1", "x"])
def test_a_form_that_nobody_filled_in_is_told_that_somebody_was_faster(
    ward, nurse, version
):
    alert = raised(ward)

    page = nurse.post(f"/alerts/{alert.pk}", {"step": "take", "version": version})

    assert page.status_code == 302
    assert models.Alert.objects.get().status == "OPEN"


def test_a_note_that_cannot_be_stored_is_stored_as_far_as_it_can(ward, nurse):
    alert = raised(ward)
    nurse.post(f"/alerts/{alert.pk}", {"step": "take", "version": alert.version})
    alert.refresh_from_db()

    sent = {"step": "resolve", "version": alert.version, "outcome": "DONE"}
    nurse.post(f"/alerts/{alert.pk}", {**sent, "note": "re\0started"})

    alert.refresh_from_db()
    assert alert.status == "RESOLVED"
    assert alert.steps.order_by("id").last().note == "restarted"
