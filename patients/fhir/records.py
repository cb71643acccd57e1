"""What is taken from each outside resource, as plain frozen values."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """The record another one points at: by resource id or by "system|value"."""

    kind: str
    source_id: str = ""
    identifier: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something that was left out of a record that is otherwise taken."""

    field: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Telecom:
    """A number or email address as it was written; ``channel`` as in ContactPoint."""

    channel: str
    value: str
    rank: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationRecord:
    """A hospital, practice or agency."""

    source_id: str
    name: str
    identifiers: tuple[str, ...] = ()
    is_active: bool = True
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationRecord:
    """A place where care happens."""

    source_id: str
    name: str
    identifiers: tuple[str, ...] = ()
    is_active: bool = True
    phone: str = ""
    address: str = ""
    organization: Reference | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PractitionerRecord:
    """A professional."""

    source_id: str
    family_name: str
    given_name: str = ""
    identifiers: tuple[str, ...] = ()
    is_active: bool = True
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PractitionerRoleRecord:
    """What a professional does, for whom and where."""

    source_id: str
    practitioner: Reference
    identifiers: tuple[str, ...] = ()
    is_active: bool = True
    organization: Reference | None = None
    locations: tuple[Reference, ...] = ()
    code: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientRecord:
    """A patient; the zone is the site's, because FHIR has none."""

    source_id: str
    mrn: str
    family_name: str
    given_name: str = ""
    mrn_system: str = ""
    birth_date: dt.date | None = None
    sex: str = "unknown"
    language: str = "en"
    is_active: bool = True
    is_deceased: bool = False
    deceased_at: dt.datetime | None = None
    organization: Reference | None = None
    telecoms: tuple[Telecom, ...] = ()
    notes: tuple[Note, ...] = field(default=(), compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AllergyRecord:
    """A substance a patient must not meet."""

    source_id: str
    patient: Reference
    substance: str
    code_system: str = ""
    code: str = ""
    criticality: str = ""
    clinical_status: str = ""
    verification_status: str = ""
    reactions: tuple[dict[str, object], ...] = ()
    recorded_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceRecord:
    """A device a patient carries or uses."""

    source_id: str
    patient: Reference
    name: str
    status: str = ""
    serial_number: str = ""
    lot_number: str = ""
    expires_at: dt.datetime | None = None


Record = (
    OrganizationRecord
    | LocationRecord
    | PractitionerRecord
    | PractitionerRoleRecord
    | PatientRecord
    | AllergyRecord
    | DeviceRecord
)
