"""The devices of a person: registered, taken over, gone, and what is written to."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from patients import models
from patients.domain.push import read_devices
from patients.domain.refusals import NotFound, Refusal
from patients.selectors.actors import get_actor
from patients.selectors.people import get_recipients
from patients.services.contacts import add_contact_point, opt_out
from patients.services.push import (
    ENDED_KEPT_FOR,
    MOST_DEVICES,
    add_subscription,
    end_subscriptions,
    forget_ended,
    remove_subscription,
    use_account_channel,
)
from tests.factories.patients import (
    CaregiverLinkFactory,
    ContactPointFactory,
    PatientFactory,
    UserFactory,
    staff_actor,
)
from tests.fakes.push import Browser, new_vapid_key

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
BROWSER = Browser()


@pytest.fixture(autouse=True)
def _push(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = new_vapid_key()


@pytest.fixture
def patient() -> models.Patient:
    return PatientFactory(user=UserFactory(email="jane@example.org"))


def actor(user: Any) -> Any:
    return get_actor(user.id, NOW.date())


def register(user: Any, browser: Browser = BROWSER, **changes: Any) -> Any:
    values = {
        "endpoint": browser.endpoint,
        "p256dh": browser.p256dh,
        "auth": browser.auth,
        "label": "Phone",
    }
    return add_subscription(actor=actor(user), now=NOW, **{**values, **changes})


def refused(**changes: Any) -> str:
    with pytest.raises(Refusal) as caught:
        register(UserFactory(), **changes)
    return str(caught.value)


def ways(patient: models.Patient, kind: str = "PATIENT") -> dict[str, str]:
    people = [one for one in get_recipients(patient.id, NOW) if one.kind == kind]
    return {each.channel: each.value for each in people[0].addresses}


def live() -> list[models.PushSubscription]:
    return list(models.PushSubscription.objects.filter(ended_at=None).order_by("id"))


def test_a_device_is_a_way_to_its_owner_beside_their_login(patient):
    row = register(patient.user)

    found = ways(patient)
    assert found["EMAIL"] == "jane@example.org"
    (device,) = read_devices(found["PUSH"])
    assert (device.id, device.endpoint) == (str(row.id), BROWSER.endpoint)


def test_two_devices_are_one_way(patient):
    register(patient.user)
    register(patient.user, Browser("https://web.push.apple.com/y"))

    assert len(read_devices(ways(patient)["PUSH"])) == 2


def test_the_same_device_again_keeps_its_row_and_takes_the_new_keys(patient):
    first = register(patient.user)
    newer = Browser(BROWSER.endpoint)

    again = register(patient.user, newer)

    assert again.id == first.id
    assert [one.p256dh for one in live()] == [newer.p256dh]
    assert models.ContactPoint.objects.filter(channel="PUSH").count() == 1


def test_a_device_belongs_to_who_signed_in_on_it_last(patient):
    register(patient.user)
    other = UserFactory()

    register(other)

    assert [one.user_id for one in live()] == [other.id]
    assert "PUSH" not in ways(patient)
    ended = models.PushSubscription.objects.get(user=patient.user)
    assert (ended.end_reason, ended.ended_at) == ("TAKEN_OVER", NOW)


def test_the_oldest_of_too_many_devices_gives_way(patient):
    for number in range(MOST_DEVICES + 1):
        register(patient.user, Browser(f"https://web.push.apple.com/{number}"))

    kept = {one.endpoint[-2:].strip("/") for one in live()}
    assert kept == {str(number) for number in range(1, MOST_DEVICES + 1)}


def test_a_caregiver_is_told_on_a_device_of_their_own(patient):
    link = CaregiverLinkFactory(patient=patient)

    register(link.user)

    assert "PUSH" in ways(patient, "CAREGIVER")
    assert "PUSH" not in ways(patient)


def test_a_device_that_is_gone_is_no_way_any_more(patient):
    row = register(patient.user)

    end_subscriptions([str(row.id)], NOW)

    assert ways(patient) == {"EMAIL": "jane@example.org"}
    row.refresh_from_db()
    assert row.end_reason == "GONE"


def test_a_removed_device_is_no_way_any_more_and_twice_is_once(patient):
    row = register(patient.user)

    for later in (NOW, NOW + dt.timedelta(hours=1)):
        remove_subscription(
            actor=actor(patient.user), subscription_id=row.id, now=later
        )

    row.refresh_from_db()
    assert (row.end_reason, row.ended_at) == ("REMOVED", NOW)
    assert "PUSH" not in ways(patient)


def test_nobody_removes_the_device_of_another(patient):
    row = register(patient.user)

    with pytest.raises(NotFound):
        remove_subscription(actor=actor(UserFactory()), subscription_id=row.id, now=NOW)

    assert live() == [row]


def test_who_opted_out_stays_so_with_a_new_device(patient):
    register(patient.user)
    point = models.ContactPoint.objects.get(channel="PUSH")
    opt_out(actor=actor(patient.user), contact_id=point.id, now=NOW)

    register(patient.user, Browser("https://web.push.apple.com/y"))

    assert ways(patient) == {"EMAIL": "jane@example.org"}


def test_an_address_of_their_own_takes_the_place_of_the_login(patient):
    ContactPointFactory(patient=patient, value="own@example.org")
    register(patient.user)

    assert ways(patient)["EMAIL"] == "own@example.org"


def test_a_new_device_keeps_the_quiet_hours_of_its_owner(patient):
    ContactPointFactory(patient=patient)
    hours = {"quiet_from": dt.time(22), "quiet_to": dt.time(7)}
    ContactPointFactory(patient=patient, **hours)

    register(patient.user)

    person = get_recipients(patient.id, NOW)[0]
    (push,) = [one for one in person.addresses if one.channel == "PUSH"]
    assert (push.quiet_from, push.quiet_to) == (dt.time(22), dt.time(7))


def test_the_inbox_is_a_way_for_who_has_an_account(patient):
    use_account_channel(actor=actor(patient.user), channel="IN_APP")
    assert ways(patient)["IN_APP"] == str(patient.user_id)

    models.User.objects.update(is_active=False)
    assert ways(patient) == {}


def test_the_silence_of_the_dead_holds_for_their_devices(patient):
    register(patient.user)
    models.Patient.objects.update(is_deceased=True)

    assert ways(patient) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endpoint": "https://169.254.169.254/"}, "push_endpoint_refused"),
        ({"endpoint": "http://fcm.googleapis.com/x"}, "push_endpoint_refused"),
        (
            {"endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
            "push_endpoint_refused",
        ),
        ({"p256dh": "x"}, "push_keys_invalid"),
        # Of the right length, and no point of the curve.
        ({"p256dh": "BAAA" + "A" * 83}, "push_keys_invalid"),
        ({"auth": "x"}, "push_keys_invalid"),
    ],
    ids=["inside", "plain", "oversized", "no key", "off the curve", "no secret"],
)
def test_what_cannot_be_a_browser_is_refused(changes, code):
    assert refused(**changes) == code
    assert not models.PushSubscription.objects.exists()


def test_without_a_key_of_the_service_nothing_is_registered(settings):
    settings.VAPID_PRIVATE_KEY = ""

    assert refused() == "push_off"


@pytest.mark.parametrize(
    ("value", "code"),
    [("", "wechat_invalid"), ("o6_bmjrPTlm 6_2sgVt7hMZOPfL2M", "wechat_invalid")],
)
def test_what_is_no_user_of_wechat_is_refused(patient, value, code):
    nurse = staff_actor(patient.site)

    with pytest.raises(Refusal) as caught:
        add_contact_point(
            actor=nurse, patient_id=patient.id, channel="WECHAT", value=value
        )

    assert str(caught.value) == code


def test_a_user_of_wechat_is_reached_there(patient):
    add_contact_point(
        actor=staff_actor(patient.site),
        patient_id=patient.id,
        channel="WECHAT",
        value=" o6_bmjrPTlm6_2sgVt7hMZOPfL2M ",
    )

    assert ways(patient) == {"WECHAT": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"}


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_on_one_device_leave_it_to_one(patient):
    users, errors = [patient.user, UserFactory()], []

    def run(user: Any) -> None:
        try:
            register(user)
        except Exception as error:  # noqa: BLE001 - the test wants every one
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(user,)) for user in users]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert errors == []
    assert len(live()) == 1


def test_a_device_that_ended_is_forgotten_after_its_days(patient: Any) -> None:
    live, gone = (
        register(patient.user, Browser(f"{BROWSER.endpoint}-{name}"))
        for name in ("phone", "tablet")
    )
    end_subscriptions([str(gone.id)], NOW)

    assert forget_ended(now=NOW + ENDED_KEPT_FOR) == 0
    assert forget_ended(now=NOW + ENDED_KEPT_FOR + dt.timedelta(seconds=1)) == 1

    assert [one.id for one in models.PushSubscription.objects.all()] == [live.id]
