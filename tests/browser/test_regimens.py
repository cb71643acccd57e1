"""A regimen is read, completed by two persons and walked to a physician's decision."""

import datetime as dt
import zoneinfo

import pytest

from infusion import models
from tests.browser.walks import account, chinese_ward
from tests.factories import wards
from tests.factories.walks import A041703

HOUR = dt.timedelta(hours=1)
OPEN = {
    "en": "Open: the facts meet every condition",
    "zh": "可选：已知事实满足全部条件",
}
PLACES = f"/regimens/{A041703}/values"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_physician_decides_at_a_fork(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    pharmacist = person(language, account(ward.pharmacist))
    physician = person(language, account(ward.physician))
    nurse = person(language, account(ward.nurse))

    read(nurse)
    complete(pharmacist, physician)
    order(physician, ward)
    course = models.Course.objects.get()
    begin_and_end_the_first_block(nurse, course, moving_clock)
    decide(physician, course, OPEN[language])
    decision = models.Decision.objects.get()
    assert (decision.course_id, decision.to) == (course.pk, "ib")
    nurse.open(f"/courses/{course.pk}/outlook")
    assert nurse.page.locator(".decisions tbody tr").count() == 1
    nurse.inspect("outlook-decided")


def read(nurse):
    """Find the regimen on the list and look at every part of its page."""
    nurse.follow("nav a[href='/regimens/']")
    nurse.page.fill("[name=q]", "R04")
    nurse.send(".search button")
    assert nurse.page.locator("tbody tr").count() == 1
    nurse.inspect("regimens")
    nurse.follow("tbody th a")
    nurse.page.fill("[name=start]", "2026-06-01")
    nurse.send("#preview ~ form button")
    nurse.inspect("regimen")
    shown = nurse.page.locator(".graph:visible")
    assert shown.count() == 1
    shown.locator("a").first.focus()
    nurse.page.keyboard.press("Enter")
    assert nurse.page.evaluate("location.hash") == "#block-ia"


def complete(pharmacist, physician):
    """Fill in what is missing; a pharmacist and a physician sign."""
    pharmacist.open(PLACES)
    for number in (0, 1):
        pharmacist.page.fill(f"[name=value_{number}]", "14")
        pharmacist.page.fill(f"[name=source_{number}]", "Protocol 7, page 3")
    pharmacist.inspect("site-values")
    pharmacist.do("form:has([name=value_0]) button.main")
    for someone, role in ((pharmacist, "PHARMACIST"), (physician, "PHYSICIAN")):
        someone.open(PLACES)
        someone.send(f"form:has([value={role}]) button")
    physician.inspect("site-values-signed")
    assert models.RegimenOverlay.objects.get().status == "IN_FORCE"


def order(physician, ward):
    """Choose the regimen; its blocks become those the course may begin with."""
    page = physician.page
    physician.open(f"/patients/{ward.patient.pk}/order")
    with page.expect_response("**/order/entries*"):
        page.select_option("[name=regimen_key]", A041703)
    page.wait_for_selector("[name=entry] option[value='ib#1']", state="attached")
    zone = zoneinfo.ZoneInfo(ward.patient.time_zone)
    physician.fill_instant("start_at", wards.MONDAY + HOUR, zone)
    physician.send("[name=preview]")
    physician.inspect("order-graph")
    physician.do("[name=order]")


def begin_and_end_the_first_block(nurse, course, clock):
    nurse.open(f"/courses/{course.pk}/")
    nurse.follow(f"a[href='/courses/{course.pk}/block']")
    nurse.inspect("block")
    nurse.do()
    clock.forward(days=21)
    nurse.open(f"/courses/{course.pk}/block")
    nurse.do()


def decide(physician, course, verdict):
    """Give the facts, see what they say, choose; a closed way asks for a reason."""
    page = physician.page
    physician.open(f"/courses/{course.pk}/")
    physician.follow(f"a[href='/courses/{course.pk}/decide']")
    physician.inspect("decide")
    page.select_option("[name=CYTOREDUCTION]", "YES")
    page.select_option("[name=REMISSION]", "CR")
    physician.send("[name=assess]")
    assert page.locator(".verdict", has_text=verdict).count() == 1
    physician.inspect("decide-assessed")
    page.check("[name=to][value=ic]")
    physician.send("[name=decide]")
    assert page.evaluate("document.activeElement.id") == "errors"
    physician.inspect("decide-refused")
    page.check("[name=to][value=ib]")
    physician.do("[name=decide]")
