"""Delivery: looked at again right before, sent once, and written down as it was."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.urls import reverse

from infusion import models
from infusion.notifications.channels import AnswerLost, ChannelError
from infusion.notifications.channels.registry import Channels
from infusion.services import messages, sweeps
from patients import models as people
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.console import ConsoleChannel
from tests.fakes.email import EmailChannel

NO_OFFSET = dt.timedelta(0)


@pytest.fixture
def post() -> EmailChannel:
    return EmailChannel()


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    names: list[str] = []
    monkeypatch.setattr(
        messages.dispatch, "send", lambda name, **_: bool(names.append(name)) or True
    )
    return names


def deliver(post: EmailChannel, offset: dt.timedelta = NO_OFFSET, **more: Any) -> None:
    """Sweep, and deliver in this process what was claimed."""
    channels = Channels({"EMAIL": lambda: post, **more})

    def hand_over(ids: Any, leased_until: dt.datetime) -> bool:
        messages.deliver_messages(
            ids=ids, leased_until=leased_until, offset=offset, channels=channels
        )
        return True

    sweeps.sweep_messages(offset=offset, hand_over=hand_over)


def state(message: models.Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.reason


def attempts(message: models.Message) -> list[tuple[str, str]]:
    rows = message.attempt_records.order_by("id")
    return [(row.outcome, row.detail) for row in rows]


# --- The usual way ----------------------------------------------------------


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


# --- The reason is gone -----------------------------------------------------


def test_no_reminder_after_the_course_was_stopped(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    models.Course.objects.filter(id=scene.course.id).update(status="STOPPED")

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "course_closed"), [])


def test_no_reminder_of_a_change_that_is_done(post: EmailChannel) -> None:
    """A finished visit that is not cancelled is still no reason to remind."""
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(
        status="FINISHED", taken_down_at=in_hours(0)
    )

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "bag_changed"), [])


def test_no_reminder_for_the_old_time_after_a_reschedule(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(planned_take_down_at=in_hours(9))

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "event_moved"), [])


def test_overdue_stops_when_the_bag_is_changed(post: EmailChannel) -> None:
    scene = Scene(event_at=in_hours(-1))
    message = scene.owe(kind="bag_change_overdue", expires_at=in_hours(5))
    models.Bag.objects.filter(id=scene.bag.id).update(
        status="FINISHED", taken_down_at=in_hours(0)
    )

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "bag_changed"), [])


def claim(message: models.Message) -> dt.datetime:
    token = in_hours(0.05)
    models.Message.objects.filter(id=message.id).update(
        status="SENDING", lease_until=token
    )
    return token


def deliver_one(message: models.Message, token: dt.datetime, post: Any) -> None:
    channels = Channels({"EMAIL": lambda: post})
    messages.deliver_message(message.id, token, NO_OFFSET, channels)


def test_a_plan_change_between_claim_and_send_wins(post: EmailChannel) -> None:
    message = Scene().owe()
    token = claim(message)
    models.Message.objects.filter(id=message.id).update(
        status="CANCELLED", reason="replanned"
    )

    deliver_one(message, token, post)

    assert (state(message), post.taken) == (("CANCELLED", "replanned"), [])


def test_a_plan_change_while_the_mail_is_on_its_way_is_told_as_it_was() -> None:
    message = Scene().owe()
    cancelled = {"status": "CANCELLED", "reason": "replanned", "lease_until": None}
    rows = models.Message.objects.filter(id=message.id)
    post = EmailChannel(before_answer=lambda _: rows.update(**cancelled))

    deliver(post)

    assert state(message) == ("CANCELLED", "replanned")
    assert attempts(message) == [("ACCEPTED", "not_ours_any_more")]


def test_a_task_that_comes_twice_or_late_does_nothing(post: EmailChannel) -> None:
    message = Scene().owe()
    token = claim(message)

    deliver_one(message, token, post)
    deliver_one(message, token, post)
    deliver_one(message, token - dt.timedelta(seconds=1), post)

    assert len(post.taken) == 1


def test_an_unknown_id_is_no_error(post: EmailChannel) -> None:
    messages.deliver_message(uuid.uuid4(), in_hours(0), NO_OFFSET, Channels({}))

    assert len(post.taken) == 0


# --- To whom ----------------------------------------------------------------


def test_one_patient_without_an_address_does_not_end_the_batch(
    post: EmailChannel,
) -> None:
    unreachable = Scene(address=None).owe()
    others = [Scene().owe() for _ in range(3)]

    deliver(post)

    assert state(unreachable) == ("FAILED", "no_address")
    assert [state(one) for one in others] == [("SENT", "")] * 3


def test_sent_is_never_shown_where_there_was_no_address(post: EmailChannel) -> None:
    message = Scene(address=None).owe()

    deliver(post)

    assert state(message) == ("FAILED", "no_address")
    assert message.sent_at is None
    assert attempts(message) == []


def test_the_address_is_looked_up_when_the_message_leaves(post: EmailChannel) -> None:
    scene = Scene(address="old@example.org")
    scene.owe()
    people.ContactPoint.objects.update(value="new@example.org")

    deliver(post)

    assert [mail.address for mail in post.taken] == ["new@example.org"]


def test_an_opt_out_that_came_after_the_claim_counts(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    people.ContactPoint.objects.update(opted_out_at=in_hours(-0.1))

    deliver(post)

    assert (state(message), post.taken) == (("FAILED", "no_address"), [])


def test_consent_that_was_withdrawn_silences_the_family(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    factories.ConsentFactory(patient=scene.patient, withdrawn_at=in_hours(-0.1))

    deliver(post)

    assert (state(message), post.taken) == (("FAILED", "no_address"), [])


def test_a_caregiver_whose_link_ended_hears_nothing(post: EmailChannel) -> None:
    scene = Scene()
    link = factories.CaregiverLinkFactory(patient=scene.patient)
    message = scene.owe(user=link.user, person_kind="CAREGIVER")
    people.CaregiverLink.objects.filter(id=link.id).update(state="REVOKED")

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "no_recipient"), [])


def test_a_channel_without_an_adapter_falls_to_the_next_address(
    post: EmailChannel,
) -> None:
    scene = Scene()
    factories.ContactPointFactory(
        patient=scene.patient, channel="SMS", value="+442079460000", rank=0
    )
    message = scene.owe(channel="SMS")

    deliver(post)

    assert state(message) == ("SENT", "")
    assert message.attempt_records.get().channel == "EMAIL"


def test_a_fallback_never_doubles_a_message_owed_anyway(post: EmailChannel) -> None:
    scene = Scene()
    factories.ContactPointFactory(
        patient=scene.patient, channel="SMS", value="+442079460000"
    )
    by_text, by_mail = scene.owe(channel="SMS"), scene.owe(channel="EMAIL")

    deliver(post)

    assert state(by_text) == ("FAILED", "no_adapter")
    assert state(by_mail) == ("SENT", "")
    assert len(post.taken) == 1


def test_the_console_takes_what_is_addressed_to_it(post: EmailChannel) -> None:
    console = ConsoleChannel()
    scene = Scene(address=None)
    factories.ContactPointFactory(
        patient=scene.patient, channel="CONSOLE", value="ward"
    )
    message = scene.owe(channel="CONSOLE")

    deliver(post, CONSOLE=lambda: console)

    assert state(message) == ("SENT", "")
    assert len(console.shown) == 1


def quiet_now(scene: Scene, until_hours: float) -> dt.datetime:
    """Make the patient's quiet hours run from an hour ago; return their end."""
    end = in_hours(until_hours)
    people.ContactPoint.objects.filter(patient=scene.patient).update(
        quiet_from=in_hours(-1).time(), quiet_to=end.time()
    )
    return end


