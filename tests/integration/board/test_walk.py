"""The way of a course in the console: outlook, blocks, decisions, gates, versions."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.services.courses import order_course
from infusion.services.walking import record_block
from patients import clock
from tests.factories import walks, wards
from tests.factories.walks import A041703, signed

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def ordered(ward, regimen=A041703, **more):
    now = clock.now()
    return order_course(
        actor=ward.physician,
        patient_id=ward.patient.pk,
        regimen_key=regimen,
        start_at=now + HOUR,
        now=now,
        **more,
    )


@pytest.fixture
def course(ward):
    """A course of A041703 that has been ordered."""
    signed(ward)
    return ordered(ward)


@pytest.fixture
def forked(ward, course):
    """A course whose first block is over: a decision is due."""
    now = clock.now()
    for step in ("START", "FINISH"):
        record_block(
            actor=ward.nurse,
            course_id=course.pk,
            block="ia",
            step=step,
            on=now.date(),
            now=now,
        )
    return course


def page(client, course, name, status=200):
    answer = client.get(f"/courses/{course.pk}/{name}")
    assert answer.status_code == status
    return answer.text


def hidden(text):
    names = {"version", "token", "regimen_version", "digest"}
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: value for name, value in found if name in names}


def send(client, course, name, **form):
    path = f"/courses/{course.pk}/{name}"
    return client.post(path, hidden(page(client, course, name)) | form, follow=True)


def facts(**found):
    day = clock.now().date().isoformat()
    dated = {f"{kind}_on": day for kind in found}
    return found | dated


REDUCED_IN_CR = {"CYTOREDUCTION": "YES", "REMISSION": "CR"}


def test_the_outlook_tells_every_block_and_how_sure_its_date_is(
    ward, course, browser_of
):
    text = page(browser_of(ward.nurse), course, "outlook")

    for title in ("IA: inotuzumab", "IB: inotuzumab", "II, part 1", "III: two cycles"):
        assert title in text
    assert "Provisional" in text
    assert "a decision is due after IA: inotuzumab ozogamicin" in text
    assert "5 planned" in text
    assert "<strong>0 given</strong>" in text
    assert text.count("<svg") == 2


def test_the_course_page_says_what_is_due_and_leads_to_it(ward, forked, browser_of):
    text = page(browser_of(ward.physician), forked, "")

    assert "A decision is due: IA: inotuzumab ozogamicin" in text
    assert f'href="/courses/{forked.pk}/decide"' in text
    assert f'href="/courses/{forked.pk}/outlook"' in text
    assert "Cycle ribbon" not in text


def test_a_nurse_is_not_offered_the_decision(ward, forked, browser_of):
    client = browser_of(ward.nurse)

    assert "/decide" not in page(client, forked, "outlook")
    page(client, forked, "decide", status=404)
    assert client.post(f"/courses/{forked.pk}/decide", {}).status_code == 404


def test_a_block_is_recorded_once(ward, course, browser_of):
    client = browser_of(ward.nurse)
    day = clock.now().date().isoformat()
    text = page(client, course, "block")
    assert "It began" in text
    assert "It ended as planned" not in text
    form = hidden(text) | {"step": "START", "on": day}
    path = f"/courses/{course.pk}/block"
    first = client.post(path, form, follow=True)
    again = client.post(path, form, follow=True)

    assert "The block is recorded." in first.text
    assert "This form was sent before." in again.text
    assert course.blocks.get().status == "STARTED"
    assert "It ended as planned" in page(client, course, "block")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"step": "START", "on": "2027-01-01"}, "id_on_error"),
        ({"step": "START", "on": "06/07/26"}, "id_on_error"),
        ({"step": "FINISH", "on": "2026-06-01"}, "What happened"),
        ({"step": "", "on": "2026-06-01"}, "What happened"),
        (
            {"step": "ELSEWHERE", "on": "2026-05-20", "ended_on": "2026-05-01"},
            "Last day",
        ),
    ],
)
def test_a_block_that_cannot_be_is_refused_and_kept(
    ward, course, browser_of, form, words
):
    answer = send(browser_of(ward.nurse), course, "block", **form)

    assert answer.status_code == 422
    assert words in answer.text
    assert course.blocks.get().status == "PLANNED"


@pytest.mark.parametrize("token", ["\x00", "é" * 600, ""])
def test_a_form_with_a_token_that_is_none_records_nothing(
    ward, course, browser_of, token
):
    day = clock.now().date().isoformat()

    answer = send(
        browser_of(ward.nurse), course, "block", step="START", on=day, token=token
    )

    assert answer.status_code == 422
    assert course.blocks.get().status == "PLANNED"


def test_a_stop_needs_a_reason(ward, course, browser_of):
    client = browser_of(ward.nurse)
    day = clock.now().date().isoformat()
    send(client, course, "block", step="START", on=day)
    refused = send(client, course, "block", step="STOP", on=day)
    assert refused.status_code == 422
    send(client, course, "block", step="STOP", on=day, reason="Sepsis")

    assert course.blocks.get().status == "STOPPED"


def test_the_facts_are_assessed_before_anything_is_recorded(ward, forked, browser_of):
    client = browser_of(ward.physician)
    before = page(client, forked, "decide")
    answer = send(client, forked, "decide", **facts(**REDUCED_IN_CR), assess="1")

    assert before.count("Cannot assess: a fact is missing") == 3
    assert answer.status_code == 200
    assert answer.text.count("Open: the facts meet every condition") == 1
    assert answer.text.count("Closed: the facts speak against it") == 2
    assert not models.Decision.objects.exists()


def test_the_physician_decides_on_facts(ward, forked, browser_of):
    client = browser_of(ward.physician)
    answer = send(client, forked, "decide", **facts(**REDUCED_IN_CR), to="ib")
    decision = models.Decision.objects.get()

    assert "The decision is recorded." in answer.text
    assert (decision.to, decision.verdict) == ("ib", "OPEN")
    assert "Cytoreduction: yes" in answer.text
    assert "waits to begin" in answer.text


def test_a_way_the_facts_close_needs_a_reason(ward, forked, browser_of):
    client = browser_of(ward.physician)
    found = facts(**REDUCED_IN_CR)
    refused = send(client, forked, "decide", **found, to="ic")
    assert refused.status_code == 422
    assert 'value="ic" checked' in refused.text
    send(
        client,
        forked,
        "decide",
        **found,
        to="ic",
        reason="Second reading of the marrow",
    )

    assert models.Decision.objects.get().verdict == "CLOSED"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"to": "ib"}, "Not done. Please check:"),
        ({"to": ""}, "The way the physician chooses"),
        ({"to": "nowhere"}, "The way the physician chooses"),
        ({"to": "ib", "CYTOREDUCTION": "PERHAPS"}, "Cytoreduction"),
        ({"to": "ib", "CYTOREDUCTION": "YES", "CYTOREDUCTION_on": ""}, "on which day"),
        ({"to": "ib", "CYTOREDUCTION": "YES", "CYTOREDUCTION_on": "soon"}, "Found on"),
        (
            {
                "to": "ib",
                **REDUCED_IN_CR,
                "CYTOREDUCTION_on": "2027-01-01",
                "REMISSION_on": "2026-06-01",
            },
            "Not done. Please check:",
        ),
    ],
)
def test_a_decision_without_its_facts_is_refused(ward, forked, browser_of, form, words):
    answer = send(browser_of(ward.physician), forked, "decide", **form)

    assert answer.status_code == 422
    assert words in answer.text
    assert not models.Decision.objects.exists()


def test_a_decision_can_be_replaced_until_the_next_block_begins(
    ward, forked, browser_of
):
    client = browser_of(ward.physician)
    found = facts(**REDUCED_IN_CR)
    send(client, forked, "decide", **found, to="ib")
    assert "A way was chosen already." in page(client, forked, "decide")
    send(client, forked, "decide", **found, to="ic", reason="Read again")
    day = clock.now().date().isoformat()
    send(client, forked, "block", step="START", on=day)
    late = client.get(f"/courses/{forked.pk}/decide", follow=True)

    assert models.Decision.objects.count() == 2
    assert forked.blocks.order_by("sequence").last().block_key == "ic"
    assert "is not possible now" in late.text


def test_a_stale_decision_is_shown_on_the_course_as_it_is(ward, forked, browser_of):
    client = browser_of(ward.physician)
    form = hidden(page(client, forked, "decide"))
    found = facts(**REDUCED_IN_CR)
    send(client, forked, "decide", **found, to="ib")
    answer = client.post(f"/courses/{forked.pk}/decide", form | found | {"to": "ib"})

    assert answer.status_code == 422
    assert "Somebody changed this course meanwhile" in answer.text
    assert models.Decision.objects.count() == 1


def test_mrd_is_typed_in_per_cent_and_kept_as_a_share(ward, browser_of):
    walks.signed(
        ward,
        "e1910",
        **{
            "blocks.intensification.length_days": {
                "value": "28",
                "unit": "d",
                "source": "Local protocol 7",
                "note": "",
            }
        },
    )
    course = ordered(ward, "e1910", from_block="intensification")
    client = browser_of(ward.physician)
    day = clock.now().date().isoformat()
    send(client, course, "gate", reason="Counts seen")
    for step in ("START", "FINISH"):
        send(client, course, "block", step=step, on=day)
    typed = {"MRD": "0.005", "MRD_assay": "FLOW", "MRD_on": day}
    both = send(client, course, "decide", **typed, MRD_word="NEGATIVE", to="blina-1")
    no_assay = send(
        client, course, "decide", **(typed | {"MRD_assay": ""}), to="blina-1"
    )
    send(client, course, "decide", **typed, to="blina-1")
    (stored,) = [
        one for one in models.Decision.objects.get().facts if one["kind"] == "MRD"
    ]

    assert "not both" in both.text
    assert "how it was measured" in no_assay.text
    assert (stored["value"], stored["assay"]) == ("0.00005", "FLOW")


def test_a_gate_is_passed_by_a_physician(ward, browser_of):
    course = ordered(ward, "post-hsct")
    client = browser_of(ward.physician)
    assert "Let the block begin" in page(client, course, "outlook")
    page(browser_of(ward.nurse), course, "gate", status=404)
    answer = send(client, course, "gate", reason="Day 80, counts recovered")

    assert "Day 80, counts recovered" in answer.text
    assert course.blocks.get().gate_passed_at is not None
    assert (
        "is not possible now"
        in client.get(f"/courses/{course.pk}/gate", follow=True).text
    )


def test_a_course_moves_to_another_version_only_after_it_was_shown(
    ward, course, browser_of
):
    free = {"value": "21", "unit": "d", "source": "New protocol", "note": ""}
    assert (
        "is not possible now"
        in browser_of(ward.physician)
        .get(f"/courses/{course.pk}/regimen-version", follow=True)
        .text
    )
    signed(ward, **{"blocks.iii-two.infusion.free_days": free})
    client = browser_of(ward.physician)
    assert "1.0.0+site.2" in page(client, course, "outlook")
    text = page(client, course, "regimen-version")
    assert "<del>14</del>" in text
    assert "<ins>21</ins>" in text
    refused = send(client, course, "regimen-version")
    assert refused.status_code == 422
    send(client, course, "regimen-version", reason="New protocol of the site")
    course.refresh_from_db()

    assert course.regimen_version == "1.0.0+site.2"


def test_who_leaves_is_led_to_what_may_follow(ward, browser_of, tmp_path):
    course = ordered(ward, "us-label-mrd")
    end = walks.run_cycle(ward, course, clock.now() + HOUR)
    ahead = end + HOUR - dt.datetime.now(dt.UTC)
    (tmp_path / "clock").write_text(str(int(ahead.total_seconds())))
    client = browser_of(ward.physician)
    refused = send(client, course, "decide", to="allo-hsct")
    assert "Response at the exit" in refused.text
    assert refused.status_code == 422
    left = send(client, course, "decide", to="allo-hsct", response="YES")
    course.refresh_from_db()

    assert course.status == "LEFT"
    assert "Left the regimen" in left.text
    assert f"/patients/{ward.patient.pk}/order?regimen_key=post-hsct" in left.text
    form = client.get(f"/patients/{ward.patient.pk}/order?regimen_key=post-hsct").text
    assert 'value="post-hsct" selected' in form


def test_another_sites_course_is_not_there(ward, course, browser_of):
    stranger, own = browser_of(wards.ward().physician), browser_of(ward.physician)
    for name in ("outlook", "decide", "gate", "block", "regimen-version"):
        path = f"/courses/{course.pk}/{name}"
        assert stranger.get(path).status_code == 404
        assert own.get(path).status_code != 404


def test_the_outlook_asks_the_database_no_more_for_a_longer_way(
    ward, forked, browser_of
):
    client = browser_of(ward.physician)
    page(client, forked, "outlook")
    with CaptureQueriesContext(
        connection,
    ) as short:
        page(client, forked, "outlook")
    send(client, forked, "decide", **facts(**REDUCED_IN_CR), to="ib")
    page(client, forked, "outlook")
    with CaptureQueriesContext(connection) as longer:
        page(client, forked, "outlook")

    assert len(longer) <= len(short) + 1
