"""Sweep: free what a dead worker held, claim what is due, hand it to the workers.

Due is what the database's clock says, so a worker with a wrong clock sends nothing
early or late. A sweep may run twice, late or beside another: one of them takes a row.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection
from django.db.models.functions import Now

from infusion import dispatch, models
from infusion.domain.pulse import BEAT, SWEEP
from infusion.domain.states import MessageStatus
from infusion.selectors import deliveries

log = structlog.get_logger(__name__)

# Larger claims gain little and hold their locks for longer.
PER_CLAIM = 1_000
PER_TASK = 50
# A site's rows on their way at once; the next sweep goes on where this one stopped.
SITE_LIMIT = 1_000
# From the claim until a worker takes the row up; then the worker's own lease counts.
CLAIM_LEASE = dt.timedelta(minutes=5)

HandOver = Callable[[Sequence[uuid.UUID], dt.datetime], bool]

# The inner query is an array, so that the planner looks its few ids up one by one.
_CLAIM = """
UPDATE infusion_message SET
    status = CASE WHEN expires_at <= now() + %(offset)s
                  THEN 'EXPIRED' ELSE 'SENDING' END,
    reason = CASE WHEN expires_at <= now() + %(offset)s THEN 'too_late' ELSE '' END,
    lease_until = CASE WHEN expires_at > now() + %(offset)s
                       THEN now() + %(lease)s END
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_message
    WHERE status = 'PENDING' AND site_id = %(site_id)s{only}
      AND coalesce(not_before, due_at) <= now() + %(offset)s
    ORDER BY coalesce(not_before, due_at)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED))
RETURNING id, lease_until
"""
_CLAIM_ANY = _CLAIM.format(only="")
_CLAIM_URGENT = _CLAIM.format(only=" AND is_urgent")
_FREE = """
UPDATE infusion_message SET status = 'PENDING', lease_until = NULL
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_message
    WHERE status = 'SENDING' AND lease_until < now()
    FOR UPDATE SKIP LOCKED))
"""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What one sweep did."""

    freed: int
    expired: int
    claimed: int


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Rows that were due: those now held until an instant, and those too late."""

    held: tuple[uuid.UUID, ...]
    expired: int
    leased_until: dt.datetime | None


def sweep_messages(
    *, offset: dt.timedelta, from_beat: bool = False, hand_over: HandOver | None = None
) -> Sweep:
    """Claim every due message and hand it over; a site beyond its limit waits.

    ``offset`` is how far the clock of a demo is ahead, zero in production.
    """
    if from_beat:
        show_life(BEAT, offset)
    freed = free_dead_claims()
    # What is urgent overtakes: claimed first, within a room of its own.
    claims = [
        *_claim_and_hand_over(offset, hand_over or to_urgent_workers, is_urgent=True),
        *_claim_and_hand_over(offset, hand_over or to_workers),
    ]
    show_life(SWEEP, offset)
    done = Sweep(
        freed=freed,
        expired=sum(claim.expired for claim in claims),
        claimed=sum(len(claim.held) for claim in claims),
    )
    if freed or claims:
        log.info("swept", freed=freed, expired=done.expired, claimed=done.claimed)
    return done


def show_life(name: str, offset: dt.timedelta) -> None:
    """Note that a part of the background is alive."""
    models.Heartbeat.objects.bulk_create(
        [models.Heartbeat(name=name, at=Now() + offset)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def free_dead_claims() -> int:
    """Make messages due again whose worker has not kept its lease."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE)
        return int(cursor.rowcount)


def _claim_and_hand_over(
    offset: dt.timedelta, hand_over: HandOver, *, is_urgent: bool = False
) -> Iterator[Claim]:
    """Go round the waiting sites, a fair share each, until none waits."""
    while sites := deliveries.list_waiting_sites(
        offset, SITE_LIMIT, is_urgent=is_urgent
    ):
        share = max(PER_TASK, PER_CLAIM // len(sites))
        claims = [
            claim_due(site.site_id, offset, min(share, site.room), is_urgent=is_urgent)
            for site in sites
        ]
        yield from claims
        if not _hand_over(claims, hand_over):
            return
        if not any(claim.held or claim.expired for claim in claims):
            # Another sweep holds what is left.
            return


def claim_due(
    site_id: uuid.UUID, offset: dt.timedelta, limit: int, *, is_urgent: bool = False
) -> Claim:
    """Take due rows of a site in one statement; rows that another takes are skipped."""
    values: dict[str, Any] = {
        "site_id": site_id,
        "offset": offset,
        "limit": limit,
        "lease": CLAIM_LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_URGENT if is_urgent else _CLAIM_ANY, values)
        rows = cursor.fetchall()
    held = tuple(row_id for row_id, leased_until in rows if leased_until)
    until = next((leased_until for _, leased_until in rows if leased_until), None)
    return Claim(held=held, expired=len(rows) - len(held), leased_until=until)


def _hand_over(claims: Sequence[Claim], hand_over: HandOver) -> bool:
    """Hand claims over in task-sized parts; give back what nobody takes."""
    parts = list(_in_turns(claims))
    for number, (ids, leased_until) in enumerate(parts):
        if not hand_over(ids, leased_until):
            for left, until in parts[number:]:
                give_back(left, until)
            return False
    return True


def _in_turns(
    claims: Sequence[Claim],
) -> Iterator[tuple[Sequence[uuid.UUID], dt.datetime]]:
    """Return the parts of claims, one of each site in turn: a flood holds nobody up."""
    longest = max((len(claim.held) for claim in claims), default=0)
    for start in range(0, longest, PER_TASK):
        for claim in claims:
            part = claim.held[start : start + PER_TASK]
            if part and claim.leased_until is not None:
                yield part, claim.leased_until


def to_workers(ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> bool:
    """Start a task for these messages and say whether the broker took it."""
    return dispatch.send(
        dispatch.DELIVER_MESSAGES,
        message_ids=[str(one) for one in ids],
        leased_until=leased_until.isoformat(),
    )


def to_urgent_workers(ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> bool:
    """Start a task in the queue of what overtakes, and say whether it was taken."""
    return dispatch.send(
        dispatch.DELIVER_URGENT,
        message_ids=[str(one) for one in ids],
        leased_until=leased_until.isoformat(),
    )


def give_back(ids: Sequence[uuid.UUID], leased_until: dt.datetime) -> int:
    """Make claimed messages due again at once; those held by others stay."""
    rows = models.Message.objects.filter(
        id__in=ids, status=MessageStatus.SENDING, lease_until=leased_until
    )
    return rows.update(status=MessageStatus.PENDING, lease_until=None)
