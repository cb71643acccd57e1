"""Reads patients and who may be told about them."""

import datetime as dt
import uuid

from django.db.models import QuerySet

from patients import models, policy
from patients.domain.contacts import Recipient
from patients.domain.refusals import NotFound
from patients.selectors.dates import standing_on
from patients.selectors.recipients import get_recipients, get_staff, recipients_of
from patients.selectors.search import search_patients

__all__ = [
    "Recipient",
    "get_account_id",
    "get_caregiver_link",
    "get_contact_point",
    "get_patient",
    "get_recipients",
    "get_staff",
    "get_visible_patient",
    "latest_measurement",
    "list_caregiver_links",
    "list_contact_points",
    "list_measurements",
    "list_patients",
    "recipients_of",
    "standing_on",
]


def get_patient(patient_id: uuid.UUID) -> models.Patient:
    """Load a patient with the site.

    :raises NotFound: when there is none.
    """
    found = models.Patient.objects.select_related("site").filter(id=patient_id).first()
    if found is None:
        raise NotFound(field="patient")
    return found


def get_visible_patient(actor: policy.Actor, patient_id: uuid.UUID) -> models.Patient:
    """Load a patient the actor may see; any other one does not exist for them.

    :raises NotFound: when there is none in reach.
    """
    rows = policy.scope(models.Patient.objects.select_related("site"), actor)
    found = rows.filter(id=patient_id).first()
    if found is None:
        raise NotFound(field="patient")
    return found


def get_contact_point(
    patient_id: uuid.UUID, contact_id: uuid.UUID
) -> models.ContactPoint:
    """Load an address of a patient.

    :raises NotFound: when the patient has no such address.
    """
    found = list_contact_points(patient_id).filter(id=contact_id).first()
    if found is None:
        raise NotFound(field="contact_point")
    return found


def get_caregiver_link(
    patient_id: uuid.UUID, link_id: uuid.UUID
) -> models.CaregiverLink:
    """Load a caregiver link of a patient.

    :raises NotFound: when the patient has no such link.
    """
    found = list_caregiver_links(patient_id).filter(id=link_id).first()
    if found is None:
        raise NotFound(field="caregiver")
    return found


def get_account_id(email: str) -> uuid.UUID:
    """Return the account with a login address.

    :raises NotFound: when nobody logs in with it.
    """
    rows = models.User.objects.filter(email__iexact=email, is_active=True)
    found = rows.values_list("id", flat=True).first()
    if found is None:
        raise NotFound(field="email")
    return found


def list_patients(
    actor: policy.Actor,
    search: str = "",
    *,
    site_id: uuid.UUID | None = None,
    is_active: bool | None = None,
) -> QuerySet[models.Patient]:
    """List the patients the actor may see, by name; ``search`` narrows the list."""
    rows = policy.scope(models.Patient.objects.select_related("site"), actor)
    if site_id:
        rows = rows.filter(site_id=site_id)
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    return search_patients(rows, search).order_by("sort_key", "id")


def list_measurements(patient_id: uuid.UUID) -> QuerySet[models.Measurement]:
    """List the readings of a patient, the latest first."""
    rows = models.Measurement.objects.filter(patient_id=patient_id)
    return rows.order_by("-taken_at", "-id")


def latest_measurement(
    patient_id: uuid.UUID, kind: str, at_or_before: dt.datetime
) -> models.Measurement | None:
    """Return the reading (kg or cm) that counted at an instant.

    Of two readings of one instant the later recorded counts: it corrects the first.
    """
    rows = list_measurements(patient_id).filter(kind=kind, taken_at__lte=at_or_before)
    return rows.first()


def list_caregiver_links(patient_id: uuid.UUID) -> QuerySet[models.CaregiverLink]:
    """List the caregivers of a patient, those of the past included."""
    rows = models.CaregiverLink.objects.filter(patient_id=patient_id)
    return rows.select_related("user").order_by("-starts_on", "id")


def list_contact_points(patient_id: uuid.UUID) -> QuerySet[models.ContactPoint]:
    """List the addresses of a patient in the order of use."""
    rows = models.ContactPoint.objects.filter(patient_id=patient_id)
    return rows.order_by("rank", "id")
