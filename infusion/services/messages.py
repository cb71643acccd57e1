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
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from infusion import dispatch
from infusion.domain import delivery
from infusion.domain.delivery import Outcome, Tried
from infusion.notifications import texts
from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
)
from infusion.notifications.channels.registry import Channels
from infusion.selectors import deliveries
from infusion.selectors.deliveries import Delivery
from infusion.services import leases, sweeps
from infusion.services.leases import Lease, Try
from infusion.services.routing import Known, Route, Undeliverable, find_route
from patients.domain.contacts import STAFF, quiet_ends_at
from patients.selectors import people

log = structlog.get_logger(__name__)

# With a slow provider the rest of a batch goes back before the task is killed.
BATCH_SECONDS = 40.0


class Ready(NamedTuple):
    """A message that is written and may leave."""

    found: Delivery
    lease: Lease
    route: Route
    outgoing: Outgoing


class Found(NamedTuple):
    """What was just read of a wave."""

    messages: Mapping[uuid.UUID, Delivery]
    people: Known


def deliver_messages(
    *,
    ids: Sequence[uuid.UUID],
    leased_until: dt.datetime,
    offset: dt.timedelta,
    channels: Channels,
) -> None:
    """Deliver a batch; what does not fit in time goes back.

    Where a provider knows each message by its key several leave side by side. All others
    are delivered each for itself.
    """
    give_up_at = time.monotonic() + BATCH_SECONDS
    wide = channels.side_by_side()
    # What was looked at together leaves at once: none waits for another of its wave.
    size = min(wide.values(), default=sweeps.PER_TASK)
    for start in range(0, len(ids), size):
        wave = ids[start : start + size]
        if time.monotonic() > give_up_at:
            sweeps.give_back(ids[start:], leased_until)
            return
        taken = leases.take_up_many(wave, leased_until, offset, list(wide))
        _deliver_wave(taken, channels, give_up_at)
        for number, one in enumerate(wave):
            if time.monotonic() > give_up_at:
                sweeps.give_back(ids[start + number :], leased_until)
                return
            if one not in taken:
                deliver_message(one, leased_until, offset, channels)
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
    lease = leases.take_up(message_id, claimed_until, offset)
    if lease is not None:
        _deliver_alone(message_id, lease, channels)


def _deliver_alone(message_id: uuid.UUID, lease: Lease, channels: Channels) -> None:
    with _blamed_on(message_id, lease):
        found = deliveries.load_delivery(message_id, lease.now)
        if ready := _prepare(found, lease, channels, None):
            _finish(ready, _send(ready.outgoing, ready.route.address.channel, channels))


@contextmanager
def _blamed_on(message_id: uuid.UUID, lease: Lease) -> Iterator[None]:
    """Settle a message by the error that it met; a bad row must not stop the others."""
    try:
        yield
    except (InterfaceError, OperationalError):
        # The database is away, not the row broken: the lease frees it later.
        raise
    except Undeliverable as error:
        leases.settle(message_id, lease, error.step)
    except texts.TextError as error:
        leases.fail(message_id, lease, error.code)
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others
        log.warning("message_broken", message_id=str(message_id), error=_place(error))
        leases.fail(message_id, lease, "internal_error")


def _deliver_wave(
    taken: Mapping[uuid.UUID, Lease], channels: Channels, give_up_at: float
) -> None:
    """Deliver messages side by side, and alone those that may not leave so."""
    if not taken:
        return
    alone = _try_together(taken, channels)
    for number, one in enumerate(alone):
        if time.monotonic() > give_up_at:
            leases.give_back(alone[number:], taken[one])
            return
        _deliver_alone(one, taken[one], channels)


def _try_together(
    taken: Mapping[uuid.UUID, Lease], channels: Channels
) -> Sequence[uuid.UUID]:
    """Look at messages together, send them at once, and return those left alone."""
    found = _look_at(taken)
    if found is None:
        return list(taken)
    wave: list[Ready] = []
    alone: list[uuid.UUID] = []
    for one, lease in taken.items():
        with _blamed_on(one, lease):
            ready = _prepare(found.messages[one], lease, channels, found.people)
            if ready and channels.has_key(ready.route.address):
                wave.append(ready)
            elif ready:
                alone.append(one)
    _record_wave(_send_wave(_still_ours(wave), channels))
    return alone


