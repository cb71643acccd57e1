"""The way home in the console: what is shown, recorded, waived, signed and printed."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from infusion import models
from infusion.services.readiness import NewFact, record_facts
from tests.factories import readiness as ready
from tests.factories import wards

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def now(settings, ward):
    """Move the console to three days after the start."""
    instant = wards.MONDAY + 73 * HOUR
    ahead = instant - dt.datetime.now(dt.UTC)
    with open(settings.CLOCK_FILE, "w") as file:  # noqa: PTH123
        file.write(str(int(ahead.total_seconds()) + 60))
    return instant


@pytest.fixture
def course(ward, now):
    return ready.make_ready(ward.running("us-label-mrd"), ward.nurse, now)


def hidden(text):
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', text)
    return {key: value for key, value in found if key in {"token", "digest", "version"}}


def path(course, tail=""):
    return f"/courses/{course.pk}/readiness{tail}"


def test_every_criterion_is_shown_with_its_state_mark_and_source(
    ward, course, browser_of
):
    text = browser_of(ward.nurse).get(path(course)).text

    assert "Ready to go home" in text
    assert all(f"<code>TC{number:02}</code>" in text for number in range(1, 27))
    assert text.count("needs local sign-off") > 20
    assert "36.8 °C" in text
    assert "Sign what is shown" in text


def test_in_chinese_as_well(ward, course, browser_of):
    client = browser_of(ward.nurse)
    text = client.get(path(course), headers={"accept-language": "zh-hans"}).text

    assert "可以回家" in text
    assert "无发热" in text
    assert "Ready to go home" not in text


def test_a_fever_is_recorded_and_the_page_says_from_when(ward, course, now, browser_of):
    client = browser_of(ward.nurse)
    address = path(course, "/VITALS/facts")
    form = client.get(address)
    local = now.astimezone(dt.timezone(-4 * HOUR))
    sent = client.post(
        address,
        hidden(form.text)
        | {
            "taken_at_0": f"{local:%Y-%m-%d}",
            "taken_at_1": f"{local:%H:%M}",
            "TEMPERATURE": "38.4",
            "HEART_RATE": "96",
        },
        follow=True,
    )

    assert "Not ready" in sent.text
    assert "fever within the interval" in sent.text
    assert models.ReadinessFact.objects.filter(kind="HEART_RATE").count() == 1
    refused = client.post(path(course), {"digest": "0" * 64, "token": "x"})
    assert refused.status_code == 422
    assert "Something has changed since this was shown to you" in refused.text


def test_what_cannot_be_is_refused_beside_the_form(ward, course, browser_of):
    client = browser_of(ward.nurse)
    address = path(course, "/TC05/facts")
    form = hidden(client.get(address).text)
    taken = {"taken_at_0": "2026-06-04", "taken_at_1": "09:00"}

    empty = client.post(address, form | taken)
    wrong = client.post(address, form | taken | {"ICE": "12"})

    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert "Give at least one fact." in empty.text
    assert "outside the scale, from 0 to 10" in wrong.text


def test_a_waiver_is_offered_only_to_whom_it_is_given(ward, course, now, browser_of):
    record_facts(
        actor=ward.nurse,
        course_id=course.id,
        taken_at=now,
        facts=[NewFact(kind="TRAVEL_TIME", number=Decimal(80), unit="min")],
        now=now,
    )
    address = path(course, "/TC13/waive")
    assert address not in browser_of(ward.nurse).get(path(course)).text
    physician = browser_of(ward.physician)
    assert address in physician.get(path(course)).text

    form = hidden(physician.get(address).text)
    done = physician.post(address, form | {"reason": "Next door"}, follow=True)

    assert "Waived" in done.text
    assert "Next door" in done.text
    hard = path(course, "/TC04/waive")
    again = physician.post(
        hard, hidden(physician.get(hard).text) | {"reason": "please"}
    )
    assert "nobody can waive it" in again.text


def test_signed_by_two_discharged_and_printed(ward, course, now, browser_of):
    for actor in (ward.nurse, ward.physician):
        client = browser_of(actor)
        form = hidden(client.get(path(course)).text)
        assert client.post(path(course), form).status_code == 302
        assert "Sign what is shown" not in client.get(path(course)).text
    client = browser_of(ward.nurse)
    step = f"/courses/{course.pk}/steps/discharge"
    form = client.get(step)
    local = now.astimezone(dt.timezone(-4 * HOUR))
    body = {
        "from_at_0": f"{local:%Y-%m-%d}",
        "from_at_1": f"{local:%H:%M}",
        "pump_serial": ready.SERIAL,
        "volume_left_ml": "50",
    }
    home = client.post(step, hidden(form.text) | body)
    assert home.status_code == 302, home.text

    sheet = client.get(f"/courses/{course.pk}/handover").text
    night = client.get(f"/courses/{course.pk}/on-call").text

    for text in (sheet, night):
        assert "NEVER FLUSH THE LINE." in text
        assert "resume within 4 hours" in text
        assert "+1 800 555 0199" in text
    assert "Signed by" in sheet
    assert models.Discharge.objects.get().sign_off.status == "USED"


def test_who_signed_takes_the_signature_back(ward, course, browser_of):
    nurse, physician = browser_of(ward.nurse), browser_of(ward.physician)
    button = "Take my signature back"
    assert nurse.post(path(course), hidden(nurse.get(path(course)).text)).url
    assert button in nurse.get(path(course)).text
    assert button not in physician.get(path(course)).text

    other = physician.post(path(course, "/withdrawal"), follow=True).text
    assert "No signature of yours stands here any more." in other
    mine = nurse.post(path(course, "/withdrawal"), follow=True).text

    assert "Your signature is taken back." in mine
    assert "taken back by a signer" in mine
    assert "Sign what is shown" in mine
    assert models.SignOff.objects.get().status == "VOID"


def test_without_a_cycle_there_is_no_page_and_no_link(ward, course, browser_of):
    course.cycles.update(status="STOPPED")
    client = browser_of(ward.nurse)

    assert client.get(path(course)).status_code == 404
    assert path(course) not in client.get(f"/courses/{course.pk}/").text
