"""Keeps the devices on which a person lets themselves be told."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet

from patients import models
from patients.domain.contacts import OF_THE_ACCOUNT, PUSH
from patients.domain.profiles import check_listed
from patients.domain.push import has_shape, is_allowed, key_bytes
from patients.domain.refusals import NotFound, Refusal
from patients.models import SubscriptionEnd
from patients.policy import Actor
from patients.services.writing import violated, written_by

# A person has a phone, a tablet, a computer at work; more is a leak.
MOST_DEVICES = 10
# So long it can be told why a device is told nothing any more; its address and its keys
# serve nobody.
ENDED_KEPT_FOR = dt.timedelta(days=30)


class EndpointRefused(Refusal):
    """The address is not of a push service this installation posts to."""

    code = "push_endpoint_refused"


class KeysInvalid(Refusal):
    """The keys are not those of a browser."""

    code = "push_keys_invalid"


class PushOff(Refusal):
    """This installation has no key to sign push messages with."""

    code = "push_off"


def add_subscription(
    *,
    actor: Actor,
    endpoint: str,
    p256dh: str,
    auth: str,
    label: str,
    now: dt.datetime,
) -> models.PushSubscription:
    """Store a device of the actor; the same one again keeps its row.

    A device belongs to who signed in on it last: with another account it is that one's.

    :raises PushOff: when this installation sends no push messages.
    :raises EndpointRefused: when messages would be posted to a stranger's server.
    :raises KeysInvalid: when nothing can be encrypted for such keys.
    """
    if not settings.VAPID_PRIVATE_KEY:
        raise PushOff
    if not is_allowed(endpoint, settings.PUSH_SERVICES):
        raise EndpointRefused(field="endpoint")
    _check_keys(p256dh, auth)
    keys = {"p256dh": p256dh, "auth": auth, "label": label}
    try:
        return _store(actor, endpoint, keys, now)
    except IntegrityError as error:
        if violated(error) != "one_account_a_push_endpoint":
            raise
        # Two accounts on one device in the same moment: the later one has it.
        return _store(actor, endpoint, keys, now)


def _store(
    actor: Actor, endpoint: str, keys: Mapping[str, str], now: dt.datetime
) -> models.PushSubscription:
    live = models.PushSubscription.objects.filter(ended_at=None, endpoint=endpoint)
    with written_by(actor):
        _lock_account(actor.user_id)
        _end(live.exclude(user_id=actor.user_id), SubscriptionEnd.TAKEN_OVER, now)
        row, _ = live.update_or_create(
            user_id=actor.user_id,
            defaults=keys,
            create_defaults={**keys, "endpoint": endpoint},
        )
        _end_oldest(actor.user_id, now)
        _points(actor, PUSH)
    return row


def _check_keys(p256dh: str, auth: str) -> None:
    if not has_shape(p256dh, auth):
        raise KeysInvalid(field="p256dh")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key_bytes(p256dh))
    except ValueError:
        # Of the right length, and not on the curve.
        raise KeysInvalid(field="p256dh") from None


def _lock_account(user_id: uuid.UUID) -> None:
    """Let registrations of one account follow each other."""
    rows = models.User.objects.select_for_update(no_key=True).filter(id=user_id)
    list(rows.values_list("id"))


def _end_oldest(user_id: uuid.UUID, now: dt.datetime) -> None:
    live = models.PushSubscription.objects.filter(ended_at=None, user_id=user_id)
    kept = live.order_by("-id").values_list("id", flat=True)[:MOST_DEVICES]
    _end(live.exclude(id__in=list(kept)), SubscriptionEnd.CROWDED_OUT, now)


def remove_subscription(
    *, actor: Actor, subscription_id: uuid.UUID, now: dt.datetime
) -> None:
    """Send nothing more to a device of the actor; twice is once.

    :raises NotFound: when it is not one of theirs.
    """
    own = models.PushSubscription.objects.filter(user_id=actor.user_id)
    rows = own.filter(id=subscription_id)
    with written_by(actor):
        if not rows.exists():
            raise NotFound(field="subscription")
        _end(rows.filter(ended_at=None), SubscriptionEnd.REMOVED, now)


def end_subscriptions(ids: Collection[str], now: dt.datetime) -> None:
    """Forget devices of which their push service says that they are gone."""
    live = models.PushSubscription.objects.filter(ended_at=None, id__in=ids)
    _end(live, SubscriptionEnd.GONE, now)


def forget_ended(*, now: dt.datetime) -> int:
    """Delete devices that ended long enough ago; return how many."""
    old = models.PushSubscription.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR)
    return old.delete()[0]


def _end(
    rows: QuerySet[models.PushSubscription], reason: SubscriptionEnd, now: dt.datetime
) -> None:
    rows.update(ended_at=now, end_reason=reason)


def use_account_channel(*, actor: Actor, channel: str) -> None:
    """Let the actor be told over a channel of their account, as who they are.

    It is their own wish: an earlier wish not to be told there is over.
    """
    check_listed(channel, tuple(sorted(OF_THE_ACCOUNT)), field="channel")
    with written_by(actor):
        for point in _points(actor, channel):
            if point.opted_out_at is not None:
                point.opted_out_at = None
                point.save(update_fields=["opted_out_at"])


def leave_account_channel(*, actor: Actor, channel: str, now: dt.datetime) -> None:
    """Tell the actor nothing more over a channel of their account."""
    check_listed(channel, tuple(sorted(OF_THE_ACCOUNT)), field="channel")
    with written_by(actor):
        for point in _points(actor, channel):
            if point.opted_out_at is None:
                point.opted_out_at = now
                point.save(update_fields=["opted_out_at"])


def _points(actor: Actor, channel: str) -> list[models.ContactPoint]:
    """Return the entries of a channel of the account, made when there are none.

    A patient with an account is one person and has one entry; somebody who also cares
    for others has a second.
    """
    owners: list[dict[str, Any]] = []
    if actor.own_patient_id:
        owners.append({"patient_id": actor.own_patient_id})
    if actor.is_staff or actor.cared_patient_ids or not owners:
        owners.append({"user_id": actor.user_id})
    value = str(actor.user_id)
    return [_point(owner, channel, value) for owner in owners]


def _point(owner: Mapping[str, Any], channel: str, value: str) -> models.ContactPoint:
    """Return one entry; a new one keeps the quiet hours its owner has elsewhere."""
    rows = models.ContactPoint.objects.filter(**owner)
    quiet = rows.filter(quiet_from__isnull=False).order_by("rank", "id")
    hours: Mapping[str, Any] = quiet.values("quiet_from", "quiet_to").first() or {}
    found, _ = rows.get_or_create(
        channel=channel, value=value, defaults={**hours, **owner}
    )
    return found