def test_a_reminder_waits_out_quiet_hours_and_then_leaves(post: EmailChannel) -> None:
    utc = factories.SiteFactory(time_zone="UTC")
    scene = Scene(event_at=in_hours(5), site=utc)
    message = scene.owe()
    end = quiet_now(scene, until_hours=1)

    deliver(post)

    assert (state(message), post.taken) == (("PENDING", "quiet_hours"), [])
    assert message.not_before == end
    assert message.attempts == 0

    deliver(post, offset=dt.timedelta(hours=1, minutes=1))

    assert state(message) == ("SENT", "")


def test_a_bag_change_in_the_night_is_said_in_the_night(post: EmailChannel) -> None:
    scene = Scene(event_at=in_hours(2), site=factories.SiteFactory(time_zone="UTC"))
    message = scene.owe()
    quiet_now(scene, until_hours=6)

    deliver(post)

    assert state(message) == ("SENT", "")


# --- What goes wrong --------------------------------------------------------


def test_a_poisoned_row_never_stops_its_batch(
    post: EmailChannel, caplog: pytest.LogCaptureFixture
) -> None:
    poisoned = Scene(patient_fields={"time_zone": "Not/A_Zone"}).owe()
    others = [Scene().owe() for _ in range(3)]

    deliver(post)

    assert state(poisoned) == ("FAILED", "internal_error")
    assert [state(one) for one in others] == [("SENT", "")] * 3
    assert "Not/A_Zone" not in caplog.text


