"""Text messages, tried against a real HTTP provider that behaves well and badly."""

import base64
import datetime as dt
import socket
import threading
import time
import traceback
import uuid
from collections.abc import Callable

import pytest
import requests

from infusion.notifications.channels import AnswerLost, ChannelError, Outgoing
from infusion.notifications.channels.http import Timeouts, post
from infusion.notifications.channels.registry import Channels
from infusion.notifications.channels.sms import SmsChannel
from infusion.notifications.channels.sms_routes import Routes, RoutesRefused
from patients.domain.contacts import Address
from tests.fakes import provider as fake
from tests.fakes.provider import Provider, provider_server
from tests.unit.notifications.conftest import AMERICAN, BRITON, CHINESE, ROUTES

MESSAGE_ID = uuid.UUID("01990000-0000-7000-8000-000000000001")
EVERYBODY = (BRITON, CHINESE, AMERICAN)


def outgoing(address: str = BRITON) -> Outgoing:
    return Outgoing(
        message_id=MESSAGE_ID,
        address=address,
        subject="Reminder",
        body="A long text",
        short="Jane: 您好 & more",
        language="en",
        lasts=dt.timedelta(hours=2),
    )


def refused_by(sms: SmsChannel, address: str = BRITON) -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        sms.send(outgoing(address))
    return refused.value


@pytest.mark.parametrize("address", EVERYBODY)
def test_a_message_that_is_taken_gives_the_id_of_the_provider(
    sms: SmsChannel, address: str
) -> None:
    assert sms.send(outgoing(address)).provider_id == "id-1"


def test_the_routes_say_what_a_request_looks_like(
    sms: SmsChannel, provider: Provider
) -> None:
    sms.send(outgoing())

    (request,) = provider.carried
    assert request["path"] == "/v1/messages"
    assert request["headers"]["authorization"] == "Bearer acme-secret"
    assert request["body"] == {
        "to": [BRITON],
        "message": {"text": "Jane: 您好 & more", "from": "Hospital"},
    }


def test_a_form_carries_the_sign_of_the_sender(
    sms: SmsChannel, provider: Provider
) -> None:
    sms.send(outgoing(CHINESE))

    assert provider.carried[0]["body"] == {
        "phone": CHINESE,
        "content": "【医院】Jane: 您好 & more",
    }


