"""Alerts over REST and at the console, taken by one and ended with a word."""

import pytest

from infusion import models
from infusion.services.alert_sweeps import sweep_alerts


@pytest.fixture
def alert(world, running, travel):
    """Return the alert of a bag whose change is overdue; nobody is on call."""
    now = travel(days=8)
    sweep_alerts(now=now)
    return models.Alert.objects.get(cause="BAG_CHANGE_OVERDUE")


def test_an_alert_is_listed_taken_handed_over_and_ended(world, alert):
    nurse, second = world.api("NURSE"), world.api("SECOND_NURSE")
    path = f"alerts/{alert.id}"

    listed = nurse.get("alerts?open=true").json()["results"]
    assert alert.status == "EXHAUSTED"
    assert [str(alert.id)] == [
        row["id"] for row in listed if row["cause"] == "BAG_CHANGE_OVERDUE"
    ]
    taken = nurse.post(f"{path}/take", version=alert.version).json()
    assert taken["owner_id"] == str(world.people["NURSE"].id)
    stale = second.post(f"{path}/take", version=alert.version)
    assert stale.status_code == 412
    late = second.post(f"{path}/take", version=taken["version"])
    assert (late.status_code, late.json()["code"]) == (409, "alert_closed")

    other = str(world.people["SECOND_NURSE"].id)
    handed = nurse.post(
        f"{path}/hand-over", {"user_id": other}, version=taken["version"]
    ).json()
    ended = second.post(
        f"{path}/resolve", {"outcome": "DONE"}, version=handed["version"]
    ).json()

    assert (ended["status"], ended["outcome"]) == ("RESOLVED", "DONE")
    kinds = [step["kind"] for step in nurse.get(path).json()["steps"]]
    assert kinds == ["RAISED", "EXHAUSTED", "TAKEN", "HANDED_OVER", "RESOLVED"]


def test_an_outcome_that_is_the_services_own_is_refused(world, alert):
    nurse = world.api("NURSE")
    taken = nurse.post(f"alerts/{alert.id}/take", version=alert.version).json()

    given = {"version": taken["version"]}
    path = f"alerts/{alert.id}/resolve"
    assert nurse.post(path, {"outcome": "CAUSE_ENDED"}, **given).status_code == 400
    empty = nurse.post(path, {"outcome": "OTHER", "note": " "}, **given)
    assert empty.status_code == 422


def test_taking_twice_with_one_key_is_taking_once(world, alert):
    nurse = world.api("NURSE")

    answers = [
        nurse.post(f"alerts/{alert.id}/take", version=alert.version, key="one")
        for _number in range(2)
    ]

    assert [each.status_code for each in answers] == [200, 200]
    assert alert.steps.filter(kind="TAKEN").count() == 1


def test_the_family_sees_no_alert(world, alert):
    assert world.api("PATIENT").get("alerts").status_code == 403


def test_an_alert_is_taken_and_ended_at_the_console(world, alert):
    browser = world.api("NURSE").client
    browser.force_login(
        world.people["NURSE"], "django.contrib.auth.backends.ModelBackend"
    )

    def step(name, **more):
        alert.refresh_from_db()
        sent = {"step": name, "version": alert.version, **more}
        return browser.post(f"/alerts/{alert.id}", sent, follow=True).content.decode()

    page = browser.get("/alerts/").content.decode()
    assert "The bag change is overdue" in page
    assert "I take it" in page
    assert "How did it end?" in step("take")
    assert "Say how the alert ended" in step("resolve", outcome="OTHER")
    assert "dealt with" in step("resolve", outcome="DONE")
    alert.refresh_from_db()
    assert alert.status == "RESOLVED"


def test_who_was_slower_is_told_so_at_the_console(world, alert):
    world.api("SECOND_NURSE").post(f"alerts/{alert.id}/take", version=alert.version)
    browser = world.api("NURSE").client
    browser.force_login(
        world.people["NURSE"], "django.contrib.auth.backends.ModelBackend"
    )

    sent = {"step": "take", "version": alert.version}
    page = browser.post(f"/alerts/{alert.id}", sent, follow=True).content.decode()

    assert "Somebody was faster." in page
