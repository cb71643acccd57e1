"""Reads what the delivery of messages needs, as frozen values."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from infusion import models
from infusion.domain.delivery import Outcome, Owed, Past
from infusion.domain.messages import NOTICE_RULES
from infusion.domain.reminders.rules import ReminderRule
from infusion.domain.reminders.texts import MessageText
from infusion.selectors.alert_notices import notice_rule
from infusion.selectors.mutes import mutes_over
from infusion.selectors.reminder_rules import RulesInForce, rules_in_force
from infusion.selectors.subjects import subject_now

# A loose walk over the index of what is owed: one probe a site with anything pending,
# then one probe whether anything of it is due. What a site has on its way counts
# against its room, so that the flood of one does not fill the queue of all.
_WAITING_SITES = """
WITH RECURSIVE site (id) AS (
    (SELECT site_id FROM infusion_message WHERE status = 'PENDING'{only}
     ORDER BY site_id LIMIT 1)
    UNION ALL
    SELECT (SELECT site_id FROM infusion_message
            WHERE status = 'PENDING'{only} AND site_id > site.id
            ORDER BY site_id LIMIT 1)
    FROM site WHERE site.id IS NOT NULL
), busy AS (
    SELECT site_id, count(*) AS number FROM infusion_message
    WHERE status = 'SENDING'{only} GROUP BY site_id
)
SELECT site.id, %(limit)s - coalesce(busy.number, 0)
FROM site LEFT JOIN busy ON busy.site_id = site.id
WHERE site.id IS NOT NULL
  AND coalesce(busy.number, 0) < %(limit)s
  AND EXISTS (
    SELECT FROM infusion_message
    WHERE status = 'PENDING'{only} AND site_id = site.id
      AND coalesce(not_before, due_at) <= now() + %(offset)s)
"""
# What is urgent has a walk and a room of its own.
_SITES = _WAITING_SITES.format(only="")
_URGENT_SITES = _WAITING_SITES.format(only=" AND is_urgent")
# The same news to the same person; an account and a patient apart, so that the unique
# index finds the few others whatever the crowd that is told of one thing.
_SAME_NEWS = """
SELECT given.id, other.channel
FROM infusion_message AS given
JOIN infusion_message AS other
  ON other.subject_id = given.subject_id AND other.kind = given.kind
 AND other.event_at = given.event_at AND {same_person}
 AND other.status <> 'CANCELLED' AND NOT other.is_resend AND other.id <> given.id
WHERE given.id = ANY (%(ids)s) AND NOT given.is_resend
"""
_BESIDE = " UNION ALL ".join(
    _SAME_NEWS.format(same_person=one)
    for one in (
        "other.patient_id IS NULL AND other.user_id = given.user_id",
        "other.patient_id = given.patient_id AND other.user_id IS NULL",
    )
)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A site with due messages, and how many more it may have on their way."""

    site_id: uuid.UUID
    room: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message with everything that decides about it, but for its reader."""

    message_id: uuid.UUID
    site_id: uuid.UUID
    owed: Owed
    # What to say: the text of the rule, or the notice of a name.
    told: str | MessageText
    course_id: uuid.UUID | None
    patient_id: uuid.UUID | None
    person_kind: str
    user_id: uuid.UUID | None
    channel: str
    # Channels over which the same person is owed the same news.
    other_channels: frozenset[str]
    past: tuple[Past, ...]
    on_call_phone: str
    # The mute that keeps it back now.
    mute: models.Mute | None = None


def list_waiting_sites(
    offset: dt.timedelta, limit: int, *, is_urgent: bool = False
) -> list[Waiting]:
    """List the sites that have due messages and room for more on their way."""
    values: dict[str, Any] = {"offset": offset, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_URGENT_SITES if is_urgent else _SITES, values)
        rows = cursor.fetchall()
    return [Waiting(site_id=site_id, room=room) for site_id, room in rows]


def load_delivery(message_id: uuid.UUID, now: dt.datetime) -> Delivery:
    """Load a message with the present state of what it is about."""
    return load_deliveries([message_id], now)[message_id]


def load_deliveries(
    ids: Collection[uuid.UUID], now: dt.datetime
) -> dict[uuid.UUID, Delivery]:
    """Load many messages at once, what they have in common once."""
    related = models.Message.objects.select_related("course", "bag", "site")
    rows = list(related.filter(id__in=ids))
    sites = {row.site_id: row.site.policy for row in rows}
    rules = {one: rules_in_force(one, values) for one, values in sites.items()}
    others, mutes = _other_channels(rows), mutes_over(rows, now)
    return {
        row.id: _delivery(row, rules[row.site_id], others[row.id], mutes.get(row.id))
        for row in rows
    }


def _delivery(
    row: models.Message,
    rules: RulesInForce,
    other_channels: frozenset[str],
    mute: models.Mute | None,
) -> Delivery:
    past = _past(row)
    rule = notice_rule(row) or rules.rule(row.kind)
    return Delivery(
        message_id=row.id,
        site_id=row.site_id,
        owed=replace(_owed(row, past, rule), is_muted=mute is not None),
        told=row.kind if row.kind in NOTICE_RULES else rules.text(row.kind) or row.kind,
        course_id=row.course_id,
        patient_id=row.course.patient_id if row.course else None,
        person_kind=row.person_kind,
        user_id=row.user_id,
        channel=row.channel,
        other_channels=other_channels,
        past=past,
        on_call_phone=row.site.on_call_phone,
        mute=mute,
    )


def _owed(
    row: models.Message, past: tuple[Past, ...], rule: ReminderRule | None
) -> Owed:
    status, at = subject_now(row)
    return Owed(
        event=row.event,
        event_at=row.event_at,
        expires_at=row.expires_at,
        attempts=row.attempts,
        unknown_before=sum(one.outcome == Outcome.UNKNOWN for one in past),
        course_status=row.course.status if row.course else None,
        subject_status=status,
        subject_at=at,
        rule=rule,
        was_rung=_was_rung(row),
    )


def afresh(owed: Owed) -> Owed:
    """Return a message as one that was never tried and of which nobody rang."""
    return replace(owed, attempts=0, unknown_before=0, was_rung=False)


def _was_rung(row: models.Message) -> bool:
    """Say whether the reader was told on the telephone since the first try."""
    return row.attempts > 1 and row.calls.filter(was_reached=True).exists()


def _past(row: models.Message) -> tuple[Past, ...]:
    """Return the earlier tries; most messages have none, and ask for none."""
    if row.attempts <= 1:
        return ()
    tries = row.attempt_records.values_list("channel", "outcome")
    return tuple(
        Past(channel=channel, outcome=Outcome(outcome)) for channel, outcome in tries
    )


def _other_channels(
    rows: Sequence[models.Message],
) -> dict[uuid.UUID, frozenset[str]]:
    """Return by message the channels of the other rows for its event and person.

    What a person has sent again stands beside none of them.
    """
    beside: dict[uuid.UUID, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"ids": [row.id for row in rows]})
        for message_id, channel in cursor.fetchall():
            beside[message_id].add(channel)
    return {row.id: frozenset(beside[row.id]) for row in rows}
