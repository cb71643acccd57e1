"""Says which member of staff looks after which patient."""

import datetime as dt
import uuid

from patients import models, policy
from patients.domain.refusals import Refusal
from patients.policy import Actor
from patients.services.patients import lock_patient
from patients.services.writing import written_by


class NotOnStaff(Refusal):
    """The account has no role at the patient's site."""

    code = "not_on_staff"


def assign_staff(
    *, actor: Actor, patient_id: uuid.UUID, user_id: uuid.UUID, starts_on: dt.date
) -> models.CareAssignment:
    """Put a patient into the care of a member of staff; twice changes nothing.

    :raises NotAllowed: when the actor may not assign staff to this patient.
    :raises NotOnStaff: when the account has no active role at the site.
    """
    with written_by(actor):
        patient = lock_patient(patient_id)
        policy.check(actor, "assignment.change", patient)
        _check_on_staff(user_id, patient.site_id)
        open_row, _ = models.CareAssignment.objects.get_or_create(
            patient=patient,
            user_id=user_id,
            ends_on=None,
            defaults={"starts_on": starts_on},
        )
    return open_row


def end_assignment(
    *, actor: Actor, patient_id: uuid.UUID, user_id: uuid.UUID, ends_on: dt.date
) -> int:
    """End the open assignment with its last day; return how many ended (0 or 1).

    An assignment that would have begun after its last day is removed.

    :raises NotAllowed: when the actor may not assign staff to this patient.
    """
    with written_by(actor):
        patient = lock_patient(patient_id)
        policy.check(actor, "assignment.change", patient)
        rows = models.CareAssignment.objects.filter(
            patient=patient, user_id=user_id, ends_on=None
        )
        removed, _ = rows.filter(starts_on__gt=ends_on).delete()
        return removed + rows.update(ends_on=ends_on)


def _check_on_staff(user_id: uuid.UUID, site_id: uuid.UUID) -> None:
    standing = models.Membership.objects.filter(
        user_id=user_id, site_id=site_id, is_active=True, user__is_active=True
    )
    if not standing.exists():
        raise NotOnStaff(field="user")
