"""Reminder rules and entered days at the console."""

import datetime as dt

from infusion import models
from patients import clock
from patients.selectors.actors import get_actor
from tests.factories import patients as people
from tests.factories.wards import ward


def staff(site, role):
    user = people.MembershipFactory(site=site, role=role).user
    return get_actor(user.id, clock.now().date())


def test_the_console_shows_the_rules_and_counts_before_it_stores(browser_of):
    site = people.SiteFactory()
    actor = staff(site, "ADMIN")
    browser = browser_of(actor)
    typed = {"rules": 'off = ["bag_change_2h"]', "token": "once", "site": str(site.id)}

    page = browser.get("/reminders/").content.decode()
    seen = browser.post("/reminders/", {**typed, "step": "preview"}).content.decode()
    wrong = browser.post("/reminders/", {**typed, "rules": 'off = ["x"]'})
    browser.post("/reminders/", {**typed, "step": "draft"})

    assert "bag_change_24h" in page
    assert "Nothing is stored." in seen
    assert wrong.status_code == 422
    assert "there is no rule x" in wrong.content.decode()
    assert models.ReminderDocument.objects.get().body == {"off": ["bag_change_2h"]}


def test_what_an_update_leaves_out_of_a_sites_rules_is_shown(browser_of):
    site = people.SiteFactory()
    actor = staff(site, "NURSE")
    models.ReminderDocument.objects.create(
        site=site,
        number=1,
        body={"off": ["visit_24h", "of_old"]},
        status="IN_FORCE",
        drafted_by_id=actor.user_id,
        drafted_at=clock.now(),
    )

    page = browser_of(actor).get("/reminders/").content.decode()

    assert "<code>of_old</code>" in page
    assert "<code>visit_24h</code>" not in page


def test_a_nurse_sees_the_rules_and_changes_none(browser_of):
    site = people.SiteFactory()
    browser = browser_of(staff(site, "NURSE"))

    page = browser.get("/reminders/").content.decode()
    answer = browser.post("/reminders/", {"rules": "", "token": "once"})

    assert "Change the rules" not in page
    assert answer.status_code == 404


def test_a_draft_comes_in_force_by_its_button(browser_of):
    site = people.SiteFactory()
    actor = staff(site, "ADMIN")
    row = models.ReminderDocument.objects.create(
        site=site,
        number=1,
        body={},
        drafted_by_id=actor.user_id,
        drafted_at=clock.now(),
    )

    browser_of(actor).post(f"/reminders/{row.pk}", {"step": "activate", "version": "1"})

    row.refresh_from_db()
    assert row.status == "IN_FORCE"


def test_a_day_is_entered_and_called_off_at_the_course(browser_of):
    here = ward(now=clock.now())
    course = here.order()
    browser = browser_of(here.nurse)
    day = clock.now() + dt.timedelta(days=3)
    typed = {
        "kind": "DRESSING_CHANGE",
        "at_0": day.date().isoformat(),
        "at_1": "10:00",
        "token": "once",
    }

    page = browser.post(f"/courses/{course.id}/dates", typed, follow=True)
    row = models.CareDate.objects.get()
    browser.post(f"/dates/{row.pk}", {"step": "cancel", "version": "1"})

    assert "Change of the dressing" in page.content.decode()
    row.refresh_from_db()
    assert (row.kind, row.status) == ("DRESSING_CHANGE", "CANCELLED")
