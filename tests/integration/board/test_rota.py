"""The week of the rota at the console."""

import datetime as dt

import pytest

from infusion import models
from patients import clock
from patients.selectors.actors import get_actor
from tests.factories.patients import MembershipFactory, SiteFactory


@pytest.fixture
def site():
    return SiteFactory(time_zone="Europe/London")


@pytest.fixture
def person(site, browser_of):
    def make(role="NURSE", **name):
        user = MembershipFactory(site=site, role=role, user__last_name=name["last"])
        actor = get_actor(user.user_id, clock.now().date())
        return actor, browser_of(actor)

    return make


def form(day: dt.date, **typed):
    values = {
        "role": "NURSE",
        "person": "",
        "begins_0": day.isoformat(),
        "begins_1": "08:00",
        "ends_0": day.isoformat(),
        "ends_1": "20:00",
        "token": typed.pop("token", "once"),
    }
    return values | typed


def tomorrow():
    return (clock.now() + dt.timedelta(days=1)).date()


def test_a_shift_is_planned_and_stands_in_its_week(site, person):
    ada, browser = person(last="Ada")
    day = tomorrow()

    answer = browser.post("/rota/", form(day, person=str(ada.user_id)), follow=True)

    page = answer.content.decode()
    shift = models.Shift.objects.get()
    assert shift.to_at - shift.from_at == dt.timedelta(hours=12)
    assert answer.redirect_chain[0][0].endswith(f"week={day.isoformat()}")
    assert "Ada" in page
    assert "Nobody on call:" in page


def test_a_form_sent_twice_plans_one_shift(person):
    _, browser = person(last="Ada")

    for _number in range(2):
        browser.post("/rota/", form(tomorrow()))

    assert models.Shift.objects.count() == 1


def test_what_is_refused_stays_in_the_form_with_its_reason(person):
    _, browser = person(last="Ada")
    browser.post("/rota/", form(tomorrow()))

    answer = browser.post("/rota/", form(tomorrow(), token="another", ends_1="21:00"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Another shift of this role covers a part of it." in page
    assert 'value="21:00"' in page
    reversed_one = browser.post("/rota/", form(tomorrow(), token="3", ends_1="07:00"))
    assert "The shift ends before it begins." in reversed_one.content.decode()


def test_a_shift_goes_from_hand_to_hand(person):
    ada, hers = person(last="Ada")
    bob, his = person(last="Bob")
    hers.post("/rota/", form(tomorrow(), person=str(ada.user_id)))
    shift = models.Shift.objects.get()
    path = f"/shifts/{shift.id}/offer"

    hers.post(path, {"step": "offer", "version": "1", "person": str(bob.user_id)})
    week = f"/rota/?week={tomorrow().isoformat()}"
    assert "Take the shift" in his.get(week).content.decode()
    assert "Take the shift" not in hers.get(week).content.decode()
    his.post(path, {"step": "accept"})

    shift.refresh_from_db()
    assert shift.user_id == bob.user_id


def test_a_shift_is_freed_given_away_and_taken_out(person):
    ada, browser = person(last="Ada")
    browser.post("/rota/", form(tomorrow(), person=str(ada.user_id)))
    shift = models.Shift.objects.get()

    def step(name, version, **more):
        sent = {"step": name, "version": str(version), **more}
        page = browser.post(f"/shifts/{shift.id}/hold", sent, follow=True)
        shift.refresh_from_db()
        return page.content.decode()

    step("free", 1)
    assert shift.user_id is None
    assert "meanwhile" in step("assign", 1, person=str(ada.user_id))
    assert "Choose somebody." in step("assign", 2, person="nobody")
    step("remove", 2)
    assert shift.removed_at is not None


def test_who_only_reads_has_no_form(person):
    _, browser = person("AUDITOR", last="Eve")

    assert "Plan the shift" not in browser.get("/rota/").content.decode()
    assert browser.post("/rota/", form(tomorrow())).status_code == 404


@pytest.mark.parametrize("week", ["", "nonsense", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_the_present_one(person, week):
    _, browser = person(last="Ada")

    assert browser.get(f"/rota/?week={week}").status_code == 200


def test_a_public_holiday_is_marked(site, person):
    site.holiday_calendar = "GB-ENG"
    site.save()
    _, browser = person(last="Ada")

    page = browser.get("/rota/?week=2026-12-25").content.decode()

    # Christmas Day, and the Saturday after it.
    assert page.count("public holiday") == 2
