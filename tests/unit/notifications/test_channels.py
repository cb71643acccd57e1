"""One contract for every channel and its stand-in, tried against a real mail server."""

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from django.core.mail import get_connection

from infusion.notifications.channels import (
    AnswerLost,
    Channel,
    ChannelError,
    Outgoing,
)
from infusion.notifications.channels.console import ConsoleChannel
from infusion.notifications.channels.email import EmailChannel, WatchedBackend
from infusion.notifications.channels.in_app import InAppChannel
from infusion.notifications.channels.push import PushChannel
from infusion.notifications.channels.registry import (
    ADAPTERS,
    NEEDS,
    Channels,
    configured,
    open_channels,
)
from infusion.notifications.channels.sms import SmsChannel
from infusion.notifications.channels.wechat import WeChatChannel
from tests import fakes
from tests.fakes import console, email, in_app, smtp
from tests.fakes import push as fake_push
from tests.fakes import sms as fake_sms
from tests.fakes import wechat as fake_wechat
from tests.unit.notifications.conftest import BRITON, WECHAT_USER, to

MESSAGE_ID = uuid.UUID("01990000-0000-7000-8000-000000000001")


def outgoing(address: str = "jane@example.org", **changes: object) -> Outgoing:
    values = {
        "message_id": MESSAGE_ID,
        "address": address,
        "subject": "提醒 Reminder",
        "body": "Hello Jane,\n.\n您好",
        "short": "Jane: 您好",
        "language": "en",
        "lasts": dt.timedelta(hours=2),
    }
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[smtp.MailServer]:
    with smtp.mail_server() as running:
        yield running


_opened: list[EmailChannel] = []


@pytest.fixture(autouse=True)
def _close_what_was_opened() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def over(server: smtp.MailServer, **options: Any) -> EmailChannel:
    backend = WatchedBackend("127.0.0.1", server.port, **{"timeout": 5, **options})
    _opened.append(EmailChannel(backend))
    return _opened[-1]


@dataclass(frozen=True)
class Servers:
    """Where the channels of the contract send to."""

    mail: smtp.MailServer
    texts: SmsChannel
    push: PushChannel
    wechat: WeChatChannel


MAKERS: dict[str, Callable[[Servers], Channel]] = {
    "email": lambda servers: over(servers.mail),
    "fake email": lambda servers: email.EmailChannel(),
    "email without a server": lambda servers: EmailChannel(get_connection()),
    "console": lambda servers: ConsoleChannel(),
    "fake console": lambda servers: console.ConsoleChannel(),
    "sms": lambda servers: servers.texts,
    "fake sms": lambda servers: fake_sms.SmsChannel(),
    "push": lambda servers: servers.push,
    "fake push": lambda servers: fake_push.PushChannel(),
    "wechat": lambda servers: servers.wechat,
    "fake wechat": lambda servers: fake_wechat.WeChatChannel(),
    "in app": lambda servers: InAppChannel(),
    "fake in app": lambda servers: in_app.InAppChannel(),
}
# Who reads over each, in its own kind of address.
READERS = {"sms": BRITON, "wechat": WECHAT_USER, "in app": str(uuid.uuid4())}
WITH_MAIL_ADDRESS = [name for name in MAKERS if "email" in name]


@pytest.fixture
def servers(
    server: smtp.MailServer,
    sms: SmsChannel,
    push: PushChannel,
    wechat: WeChatChannel,
) -> Servers:
    return Servers(server, sms, push, wechat)


