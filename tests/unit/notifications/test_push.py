"""Push messages, tried against a real push service of the test's own."""

import base64
import datetime as dt
import json
import time
import traceback
import uuid
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from py_vapid import Vapid02

from infusion.notifications.channels import AnswerLost, ChannelError, Outgoing
from infusion.notifications.channels.push import PushChannel, PushKeyRefused, Signer
from infusion.notifications.channels.registry import Channels
from patients.domain.push import write_devices
from tests.fakes import provider as fake
from tests.fakes.provider import Provider
from tests.fakes.push import Browser, new_vapid_key
from tests.unit.notifications.conftest import QUICK, VAPID_KEY, to

MESSAGE_ID = uuid.UUID("01990000-0000-7000-8000-000000000001")


def outgoing(address: str, **changes: object) -> Outgoing:
    values = {
        "message_id": MESSAGE_ID,
        "address": address,
        "subject": "Bag change tomorrow at 14:00",
        "body": "Hello Jane, ...",
        "short": "Jane: bag change tomorrow at 14:00",
        "language": "en",
        "lasts": dt.timedelta(hours=2),
    }
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


def refused_by(push: PushChannel, *browsers: Browser) -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        push.send(outgoing(to(*browsers)))
    return refused.value


def other(provider: Provider) -> Browser:
    return Browser(f"{provider.url}/push/another-device")


