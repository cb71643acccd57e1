"""Devices over REST: what a browser hands over, and what is refused."""

import base64
from typing import Any

import pytest

from patients import models
from tests.api.clients import Api, code_of
from tests.factories.patients import UserFactory
from tests.fakes.push import Browser, new_vapid_key

pytestmark = pytest.mark.django_db

BROWSER = Browser()
PATH = "me/push-subscriptions"


@pytest.fixture(autouse=True)
def _push(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = new_vapid_key()
    settings.VAPID_SUBJECT = "https://infusion.example.org"


@pytest.fixture
def jane() -> Api:
    return Api(UserFactory())


def asked(**changes: Any) -> dict[str, Any]:
    """Return what ``PushSubscription.toJSON()`` gives, and a name."""
    values = {
        "endpoint": BROWSER.endpoint,
        "expirationTime": None,
        "keys": {"p256dh": BROWSER.p256dh, "auth": BROWSER.auth},
        "device": "Jane's phone",
    }
    return {**values, **changes}


def test_a_browser_is_given_the_key_to_subscribe_with(jane: Api) -> None:
    key = jane.get("me/push-key").json()["key"]

    assert len(base64.urlsafe_b64decode(key + "=")) == 65


def test_where_push_is_off_it_is_said(jane: Api, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = ""

    assert jane.get("me/push-key").json() == {"key": None}
    assert code_of(jane.post(PATH, asked())) == (409, "push_off")


def test_a_device_is_registered_listed_and_removed(jane: Api) -> None:
    added = jane.post(PATH, asked())
    assert added.status_code == 201
    one = added.json()
    assert (one["device"], one["service"]) == ("Jane's phone", "fcm.googleapis.com")
    assert jane.get(PATH).json()["results"] == [one]

    for _ in range(2):
        assert jane.raw("DELETE", f"/api/v1/{PATH}/{one['id']}").status_code == 204
    assert jane.get(PATH).json()["results"] == []


def test_neither_keys_nor_address_are_told_again(jane: Api) -> None:
    told = jane.post(PATH, asked()).content.decode()

    for secret in (BROWSER.auth, BROWSER.p256dh, BROWSER.endpoint):
        assert secret not in told


def test_the_same_device_twice_is_one(jane: Api) -> None:
    first = jane.post(PATH, asked()).json()

    assert jane.post(PATH, asked()).json() == first
    assert models.PushSubscription.objects.count() == 1


def test_nobody_sees_or_removes_the_device_of_another(jane: Api) -> None:
    one = jane.post(PATH, asked()).json()
    other = Api(UserFactory())

    assert other.get(PATH).json()["results"] == []
    path = f"/api/v1/{PATH}/{one['id']}"
    assert code_of(other.raw("DELETE", path)) == (404, "not_found")
    assert Api().raw("DELETE", path).status_code == 401
    assert len(jane.get(PATH).json()["results"]) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_other_methods_are_not_offered(jane: Api, method: str) -> None:
    assert jane.raw(method, f"/api/v1/{PATH}").status_code == 405
    assert jane.raw("POST", "/api/v1/me/push-key").status_code == 405
    assert jane.raw("GET", "/api/v1/me/channels").status_code == 405


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"endpoint": "https://evil.example/x"}, 422, "push_endpoint_refused"),
        ({"endpoint": "https://127.0.0.1/x"}, 422, "push_endpoint_refused"),
        ({"endpoint": "http://fcm.googleapis.com/x"}, 422, "push_endpoint_refused"),
        ({"endpoint": "https://fcm.googleapis.com/" + "x" * 2000}, 400, "invalid"),
        ({"endpoint": ""}, 400, "invalid"),
        ({"endpoint": 1}, 400, "invalid"),
        ({"keys": {}}, 400, "invalid"),
        ({"keys": "x"}, 400, "invalid"),
        ({"keys": {"p256dh": "x", "auth": BROWSER.auth}}, 422, "push_keys_invalid"),
        ({"keys": {"p256dh": "x" * 200, "auth": "y"}}, 400, "invalid"),
        ({"device": "x" * 61}, 400, "invalid"),
        ({"more": 1}, 400, "invalid"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_is_no_device_is_refused_with_the_reason(
    jane: Api, changes: dict[str, Any], status: int, code: str
) -> None:
    assert code_of(jane.post(PATH, asked(**changes))) == (status, code)
    assert not models.PushSubscription.objects.exists()


def test_the_reason_is_given_in_both_languages(jane: Api) -> None:
    chinese = Api(jane.user, language="zh-hans")
    body = asked(endpoint="https://evil.example/x")

    told = [api.post(PATH, body).json()["detail"] for api in (jane, chinese)]

    assert told == [
        "Push messages are not posted to this address.",
        "推送消息不会发往此地址。",
    ]