def test_the_built_in_format_is_a_form_of_the_account(
    sms: SmsChannel, provider: Provider
) -> None:
    sms.send(outgoing(AMERICAN))

    (request,) = provider.carried
    assert request["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert request["body"]["From"] == "+15005550006"
    login = base64.b64decode(request["headers"]["authorization"].split()[1])
    assert login == b"AC1:tw-secret"


def test_a_provider_with_keys_carries_a_repeated_message_once(
    sms: SmsChannel, provider: Provider
) -> None:
    provider.then = [fake.DROP]
    with pytest.raises(AnswerLost) as lost:
        sms.send(outgoing())

    again = sms.send(outgoing())
    assert (lost.value.may_repeat, again.provider_id) == (True, "id-1")
    assert len(provider.carried) == 1


@pytest.mark.parametrize("address", [CHINESE, AMERICAN])
@pytest.mark.parametrize(
    "behaviour", [fake.DROP, fake.HANG, fake.LATE, fake.GATEWAY, fake.NONSENSE]
)
def test_a_lost_answer_of_a_provider_without_keys_may_not_be_asked_for_again(
    sms: SmsChannel, provider: Provider, behaviour: str, address: str
) -> None:
    provider.always = behaviour

    lost = refused_by(sms, address)

    assert isinstance(lost, AnswerLost)
    assert not lost.may_repeat
    assert len(provider.carried) == 1


@pytest.mark.parametrize("address", EVERYBODY)
@pytest.mark.parametrize(
    ("behaviour", "code"), [(fake.BUSY, "http_429"), (fake.BROKEN, "http_503")]
)
def test_a_busy_provider_is_asked_again_later(
    sms: SmsChannel, provider: Provider, behaviour: str, code: str, address: str
) -> None:
    provider.always = behaviour

    busy = refused_by(sms, address)

    assert not isinstance(busy, AnswerLost)
    assert (busy.code, busy.permanent) == (code, False)


def test_a_provider_says_how_long_to_leave_it_alone(
    sms: SmsChannel, provider: Provider
) -> None:
    provider.always = fake.BUSY

    wait = refused_by(sms).retry_after

    assert wait is not None
    assert wait.total_seconds() == 7


@pytest.mark.parametrize("address", [BRITON, AMERICAN])
def test_a_number_that_takes_no_messages_is_refused_for_good(
    sms: SmsChannel, provider: Provider, address: str
) -> None:
    provider.always, provider.refuse_code = fake.REFUSE, 21211

    refused = refused_by(sms, address)

    assert (refused.code, refused.permanent) == ("sms_21211", True)


@pytest.mark.parametrize("address", EVERYBODY)
def test_a_wrong_password_is_our_fault_and_not_the_readers(
    sms: SmsChannel, provider: Provider, address: str
) -> None:
    provider.always = fake.FORBID

    assert not refused_by(sms, address).permanent


def test_nobody_is_followed_elsewhere(sms: SmsChannel, provider: Provider) -> None:
    provider.always = fake.REDIRECT

    assert refused_by(sms).code == "sms_302"
    assert len(provider.requests) == 1


def test_an_endless_answer_is_cut_short(sms: SmsChannel, provider: Provider) -> None:
    provider.always = fake.FLOOD

    assert isinstance(refused_by(sms), AnswerLost)


@pytest.mark.parametrize(("address", "may"), [(BRITON, True), (CHINESE, False)])
def test_an_answer_without_an_id_is_asked_again_where_the_key_is_known(
    address: str, *, may: bool, sms: SmsChannel, provider: Provider
) -> None:
    provider.always = fake.NONSENSE
    lost = refused_by(sms, address)
    assert isinstance(lost, AnswerLost)
    assert (lost.code, lost.may_repeat) == ("no_id", may)


def test_an_answer_that_stops_in_its_middle_may_be_asked_for_again(
    sms: SmsChannel,
) -> None:
    """Headers came and the body never did: it was taken, for all anybody knows."""
    with socket.create_server(("127.0.0.1", 0)) as half:
        send_half_an_answer = threading.Thread(target=_answer_half, args=(half,))
        send_half_an_answer.start()
        port = half.getsockname()[1]
        with pytest.raises(AnswerLost) as lost:
            post(
                requests.Session(),
                f"http://127.0.0.1:{port}/",
                Timeouts(connect=1, answer=0.2),
                has_key=True,
                json={},
            )
        send_half_an_answer.join()
    assert lost.value.may_repeat


def _answer_half(server: socket.socket) -> None:
    client, _ = server.accept()
    with client:
        client.recv(65_536)
        client.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{")
        time.sleep(0.5)


def test_a_provider_that_is_away_is_worth_another_try(
    read: Callable[[str], Routes],
) -> None:
    with provider_server() as gone:
        channel = SmsChannel(read(ROUTES.format(url=gone.url)), Timeouts(connect=0.5))

    refused = refused_by(channel)

    assert not isinstance(refused, AnswerLost)
    assert (refused.code, refused.permanent) == ("no_connection", False)


def test_a_country_without_a_sender_is_refused_for_good(sms: SmsChannel) -> None:
    refused = refused_by(sms, "+33612345678")

    assert (refused.code, refused.permanent) == ("no_sender", True)


@pytest.mark.parametrize("address", ["", "jane", "07400123456", "+44", "+999123456"])
def test_what_is_no_number_is_refused_for_good(sms: SmsChannel, address: str) -> None:
    refused = refused_by(sms, address)

    assert (refused.code, refused.permanent) == ("bad_address", True)


@pytest.mark.parametrize("behaviour", [fake.REFUSE, fake.DROP, fake.FORBID])
def test_an_error_names_no_number_no_text_and_no_secret(
    sms: SmsChannel, provider: Provider, behaviour: str
) -> None:
    provider.always = behaviour

    error = refused_by(sms)

    # What would be printed with it: the cause, and what came before unless suppressed.
    shown = "".join(traceback.format_exception(error))
    assert not any(one in shown for one in (BRITON, "Jane", "acme-secret"))


# --- The file of routes -----------------------------------------------------

BAD = {
    "no TOML": ("providers = ", "Invalid value"),
    "nothing in it": ("", "required"),
    "a sender without its provider": (
        ROUTES.replace('provider = "acme"', 'provider = "acne"'),
        "senders.0.provider: no provider acne",
    ),
    "a country that is none": (
        ROUTES.replace('country = "GB"', 'country = "UK"'),
        "senders.0.country: no country UK",
    ),
    "a country twice": (
        ROUTES.replace('country = "GB"', 'country = "CN"'),
        "senders.1.country: CN stands twice",
    ),
    "a misspelt key": (
        ROUTES.replace("key_header", "key_heder"),
        "providers.acme",
    ),
    "a secret that is not set": (
        ROUTES.replace("ACME_TOKEN", "OTHER_TOKEN"),
        "OTHER_TOKEN is not in the environment",
    ),
    "a body without the text": (
        ROUTES.replace('text = "${{text}}"', 'text = "hello"'),
        "providers.acme.body: ${text} is missing",
    ),
    "a body with an unknown value": (
        ROUTES.replace('"${{sender}}${{text}}"', '"${{name}}${{text}}"'),
        "providers.keyless.body: 'name'",
    ),
    "a form with a list": (
        ROUTES.replace('phone = "${{to}}"', 'phone = ["${{to}}"]'),
        "providers.keyless.body: a form is flat",
    ),
    "an address that is none": (
        ROUTES.replace('"{url}/send"', '"file:///etc/passwd"'),
        "providers.keyless",
    ),
    "an address that anybody on the way can read": (
        ROUTES.replace('"{url}/send"', '"http://sms.example.org/send"'),
        "providers.keyless.url: must be https",
    ),
    "an address that only looks like this machine": (
        ROUTES.replace('"{url}/send"', '"http://127.0.0.1@sms.example.org/send"'),
        "providers.keyless.url: must be https",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_routes_that_are_not_sound_are_refused_with_the_place(
    read: Callable[[str], Routes], name: str
) -> None:
    content, why = BAD[name]
    filled = content.replace("{url}", "https://x").replace("{{", "{").replace("}}", "}")

    with pytest.raises(RoutesRefused) as refused:
        read(filled)

    assert "routes.toml: " in str(refused.value)
    assert why in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_refusal_never_repeats_a_secret_that_stands_in_the_file(
    read: Callable[[str], Routes],
) -> None:
    content = ROUTES.replace("key_header", "key_heder").format(url="https://x")
    with pytest.raises(RoutesRefused) as refused:
        read(content.replace("${ACME_TOKEN}", "written-here"))

    assert "providers.acme" in str(refused.value)
    assert "written-here" not in str(refused.value)


class TestSideBySide:
    """Only where a double is recognised may several be on their way at once."""

    def test_a_number_is_asked_by_its_own_provider(self, sms: SmsChannel) -> None:
        assert sms.at_once > 1
        keyed = {one for one in (*EVERYBODY, "nonsense") if sms.has_key(one)}
        assert keyed == {BRITON}

    def test_providers_without_keys_carry_one_at_a_time(
        self, read: Callable[[str], Routes]
    ) -> None:
        without = "\n".join(
            line
            for line in ROUTES.format(url="http://127.0.0.1:9").splitlines()
            if "key_header" not in line
        )
        channel = SmsChannel(read(without))

        assert channel.at_once == 1
        assert not any(channel.has_key(one) for one in EVERYBODY)
        assert Channels({"SMS": lambda: channel}).side_by_side() == {}

    def test_a_channel_that_is_not_set_up_soundly_stops_no_other(
        self, sms: SmsChannel
    ) -> None:
        def unsound() -> SmsChannel:
            raise RoutesRefused("routes.toml: no such file")

        channels = Channels({"WECHAT": unsound, "SMS": lambda: sms})

        assert channels.side_by_side() == {"SMS": sms.at_once}
        assert not channels.has_key(Address(channel="WECHAT", value="any"))
        assert channels.has_key(Address(channel="SMS", value=BRITON))
