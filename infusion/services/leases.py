"""Who holds a message: taking it up, and writing down what became of it while it is ours.

The exact end of a lease is the token of the one who holds the row. Whatever is written
is written only while the token is still there.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from infusion import models
from infusion.domain import delivery
from infusion.domain.delivery import Step, Tried
from infusion.domain.states import MessageStatus
from infusion.selectors.deliveries import Delivery
from infusion.services.reports import catch_up
from patients.services.push import end_subscriptions

log = structlog.get_logger(__name__)

# Longer than a task may live: nobody else takes up a row that is still being sent.
SEND_LEASE = dt.timedelta(seconds=150)
_LONGEST_MARK = 200

# The clock is the database's, moved by the offset of a demo.
_TAKE_UP = """
UPDATE infusion_message SET
    lease_until = clock_timestamp() + %(lease)s, attempts = attempts + 1
WHERE id = %(id)s AND status = 'SENDING' AND lease_until = %(token)s
RETURNING lease_until, clock_timestamp() + %(offset)s
"""
# A message that was tried before is delivered alone: should it be the one that kills its
# worker, no other is given up with it. Nor is one taken that a plan change is writing:
# who held some and waited for others could stand in its way, and it in ours.
_TAKE_UP_MANY = """
UPDATE infusion_message SET
    lease_until = statement_timestamp() + %(lease)s, attempts = attempts + 1
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_message
    WHERE id = ANY (%(ids)s) AND status = 'SENDING' AND lease_until = %(token)s
      AND attempts = 0 AND channel = ANY (%(channels)s)
    FOR UPDATE SKIP LOCKED))
RETURNING id, lease_until, statement_timestamp() + %(offset)s
"""


class Lease(NamedTuple):
    """A row that is ours: its token, when we took it up, and the clock's offset."""

    token: dt.datetime
    now: dt.datetime
    offset: dt.timedelta


class Try(NamedTuple):
    """One conversation with a channel."""

    channel: str
    tried: Tried
    provider_id: str = ""
    # Devices of the reader that are none any more.
    gone: tuple[str, ...] = ()


def take_up(
    message_id: uuid.UUID, claimed_until: dt.datetime, offset: dt.timedelta
) -> Lease | None:
    """Turn the claim into this worker's own lease, if the claim still holds."""
    values: dict[str, Any] = {
        "id": message_id,
        "token": claimed_until,
        "lease": SEND_LEASE,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP, values)
        row = cursor.fetchone()
    return Lease(row[0], row[1], offset) if row else None


def take_up_many(
    ids: Sequence[uuid.UUID],
    claimed_until: dt.datetime,
    offset: dt.timedelta,
    channels: Sequence[str],
) -> dict[uuid.UUID, Lease]:
    """Take up what of a claim was never tried and goes over these channels, at once.

    All of them carry the same lease.
    """
    if not channels:
        return {}
    values: dict[str, Any] = {
        "ids": list(ids),
        "token": claimed_until,
        "lease": SEND_LEASE,
        "offset": offset,
        "channels": list(channels),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP_MANY, values)
        return {one: Lease(token, now, offset) for one, token, now in cursor.fetchall()}


def still_ours(ids: Collection[uuid.UUID], lease: Lease) -> set[uuid.UUID]:
    """Return which messages of one lease nobody has taken away meanwhile."""
    return set(_held(ids, lease).values_list("id", flat=True))


def give_back(ids: Collection[uuid.UUID], lease: Lease) -> None:
    """Make messages of one lease due again at once, as if never taken up."""
    _held(ids, lease).update(
        status=MessageStatus.PENDING, lease_until=None, attempts=F("attempts") - 1
    )


def _held(ids: Collection[uuid.UUID], lease: Lease) -> QuerySet[models.Message]:
    return models.Message.objects.filter(
        id__in=ids, status=MessageStatus.SENDING, lease_until=lease.token
    )


@transaction.atomic
def call_off(found: Delivery, lease: Lease, step: Step) -> None:
    """Settle what must not leave; of what a mute keeps back it is written by which."""
    is_ours = settle(found.message_id, lease, step)
    if is_ours and found.mute and step.reason == delivery.MUTED:
        models.KeptBack.objects.create(
            message_id=found.message_id, mute=found.mute, at=lease.now
        )


@transaction.atomic
def record(message_id: uuid.UUID, lease: Lease, step: Step, one: Try) -> None:
    """Append the try and settle the message in one transaction."""
    is_ours = settle(message_id, lease, step)
    _attempt(message_id, lease, one, is_ours=is_ours).save(force_insert=True)
    if one.gone:
        end_subscriptions(one.gone, lease.now)
    if is_ours:
        # The row is locked since it was settled: a report came before it or comes after.
        catch_up(message_id, lease.now)


def settle(message_id: uuid.UUID, lease: Lease, step: Step, **changes: Any) -> bool:
    """Write the next status while the row is still ours, and say whether it was."""
    if step.status is MessageStatus.SENT:
        changes["sent_at"] = Now() + lease.offset
    is_ours = bool(
        _held([message_id], lease).update(
            status=step.status,
            reason=step.reason,
            not_before=step.not_before,
            lease_until=None,
            **changes,
        )
    )
    _tell(message_id, step, is_ours=is_ours)
    return is_ours


def fail(message_id: uuid.UUID, lease: Lease, code: str) -> None:
    """End a message that cannot be delivered."""
    settle(message_id, lease, Step(status=MessageStatus.FAILED, reason=code))


@transaction.atomic
def record_taken(taken: Mapping[uuid.UUID, Try], lease: Lease) -> frozenset[uuid.UUID]:
    """Append tries of one lease that a provider took, and settle them together.

    Return which: those that are not ours any more, or that another is writing now, are
    left to be recorded each for itself.
    """
    free = _held(taken, lease).select_for_update(skip_locked=True)
    ours = frozenset(free.values_list("id", flat=True))
    models.Message.objects.filter(id__in=ours).update(
        status=MessageStatus.SENT,
        reason="",
        not_before=None,
        lease_until=None,
        sent_at=Now() + lease.offset,
    )
    models.MessageAttempt.objects.bulk_create(
        _attempt(one, lease, taken[one], is_ours=True) for one in ours
    )
    if gone := [device for one in ours for device in taken[one].gone]:
        end_subscriptions(gone, lease.now)
    told = models.DeliveryReport.objects.filter(message_id__in=ours)
    for one in told.values_list("message_id", flat=True).distinct():
        catch_up(one, lease.now)
    for one in ours:
        _tell(one, Step(status=MessageStatus.SENT), is_ours=True)
    return ours


def _attempt(
    message_id: uuid.UUID, lease: Lease, one: Try, *, is_ours: bool
) -> models.MessageAttempt:
    return models.MessageAttempt(
        message_id=message_id,
        at=lease.now,
        channel=one.channel,
        outcome=one.tried.outcome,
        # Cancelled or freed while it was on its way: the ledger says so.
        detail=one.tried.code if is_ours else "not_ours_any_more",
        provider_id=_stored(one.provider_id),
    )


def _stored(provider_id: str) -> str:
    """Return what of a provider's mark can be stored, whatever it is: it was sent."""
    return provider_id.replace("\0", "")[:_LONGEST_MARK]


def _tell(message_id: uuid.UUID, step: Step, *, is_ours: bool) -> None:
    log.info(
        "message_settled",
        message_id=str(message_id),
        status=str(step.status),
        reason=step.reason,
        is_ours=is_ours,
    )
