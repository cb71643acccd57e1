"""Reminders as a projection of the plan: nobody schedules them, they follow from it.

The rule for an offset that is already past when the plan is made: it is not sent, unless
it is the last one before an event still to come; then it is due at once. So a change
planned in 90 minutes gives one reminder now and none about "in 24 hours".
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.bags import PlannedBag


class MessageKind(StrEnum):
    """What a message says."""

    BAG_CHANGE_24H = "bag_change_24h"
    BAG_CHANGE_2H = "bag_change_2h"
    BAG_CHANGE_OVERDUE = "bag_change_overdue"
    INFUSION_END_24H = "infusion_end_24h"
    READINESS_VOIDED = "readiness_voided"
    ALERT_RAISED = "alert_raised"


# These follow from an event, not from the plan: a new plan neither owes nor cancels them.
NOTICES = frozenset({MessageKind.READINESS_VOIDED, MessageKind.ALERT_RAISED})


class To(StrEnum):
    """To whom, by what they are to the patient."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    NURSE = "nurse"


class Event(StrEnum):
    """What a reminder is about."""

    BAG_CHANGE = "BAG_CHANGE"
    INFUSION_END = "INFUSION_END"


@dataclass(frozen=True, kw_only=True)
class ReminderRule:
    """One line of the reminder table.

    ``offset_minutes`` counts from the event: negative is before it. A message that
    has not left ``expires_after_minutes`` after it was due is never sent.
    """

    kind: MessageKind
    event: Event
    offset_minutes: int
    to: tuple[To, ...]
    expires_after_minutes: int

    @property
    def offset(self) -> dt.timedelta:
        """Return the offset as a span."""
        return dt.timedelta(minutes=self.offset_minutes)


@dataclass(frozen=True, kw_only=True)
class PlannedMessage:
    """A message owed: what, about which bag, when, to whom."""

    kind: MessageKind
    bag_index: int
    event_at: dt.datetime
    due_at: dt.datetime
    expires_at: dt.datetime
    to: To


def project(
    chain: Sequence[PlannedBag],
    rules: Sequence[ReminderRule],
    now: dt.datetime,
) -> tuple[PlannedMessage, ...]:
    """Return the messages owed for a chain of bags, in order of due time.

    The event of a bag is its take-down: the next bag goes up then, or the infusion ends.
    """
    found: list[PlannedMessage] = []
    for index, bag in enumerate(chain):
        is_last = index == len(chain) - 1
        event = Event.INFUSION_END if is_last else Event.BAG_CHANGE
        about = [rule for rule in rules if rule.event == event]
        found.extend(_of_event(index, bag.take_down_at, about, now))
    return tuple(sorted(found, key=lambda one: (one.due_at, one.kind, one.to)))


def _of_event(
    index: int, event_at: dt.datetime, rules: Sequence[ReminderRule], now: dt.datetime
) -> Iterator[PlannedMessage]:
    last_before = max(
        (rule.offset for rule in rules if rule.offset_minutes < 0), default=None
    )
    for rule in rules:
        due_at = event_at + rule.offset
        if due_at < now:
            if event_at <= now or rule.offset != last_before:
                continue
            due_at = now
        for to in rule.to:
            yield PlannedMessage(
                kind=rule.kind,
                bag_index=index,
                event_at=event_at,
                due_at=due_at,
                expires_at=_expiry(rule, due_at, event_at),
                to=to,
            )


def _expiry(
    rule: ReminderRule, due_at: dt.datetime, event_at: dt.datetime
) -> dt.datetime:
    """Return when the message has lost its sense: a "before" never leaves after."""
    end = due_at + dt.timedelta(minutes=rule.expires_after_minutes)
    return min(end, event_at) if rule.offset_minutes < 0 else end
