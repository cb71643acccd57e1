"""Template messages of WeChat, tried against a stand-in that answers as WeChat does."""

import datetime as dt
import threading
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from infusion.notifications.channels import AnswerLost, ChannelError, Outgoing
from infusion.notifications.channels.wechat import WeChatChannel
from infusion.notifications.channels.wechat_account import Account, AccountRefused
from tests.fakes import provider as fake
from tests.fakes.provider import Provider
from tests.fakes.stores import mute_server
from tests.unit.notifications.conftest import ACCOUNT, QUICK, WECHAT_USER

MESSAGE_ID = uuid.UUID("01990000-0000-7000-8000-000000000001")


def outgoing(**changes: object) -> Outgoing:
    values = {
        "message_id": MESSAGE_ID,
        "address": WECHAT_USER,
        "subject": "明天更换输液袋",
        "body": "您好",
        "short": "小明:明天 14:00 更换",
        "language": "zh-hans",
        "lasts": dt.timedelta(hours=2),
    }
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


def refused_by(wechat: WeChatChannel, **changes: object) -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        wechat.send(outgoing(**changes))
    return refused.value


def asked_for(provider: Provider, way: str) -> list[dict[str, Any]]:
    return [one for one in provider.requests if one["way"] == way]


def tokens_asked(provider: Provider) -> list[bool]:
    """Return, for each time a token was asked for, whether a new one was forced."""
    return [one["body"]["force_refresh"] for one in asked_for(provider, "TOKEN")]


def test_the_template_says_what_a_request_looks_like(
    wechat: WeChatChannel, provider: Provider
) -> None:
    receipt = wechat.send(outgoing())

    (request,) = asked_for(provider, "WECHAT")
    assert request["path"] == "/cgi-bin/message/template/send?access_token=token-1"
    assert request["body"] == {
        "touser": WECHAT_USER,
        "template_id": "TEMPLATE-ZH",
        "url": "https://infusion.example.org/app",
        "client_msg_id": MESSAGE_ID.hex,
        "data": {
            "thing1": {"value": "明天更换输液袋"},
            "thing2": {"value": "小明:明天 14:00 更换"},
        },
    }
    assert receipt.provider_id == "1"


def test_a_reader_of_english_gets_the_other_template(
    wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing(language="en", subject="Bag change"))

    body = asked_for(provider, "WECHAT")[0]["body"]
    assert body["template_id"] == "TEMPLATE-EN"
    assert body["data"] == {"thing1": {"value": "Bag change !"}}
    assert "url" not in body


def test_the_secret_goes_into_no_address(
    wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing())

    assert all("secret" not in one["path"] for one in provider.requests)
    assert asked_for(provider, "TOKEN")[0]["body"]["secret"] == "wechat-secret"


def test_a_token_is_asked_for_once_and_shared(
    account: Account, wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing())
    WeChatChannel(account, QUICK).send(outgoing())

    assert tokens_asked(provider) == [False]


def test_of_many_workers_one_asks_for_the_token(
    account: Account, provider: Provider
) -> None:
    provider.seconds = 0.1
    errors: list[BaseException] = []

    def work() -> None:
        try:
            WeChatChannel(account, QUICK).send(outgoing(message_id=uuid.uuid4()))
        except ChannelError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert errors == []
    assert tokens_asked(provider) == [False]


def test_a_refused_token_is_renewed_once(
    wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing())
    # WeChat has given another one to somebody else meanwhile.
    provider.token_number += 1

    assert wechat.send(outgoing(message_id=uuid.uuid4())).provider_id == "2"
    assert tokens_asked(provider) == [False, False]


def test_a_new_one_is_forced_only_when_the_refused_one_comes_again(
    wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing())
    provider.always, provider.refuse_code = fake.REFUSE, 40001

    refused = refused_by(wechat)

    assert (refused.code, refused.permanent) == ("wechat_40001", False)
    assert tokens_asked(provider) == [False, False, True]
    assert len(asked_for(provider, "WECHAT")) == 3


@pytest.mark.parametrize("code", [40003, 43004, 43019, 43101])
def test_a_reader_who_cannot_be_told_is_refused_for_good(
    wechat: WeChatChannel, provider: Provider, code: int
) -> None:
    provider.always, provider.refuse_code = fake.REFUSE, code

    refused = refused_by(wechat)

    assert (refused.code, refused.permanent) == (f"wechat_{code}", True)


@pytest.mark.parametrize("code", [-1, 40037, 47003, 48001])
def test_our_own_faults_are_not_the_readers(
    wechat: WeChatChannel, provider: Provider, code: int
) -> None:
    provider.always, provider.refuse_code = fake.REFUSE, code

    refused = refused_by(wechat)

    assert (refused.code, refused.permanent) == (f"wechat_{code}", False)


