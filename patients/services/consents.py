"""Records what a patient agrees to, and takes it back."""

import datetime as dt
import uuid

from patients import models, policy
from patients.domain.profiles import check_listed
from patients.domain.refusals import Refusal
from patients.policy import Actor
from patients.services.patients import lock_patient
from patients.services.writing import written_by


class NoConsent(Refusal):
    """There is no standing consent to withdraw."""

    code = "no_consent"


def give_consent(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    scope: str,
    now: dt.datetime,
    by_guardian: bool = False,
) -> models.Consent:
    """Record that the patient agrees; agreeing again changes nothing.

    :raises NotAllowed: when the actor may not record consent of this patient.
    :raises NotSupported: when there is no such scope.
    """
    check_listed(scope, tuple(models.ConsentScope.values), field="scope")
    with written_by(actor):
        patient = lock_patient(patient_id)
        policy.check(actor, "consent.give", patient)
        return _standing(patient, scope) or models.Consent.objects.create(
            patient=patient,
            scope=scope,
            given_at=now,
            given_by_guardian=by_guardian,
            recorded_by_id=actor.user_id,
        )


def withdraw_consent(
    *, actor: Actor, patient_id: uuid.UUID, scope: str, now: dt.datetime
) -> models.Consent:
    """End a consent; without consent to their access, caregivers lose theirs too.

    :raises NotAllowed: when the actor may not record consent of this patient.
    :raises NoConsent: when none stands.
    """
    with written_by(actor):
        patient = lock_patient(patient_id)
        policy.check(actor, "consent.withdraw", patient)
        consent = _standing(patient, scope)
        if consent is None:
            raise NoConsent(field="scope")
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
        if scope == models.ConsentScope.CAREGIVER_ACCESS:
            _revoke_caregivers(patient)
    return consent


def _standing(patient: models.Patient, scope: str) -> models.Consent | None:
    return models.Consent.objects.filter(
        patient=patient, scope=scope, withdrawn_at=None
    ).first()


def _revoke_caregivers(patient: models.Patient) -> None:
    models.CaregiverLink.objects.filter(
        patient=patient,
        state__in=[models.LinkState.PENDING, models.LinkState.CONFIRMED],
    ).update(state=models.LinkState.REVOKED)
