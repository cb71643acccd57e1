"""The rules of a site: which event, how long before or after, whom, how, and when not.

Minutes count from the event: negative is before it. A reminder that has not left by its
expiry is never sent, so "in two hours" cannot come late.
"""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.instants import at_wall_clock
from infusion.domain.reminders.events import EVENTS, Event, Subject

_DAY = dt.timedelta(days=1)


class To(StrEnum):
    """To whom, by what they are to the patient or to the site."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    # Who is booked for the visit; without one, who is assigned to the patient.
    NURSE = "nurse"
    ON_CALL = "on_call"
    PHARMACIST = "pharmacist"
    COORDINATOR = "coordinator"


class Urgency(StrEnum):
    """Which messages overtake which."""

    URGENT = "urgent"
    NORMAL = "normal"


class Quiet(StrEnum):
    """What quiet hours do to a reminder.

    HOLD: it waits for their end if it still comes before the event and its expiry then.
    FORWARD: it leaves before they begin. IGNORE: it wakes people.
    """

    HOLD = "hold"
    FORWARD = "forward"
    IGNORE = "ignore"


class Trait(StrEnum):
    """What a rule may ask of an occurrence."""

    # WARD, HOME or CLINIC: where the patient is expected to be then.
    PLACE = "place"
    # FIRST or LATER: which cycle of the course it is.
    CYCLE = "cycle"
    # START, BAG_CHANGE or DISCONNECT: what the visit is for.
    VISIT = "visit"
    # YES or NO: somebody has taken the visit.
    OWNER = "owner"
    # YES or NO: the pharmacy records its steps here.
    STEPS_RECORDED = "steps_recorded"
    # YES or NO: the check-in lies where harm is likelier, or asks again after a sign of it.
    RISK = "risk"


TRAITS: Mapping[Trait, frozenset[str]] = {
    Trait.PLACE: frozenset({"WARD", "HOME", "CLINIC"}),
    Trait.CYCLE: frozenset({"FIRST", "LATER"}),
    Trait.VISIT: frozenset({"START", "BAG_CHANGE", "DISCONNECT"}),
    Trait.OWNER: frozenset({"YES", "NO"}),
    Trait.STEPS_RECORDED: frozenset({"YES", "NO"}),
    Trait.RISK: frozenset({"YES", "NO"}),
}
Traits = Mapping[Trait, str]
# What is known of any occurrence.
_OF_ALL = frozenset({Trait.PLACE, Trait.STEPS_RECORDED})
_OF_VISITS = _OF_ALL | {Trait.CYCLE, Trait.VISIT, Trait.OWNER}


def traits_of(event: Event) -> frozenset[Trait]:
    """Return what is known of the occurrences of an event, and so may be asked."""
    subject = EVENTS[event].subject
    if subject is Subject.VISIT:
        return _OF_VISITS
    if subject is Subject.CHECK_IN:
        return _OF_ALL | {Trait.CYCLE, Trait.RISK}
    return _OF_ALL if subject is Subject.CARE_DATE else _OF_ALL | {Trait.CYCLE}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing a rule asks: the trait is one of these values."""

    trait: Trait
    values: frozenset[str]

    def holds(self, traits: Traits) -> bool:
        """Say whether it holds; of what nobody knows nothing holds."""
        return traits.get(self.trait) in self.values


@dataclass(frozen=True, kw_only=True)
class ReminderRule:
    """One line of the reminder table of a site.

    ``channels`` are tried in this order and no others; empty means the order in which the
    person wants to be reached. ``policy`` names the site value that gave the offset.
    """

    key: str
    event: Event
    offset_minutes: int
    expires_minutes: int
    to: tuple[To, ...]
    channels: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    quiet: Quiet = Quiet.HOLD
    repeat_when_unknown: bool = True
    conditions: tuple[Condition, ...] = ()
    policy: str = ""

    @property
    def offset(self) -> dt.timedelta:
        """Return the offset as a span."""
        return dt.timedelta(minutes=self.offset_minutes)

    @property
    def is_before(self) -> bool:
        """Say whether it speaks of what is to come."""
        return self.offset_minutes < 0

    def due_at(self, event_at: dt.datetime, where: zoneinfo.ZoneInfo) -> dt.datetime:
        """Return when it is due for an event.

        An infusion counts hours, whatever the clocks do. A day before a visit is the same
        hour of the day before, on a night when the clocks change too.
        """
        if not EVENTS[self.event].is_by_wall_clock:
            return event_at + self.offset
        days = round(self.offset / _DAY)
        if self.offset != days * _DAY:
            return event_at + self.offset
        local = event_at.astimezone(where)
        return at_wall_clock(local.date() + days * _DAY, local.time(), where)

    def expires_at(self, event_at: dt.datetime) -> dt.datetime:
        """Return from when on it has lost its sense; a "before" never leaves after."""
        end = event_at + dt.timedelta(minutes=self.expires_minutes)
        return min(end, event_at) if self.is_before else end

    def asks_for(self, traits: Traits) -> bool:
        """Say whether its conditions hold."""
        return all(one.holds(traits) for one in self.conditions)
