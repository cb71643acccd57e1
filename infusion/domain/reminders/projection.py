"""What a course owes: occurrences of events, and the messages its rules make of them.

The rule for an offset that is already past when the plan is made: it is not sent, unless
it is the last one to that person before an event still to come; then it is due at once. So
a change planned in 90 minutes gives one reminder now and none about "in 24 hours".
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from infusion.domain.reminders.events import Event
from infusion.domain.reminders.rules import ReminderRule, To, Trait


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """An event at an instant: about which row, and what rules may ask of it.

    ``bag_id`` is set where a bag is spoken of. ``owner_id`` is who has taken the visit, or
    the visit at which the bag is changed.
    """

    event: Event
    subject_id: uuid.UUID
    at: dt.datetime
    bag_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    traits: Mapping[Trait, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlannedMessage:
    """A message owed: what, about which occurrence, when, to whom."""

    rule: ReminderRule
    occurrence: Occurrence
    due_at: dt.datetime
    expires_at: dt.datetime
    to: To

    @property
    def kind(self) -> str:
        """Return the key of the rule it comes from."""
        return self.rule.key

    @property
    def event_at(self) -> dt.datetime:
        """Return the instant it speaks of."""
        return self.occurrence.at


def project(
    occurrences: Iterable[Occurrence],
    rules: Sequence[ReminderRule],
    now: dt.datetime,
    where: zoneinfo.ZoneInfo,
) -> tuple[PlannedMessage, ...]:
    """Return the messages owed for occurrences, in order of due time.

    ``where`` is the zone in which a day before a visit is counted.
    """
    found = [
        message
        for one in occurrences
        for message in _of_occurrence(one, applicable(rules, one), now, where)
    ]
    return tuple(sorted(found, key=lambda one: (one.due_at, one.kind, one.to)))


def applicable(rules: Sequence[ReminderRule], one: Occurrence) -> list[ReminderRule]:
    """Return the rules that speak of an occurrence."""
    return [
        rule for rule in rules if rule.event == one.event and rule.asks_for(one.traits)
    ]


def _of_occurrence(
    one: Occurrence,
    rules: Sequence[ReminderRule],
    now: dt.datetime,
    where: zoneinfo.ZoneInfo,
) -> Iterator[PlannedMessage]:
    last = _last_before(rules)
    for rule in rules:
        expires_at = rule.expires_at(one.at)
        for to in rule.to:
            due_at = rule.due_at(one.at, where)
            if due_at < now:
                is_last = rule.is_before and rule.offset_minutes == last[to]
                if not is_last or expires_at <= now:
                    continue
                due_at = now
            yield PlannedMessage(
                rule=rule,
                occurrence=one,
                due_at=due_at,
                expires_at=expires_at,
                to=to,
            )


def _last_before(rules: Sequence[ReminderRule]) -> dict[To, int]:
    """Return the offset nearest before the event, by person."""
    last: dict[To, int] = {}
    for rule in rules:
        for to in rule.to if rule.is_before else ():
            last[to] = max(rule.offset_minutes, last.get(to, rule.offset_minutes))
    return last