def _look_at(taken: Mapping[uuid.UUID, Lease]) -> Found | None:
    """Load a wave and its readers; None when something in it is broken."""
    now = next(iter(taken.values())).now
    try:
        messages = deliveries.load_deliveries(list(taken), now)
        wanted: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for one in messages.values():
            if one.patient_id:
                staff = one.user_id if one.person_kind == STAFF else None
                wanted[one.patient_id] |= {staff} if staff else set()
        return Found(messages, people.recipients_of(wanted, now))
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - each is tried alone, and tells itself
        log.warning("wave_broken", error=_place(error))
        return None


def _still_ours(wave: Sequence[Ready]) -> list[Ready]:
    """Leave out what was cancelled while the wave was looked at."""
    if not wave:
        return []
    ids = [ready.found.message_id for ready in wave]
    ours = leases.still_ours(ids, wave[0].lease)
    return [ready for ready in wave if ready.found.message_id in ours]


def _send_wave(
    wave: Sequence[Ready], channels: Channels
) -> list[tuple[Ready, Try | Exception]]:
    """Speak to the providers side by side; no database in there."""
    if not wave:
        return []
    with ThreadPoolExecutor(len(wave)) as pool:
        tries = pool.map(partial(_try_to_send, channels), wave)
        return list(zip(wave, tries, strict=True))


def _try_to_send(channels: Channels, ready: Ready) -> Try | Exception:
    try:
        return _send(ready.outgoing, ready.route.address.channel, channels)
    except Exception as error:  # noqa: BLE001 - told where the database is at hand
        return error


def _record_wave(tries: Sequence[tuple[Ready, Try | Exception]]) -> None:
    """Write down at once what was taken, and each for itself what was not."""
    accepted = {
        ready.found.message_id: one
        for ready, one in tries
        if isinstance(one, Try) and one.tried.outcome is Outcome.ACCEPTED
    }
    done = _record_taken(accepted, tries[0][0].lease) if accepted else frozenset()
    for ready, one in tries:
        if ready.found.message_id in done:
            continue
        with _blamed_on(ready.found.message_id, ready.lease):
            if isinstance(one, Exception):
                raise one
            _finish(ready, one)


def _record_taken(
    accepted: Mapping[uuid.UUID, Try], lease: Lease
) -> frozenset[uuid.UUID]:
    try:
        return leases.record_taken(accepted, lease)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - the bad one is found one by one
        log.warning("wave_not_recorded", error=_place(error))
        return frozenset()


def _place(error: Exception) -> str:
    """Name the kind of an unknown error and its place; its text may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    place = (
        f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    )
    return f"{type(error).__name__}{place}"


def _prepare(
    found: Delivery, lease: Lease, channels: Channels, known: Known | None
) -> Ready | None:
    """Look whether a message is still true, and write it; None when it does not leave.

    :raises Undeliverable: when there is nobody, or no way to them.
    """
    if step := delivery.before_sending(found.owed, lease.now):
        leases.call_off(found, lease, step)
        return None
    route = find_route(found, lease.now, channels, known)
    if step := delivery.held_until(found.owed, _quiet_until(route, lease), lease.now):
        before = found.owed.attempts - 1
        leases.settle(found.message_id, lease, step, attempts=before)
        return None
    return Ready(found, lease, route, _write(found, route, lease.now))


def _finish(ready: Ready, one: Try) -> None:
    """Write down what came of a try."""
    chance = random.random()  # noqa: S311 - spreads retries, guards nothing
    step = delivery.after_sending(
        ready.found.owed,
        one.tried,
        ready.lease.now,
        chance,
        turns_to_other=ready.route.turns_to_other(one.tried.outcome),
    )
    leases.record(ready.found.message_id, ready.lease, step, one)


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
