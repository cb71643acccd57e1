"""The tables of patients, sites and staff."""

from patients.models.base import Record, VersionedRecord, new_id
from patients.models.directory import (
    ImportedRecord,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
)
from patients.models.facts import (
    Allergy,
    CentralLine,
    Consent,
    ConsentScope,
    LineKind,
    Measurement,
    MeasurementKind,
    PatientDevice,
)
from patients.models.people import (
    CareAssignment,
    CaregiverKind,
    CaregiverLink,
    Channel,
    ContactPoint,
    LinkState,
    Patient,
    Sex,
)
from patients.models.push import PushSubscription, SubscriptionEnd
from patients.models.sites import Membership, Role, Site, SiteDay, SiteDayKind
from patients.models.users import User

__all__ = [
    "Allergy",
    "CareAssignment",
    "CaregiverKind",
    "CaregiverLink",
    "CentralLine",
    "Channel",
    "Consent",
    "ConsentScope",
    "ContactPoint",
    "ImportedRecord",
    "LineKind",
    "LinkState",
    "Location",
    "Measurement",
    "MeasurementKind",
    "Membership",
    "Organization",
    "Patient",
    "PatientDevice",
    "Practitioner",
    "PractitionerRole",
    "PushSubscription",
    "Record",
    "Role",
    "Sex",
    "Site",
    "SiteDay",
    "SiteDayKind",
    "SubscriptionEnd",
    "User",
    "VersionedRecord",
    "new_id",
]
