"""An alert is taken in English, handed over, and ended in Chinese, at a real browser."""

import datetime as dt

from infusion import models
from infusion.services import interruptions
from infusion.services.alert_sweeps import sweep_alerts
from tests.browser.walks import account, chinese_ward

HOUR = dt.timedelta(hours=1)
END = "details:has([name=outcome])"
OVER = "details:has([name=person])"


def test_an_alert_is_taken_handed_over_and_ended(person, moving_clock):
    ward = chinese_ward()
    course = ward.running()
    stop = ward.now + HOUR
    interruptions.pause(
        actor=ward.nurse, course_id=course.id, at=stop, reason="BATTERY", now=stop
    )
    moving_clock.set(stop + 2 * HOUR)
    sweep_alerts(now=moving_clock.now())
    alert = models.Alert.objects.get()

    take_and_hand_over(person("en", account(ward.nurse)), alert, ward.other_nurse)
    end(person("zh", account(ward.other_nurse)), alert)

    kinds = alert.steps.order_by("at", "id").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["TAKEN", "HANDED_OVER", "RESOLVED"]
    alert.refresh_from_db()
    assert (alert.outcome, alert.owner_id) == ("DONE", ward.other_nurse.user_id)


def take_and_hand_over(nurse, alert, other):
    """From the list to the page; the count in the head goes with the alert."""
    nurse.open("/patients/")
    assert nurse.page.inner_text("header .count").startswith("1")
    nurse.open("/alerts/")
    nurse.inspect("alerts")
    nurse.follow(f"main h2 a[href='/alerts/{alert.pk}']")
    assert "needs local sign-off" in nurse.page.inner_text("main")
    nurse.do("button[value=take]")
    assert nurse.page.locator("header .count").count() == 0
    nurse.page.click(f"{OVER} summary")
    nurse.page.select_option("[name=person]", str(other.user_id))
    nurse.inspect("alert-taken")
    nurse.do("button[value=hand_over]")
    assert nurse.page.locator("button[value=resolve]").count() == 0


def end(other, alert):
    """Whoever got it says how it ended."""
    other.open(f"/alerts/{alert.pk}")
    assert "输液泵" in other.page.inner_text("h1")
    other.page.click(f"{END} summary")
    other.page.select_option("[name=outcome]", "DONE")
    other.page.fill("[name=note]", "已更换电池")
    other.inspect("alert-handed-over")
    other.do("button[value=resolve]")
    assert "已更换电池" in other.page.inner_text("ol.history")
    other.open("/alerts/")
    assert alert.cause == "PUMP_STOPPED"
    assert other.page.locator(".alert").count() == 0
