"""Delivery: sent once, in the reader's words, and written down as it was."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from infusion.notifications.channels import Receipt
from infusion.services import messages
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import attempts, deliver, state


def test_a_due_message_reaches_its_reader(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()

    deliver(post)

    (mail,) = post.taken
    assert state(message) == ("SENT", "")
    assert attempts(message) == [("ACCEPTED", "")]
    assert (mail.address, mail.message_id) == ("jane@example.org", message.id)
    assert mail.body.startswith(f"Hello {scene.patient.given_name},")
    assert abs(message.sent_at - in_hours(0)) < dt.timedelta(minutes=1)
    assert message.lease_until is None


def test_delivering_again_sends_nothing(post: EmailChannel) -> None:
    Scene().owe()

    deliver(post)
    deliver(post)

    assert len(post.taken) == 1


def test_the_ledger_keeps_channel_instant_and_the_providers_mark(
    post: EmailChannel,
) -> None:
    message = Scene().owe()

    deliver(post)

    record = message.attempt_records.get()
    assert record.channel == "EMAIL"
    assert record.provider_id == f"<{message.id}@localhost>"


def test_each_reader_gets_their_own_language_and_clock(post: EmailChannel) -> None:
    event_at = dt.datetime(2099, 7, 1, 12, tzinfo=dt.UTC)
    scene = Scene(
        event_at=event_at,
        site=factories.SiteFactory(time_zone="America/New_York"),
        patient_fields={
            "language": "zh-hans",
            "given_name": "小明",
            "time_zone": "Asia/Shanghai",
        },
    )
    nurse = scene.staff(first_name="Ada")
    scene.owe()
    scene.owe(user=nurse, person_kind="STAFF")

    deliver(post)

    bodies = {mail.language: mail.body for mail in post.taken}
    assert "2099年7月1日（星期三）20:00（时区 Asia/Shanghai" in bodies["zh-hans"]
    assert "Wednesday 1 July 2099 at 08:00 (America/New_York" in bodies["en"]
    assert "Hello Ada," in bodies["en"]


def test_no_mail_names_anybody_but_its_reader(post: EmailChannel) -> None:
    scene = Scene(patient_fields={"given_name": "Jane", "family_name": "Roe"})
    caregiver = factories.CaregiverLinkFactory(patient=scene.patient).user
    nurse = scene.staff(first_name="Ada", last_name="Nurse")
    scene.owe()
    scene.owe(user=caregiver, person_kind="CAREGIVER")
    scene.owe(user=nurse, person_kind="STAFF")

    deliver(post)

    assert len(post.taken) == 3
    for mail in post.taken:
        shown = mail.subject + mail.body
        assert "Roe" not in shown
        assert scene.patient.mrn not in shown
        assert ("Jane" in shown) == (mail.address == "jane@example.org")


def test_the_link_for_staff_leads_to_the_course_and_the_family_has_none(
    post: EmailChannel,
) -> None:
    scene = Scene()
    scene.owe()
    scene.owe(user=scene.staff(), person_kind="STAFF")
    link = messages.course_link(scene.course.id)

    deliver(post)

    assert urlsplit(link).path == reverse("board:course", args=[scene.course.id])
    shown = {mail.address == "jane@example.org": mail.body for mail in post.taken}
    assert link not in shown[True]
    assert link in shown[False]


@pytest.mark.parametrize("where", ["nowhere", "another site", "here, once"])
def test_a_nurse_who_left_the_site_is_not_written_to(
    post: EmailChannel, where: str
) -> None:
    scene = Scene()
    nurse = factories.UserFactory()
    if where != "nowhere":
        factories.MembershipFactory(
            user=nurse,
            site=scene.site if where == "here, once" else factories.SiteFactory(),
            is_active=where != "here, once",
        )
    factories.CareAssignmentFactory(patient=scene.patient, user=nurse)
    message = scene.owe(user=nurse, person_kind="STAFF")

    deliver(post)

    assert post.taken == []
    message.refresh_from_db()
    assert (message.status, message.reason) == ("CANCELLED", "no_recipient")


def test_the_clock_of_a_demo_counts_for_delivery(post: EmailChannel) -> None:
    message = Scene(event_at=in_hours(72)).owe(due_at=in_hours(70))
    ahead = dt.timedelta(hours=71)

    deliver(post, offset=ahead)

    assert state(message) == ("SENT", "")
    assert abs(message.sent_at - in_hours(71)) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("strange", ["x" * 3000, "id\0-1"], ids=["long", "zero"])
def test_a_strange_mark_of_a_provider_does_not_unsend_a_message(
    post: EmailChannel, strange: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = Scene().owe()
    monkeypatch.setattr(post, "send", lambda _outgoing: Receipt(provider_id=strange))

    deliver(post)

    assert state(message) == ("SENT", "")
    assert message.attempt_records.get().outcome == "ACCEPTED"
