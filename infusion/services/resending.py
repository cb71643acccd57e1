"""Sends a message again because a person asks for it, as a message of its own.

The new one is looked at like any other right before it leaves: what has moved, is done or
is muted meanwhile stays unsaid.
"""

import datetime as dt
import uuid

from infusion import catalogue, dispatch, models
from infusion.catalogue.alerts import span_of
from infusion.domain import delivery
from infusion.domain.refusals import Refusal
from infusion.domain.states import MessageStatus
from infusion.selectors import deliveries
from infusion.selectors.ledger import ledger_version, same_news
from infusion.services.common import VersionOutdated
from infusion.services.ledger import following_up
from infusion.services.routing import Undeliverable, find_recipient
from patients.policy import Actor

_ON_ITS_WAY = (MessageStatus.PENDING, MessageStatus.SENDING)


class ResendOnItsWay(Refusal):
    """The message, or one sent again in its place, has not left yet."""

    code = "resend_on_its_way"


class ResendTooSoon(Refusal):
    """It was sent a moment ago: a second one so soon is a double."""

    code = "resend_too_soon"


class ResendTooLate(Refusal):
    """What it speaks of is over: it would be of no use any more."""

    code = "resend_too_late"


class ResendMuted(Refusal):
    """Nothing is said to this family for now."""

    code = "resend_muted"


class ResendPointless(Refusal):
    """There is no reason for the message any more: moved, done or cancelled."""

    code = "resend_pointless"


class ResendNobody(Refusal):
    """The person is no recipient any more, or has no address."""

    code = "resend_nobody"


def resend(
    *, actor: Actor, message_id: uuid.UUID, expected_version: int, now: dt.datetime
) -> models.Message:
    """Owe a message anew, at once, to the same person.

    :raises NotFound: when there is no such message of a course for the actor.
    :raises VersionOutdated: when something happened to it that the actor has not seen.
    :raises ResendOnItsWay: when it, or one sent in its place, is still on its way.
    :raises ResendTooSoon: within the minutes of the site after the last one.
    :raises ResendTooLate: when it has expired.
    :raises ResendMuted: when its reader is muted.
    :raises ResendPointless: when its reason is gone.
    :raises ResendNobody: when its reader is gone, or has no address.
    """
    with following_up(actor, message_id) as first:
        if expected_version != ledger_version(first):
            raise VersionOutdated(field="version")
        _check_rest(first, now)
        _check_reason(first, now)
        row = _copy(first, now)
        models.Resending.objects.create(
            message=row,
            first=first,
            number=first.resendings.count() + 1,
            at=now,
            by_id=actor.user_id,
        )
        dispatch.after_commit(dispatch.SWEEP_MESSAGES)
    return row


def _check_rest(first: models.Message, now: dt.datetime) -> None:
    """Refuse a double: what is on its way, and what left or was asked for just now."""
    everything = list(same_news(first))
    if any(one.status in _ON_ITS_WAY for one in everything):
        raise ResendOnItsWay(field="message")
    policy = catalogue.site_policy(first.site.policy)
    rest = span_of(policy, "resend_after_minutes")
    left = [one.due_at for one in everything if one.is_resend]
    left += [one.sent_at for one in everything if one.sent_at]
    if left and now - max(left) < rest:
        minutes = int(rest.total_seconds() // 60)
        raise ResendTooSoon(field="message", minutes=minutes)


def _check_reason(first: models.Message, now: dt.datetime) -> None:
    """Look as a worker would whether there is still somebody, and something, to tell."""
    found = deliveries.load_delivery(first.id, now)
    step = delivery.before_sending(deliveries.afresh(found.owed), now)
    if step is not None:
        if step.status is MessageStatus.EXPIRED:
            raise ResendTooLate(field="message")
        if step.reason == delivery.MUTED:
            raise ResendMuted(field="message")
        raise ResendPointless(field="message")
    try:
        reader = find_recipient(found, now)
    except Undeliverable:
        raise ResendNobody(field="message") from None
    if not reader.addresses:
        raise ResendNobody(field="message")


def _copy(first: models.Message, now: dt.datetime) -> models.Message:
    return models.Message.objects.create(
        site_id=first.site_id,
        course_id=first.course_id,
        plan_version_id=first.plan_version_id,
        kind=first.kind,
        event=first.event,
        subject_kind=first.subject_kind,
        subject_id=first.subject_id,
        bag_id=first.bag_id,
        event_at=first.event_at,
        person_kind=first.person_kind,
        patient_id=first.patient_id,
        user_id=first.user_id,
        channel=first.channel,
        due_at=now,
        expires_at=first.expires_at,
        is_urgent=first.is_urgent,
        is_resend=True,
    )
