"""What a family has begun, finished or could not send, on a phone that they share."""

import datetime as dt
import json

from infusion import models
from patients import models as models_of_people
from tests.browser.test_check_ins import account_of, at_home, family, finish, step
from tests.browser.test_offline import wait_until_kept
from tests.factories import checkins
from tests.factories.patients import CaregiverLinkFactory

# Ages the drafts of this phone: they are encrypted, so the page's own code does it.
AGE = """async () => {
  for (const [id, row] of await WAITING.all()) {
    row.begunAt -= 2 * 3600 * 1000;
    await WAITING.put(id, row);
  }
}"""
REFUSED = AGE.replace(
    "row.begunAt",
    "row.refused = {status: 422, errors: [{field: 'temperature'}]}; row.begunAt",
)
FULL = "() => { IDBObjectStore.prototype.put = () => { throw new Error('full'); }; }"
ROWS = "WAITING.all().then(rows => rows.map(([id, row]) => [id, row.state]))"


def opened(person, language="en"):
    """Return the page of a check-in that is due, and its row."""
    ward, course = at_home(language)
    row = checkins.check_in(course, ward.now - dt.timedelta(minutes=5))
    caregiver = family(person, language, ward)
    caregiver.open(f"/my/check-ins/{row.pk}")
    caregiver.page.wait_for_selector(".question:visible")
    return caregiver, row, course


def go_to(page, name):
    """Leave questions open until one is on the screen."""
    while page.locator(".question:visible").get_attribute("data-name") != name:
        step(page)


def send(page):
    """Leave the rest open and send."""
    while page.is_visible("#next"):
        step(page)
    page.click("#finish .main")


def test_what_was_begun_two_hours_ago_is_asked_anew(person, moving_clock):
    caregiver, _row, _course = opened(person)
    page = caregiver.page
    step(page, text="36.8")
    page.evaluate(ROWS)
    page.reload()
    page.wait_for_selector("#how-far:text('2 of')")
    assert not page.is_visible("#anew")

    page.evaluate(AGE)
    page.reload()

    page.wait_for_selector("#anew:visible")
    page.wait_for_selector("#how-far:text('1 of')")
    assert page.input_value("[name='daily-adult.temperature']") == ""


def test_a_draft_of_other_questions_is_no_answer_to_these(person, moving_clock):
    caregiver, _row, _course = opened(person)
    page = caregiver.page
    step(page, text="36.8")
    page.evaluate(
        AGE.replace("begunAt -= 2 * 3600 * 1000", "versions = 'daily-adult 0.9.0'")
    )

    page.reload()

    page.wait_for_selector("#anew:visible")
    assert page.input_value("[name='daily-adult.temperature']") == ""


def test_an_answer_whose_reason_has_gone_is_not_sent(person, moving_clock):
    caregiver, row, _course = opened(person)
    page = caregiver.page
    go_to(page, "daily-adult.antipyretic")
    step(page, "YES")
    step(page, text="2020-01-01T08:00")
    page.click("#back")
    page.click("#back")
    step(page, "NO")

    send(page)

    page.wait_for_selector("[data-outcome^=received]:visible")
    values = row.answers.get().values["daily-adult"]
    assert values["antipyretic"] == "NO"
    assert "antipyretic-time" not in values


def test_a_time_that_has_not_come_is_said_at_its_question(person, moving_clock):
    caregiver, _row, _course = opened(person)
    page = caregiver.page
    step(page, text="36.8")
    go_to(page, "daily-adult.temperature-time")

    step(page, text="2199-01-01T08:00")

    shown = page.locator(".question:visible")
    assert shown.get_attribute("data-name") == "daily-adult.temperature-time"
    assert "not come" in shown.locator(".error").inner_text()


def test_an_answer_that_is_refused_is_asked_again(person, moving_clock):
    caregiver, row, _course = opened(person)
    page = caregiver.page
    refused = {
        "status": 422,
        "code": "fact_impossible",
        "detail": "This can't be.",
        "errors": [{"field": "temperature", "detail": "This can't be."}],
    }
    page.route(
        "**/answers",
        lambda route: route.fulfill(
            status=422,
            content_type="application/problem+json",
            body=json.dumps(refused),
        ),
        times=1,
    )
    step(page, text="39.5")
    send(page)

    page.wait_for_selector("[data-name='daily-adult.temperature'] .error:visible")
    assert page.is_visible("#red")
    step(page, text="38.6")
    send(page)
    page.wait_for_selector("[data-outcome=received-red]:visible")
    assert row.answers.get().values["daily-adult"]["temperature"] == "38.6"