@pytest.fixture(params=MAKERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def channel(name: str, servers: Servers) -> Iterator[Channel]:
    made = MAKERS[name](servers)
    yield made
    made.close()


@pytest.fixture
def message(name: str, browser: fake_push.Browser) -> Outgoing:
    kind = name.removeprefix("fake ")
    if kind == "push":
        return outgoing(to(browser))
    return outgoing(READERS.get(kind, "jane@example.org"))


def test_a_message_that_is_taken_gives_a_receipt(
    channel: Channel, message: Outgoing
) -> None:
    assert channel.send(message).provider_id


def test_the_same_message_carries_the_same_mark_twice(
    channel: Channel, message: Outgoing
) -> None:
    assert channel.send(message) == channel.send(message)


def test_two_messages_carry_different_marks(
    channel: Channel, message: Outgoing
) -> None:
    other = replace(message, message_id=uuid.uuid4())

    assert channel.send(message) != channel.send(other)


def test_a_channel_can_be_closed_twice_and_used_again(
    channel: Channel, message: Outgoing
) -> None:
    channel.close()
    channel.close()

    assert channel.send(message).provider_id


@pytest.mark.parametrize("name", ["sms", "push", "wechat", "in app", "email"])
def test_an_empty_address_is_refused_for_good(channel: Channel) -> None:
    with pytest.raises(ChannelError) as refused:
        channel.send(outgoing(""))

    assert refused.value.permanent


@pytest.mark.parametrize("name", WITH_MAIL_ADDRESS)
def test_an_address_that_smuggles_a_header_is_refused_for_good(
    channel: Channel,
) -> None:
    with pytest.raises(ChannelError) as refused:
        channel.send(outgoing("jane@example.org\nBcc: all@example.org"))

    assert (refused.value.code, refused.value.permanent) == ("bad_address", True)


@pytest.mark.parametrize(
    ("setting", "name"), [(each, name) for name, each in NEEDS.items()]
)
def test_a_channel_is_there_only_when_it_is_set_up(
    settings: Any, setting: str, name: str
) -> None:
    setattr(settings, setting, "")
    assert name not in configured()

    setattr(settings, setting, "set")
    assert name in configured()


def test_every_adapter_has_a_fake_of_its_name() -> None:
    assert {name.lower() for name in ADAPTERS} <= {
        name for name in vars(fakes) if not name.startswith("_")
    }


# --- Email alone ------------------------------------------------------------


def test_a_mail_arrives_whole_and_marked(server: smtp.MailServer) -> None:
    channel = over(server)
    channel.send(outgoing())
    channel.close()

    (mail,) = server.mails
    assert mail["Subject"] == "提醒 Reminder"
    assert mail["Message-ID"] == f"<{MESSAGE_ID}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail.get_content().splitlines() == ["Hello Jane,", ".", "您好"]


@pytest.mark.parametrize(
    ("behaviour", "code", "permanent"),
    [
        (smtp.REFUSE_RECIPIENT, "smtp_550", True),
        (smtp.REFUSE, "smtp_554", True),
        (smtp.BUSY, "smtp_451", False),
    ],
)
def test_a_refusal_is_told_from_a_delay(
    server: smtp.MailServer, behaviour: str, code: str, *, permanent: bool
) -> None:
    server.always = behaviour

    with pytest.raises(ChannelError) as refused:
        over(server).send(outgoing())

    assert not isinstance(refused.value, AnswerLost)
    assert (refused.value.code, refused.value.permanent) == (code, permanent)


@pytest.mark.parametrize("behaviour", [smtp.DROP_AFTER_CONTENT, smtp.HANG])
def test_an_answer_that_never_comes_is_neither_sent_nor_failed(
    server: smtp.MailServer, behaviour: str
) -> None:
    server.always = behaviour

    with pytest.raises(AnswerLost):
        over(server, timeout=0.3).send(outgoing())


def test_a_server_that_is_away_is_worth_another_try() -> None:
    with smtp.mail_server() as gone:
        channel = over(gone)

    with pytest.raises(ChannelError) as refused:
        channel.send(outgoing())

    assert (refused.value.code, refused.value.permanent) == ("no_connection", False)


def test_a_login_that_is_refused_is_our_fault_and_not_the_readers(
    server: smtp.MailServer,
) -> None:
    channel = over(server, username="me", password="old")

    with pytest.raises(ChannelError) as refused:
        channel.send(outgoing())

    assert not refused.value.permanent


def test_one_refused_mail_does_not_spoil_the_next(server: smtp.MailServer) -> None:
    server.by_address = {"bad@example.org": smtp.DROP_AFTER_CONTENT}
    channel = over(server)

    with pytest.raises(ChannelError):
        channel.send(outgoing("bad@example.org"))

    channel.send(outgoing("good@example.org"))
    assert server.addresses()[-1] == "good@example.org"


def test_an_error_names_no_address(server: smtp.MailServer) -> None:
    server.always = smtp.REFUSE_RECIPIENT

    with pytest.raises(ChannelError) as refused:
        over(server).send(outgoing())

    assert "jane" not in f"{refused.value!r} {refused.value.__cause__!r}"


# --- Console and registry ---------------------------------------------------


def test_the_console_logs_that_and_never_what(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        ConsoleChannel().send(outgoing())

    shown = json.dumps([str(record.msg) for record in caplog.records])
    assert str(MESSAGE_ID) in shown
    assert "jane" not in shown.lower()


def test_adapters_are_made_once_and_closed_at_the_end() -> None:
    fake = email.EmailChannel()
    with open_channels({"EMAIL": lambda: fake}) as channels:
        assert channels.get("EMAIL") is channels.get("EMAIL")
        assert "SMS" not in channels

    assert fake.is_closed


def test_a_channel_that_was_not_used_is_not_opened() -> None:
    opened: list[str] = []

    def opening(name: str) -> Channel:
        opened.append(name)
        return email.EmailChannel()

    names = ("EMAIL", "SMS")
    channels = Channels({name: partial(opening, name) for name in names})
    channels.get("SMS")
    channels.close()
    assert opened == ["SMS"]
