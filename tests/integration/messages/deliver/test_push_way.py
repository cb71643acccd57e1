"""A message on its way to the devices of a person, and what follows when they are gone."""

from collections.abc import Iterator
from typing import Any

import pytest

from infusion import models
from infusion.notifications.channels.push import open_push
from patients import models as people
from patients.services.push import use_account_channel
from tests.factories import patients as factories
from tests.factories.messages import Scene
from tests.fakes import provider as fake
from tests.fakes.email import EmailChannel
from tests.fakes.provider import Provider, provider_server
from tests.fakes.push import Browser, new_vapid_key
from tests.integration.messages.deliver.post import attempts, deliver, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with provider_server() as running:
        settings.VAPID_PRIVATE_KEY = new_vapid_key()
        settings.VAPID_SUBJECT = "https://infusion.example.org"
        settings.PUSH_SERVICES = [running.url]
        yield running


@pytest.fixture
def scene() -> Scene:
    return Scene(patient_fields={"user": factories.UserFactory()})


def device(scene: Scene, browser: Browser) -> people.PushSubscription:
    from patients.selectors.actors import get_actor

    user = scene.patient.user
    actor = get_actor(user.id, scene.event_at.date())
    use_account_channel(actor=actor, channel="PUSH")
    return people.PushSubscription.objects.create(
        user=user, endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth
    )


def test_the_device_learns_which_message_waits_and_nobody_learns_more(
    scene: Scene, provider: Provider
) -> None:
    browser = Browser(f"{provider.url}/push/1")
    device(scene, browser)
    message = scene.owe(channel="PUSH")

    deliver(EmailChannel(), PUSH=open_push)

    (carried,) = provider.carried
    told = browser.read(carried["body"])
    assert told["message_id"] == str(message.id)
    assert scene.patient.given_name not in str(told)
    # As long as the message keeps its sense: two hours, less what has passed.
    assert 7000 < int(carried["headers"]["ttl"]) <= 7200
    assert state(message) == ("SENT", "")


def test_a_device_that_is_gone_ends_and_the_next_way_is_taken(
    scene: Scene, provider: Provider
) -> None:
    row = device(scene, Browser(f"{provider.url}/push/1"))
    message = scene.owe(channel="PUSH")
    provider.always = fake.GONE
    post = EmailChannel()

    deliver(post, PUSH=open_push)
    deliver(post, PUSH=open_push)

    row.refresh_from_db()
    assert row.end_reason == "GONE"
    assert attempts(message) == [("REFUSED", "push_gone"), ("ACCEPTED", "")]
    assert [mail.address for mail in post.taken] == ["jane@example.org"]
    assert len(provider.requests) == 1


def test_one_of_two_devices_is_enough(scene: Scene, provider: Provider) -> None:
    rows = [device(scene, Browser(f"{provider.url}/push/{one}")) for one in (1, 2)]
    message = scene.owe(channel="PUSH")
    # The latest device is written to first.
    provider.then = [fake.GONE]

    deliver(EmailChannel(), PUSH=open_push)

    assert state(message) == ("SENT", "")
    for row in rows:
        row.refresh_from_db()
    assert [row.end_reason for row in rows] == ["", "GONE"]
    assert models.MessageAttempt.objects.count() == 1