def test_what_was_refused_long_ago_is_read_out_and_not_sent_as_now(
    person, moving_clock
):
    caregiver, row, _course = opened(person)
    page = caregiver.page
    page.context.set_offline(offline=True)
    step(page, text="36.8")
    finish(page)
    page.route("**/answers", lambda route: route.abort())
    page.context.set_offline(offline=False)
    page.evaluate(REFUSED)

    page.reload()

    page.wait_for_selector("[data-outcome=refused]:visible")
    assert "36.8" in page.inner_text("#said")
    assert not page.is_visible("#next")
    assert not row.answers.exists()


def test_what_waits_keeps_nobody_from_telling_more(person, moving_clock):
    caregiver, _row, course = opened(person)
    page = caregiver.page
    caregiver.open(f"/my/courses/{course.pk}/tell")
    page.wait_for_selector(".question:visible")
    page.context.set_offline(offline=True)
    step(page, text="36.8")
    finish(page)

    page.route("**/check-ins", lambda route: route.abort())
    page.context.set_offline(offline=False)
    page.reload()
    page.wait_for_selector("[data-outcome=waits]:visible")
    step(page, text="39.1")
    assert page.is_visible("#red")
    send(page)
    page.unroute("**/check-ins")
    page.evaluate("SENDING.sendAll()")

    page.wait_for_selector("[data-outcome=received-red]:visible")
    page.wait_for_function("WAITING.all().then(rows => rows.length === 0)")
    assert models.CheckInAnswers.objects.filter(check_in__course=course).count() == 2


def test_another_account_of_a_phone_neither_sees_nor_sends(person, moving_clock):
    caregiver, row, course = opened(person)
    page = caregiver.page
    first = models_of_people.CaregiverLink.objects.get(patient=course.patient)
    second = CaregiverLinkFactory(patient=course.patient)
    page.context.set_offline(offline=True)
    step(page, text="39.1")
    finish(page)
    assert page.evaluate(ROWS) == [[str(row.pk), "waits"]]

    # The session has ended by itself, and somebody else logs in.
    page.context.clear_cookies()
    page.context.set_offline(offline=False)
    caregiver.log_in(account_of(second.user))
    page.evaluate("SENDING.sendAll()")
    assert page.evaluate(ROWS) == []
    assert not row.answers.exists()

    page.context.clear_cookies()
    caregiver.log_in(account_of(first.user))
    page.wait_for_selector("[data-outcome=received-red]:visible")
    assert "+1 555 0100" in page.inner_text("[data-outcome=received-red]")
    assert row.answers.get().recorded_by_id == first.user_id


def test_answers_are_sent_also_where_the_phone_keeps_nothing(person, moving_clock):
    caregiver, row, _course = opened(person)
    page = caregiver.page
    page.evaluate(FULL)

    step(page, text="36.8")
    page.wait_for_selector("#kept:visible")
    send(page)

    page.wait_for_selector("[data-outcome^=received]:visible")
    assert row.answers.get().values["daily-adult"]["temperature"] == "36.8"


def test_who_logs_out_is_asked_before_answers_are_deleted(person, moving_clock):
    caregiver, row, _course = opened(person)
    page = caregiver.page
    page.context.set_offline(offline=True)
    finish(page)
    asked = []
    page.once("dialog", lambda one: (asked.append(one.message), one.dismiss()))
    page.click("form.who button")
    for _ in range(100):
        if asked:
            break
        page.wait_for_timeout(100)
    assert "not been sent" in asked[0]
    assert page.evaluate(ROWS) == [[str(row.pk), "waits"]]

    page.context.set_offline(offline=False)
    with page.expect_navigation():
        page.click("form.who button")

    assert row.answers.exists()
    assert page.evaluate("indexedDB.databases()") == []


def test_a_wish_to_be_rung_that_could_not_be_sent_says_so(person, moving_clock):
    caregiver, _row, _course = opened(person)
    page = caregiver.page
    caregiver.open("/my/")
    wait_until_kept(page)

    page.context.set_offline(offline=True)
    page.click(".ring-me button")

    page.wait_for_selector("#nobody-told:visible")
    assert "+1 555 0100" in page.inner_text("main")
    assert not models.Alert.objects.exists()


def test_a_service_that_is_down_leaves_the_hotline_on_the_phone(person, moving_clock):
    caregiver, _row, _course = opened(person)
    page = caregiver.page
    caregiver.open("/my/")
    wait_until_kept(page)
    caregiver.complaints.clear()

    page.context.route(
        lambda url: url.endswith("/my/"),
        lambda route: route.fulfill(status=502, body="Bad Gateway"),
    )
    page.goto(page.url)

    assert "No network" in page.inner_text("main")
    assert "+1 555 0100" in page.inner_text("main")
