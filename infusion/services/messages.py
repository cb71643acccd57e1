"""Deliver claimed messages: lease, look again whether it is still true, send, record.

Nothing is locked while a channel is spoken to. Who holds a row is told by the exact end
of its lease: whatever a worker writes afterwards is written only while the row is still
its own, so a second worker, a late one or a plan change never loses to it.
"""

import datetime as dt
import random
import time
import traceback
import uuid
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from infusion import dispatch, models
from infusion.domain import delivery
from infusion.domain.delivery import Outcome, Step, Tried, Ways
from infusion.domain.states import MessageStatus
from infusion.notifications import texts
from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
)
from infusion.notifications.channels.registry import Channels
from infusion.selectors import deliveries
from infusion.selectors.deliveries import Delivery
from infusion.services import sweeps
from infusion.services.recipients import in_order
from infusion.services.reports import catch_up
from patients.domain.contacts import (
    PATIENT,
    STAFF,
    Address,
    Recipient,
    quiet_ends_at,
)
from patients.selectors import people
from patients.services.push import end_subscriptions

log = structlog.get_logger(__name__)

# Longer than a task may live: nobody else takes up a row that is still being sent.
SEND_LEASE = dt.timedelta(seconds=150)
# With a slow provider the rest of a batch goes back before the task is killed.
BATCH_SECONDS = 40.0
_LONGEST_MARK = 200

