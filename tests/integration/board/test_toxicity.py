"""Toxicity in the console: the rule shown, the decision, its history, a new cycle."""

import datetime as dt
import re
from pathlib import Path

import pytest

from infusion import models
from patients import clock
from tests.factories import checkins
from tests.factories.patients import MeasurementFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def course(ward):
    return ward.running()


def page(client, course, name, language="en"):
    client.cookies["django_language"] = language
    answer = client.get(f"/courses/{course.pk}/{name}")
    assert answer.status_code == 200
    return answer.content.decode()


def hidden(text):
    found = re.findall(r'name="(version|token|shown)" value="([^"]+)"', text)
    return dict(found)


def crs(ward, **more):
    onset = clock.now() - HOUR / 4
    local = onset.astimezone(dt.UTC)
    told = {
        "event": "CRS",
        "grade": "3",
        "scale": "ASTCT",
        "onset_at_0": f"{local:%Y-%m-%d}",
        "onset_at_1": f"{local:%H:%M}",
    }
    return {**told, **more}


def send(client, course, form, button="assess"):
    path = f"/courses/{course.pk}/toxicity"
    sent = hidden(page(client, course, "toxicity")) | form
    if button == "decide":
        # Whoever decides has looked at the rule before.
        looked = client.post(path, sent | {"assess": "1"}).content.decode()
        sent |= hidden(looked)
    return client.post(path, sent | {button: "1"}, follow=True)


@pytest.fixture(autouse=True)
def _utc(ward):
    """Type every time in UTC."""
    ward.patient.time_zone = "UTC"
    ward.patient.save(update_fields=["time_zone"])


def test_the_rule_its_source_and_its_version_are_shown_and_nothing_is_stored(
    ward, course, browser_of
):
    text = send(browser_of(ward.nurse), course, crs(ward)).content.decode()

    assert "A rule applies." in text
    assert "Stop. When resolved restart at 9 mcg/day" in text
    assert "HCP-RR-adj" in text
    assert "1.0.0" in text
    assert "Record the decision" not in text
    assert not models.ToxicityDecision.objects.exists()


def test_a_hole_is_shown_and_offers_nothing(ward, course, browser_of):
    form = crs(ward, event="ICANS")
    text = send(browser_of(ward.physician), course, form).content.decode()

    assert "No rule found: the site must sign." in text
    assert "whatever is decided needs a reason" in text


def test_a_physician_decides_once_and_the_history_says_so(ward, course, browser_of):
    client = browser_of(ward.physician)
    form = crs(ward, choice="INTERRUPT")

    text = send(client, course, form, "decide").content.decode()

    assert "The decision is recorded." in text
    row = models.ToxicityDecision.objects.get()
    assert (row.choice, row.departs, row.decided_by_id) == (
        "INTERRUPT", False, ward.physician.user_id,
    )  # fmt: skip
    assert "crs-3-from-45" in text


def test_without_a_reason_a_departure_is_refused_in_words(ward, course, browser_of):
    form = crs(ward, choice="CONTINUE")
    answer = send(browser_of(ward.physician), course, form, "decide")

    assert answer.status_code == 422
    assert not models.ToxicityDecision.objects.exists()


def test_a_nurse_who_sends_a_decision_only_sees_the_rule(ward, course, browser_of):
    form = crs(ward, choice="INTERRUPT")
    answer = send(browser_of(ward.nurse), course, form, "decide")

    assert answer.status_code == 200
    assert not models.ToxicityDecision.objects.exists()


def test_the_page_is_there_in_chinese(ward, course, browser_of):
    text = page(browser_of(ward.physician), course, "toxicity", "zh-hans")

    assert "毒性" in text
    assert "本系统只展示" in text


def test_a_new_cycle_is_offered_after_eight_days_and_proposes_nothing(
    ward, course, browser_of, settings
):
    client = browser_of(ward.physician)
    send(client, course, crs(ward, choice="INTERRUPT"), "decide")
    answer = client.get(f"/courses/{course.pk}/replace-cycle", follow=True)
    assert "is not possible now" in answer.content.decode()
    file = Path(settings.CLOCK_FILE)
    file.write_text(str(int(file.read_text()) + 8 * 86400))
    now = clock.now()
    MeasurementFactory(patient=ward.patient, taken_at=now - HOUR)
    start = now + dt.timedelta(days=1)
    form = {
        "start_at_0": f"{start:%Y-%m-%d}",
        "start_at_1": f"{start:%H:%M}",
        "reason": "Eight days.",
    }
    path = f"/courses/{course.pk}/replace-cycle"
    link = f'href="{path}"'
    assert link in page(client, course, "toxicity")
    assert link not in page(browser_of(ward.nurse), course, "toxicity")
    assert f'href="/courses/{course.pk}/toxicity"' in page(client, course, "")
    open_text = page(client, course, "replace-cycle")
    asked = open_text.split('name="repeats"')[1].split("</select>")[0]
    assert 'value="" selected' in asked

    silent = client.post(path, hidden(open_text) | form)
    assert silent.status_code == 422
    answers = {"repeats": "YES", "begins_low": "YES"}
    done = client.post(path, hidden(silent.content.decode()) | form | answers)

    assert done.status_code == 302
    assert models.CycleRestart.objects.get().repeats


def test_the_rules_are_offered_from_an_adverse_event(browser_of, ward, course):
    physician = browser_of(ward.physician)
    event = checkins.adverse_event(course, ward.nurse.user_id, clock.now() - HOUR / 4)
    path = f"/courses/{course.pk}/toxicity?adverse_event={event.pk}"
    shown = physician.get(f"/adverse-events/{event.pk}").content.decode()
    filled = physician.get(path).content.decode()
    local = event.onset_at.astimezone(dt.UTC)
    form = hidden(filled) | {
        "event": event.event,
        "onset_at_0": f"{local:%Y-%m-%d}",
        "onset_at_1": f"{local:%H:%M}",
        "choice": "INTERRUPT",
        "reason": "seen",
    }
    looked = physician.post(path, form | {"assess": "1"}).content.decode()
    form |= hidden(looked)
    physician.post(path, form | {"decide": "1"})

    decided = models.ToxicityDecision.objects.get()
    after = physician.get(f"/adverse-events/{event.pk}").content.decode()
    assert path in shown
    assert f'<option value="{event.event}" selected>' in filled
    assert decided.adverse_event == event
    assert "Decided from it" in after
