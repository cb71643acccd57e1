"""When one way to a person fails, the next one is taken, and nobody hears it twice."""

import datetime as dt

from infusion import models
from infusion.notifications.channels import AnswerLost, ChannelError
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import attempts, deliver, state

NUMBER = "+447400123456"
MAIL = "jane@example.org"


def with_telephone(**fields: object) -> Scene:
    scene = Scene(event_at=in_hours(20), **fields)
    factories.ContactPointFactory(
        patient=scene.patient, channel="SMS", value=NUMBER, rank=2
    )
    return scene


def channels_of(message: models.Message) -> list[str]:
    rows = message.attempt_records.order_by("id")
    return list(rows.values_list("channel", flat=True))


def test_a_mail_that_is_refused_for_good_becomes_a_text_message_at_once(
    post: EmailChannel,
) -> None:
    post.failures[MAIL] = ChannelError("smtp_550", permanent=True)
    texts = EmailChannel()
    message = with_telephone().owe()

    deliver(post, SMS=lambda: texts)

    assert state(message) == ("SENT", "")
    assert [one.address for one in texts.taken] == [NUMBER]
    assert channels_of(message) == ["EMAIL", "SMS"]


def test_when_every_way_refuses_the_message_has_failed(post: EmailChannel) -> None:
    texts = EmailChannel(failures={NUMBER: ChannelError("sms_21610", permanent=True)})
    post.failures[MAIL] = ChannelError("smtp_550", permanent=True)
    message = with_telephone().owe()

    for _ in range(3):
        deliver(post, SMS=lambda: texts)

    assert state(message) == ("FAILED", "sms_21610")
    assert channels_of(message) == ["EMAIL", "SMS"]


def test_a_way_that_only_delays_is_left_after_three_tries(post: EmailChannel) -> None:
    post.failures[MAIL] = ChannelError("smtp_451", permanent=False)
    texts = EmailChannel()
    message = with_telephone().owe()

    for minutes in (0, 5, 10, 15):
        deliver(post, offset=dt.timedelta(minutes=minutes), SMS=lambda: texts)

    assert state(message) == ("SENT", "")
    assert channels_of(message) == ["EMAIL", "EMAIL", "EMAIL", "SMS"]


def test_a_lost_answer_never_turns_into_a_second_message_elsewhere(
    post: EmailChannel,
) -> None:
    post.failures[MAIL] = AnswerLost()
    texts = EmailChannel()
    message = with_telephone().owe()

    for minutes in (0, 5, 10):
        deliver(post, offset=dt.timedelta(minutes=minutes), SMS=lambda: texts)

    assert texts.taken == []
    assert attempts(message) == [("UNKNOWN", "answer_lost")] * 2


def test_a_provider_that_knows_its_messages_is_asked_until_it_answers(
    post: EmailChannel,
) -> None:
    post.failures[MAIL] = AnswerLost(may_repeat=True)
    message = Scene(event_at=in_hours(20)).owe()

    for minutes in (0, 5, 10):
        deliver(post, offset=dt.timedelta(minutes=minutes))
    post.failures.clear()
    deliver(post, offset=dt.timedelta(minutes=30))

    assert state(message) == ("SENT", "")
    assert [outcome for outcome, _ in attempts(message)] == [
        *["UNKNOWN"] * 3,
        "ACCEPTED",
    ]


def test_a_provider_that_asks_for_rest_is_left_alone_so_long(
    post: EmailChannel,
) -> None:
    wait = dt.timedelta(minutes=20)
    post.failures[MAIL] = ChannelError("http_429", permanent=False, retry_after=wait)
    message = Scene(event_at=in_hours(20)).owe()

    deliver(post)
    state(message)

    left = message.not_before - in_hours(0)
    assert dt.timedelta(minutes=19) < left <= wait + dt.timedelta(minutes=1)


def test_the_other_way_is_not_taken_when_that_news_is_owed_there_anyway(
    post: EmailChannel,
) -> None:
    post.failures[MAIL] = ChannelError("smtp_550", permanent=True)
    texts = EmailChannel()
    scene = with_telephone()
    by_mail, by_text = scene.owe(), scene.owe(channel="SMS")

    for _ in range(2):
        deliver(post, SMS=lambda: texts)

    assert state(by_mail) == ("FAILED", "smtp_550")
    assert state(by_text) == ("SENT", "")
    assert len(texts.taken) == 1
