"""A family opens its page where there is no network, answers, and is heard later."""

import datetime as dt

from tests.browser.test_check_ins import PHONE, at_home, family, step
from tests.factories import checkins

KEPT = "caches.open('kept-pages').then(one => one.keys()).then(all => all.length)"
# Three pages, and what they are made of.
MANY = 12


def test_the_questions_open_without_a_network_and_are_sent_later(person, moving_clock):
    ward, course = at_home("en")
    row = checkins.check_in(course, ward.now - dt.timedelta(minutes=5))
    caregiver = family(person, "en", ward)
    page = caregiver.page
    caregiver.open("/my/")
    wait_until_kept(page)

    page.context.set_offline(offline=True)
    caregiver.open("/my/")
    assert "No network" in page.inner_text("main")
    assert ward.patient.name.display not in page.content()
    caregiver.inspect("kept")
    page.set_viewport_size(PHONE)
    caregiver.follow(f"a[href='/my/check-ins/{row.pk}']")
    step(page, text="38.4")
    page.wait_for_selector("#red:visible")
    assert "+1 555 0100" in page.inner_text("#red")
    while page.is_visible("#next"):
        step(page)
    page.click("#finish .main")
    page.wait_for_selector("[data-outcome=waits]:visible")
    assert not row.answers.exists()

    page.context.set_offline(offline=False)
    # A page that was opened while the network was feigned away is not told of it.
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-outcome=received-red]:visible")
    answers = row.answers.get()
    assert answers.values["daily-adult"]["temperature"] == "38.4"

    caregiver.follow("form.who button")
    assert page.evaluate("caches.keys()") == []


def wait_until_kept(page):
    """Wait until the browser has fetched what it keeps."""
    for _ in range(100):
        if page.evaluate(KEPT) >= MANY:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the pages were not kept")
