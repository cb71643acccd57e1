"""REST routes of the patients application."""

from django.urls import URLPattern, path

from patients.api.caregivers import (
    CaregiverConfirmation,
    CaregiverRevocation,
    Caregivers,
)
from patients.api.contacts import (
    ContactPointOptOut,
    ContactPoints,
    ContactPointVerification,
)
from patients.api.me import Me
from patients.api.measurements import Measurements
from patients.api.patients import Patient, Patients
from patients.api.sites import Sites

_PATIENT = "patients/<uuid:patient_id>"
_CONTACT = f"{_PATIENT}/contact-points/<uuid:contact_id>"
_CAREGIVER = f"{_PATIENT}/caregivers/<uuid:link_id>"

urlpatterns: list[URLPattern] = [
    path("me", Me.as_view(), name="me"),
    path("sites", Sites.as_view(), name="sites"),
    path("patients", Patients.as_view(), name="patients"),
    path(_PATIENT, Patient.as_view(), name="patient"),
    path(f"{_PATIENT}/measurements", Measurements.as_view(), name="measurements"),
    path(f"{_PATIENT}/contact-points", ContactPoints.as_view(), name="contacts"),
    path(f"{_CONTACT}/verify", ContactPointVerification.as_view(), name="verify"),
    path(f"{_CONTACT}/opt-out", ContactPointOptOut.as_view(), name="opt_out"),
    path(f"{_PATIENT}/caregivers", Caregivers.as_view(), name="caregivers"),
    path(
        f"{_CAREGIVER}/confirm",
        CaregiverConfirmation.as_view(),
        name="confirm_caregiver",
    ),
    path(
        f"{_CAREGIVER}/revoke", CaregiverRevocation.as_view(), name="revoke_caregiver"
    ),
]