# The clock is the database's, moved by the offset of a demo.
_TAKE_UP = """
UPDATE infusion_message SET
    lease_until = clock_timestamp() + %(lease)s, attempts = attempts + 1
WHERE id = %(id)s AND status = 'SENDING' AND lease_until = %(token)s
RETURNING lease_until, clock_timestamp() + %(offset)s
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


@dataclass(frozen=True, kw_only=True)
class Route:
    """To whom a message goes, where, and what other ways there are."""

    recipient: Recipient
    address: Address
    ways: Ways

    def turns_to_other(self, outcome: Outcome) -> bool:
        """Say whether the next try after such an outcome goes over another channel."""
        after = self.ways.after(self.address.channel, outcome).best()
        return after not in {None, self.address.channel}


class Undeliverable(Exception):
    """There is no way to the person; the step says what that makes of the message."""

    def __init__(self, status: MessageStatus, code: str) -> None:
        super().__init__(code)
        self.step = Step(status=status, reason=code)


def deliver_messages(
    *,
    ids: Sequence[uuid.UUID],
    leased_until: dt.datetime,
    offset: dt.timedelta,
    channels: Channels,
) -> None:
    """Deliver a batch, each message for itself; what does not fit in time goes back."""
    give_up_at = time.monotonic() + BATCH_SECONDS
    for number, message_id in enumerate(ids):
        if time.monotonic() > give_up_at:
            sweeps.give_back(ids[number:], leased_until)
            return
        deliver_message(message_id, leased_until, offset, channels)
    if len(ids) == sweeps.PER_TASK:
        # A full batch: more may be due than the last sweep was allowed to claim.
        dispatch.send(dispatch.SWEEP_MESSAGES)


def deliver_message(
    message_id: uuid.UUID,
    claimed_until: dt.datetime,
    offset: dt.timedelta,
    channels: Channels,
) -> None:
    """Deliver one message, unless somebody else has it; a bad row ends as FAILED."""
    lease = _take_up(message_id, claimed_until, offset)
    if lease is None:
        return
    try:
        _deliver(message_id, lease, channels)
    except (InterfaceError, OperationalError):
        # The database is away, not the row broken: the lease frees it later.
        raise
    except Undeliverable as error:
        _settle(message_id, lease, error.step)
    except texts.TextError as error:
        _fail(message_id, lease, error.code)
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others
        log.warning("message_broken", message_id=str(message_id), error=_place(error))
        _fail(message_id, lease, "internal_error")


def _place(error: Exception) -> str:
    """Name the kind of an unknown error and its place; its text may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    place = (
        f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def _take_up(
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


def _deliver(message_id: uuid.UUID, lease: Lease, channels: Channels) -> None:
    found = deliveries.load_delivery(message_id, lease.now)
    if step := delivery.before_sending(found.owed, lease.now):
        _call_off(found, lease, step)
        return
    route = _find_route(found, lease.now, channels)
    if step := delivery.held_until(found.owed, _quiet_until(route, lease), lease.now):
        _settle(message_id, lease, step, attempts=found.owed.attempts - 1)
        return
    one = _send(_write(found, route, lease.now), route.address.channel, channels)
    chance = random.random()  # noqa: S311 - spreads retries, guards nothing
    step = delivery.after_sending(
        found.owed,
        one.tried,
        lease.now,
        chance,
        turns_to_other=route.turns_to_other(one.tried.outcome),
    )
    _record(message_id, lease, step, one)


@transaction.atomic
def _call_off(found: Delivery, lease: Lease, step: Step) -> None:
    """Settle what must not leave; of what a mute keeps back it is written by which."""
    is_ours = _settle(found.message_id, lease, step)
    if is_ours and found.mute and step.reason == delivery.MUTED:
        models.KeptBack.objects.create(
            message_id=found.message_id, mute=found.mute, at=lease.now
        )


def _find_route(found: Delivery, now: dt.datetime, channels: Channels) -> Route:
    """Look the person up afresh and choose the address.

    :raises Undeliverable: when there is nobody, or no way to them.
    """
    recipient = find_recipient(found, now)
    if not recipient.addresses:
        raise Undeliverable(MessageStatus.FAILED, "no_address")
    usable = usable_addresses(found, recipient.addresses, channels)
    ways = Ways(tuple(one.channel for one in usable), found.past)
    best = ways.best()
    if best is None:
        code = "no_way_left" if usable else "no_adapter"
        raise Undeliverable(MessageStatus.FAILED, code)
    address = next(one for one in usable if one.channel == best)
    return Route(recipient=recipient, address=address, ways=ways)


def find_recipient(found: Delivery, now: dt.datetime) -> Recipient:
    """Return the person as they stand now.

    :raises Undeliverable: when they are no recipient any more.
    """
    staff = [found.user_id] if found.user_id and found.person_kind == STAFF else []
    known = (
        people.get_recipients(found.patient_id, now, staff)
        if found.patient_id
        else people.get_staff(found.site_id, staff)
    )
    for person in known:
        if person.kind == found.person_kind and (
            person.kind == PATIENT or person.user_id == found.user_id
        ):
            return person
    # A link or an account that has ended: nobody is owed this any more.
    raise Undeliverable(MessageStatus.CANCELLED, "no_recipient")


def usable_addresses(
    found: Delivery, addresses: Sequence[Address], channels: Channels
) -> list[Address]:
    """Return the addresses that can be served: the message's own channel first.

    A channel over which the person is owed the same news anyway is left to that row. A
    rule that names channels is sent over those, in its order, and over no others.
    """
    usable = [
        each
        for each in in_order(addresses, found.owed.rule)
        if each.channel in channels and each.channel not in found.other_channels
    ]
    return sorted(usable, key=lambda each: each.channel != found.channel)


def _quiet_until(route: Route, lease: Lease) -> dt.datetime:
    zone = zoneinfo.ZoneInfo(route.recipient.time_zone)
    address = route.address
    return quiet_ends_at(lease.now, zone, address.quiet_from, address.quiet_to)


def _write(found: Delivery, route: Route, now: dt.datetime) -> Outgoing:
    recipient = route.recipient
    reader = texts.Reader(
        given_name=recipient.given_name,
        language=recipient.language,
        time_zone=recipient.time_zone,
        is_staff=recipient.kind == STAFF,
    )
    text = texts.write(
        found.told,
        reader,
        found.owed.event_at,
        on_call=found.on_call_phone,
        link=course_link(found.course_id),
    )
    return Outgoing(
        message_id=found.message_id,
        address=route.address.value,
        subject=text.subject,
        body=text.body,
        short=text.short,
        language=recipient.language,
        lasts=found.owed.expires_at - now,
    )


def course_link(course_id: uuid.UUID | None) -> str:
    """Return where staff, signed in, see whom a message is about."""
    # Written out: a worker should not have to load every view for one address.
    place = f"courses/{course_id}/" if course_id else "alerts/"
    return f"{settings.PUBLIC_URL.rstrip('/')}/{place}"


def _send(outgoing: Outgoing, name: str, channels: Channels) -> Try:
    """Speak to the channel and say what came of it."""
    try:
        receipt = channels.get(name).send(outgoing)
    except AnswerLost as error:
        tried = Tried(
            outcome=Outcome.UNKNOWN, code=error.code, may_repeat=error.may_repeat
        )
        return Try(name, tried, gone=error.gone)
    except ChannelError as error:
        outcome = Outcome.REFUSED if error.permanent else Outcome.RETRY
        wait = error.retry_after or dt.timedelta(0)
        tried = Tried(outcome=outcome, code=error.code, wait=wait)
        return Try(name, tried, gone=error.gone)
    tried = Tried(outcome=Outcome.ACCEPTED)
    return Try(name, tried, receipt.provider_id, receipt.gone)


@transaction.atomic
def _record(message_id: uuid.UUID, lease: Lease, step: Step, one: Try) -> None:
    """Append the try and settle the message in one transaction."""
    is_ours = _settle(message_id, lease, step)
    models.MessageAttempt.objects.create(
        message_id=message_id,
        at=lease.now,
        channel=one.channel,
        outcome=one.tried.outcome,
        # Cancelled or freed while it was on its way: the ledger says so.
        detail=one.tried.code if is_ours else "not_ours_any_more",
        provider_id=_stored(one.provider_id),
    )
    if one.gone:
        end_subscriptions(one.gone, lease.now)
    if is_ours:
        # The row is locked since it was settled: a report came before it or comes after.
        catch_up(message_id, lease.now)


def _stored(provider_id: str) -> str:
    """Return what of a provider's mark can be stored, whatever it is: it was sent."""
    return provider_id.replace("\0", "")[:_LONGEST_MARK]


def _settle(message_id: uuid.UUID, lease: Lease, step: Step, **changes: Any) -> bool:
    """Write the next status while the row is still ours, and say whether it was."""
    if step.status is MessageStatus.SENT:
        changes["sent_at"] = Now() + lease.offset
    rows = models.Message.objects.filter(
        id=message_id, status=MessageStatus.SENDING, lease_until=lease.token
    )
    is_ours = bool(
        rows.update(
            status=step.status,
            reason=step.reason,
            not_before=step.not_before,
            lease_until=None,
            **changes,
        )
    )
    log.info(
        "message_settled",
        message_id=str(message_id),
        status=str(step.status),
        reason=step.reason,
        is_ours=is_ours,
    )
    return is_ours


def _fail(message_id: uuid.UUID, lease: Lease, code: str) -> None:
    _settle(message_id, lease, Step(status=MessageStatus.FAILED, reason=code))
