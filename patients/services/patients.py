"""Registers patients and amends what is known of them."""

import datetime as dt
import uuid
import zoneinfo

from django.db import IntegrityError

from patients import models, policy
from patients.domain.profiles import PatientProfile, check_born
from patients.domain.refusals import NotFound, Refusal, VersionOutdated
from patients.policy import Actor
from patients.services.naming import filing_keys
from patients.services.writing import violated, written_by


class MrnTaken(Refusal):
    """Another patient of the site has this record number."""

    code = "mrn_taken"


def register_patient(
    *, actor: Actor, site: models.Site, profile: PatientProfile, now: dt.datetime
) -> models.Patient:
    """Store a new patient of a site.

    :raises NotAllowed: when the actor may not register patients there.
    :raises MrnTaken: when the site already has this record number.
    :raises BirthInTheFuture: when the date of birth has not come yet.
    """
    policy.check(actor, "patient.create", site)
    _check_born(profile, now)
    patient = models.Patient(site=site)
    _fill(patient, profile)
    _store(actor, patient, created=True)
    return patient


def amend_patient(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    expected_version: int,
    profile: PatientProfile,
    now: dt.datetime,
) -> models.Patient:
    """Replace what is known of a patient; the same profile again changes nothing.

    :raises NotAllowed: when the actor may not change this patient.
    :raises VersionOutdated: when somebody else was faster.
    :raises MrnTaken: when the site already has this record number.
    """
    with written_by(actor):
        patient = lock_patient(patient_id)
        policy.check(actor, "patient.change", patient)
        if patient.version != expected_version:
            raise VersionOutdated
        _check_born(profile, now)
        if profile != profile_of(patient):
            _fill(patient, profile)
            patient.version += 1
            _store(actor, patient, created=False)
    return patient


def lock_patient(patient_id: uuid.UUID) -> models.Patient:
    """Load a patient and hold the row until the transaction ends.

    :raises NotFound: when there is none.
    """
    rows = models.Patient.objects.select_for_update().filter(id=patient_id)
    patient = rows.first()
    if patient is None:
        raise NotFound(field="patient")
    return patient


def profile_of(patient: models.Patient) -> PatientProfile:
    """Return what is known of a patient as a value."""
    return PatientProfile(
        mrn=patient.mrn,
        mrn_system=patient.mrn_system,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        language=patient.language,
        time_zone=patient.time_zone,
    )


def _check_born(profile: PatientProfile, now: dt.datetime) -> None:
    check_born(
        profile.birth_date,
        now.astimezone(zoneinfo.ZoneInfo(profile.time_zone)).date(),
    )


def _fill(patient: models.Patient, profile: PatientProfile) -> None:
    for column, value in profile.as_columns().items():
        setattr(patient, column, value)
    keys = filing_keys(profile.name)
    patient.sort_key, patient.initials = keys.sort_key, keys.initials


def _store(actor: Actor, patient: models.Patient, *, created: bool) -> None:
    try:
        with written_by(actor):
            patient.save(force_insert=created)
    except IntegrityError as error:
        if violated(error) == "mrn_once_a_site":
            raise MrnTaken(field="mrn") from None
        raise