def test_a_kind_that_nobody_knows_fails_and_says_so(post: EmailChannel) -> None:
    message = Scene().owe(kind="party")

    deliver(post)

    assert state(message) == ("FAILED", "unknown_kind")


def test_a_refusal_for_good_is_not_tried_again(post: EmailChannel) -> None:
    post.failures["jane@example.org"] = ChannelError("smtp_550", permanent=True)
    message = Scene().owe()

    deliver(post)
    deliver(post, offset=dt.timedelta(hours=1))

    assert state(message) == ("FAILED", "smtp_550")
    assert attempts(message) == [("REFUSED", "smtp_550")]


def test_a_delay_is_tried_again_and_the_due_time_stays(post: EmailChannel) -> None:
    post.failures["jane@example.org"] = ChannelError("smtp_451", permanent=False)
    message = Scene().owe()
    due_at = message.due_at

    deliver(post)

    assert state(message) == ("PENDING", "smtp_451")
    assert message.due_at == due_at
    assert message.not_before > in_hours(0)

    post.failures.clear()
    deliver(post, offset=dt.timedelta(minutes=5))

    assert state(message) == ("SENT", "")
    assert attempts(message) == [("RETRY", "smtp_451"), ("ACCEPTED", "")]
    assert message.attempts == 2


def test_a_lost_answer_is_written_as_unknown(post: EmailChannel) -> None:
    post.failures["jane@example.org"] = AnswerLost()
    message = Scene(event_at=in_hours(20)).owe()

    deliver(post)
    assert state(message) == ("PENDING", "answer_lost")

    deliver(post, offset=dt.timedelta(hours=1))
    assert state(message) == ("SENT", "answer_lost")
    assert attempts(message) == [("UNKNOWN", "answer_lost")] * 2


def test_retries_end_before_the_message_loses_its_sense(post: EmailChannel) -> None:
    post.failures["jane@example.org"] = ChannelError("smtp_451", permanent=False)
    message = Scene(event_at=in_hours(2)).owe()

    for minutes in range(0, 150, 16):
        deliver(post, offset=dt.timedelta(minutes=minutes))

    assert state(message)[0] in {"FAILED", "EXPIRED"}
    assert message.attempts <= 8


def test_a_row_that_kills_every_worker_is_given_up(post: EmailChannel) -> None:
    message = Scene().owe(attempts=8)

    deliver(post)

    assert (state(message), post.taken) == (("FAILED", "gave_up"), [])


def test_a_database_that_is_away_breaks_no_row(
    post: EmailChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise OperationalError

    message = Scene().owe()
    token = claim(message)
    monkeypatch.setattr(messages.deliveries, "load_delivery", away)

    with pytest.raises(OperationalError):
        deliver_one(message, token, post)

    assert state(message) == ("SENDING", "")


def test_with_a_slow_provider_the_rest_of_a_batch_goes_back(
    post: EmailChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [Scene().owe() for _ in range(3)]
    tokens = [claim(row) for row in rows]
    models.Message.objects.update(lease_until=tokens[0])
    monkeypatch.setattr(messages, "BATCH_SECONDS", -1.0)

    messages.deliver_messages(
        ids=[row.id for row in rows],
        leased_until=tokens[0],
        offset=NO_OFFSET,
        channels=Channels({"EMAIL": lambda: post}),
    )

    assert [state(row) for row in rows] == [("PENDING", "")] * 3


def test_a_full_batch_asks_for_another_sweep(
    post: EmailChannel, monkeypatch: pytest.MonkeyPatch, sent_tasks: list[str]
) -> None:
    monkeypatch.setattr(sweeps, "PER_TASK", 2)
    site = factories.SiteFactory()
    for _ in range(3):
        Scene(site=site).owe()

    deliver(post)

    assert sent_tasks == ["infusion.sweep_messages"]


def test_no_log_line_and_no_ledger_row_holds_an_address_or_a_name(
    post: EmailChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    post.failures["jane@example.org"] = ChannelError("smtp_550", permanent=True)
    scene = Scene(patient_fields={"given_name": "Zebedee"})
    message = scene.owe()

    deliver(post)

    shown = caplog.text + str(message.attempt_records.values().get())
    assert "jane@example.org" not in shown
    assert "Zebedee" not in shown
