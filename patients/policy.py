"""Who may do what to whom: one table, used by REST, console, admin and tasks alike.

``can(actor, action, obj)`` answers for one object, ``scope(queryset, actor)`` narrows a
list. An object is judged by its ``site_id`` and by the patient it belongs to. An action
without a row here is refused to everybody.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

PATIENT = "PATIENT"
CAREGIVER = "CAREGIVER"

NURSE = "NURSE"
PHYSICIAN = "PHYSICIAN"
PHARMACIST = "PHARMACIST"
COORDINATOR = "COORDINATOR"
HOME_NURSE = "HOME_NURSE"
ADMIN = "ADMIN"
AUDITOR = "AUDITOR"

_CLINICAL = frozenset({NURSE, PHYSICIAN, PHARMACIST, COORDINATOR, HOME_NURSE})
_READERS = _CLINICAL | {ADMIN, AUDITOR}
_FAMILY = frozenset({PATIENT, CAREGIVER})
_BEDSIDE = frozenset({NURSE, HOME_NURSE})
_SECOND_PERSON = frozenset({NURSE, HOME_NURSE, PHYSICIAN, PHARMACIST})

# Action -> roles that may; the order is the order of the work.
ACTIONS: Mapping[str, frozenset[str]] = {
    "site.view": _READERS | _FAMILY,
    "site.change_days": frozenset({ADMIN}),
    "patient.view": _READERS | _FAMILY,
    "patient.create": frozenset({NURSE, COORDINATOR, ADMIN}),
    "patient.change": frozenset({NURSE, COORDINATOR, ADMIN}),
    "measurement.record": frozenset({NURSE, HOME_NURSE, PHYSICIAN}),
    "contact.view": _READERS | _FAMILY,
    "contact.change": frozenset({NURSE, COORDINATOR, ADMIN, PATIENT}),
    "contact.opt_out": frozenset({NURSE, COORDINATOR, ADMIN, PATIENT}),
    "caregiver.view": _READERS | _FAMILY,
    "caregiver.invite": frozenset({NURSE, COORDINATOR, ADMIN, PATIENT}),
    "caregiver.confirm": frozenset({NURSE, COORDINATOR, ADMIN, PATIENT}),
    "caregiver.revoke": frozenset({NURSE, COORDINATOR, ADMIN}) | _FAMILY,
    "consent.give": frozenset({NURSE, PHYSICIAN, COORDINATOR, PATIENT}),
    "consent.withdraw": frozenset({NURSE, PHYSICIAN, COORDINATOR, PATIENT}),
    "assignment.change": frozenset({NURSE, COORDINATOR, ADMIN}),
    "course.view": _READERS | _FAMILY,
    "course.preview": frozenset({NURSE, PHYSICIAN, PHARMACIST, COORDINATOR}),
    "course.order": frozenset({PHYSICIAN}),
    "course.decide": frozenset({PHYSICIAN}),
    "course.stop": frozenset({PHYSICIAN}),
    "course.change_regimen": frozenset({PHYSICIAN}),
    "block.record": frozenset({NURSE, PHYSICIAN}),
    "gate.pass": frozenset({PHYSICIAN}),
    "walk.view": _READERS,
    # Whoever changes a plan; each verb then asks for an action of its own.
    "plan.change": _CLINICAL,
    "cycle.start": frozenset({NURSE, PHYSICIAN}),
    "cycle.end": _BEDSIDE | {PHYSICIAN},
    "cycle.order": frozenset({PHYSICIAN}),
    "cycle.replace": frozenset({PHYSICIAN}),
    "cycle.cancel": frozenset({PHYSICIAN}),
    "cycle.move": frozenset({PHYSICIAN}),
    "round.omit": frozenset({PHYSICIAN}),
    "cycle.complete_short": frozenset({PHYSICIAN}),
    "bag.work": _READERS,
    "bag.order": frozenset({PHARMACIST}),
    "bag.compound": frozenset({PHARMACIST}),
    "bag.check": frozenset({PHARMACIST}),
    "bag.dispatch": frozenset({PHARMACIST}),
    "bag.deliver": frozenset({PHARMACIST, NURSE, HOME_NURSE}),
    "bag.discard": frozenset({PHARMACIST, NURSE, HOME_NURSE}),
    "bag.hang": _BEDSIDE,
    "bag.confirm": _SECOND_PERSON,
    "infusion.pause": _BEDSIDE | {PHYSICIAN},
    "infusion.resume": _BEDSIDE | {PHYSICIAN},
    "event.view": _READERS | _FAMILY,
    # The family tells what it sees and hears; the rest is for who is at the bedside.
    "event.record": _BEDSIDE | {PHYSICIAN} | _FAMILY,
    "event.record_any": _BEDSIDE | {PHYSICIAN},
    "event.correct": _BEDSIDE | {PHYSICIAN},
    "toxicity.view": _READERS,
    "toxicity.decide": frozenset({PHYSICIAN}),
    "placement.change": frozenset({NURSE, PHYSICIAN}),
    "placement.override": frozenset({PHYSICIAN}),
    "readiness.view": _READERS,
    "readiness.record": frozenset(
        {NURSE, HOME_NURSE, PHYSICIAN, PHARMACIST, COORDINATOR}
    ),
    "readiness.waive": frozenset({NURSE, PHYSICIAN, COORDINATOR}),
    "readiness.sign": frozenset({NURSE, PHYSICIAN, PHARMACIST}),
    "visit.move": frozenset({NURSE, PHYSICIAN, COORDINATOR}),
    "dose.reweigh": frozenset({PHYSICIAN}),
    "recipe.swap": frozenset({PHARMACIST, PHYSICIAN}),
    "visit.assign": frozenset({NURSE, COORDINATOR}),
    "message.view": _READERS | _FAMILY,
    # Every try of a message, and what people did about it.
    "message.trace": _READERS,
    "message.follow_up": _CLINICAL,
    "checkin.view": _READERS | _FAMILY,
    "checkin.answer": _BEDSIDE | {PHYSICIAN} | _FAMILY,
    # What was said on the telephone, stood on paper or was seen at the bedside.
    "checkin.enter": _BEDSIDE | {PHYSICIAN},
    "checkin.look": _CLINICAL,
    "adverse.view": _READERS,
    "adverse.record": _BEDSIDE | {PHYSICIAN},
    "advice.view": _READERS,
    "advice.change": frozenset({NURSE, PHYSICIAN, PHARMACIST, ADMIN}),
    "triage.view": _READERS,
    "triage.draft": frozenset({NURSE, PHYSICIAN, PHARMACIST, ADMIN}),
    "triage.sign": frozenset({PHYSICIAN}),
    "mute.view": _READERS,
    "mute.set": frozenset({NURSE, HOME_NURSE, PHYSICIAN, COORDINATOR}),
    "date.view": _READERS | _FAMILY,
    "date.enter": frozenset({NURSE, PHYSICIAN, COORDINATOR}),
    "reminders.view": _READERS,
    "reminders.change": frozenset({ADMIN}),
    "regimen.view": _READERS | _FAMILY,
    "overlay.view": _READERS,
    "overlay.draft": frozenset({PHARMACIST, PHYSICIAN}),
    "overlay.sign": frozenset({PHARMACIST, PHYSICIAN}),
    "overlay.withdraw": frozenset({PHARMACIST, PHYSICIAN}),
    "alert.view": _READERS,
    "alert.take": _CLINICAL | {ADMIN},
    "rota.view": _READERS,
    "rota.plan": frozenset({NURSE, COORDINATOR, ADMIN}),
    "rota.swap": frozenset({NURSE, PHYSICIAN, PHARMACIST, COORDINATOR}),
}
# These roles reach only the patients they are linked or assigned to.
LINKED_ONLY = frozenset({PATIENT, CAREGIVER, HOME_NURSE})


class NotAllowed(Exception):
    """The actor may not do this; carries the action, never the object."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: the account and what it may reach, read once a request."""

    user_id: uuid.UUID
    site_roles: Mapping[uuid.UUID, frozenset[str]] = field(default_factory=dict)
    own_patient_id: uuid.UUID | None = None
    cared_patient_ids: frozenset[uuid.UUID] = frozenset()
    assigned_patient_ids: frozenset[uuid.UUID] = frozenset()

    @property
    def is_staff(self) -> bool:
        """Say whether the actor works at any site."""
        return bool(self.site_roles)

    @property
    def roles(self) -> frozenset[str]:
        """Return every role the actor holds anywhere."""
        found = frozenset().union(*self.site_roles.values())
        if self.own_patient_id:
            found |= {PATIENT}
        return found | ({CAREGIVER} if self.cared_patient_ids else frozenset())

    def roles_for(
        self, site_id: uuid.UUID, patient_id: uuid.UUID | None
    ) -> frozenset[str]:
        """Return the roles that count for an object of this site and patient."""
        found = self.site_roles.get(site_id, frozenset())
        if patient_id is None:
            return found
        if patient_id not in self.assigned_patient_ids:
            found -= {HOME_NURSE}
        if patient_id == self.own_patient_id:
            found |= {PATIENT}
        return found | ({CAREGIVER} if patient_id in self.cared_patient_ids else set())


