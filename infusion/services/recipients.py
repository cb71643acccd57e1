"""Who gets the messages of a course, and over which address first."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Collection, Sequence

from infusion import models
from infusion.domain.instants import local_date, zone
from infusion.domain.reminders.projection import Occurrence
from infusion.domain.reminders.rules import Quiet, ReminderRule, To
from infusion.domain.rota import OnCallRole
from infusion.selectors.rota import on_call_now
from patients.domain.contacts import (
    CAREGIVER,
    EMAIL,
    IN_APP,
    PATIENT,
    STAFF,
    Address,
    Recipient,
    quiet_began_at,
)
from patients.policy import COORDINATOR, PHARMACIST
from patients.selectors.assignments import ids_assigned_staff, staff_by_role
from patients.selectors.people import get_recipients

_FAMILY = {To.PATIENT: PATIENT, To.CAREGIVER: CAREGIVER}
_ROLES = {To.PHARMACIST: PHARMACIST, To.COORDINATOR: COORDINATOR}


def in_order(
    addresses: Sequence[Address], rule: ReminderRule | None
) -> Sequence[Address]:
    """Return the addresses a rule may use: those of its channels, in its order.

    Without channels of its own it follows the person's own order; last comes the app,
    which wakes nobody and lists what left over any other channel as well.
    """
    if rule is None or not rule.channels:
        return sorted(addresses, key=lambda one: (one.channel == IN_APP, one.rank))
    places = {channel: place for place, channel in enumerate(rule.channels)}
    usable = [one for one in addresses if one.channel in places]
    return sorted(usable, key=lambda one: (places[one.channel], one.rank))


def first_channel(person: Recipient, rule: ReminderRule | None) -> str:
    """Return the channel a message begins on; it fails there when there is no way."""
    usable = in_order(person.addresses, rule)
    if usable:
        return usable[0].channel
    return rule.channels[0] if rule and rule.channels else EMAIL


def due_for(
    person: Recipient, rule: ReminderRule, due_at: dt.datetime, now: dt.datetime
) -> dt.datetime:
    """Return when a person is told: before their quiet hours, where the rule says so."""
    usable = in_order(person.addresses, rule)
    if rule.quiet is not Quiet.FORWARD or not usable:
        return due_at
    where = zoneinfo.ZoneInfo(person.time_zone)
    began = quiet_began_at(due_at, where, usable[0].quiet_from, usable[0].quiet_to)
    return began if began > now else due_at


class People:
    """Who gets the messages of a course, read once.

    ``owners`` are those who have taken the visits that are spoken of.
    """

    def __init__(
        self,
        course: models.Course,
        now: dt.datetime,
        rules: Sequence[ReminderRule],
        owners: Collection[uuid.UUID | None] = (),
    ) -> None:
        self.zone = zone(course.time_zone)
        today = local_date(now, self.zone)
        self.site_id = course.site_id
        self.assigned = ids_assigned_staff(course.patient_id, today)
        staff = staff_by_role(course.site_id)
        self.by_role = {to: staff[role] for to, role in _ROLES.items()}
        # Whoever may be on call: anybody who works there.
        is_on_call_told = any(To.ON_CALL in rule.to for rule in rules)
        told = staff if is_on_call_told else self.by_role
        named = self.assigned | {one for one in owners if one}
        named |= set().union(*told.values())
        self.everyone = get_recipients(course.patient_id, now, named)
        self._on_call: dict[dt.datetime, uuid.UUID | None] = {}

    def of(
        self, to: To, occurrence: Occurrence, due_at: dt.datetime
    ) -> Sequence[Recipient]:
        """Return the people of a kind; for the nurse, who has taken the visit."""
        if to in _FAMILY:
            return [one for one in self.everyone if one.kind == _FAMILY[to]]
        wanted = self._staff(to, occurrence, due_at)
        return [
            one for one in self.everyone if one.kind == STAFF and one.user_id in wanted
        ]

    def _staff(
        self, to: To, occurrence: Occurrence, due_at: dt.datetime
    ) -> frozenset[uuid.UUID | None] | set[uuid.UUID]:
        if to in self.by_role:
            return self.by_role[to]
        if to == To.ON_CALL:
            return frozenset({self._on_call_at(due_at)})
        owner = occurrence.owner_id
        # Booked, but gone from the site: the others are told instead.
        still_here = owner is not None and owner in {
            one.user_id for one in self.everyone if one.kind == STAFF
        }
        return frozenset({owner}) if still_here else set(self.assigned)

    def _on_call_at(self, at: dt.datetime) -> uuid.UUID | None:
        if at not in self._on_call:
            holders = on_call_now(self.site_id, at)
            self._on_call[at] = holders.get(OnCallRole.NURSE)
        return self._on_call[at]
