"""Maps FHIR Organization, Location and PractitionerRole."""

import datetime as dt
from typing import Any

from patients.domain.profiles import Missing
from patients.fhir.elements import (
    address_of,
    codes_of,
    concept_text,
    identifiers_of,
    phone_of,
    reference_of,
    text_of,
)
from patients.fhir.people import source_id_of
from patients.fhir.records import (
    LocationRecord,
    OrganizationRecord,
    PractitionerRoleRecord,
)


def organization_record(organization: Any, now: dt.datetime) -> OrganizationRecord:
    """Map a checked Organization: R4 asks for a name or an identifier."""
    del now
    return OrganizationRecord(
        source_id=source_id_of(organization),
        identifiers=identifiers_of(organization),
        is_active=organization.active is not False,
        name=text_of(_label(organization), field="name", most=300),
        phone=phone_of(organization),
        address=address_of(next(iter(organization.address or ()), None)),
    )


def location_record(location: Any, now: dt.datetime) -> LocationRecord:
    """Map a checked Location; its name is optional in R4."""
    del now
    described = location.description or address_of(location.address)
    return LocationRecord(
        source_id=source_id_of(location),
        identifiers=identifiers_of(location),
        is_active=location.status in {None, "active"},
        name=text_of(location.name or described, field="name", most=300),
        phone=phone_of(location),
        address=address_of(location.address),
        organization=reference_of(location.managingOrganization, "Organization"),
    )


def practitioner_role_record(role: Any, now: dt.datetime) -> PractitionerRoleRecord:
    """Map a checked PractitionerRole.

    :raises Missing: when it names no practitioner, so that nobody holds the role.
    """
    del now
    practitioner = reference_of(role.practitioner, "Practitioner")
    if practitioner is None:
        raise Missing(field="practitioner")
    places = (reference_of(place, "Location") for place in role.location or ())
    title = next(filter(None, map(concept_text, role.code or ())), "")
    return PractitionerRoleRecord(
        source_id=source_id_of(role),
        identifiers=identifiers_of(role),
        is_active=role.active is not False,
        practitioner=practitioner,
        organization=reference_of(role.organization, "Organization"),
        locations=tuple(place for place in places if place),
        code=text_of(next(iter(codes_of(role.code)), ""), field="code", most=100),
        title=text_of(title, field="code.text", most=300),
    )


def _label(organization: Any) -> str:
    values = [item.value for item in organization.identifier or ()]
    return organization.name or next(filter(None, values), "")