def can(actor: Actor, action: str, obj: Any) -> bool:
    """Say whether the actor may do the action to the object."""
    site_id, patient_id = _place_of(obj)
    return bool(actor.roles_for(site_id, patient_id) & ACTIONS.get(action, frozenset()))


def check(actor: Actor, action: str, obj: Any) -> None:
    """Refuse what ``can`` denies.

    :raises NotAllowed: when the actor may not do this.
    """
    if not can(actor, action, obj):
        raise NotAllowed(action)


def may_ever(actor: Actor, action: str) -> bool:
    """Say whether any role the actor holds may do the action somewhere."""
    return bool(actor.roles & ACTIONS.get(action, frozenset()))


_Row = TypeVar("_Row", bound=Model)


def scope(queryset: QuerySet[_Row], actor: Actor) -> QuerySet[_Row]:
    """Narrow a list to what the actor may see.

    Rows are reached through ``site`` and through the patient: the model declares the
    paths as ``SCOPE = {"site": ..., "patient": ...}``.
    """
    paths: Mapping[str, str] = queryset.model.SCOPE  # type: ignore[attr-defined]
    whole_sites = [
        site_id for site_id, roles in actor.site_roles.items() if roles - LINKED_ONLY
    ]
    visible = Q(**{f"{paths['site']}__in": whole_sites})
    if path := paths.get("patient"):
        visible |= Q(**{f"{path}__in": _family_of(actor)})
        visible |= Q(
            **{
                f"{paths['site']}__in": _home_nurse_sites(actor),
                f"{path}__in": list(actor.assigned_patient_ids),
            }
        )
    else:
        visible |= Q(**{f"{paths['site']}__in": list(actor.site_roles)})
    return queryset.filter(visible)


def _family_of(actor: Actor) -> list[uuid.UUID]:
    own = {actor.own_patient_id} if actor.own_patient_id else set()
    return list(own | actor.cared_patient_ids)


def _home_nurse_sites(actor: Actor) -> list[uuid.UUID]:
    """Return the sites where an assignment counts; elsewhere it is a leftover."""
    return [
        site_id for site_id, roles in actor.site_roles.items() if HOME_NURSE in roles
    ]


def _place_of(obj: Any) -> tuple[uuid.UUID, uuid.UUID | None]:
    """Return the site and the patient an object belongs to."""
    kind = type(obj).__name__
    if kind == "Site":
        return obj.id, None
    if kind == "Patient":
        return obj.site_id, obj.id
    return obj.site_id, obj.patient_id
