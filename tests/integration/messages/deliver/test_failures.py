"""What goes wrong in delivery costs one message and is told as it was."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from infusion import models
from infusion.notifications.channels import AnswerLost, ChannelError
from infusion.notifications.channels.registry import Channels
from infusion.services import messages, sweeps
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import (
    NO_OFFSET,
    attempts,
    claim,
    deliver,
    deliver_one,
    state,
)


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    names: list[str] = []
    monkeypatch.setattr(
        messages.dispatch, "send", lambda name, **_: bool(names.append(name)) or True
    )
    return names


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
    message = Scene().owe(event="PARTY")

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
    assert state(message) == ("UNKNOWN", "answer_lost")
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
    def away(*_: object) -> None:
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