def test_only_the_device_can_read_it_and_learns_no_more_than_that_there_is_one(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    push.send(outgoing(to(browser)))

    (request,) = provider.carried
    assert browser.read(request["body"]) == {
        "message_id": str(MESSAGE_ID),
        "tag": str(MESSAGE_ID),
        "title": "There is a new message for you",
    }
    with pytest.raises(Exception, match=r".*"):
        other(provider).read(request["body"])


def test_it_is_told_in_the_language_of_its_reader(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    push.send(outgoing(to(browser), language="zh-hans"))

    told = browser.read(provider.carried[0]["body"])
    assert told["title"] == "您有一条新消息"


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [
        (dt.timedelta(minutes=110), "6600"),
        (dt.timedelta(days=400), str(28 * 86400)),
        (dt.timedelta(seconds=-5), "0"),
    ],
    ids=["an hour and more", "longer than a service keeps it", "over"],
)
def test_the_service_forgets_it_when_it_has_lost_its_sense(
    push: PushChannel,
    provider: Provider,
    browser: Browser,
    lasts: dt.timedelta,
    seconds: str,
) -> None:
    push.send(outgoing(to(browser), lasts=lasts))

    headers = provider.carried[0]["headers"]
    assert (headers["ttl"], headers["urgency"]) == (seconds, "high")


def test_it_is_signed_for_this_service_and_for_hours(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    push.send(outgoing(to(browser)))

    signed = provider.carried[0]["headers"]["authorization"]
    claims = signed.partition("t=")[2].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert Vapid02.verify(signed)
    assert (told["aud"], told["sub"]) == (provider.url, "https://infusion.example.org")
    assert time.time() < told["exp"] < time.time() + 86_400


def test_a_repeated_message_takes_the_place_of_the_first(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    provider.then = [fake.DROP]
    lost = refused_by(push, browser)
    push.send(outgoing(to(browser)))

    assert isinstance(lost, AnswerLost)
    assert lost.may_repeat
    assert len(provider.carried) == 1
    assert provider.carried[0]["headers"]["topic"] == MESSAGE_ID.hex
    # What a topic may look like: RFC 8030.
    assert len(MESSAGE_ID.hex) <= 32


def test_one_device_that_takes_it_is_enough_and_the_other_is_named_as_gone(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    provider.then = [fake.GONE, fake.TAKE]

    receipt = push.send(outgoing(to(browser, other(provider))))

    assert receipt.gone == (browser.device.id,)


def test_without_any_device_left_it_is_refused_for_good(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    provider.always = fake.GONE
    second = other(provider)

    refused = refused_by(push, browser, second)

    assert (refused.code, refused.permanent) == ("push_gone", True)
    assert refused.gone == (browser.device.id, second.device.id)


@pytest.mark.parametrize(
    ("first", "code", "permanent"),
    [
        (fake.BUSY, "http_429", False),
        (fake.BROKEN, "http_503", False),
        (fake.REFUSE, "push_400", True),
        (fake.FORBID, "push_401", False),
        (fake.REDIRECT, "push_302", False),
    ],
)
def test_what_the_service_says_is_told_apart(
    push: PushChannel,
    provider: Provider,
    browser: Browser,
    first: str,
    code: str,
    *,
    permanent: bool,
) -> None:
    provider.always = first

    refused = refused_by(push, browser)

    assert (refused.code, refused.permanent) == (code, permanent)
    assert refused.gone == ()


def test_one_device_that_may_come_back_is_waited_for(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    provider.then = [fake.GONE, fake.BUSY]

    refused = refused_by(push, browser, other(provider))

    assert (refused.permanent, refused.gone) == (False, (browser.device.id,))
    assert refused.retry_after == dt.timedelta(seconds=7)


@pytest.mark.parametrize("behaviour", [fake.DROP, fake.HANG, fake.LATE, fake.GATEWAY])
def test_a_lost_answer_is_neither_taken_nor_refused(
    push: PushChannel, provider: Provider, browser: Browser, behaviour: str
) -> None:
    provider.always = behaviour

    assert isinstance(refused_by(push, browser), AnswerLost)


def test_devices_that_hang_do_not_hold_up_the_batch(
    provider: Provider, browser: Browser
) -> None:
    provider.always = fake.HANG
    signer = Signer(VAPID_KEY, "https://infusion.example.org")
    push = PushChannel(signer, [provider.url], QUICK, seconds=0.3)

    refused = refused_by(push, browser, other(provider), other(provider))

    assert isinstance(refused, AnswerLost)
    assert len(provider.requests) == 1


def test_a_service_that_is_not_named_is_never_posted_to(
    push: PushChannel, provider: Provider
) -> None:
    inside = Browser(provider.url.replace("127.0.0.1", "127.0.0.2") + "/push/x")

    refused = refused_by(push, inside)

    assert (refused.code, refused.permanent) == ("push_not_allowed", True)
    assert provider.requests == []


@pytest.mark.parametrize("address", ["jane@example.org", "[]", "[1]", "{}"])
def test_what_is_no_list_of_devices_is_refused_for_good(
    push: PushChannel, address: str
) -> None:
    with pytest.raises(ChannelError) as refused:
        push.send(outgoing(address))

    assert (refused.value.code, refused.value.permanent) == ("bad_address", True)


def test_keys_that_are_none_are_refused_for_good(
    push: PushChannel, browser: Browser
) -> None:
    broken = Browser(browser.endpoint).device
    for key in ("", "A" * 87, "ß"):
        address = write_devices([type(broken)(**{**vars(broken), "p256dh": key})])
        with pytest.raises(ChannelError) as refused:
            push.send(outgoing(address))
        assert (refused.value.code, refused.value.permanent) == ("push_keys", True)


def test_an_error_names_no_device_and_no_text(
    push: PushChannel, provider: Provider, browser: Browser
) -> None:
    provider.always = fake.DROP

    shown = "".join(traceback.format_exception(refused_by(push, browser)))

    assert not any(one in shown for one in ("a-device", "Jane", browser.auth))


# --- The key of the service -------------------------------------------------


def test_browsers_are_given_the_public_half_of_the_key() -> None:
    raw = Signer(VAPID_KEY, "https://infusion.example.org").public_key()

    assert len(base64.urlsafe_b64decode(raw + "=")) == 65
    assert VAPID_KEY not in raw


def _der(key: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey") -> str:
    raw = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "x",
        lambda: new_vapid_key()[:-4],
        lambda: _der(ec.generate_private_key(ec.SECP384R1())),
        lambda: _der(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["nothing", "nonsense", "too short", "another curve", "RSA"],
)
def test_a_key_that_signs_nothing_is_refused(make: object) -> None:
    with pytest.raises(PushKeyRefused):
        Signer(make(), "https://infusion.example.org")  # type: ignore[operator]


@pytest.mark.parametrize(
    "subject", ["", "http://infusion.example.org", "https://infusion.example.org:8443"]
)
def test_a_subject_that_nobody_would_sign_for_is_refused_at_the_start(
    subject: str,
) -> None:
    with pytest.raises(PushKeyRefused, match="VAPID_SUBJECT"):
        Signer(VAPID_KEY, subject)


def test_a_channel_that_cannot_be_opened_leaves_the_message_to_the_next() -> None:
    def open_it() -> NoReturn:
        raise PushKeyRefused("the key cannot be read")

    with pytest.raises(ChannelError) as refused:
        Channels({"PUSH": open_it}).get("PUSH")

    assert (refused.value.code, refused.value.permanent) == ("no_adapter", False)