def test_an_account_that_said_too_much_is_left_alone(
    wechat: WeChatChannel, provider: Provider
) -> None:
    provider.always, provider.refuse_code = fake.REFUSE, 45009

    refused = refused_by(wechat)

    assert not refused.permanent
    assert refused.retry_after == dt.timedelta(minutes=10)


def test_a_repeated_message_is_carried_once(
    wechat: WeChatChannel, provider: Provider
) -> None:
    wechat.send(outgoing(message_id=uuid.uuid4()))
    provider.then = [fake.DROP]

    lost = refused_by(wechat)
    wechat.send(outgoing())

    assert isinstance(lost, AnswerLost)
    assert lost.may_repeat
    assert len(provider.carried) == 2


@pytest.mark.parametrize("behaviour", [fake.HANG, fake.NONSENSE, fake.GATEWAY])
def test_a_lost_answer_is_neither_taken_nor_refused(
    wechat: WeChatChannel, provider: Provider, behaviour: str
) -> None:
    wechat.send(outgoing(message_id=uuid.uuid4()))
    provider.always = behaviour

    assert isinstance(refused_by(wechat), AnswerLost)


@pytest.mark.parametrize("behaviour", [fake.BROKEN, fake.DROP, fake.HANG])
def test_without_a_token_nothing_has_left(
    wechat: WeChatChannel, provider: Provider, behaviour: str
) -> None:
    provider.always = behaviour

    refused = refused_by(wechat)

    assert not isinstance(refused, AnswerLost)
    assert (refused.code, refused.permanent) == ("wechat_no_token", False)
    assert asked_for(provider, "WECHAT") == []


def test_without_the_cache_each_batch_asks_for_itself(
    account: Account, provider: Provider, settings: Any
) -> None:
    with mute_server() as url:
        settings.CACHES = {
            "default": {
                **settings.CACHES["default"],
                "LOCATION": url,
                "OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.1},
            }
        }
        channel = WeChatChannel(account, QUICK)
        for _ in range(2):
            channel.send(outgoing(message_id=uuid.uuid4()))

    assert tokens_asked(provider) == [False]


def test_nothing_is_cut(wechat: WeChatChannel, provider: Provider) -> None:
    refused = refused_by(wechat, subject="长" * 21)

    assert (refused.code, refused.permanent) == ("wechat_too_long", True)
    assert asked_for(provider, "WECHAT") == []


def test_a_language_without_a_template_is_refused_for_good(
    provider: Provider, read_wechat: Callable[[str], Account]
) -> None:
    content = ACCOUNT.format(url=provider.url, app_id="wx1", sign="!")
    only_chinese = read_wechat(content.partition("[templates.en]")[0])

    refused = refused_by(WeChatChannel(only_chinese, QUICK), language="en")

    assert (refused.code, refused.permanent) == ("no_template", True)


@pytest.mark.parametrize("behaviour", [fake.DROP, fake.REFUSE])
def test_an_error_names_no_reader_no_text_and_no_secret(
    wechat: WeChatChannel, provider: Provider, behaviour: str
) -> None:
    wechat.send(outgoing(message_id=uuid.uuid4()))
    provider.always = behaviour

    shown = "".join(traceback.format_exception(refused_by(wechat)))

    assert not any(
        one in shown for one in (WECHAT_USER, "小明", "wechat-secret", "token-1")
    )


# --- The file of the account ------------------------------------------------

GOOD = ACCOUNT.format(url="https://x", app_id="wx1", sign="!")
BAD = {
    "no TOML": ("app_id = ", "Invalid value"),
    "nothing in it": ("", "required"),
    "a secret that is not set": (
        GOOD.replace("WECHAT_SECRET", "OTHER_SECRET"),
        "app_secret: OTHER_SECRET is not in the environment",
    ),
    "another language": (GOOD.replace("templates.en", "templates.fr"), "templates"),
    "an unknown value": (
        GOOD.replace("${subject} !", "${name}"),
        "templates.en.data.thing1: 'name'",
    ),
    "a template that says nothing": (
        GOOD.replace("${subject} !", "Hello"),
        "templates.en.data: ${subject} and ${text} are missing",
    ),
    "a limit that is none": (GOOD.replace("longest = 20", "longest = 0"), "longest"),
    "a misspelt key": (GOOD.replace("app_secret", "app_secrets"), "app_secret"),
    "an address that is none": (GOOD.replace("https://x", "file:///etc"), "url"),
    "an address that anybody on the way can read": (
        GOOD.replace("https://x", "http://api.weixin.qq.com"),
        "url: must be https",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_an_account_that_is_not_sound_is_refused_with_the_place(
    read_wechat: Callable[[str], Account], name: str
) -> None:
    content, why = BAD[name]

    with pytest.raises(AccountRefused) as refused:
        read_wechat(content)

    assert "wechat.toml: " in str(refused.value)
    assert why in str(refused.value)
    assert "wechat-secret" not in str(refused.value)
