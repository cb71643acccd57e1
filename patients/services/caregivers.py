"""Links caregivers to patients, from the invitation to the end."""

import datetime as dt
import uuid
import zoneinfo

from django.db import IntegrityError

from patients import models, policy
from patients.domain.links import check_move
from patients.domain.profiles import check_listed
from patients.domain.refusals import NotFound, Refusal
from patients.policy import Actor
from patients.selectors.people import get_patient
from patients.services.writing import violated, written_by

_State = models.LinkState


class AlreadyLinked(Refusal):
    """The person has an open link to this patient."""

    code = "already_linked"


class DatesReversed(Refusal):
    """The last day is before the first."""

    code = "dates_reversed"


class OwnCaregiver(Refusal):
    """A patient can't be their own caregiver."""

    code = "own_caregiver"


class OwnConfirmation(Refusal):
    """A caregiver can't confirm the link that gives them access."""

    code = "own_confirmation"


def link_caregiver(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    user_id: uuid.UUID,
    kind: str,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
) -> models.CaregiverLink:
    """Invite a person to act for a patient; it counts once confirmed.

    :raises NotAllowed: when the actor may not invite caregivers of this patient.
    :raises Refusal: when the link makes no sense or is open already.
    """
    patient = get_patient(patient_id)
    policy.check(actor, "caregiver.invite", patient)
    check_listed(kind, tuple(models.CaregiverKind.values), field="kind")
    if ends_on and ends_on < starts_on:
        raise DatesReversed(field="ends_on")
    if user_id == patient.user_id:
        raise OwnCaregiver(field="user")
    if not models.User.objects.filter(id=user_id, is_active=True).exists():
        raise NotFound(field="user")
    return _store(
        actor,
        models.CaregiverLink(
            patient=patient,
            user_id=user_id,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
        ),
    )


def confirm_caregiver(*, actor: Actor, link_id: uuid.UUID) -> models.CaregiverLink:
    """Let an invited caregiver act; confirming twice changes nothing.

    :raises NotAllowed: when the actor may not confirm caregivers of this patient.
    :raises OwnConfirmation: when the actor is the caregiver.
    :raises MoveRefused: when the link is closed.
    """
    with written_by(actor):
        link = _lock(actor, link_id, "caregiver.confirm")
        if link.user_id == actor.user_id:
            raise OwnConfirmation
        return _move(link, _State.CONFIRMED)


def deny_caregiver(*, actor: Actor, link_id: uuid.UUID) -> models.CaregiverLink:
    """Turn an invitation down.

    :raises NotAllowed: when the actor may not decide on caregivers of this patient.
    :raises MoveRefused: when the link is no longer pending.
    """
    with written_by(actor):
        return _move(_lock(actor, link_id, "caregiver.confirm"), _State.DENIED)


def revoke_caregiver(*, actor: Actor, link_id: uuid.UUID) -> models.CaregiverLink:
    """End a link for good; a new one may be made. Caregivers may end their own.

    :raises NotAllowed: when the actor may not end links of this patient.
    :raises MoveRefused: when the link has ended otherwise.
    """
    with written_by(actor):
        link = _lock(actor, link_id, "caregiver.revoke")
        _check_own(actor, link)
        return _move(link, _State.REVOKED)


def expire_caregivers(*, actor: Actor, now: dt.datetime) -> int:
    """Close every open link whose last day is over; return how many.

    Access and messages stop by the dates alone: this only makes the state say so.
    """
    with written_by(actor):
        rows = models.CaregiverLink.objects.select_for_update(
            skip_locked=True, of=("self",)
        ).select_related("patient")
        # A day is over everywhere a day and a half after it began in UTC.
        ended = rows.filter(
            state__in=[_State.PENDING, _State.CONFIRMED],
            ends_on__lt=now.date() + dt.timedelta(days=1),
        )
        over = [link for link in ended if _is_over(link, now)]
        for link in over:
            _move(link, _State.EXPIRED)
    return len(over)


def _is_over(link: models.CaregiverLink, now: dt.datetime) -> bool:
    zone = zoneinfo.ZoneInfo(link.patient.time_zone)
    return link.ends_on is not None and link.ends_on < now.astimezone(zone).date()


def _check_own(actor: Actor, link: models.CaregiverLink) -> None:
    """Refuse a caregiver who would end the link of another caregiver."""
    roles = actor.roles_for(link.patient.site_id, link.patient_id)
    others = roles - {policy.CAREGIVER}
    if (
        link.user_id != actor.user_id
        and not others & policy.ACTIONS["caregiver.revoke"]
    ):
        raise policy.NotAllowed("caregiver.revoke")


def _lock(actor: Actor, link_id: uuid.UUID, action: str) -> models.CaregiverLink:
    rows = models.CaregiverLink.objects.select_for_update(of=("self",))
    link = rows.select_related("patient").filter(id=link_id).first()
    if link is None:
        raise NotFound(field="caregiver")
    policy.check(actor, action, link.patient)
    return link


def _move(link: models.CaregiverLink, state: str) -> models.CaregiverLink:
    if link.state != state:
        check_move(link.state, state)
        link.state = state
        link.save(update_fields=["state"])
    return link


def _store(actor: Actor, link: models.CaregiverLink) -> models.CaregiverLink:
    try:
        with written_by(actor):
            link.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) == "one_open_caregiver_link":
            raise AlreadyLinked(field="user") from None
        raise
    return link
