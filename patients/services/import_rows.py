"""What an outside record becomes in the tables."""

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from patients import models
from patients.domain.names import PersonName
from patients.domain.refusals import Refusal
from patients.fhir.records import (
    AllergyRecord,
    DeviceRecord,
    LocationRecord,
    OrganizationRecord,
    PatientRecord,
    PractitionerRecord,
    PractitionerRoleRecord,
    Record,
    Reference,
)
from patients.selectors.imports import Links
from patients.services.naming import filing_keys

# The code of the site where people wait whose own site nothing tells.
WAITING = "unassigned"


class ReferenceNotFound(Refusal):
    """The record points at another one that is not stored, or not clear."""

    code = "reference_not_found"


class SiteUnknown(Refusal):
    """The patient's organisation has several sites, and nothing says which one."""

    code = "site_unknown"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The sites of this deployment, and the one the import was told to use.

    ``waiting`` is where people stay until somebody says which site is theirs; nobody
    works there, so only administrators see them.
    """

    chosen: models.Site | None
    all_sites: tuple[models.Site, ...]

    @property
    def waiting(self) -> models.Site | None:
        """Return the waiting site, if there is one."""
        return next((site for site in self.all_sites if site.code == WAITING), None)

    @property
    def real_sites(self) -> list[models.Site]:
        """Return the sites where somebody works."""
        return [site for site in self.all_sites if site.code != WAITING]

    @property
    def needs_waiting(self) -> bool:
        """Say whether a patient may come whose site nothing tells."""
        return self.chosen is None and len(self.real_sites) != 1

    def site_for(self, organization_id: uuid.UUID | None) -> models.Site:
        """Return the chosen site, else the organisation's, else the only one.

        Where nothing tells the site the patient waits for one.

        :raises SiteUnknown: when the organisation has several sites.
        """
        if self.chosen:
            return self.chosen
        own = [site for site in self.real_sites if site.organization_id]
        matched = [site for site in own if site.organization_id == organization_id]
        found = matched or self.real_sites
        if len(found) == 1:
            return found[0]
        if matched or self.waiting is None:
            raise SiteUnknown(field="managingOrganization")
        return self.waiting

    def may_move(self, from_id: uuid.UUID, to_id: uuid.UUID) -> bool:
        """Say whether an import may bring a known patient there: only out of waiting."""
        return from_id == to_id or (
            self.waiting is not None and self.waiting.id == from_id
        )

    def is_waiting(self, site_id: uuid.UUID) -> bool:
        """Say whether a site is the waiting one."""
        return self.waiting is not None and self.waiting.id == site_id


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """Turns references into rows; remembers what it had to leave empty."""

    links: Links
    places: Places
    missing: list[str] = field(default_factory=list)

    def required(self, reference: Reference, name: str) -> uuid.UUID:
        """Return the row a reference means.

        :raises ReferenceNotFound: when it is not stored.
        """
        if reference not in self.links:
            raise ReferenceNotFound(field=name)
        return self.links[reference]

    def optional(self, reference: Reference | None, name: str) -> uuid.UUID | None:
        """Return the row a reference means, or nothing and a note."""
        if reference is None:
            return None
        if reference not in self.links:
            self.missing.append(name)
        return self.links.get(reference)


def references_of(record: Record) -> Iterator[Reference]:
    """Name every record this one points at."""
    for column in fields(record):
        value = getattr(record, column.name)
        items = value if isinstance(value, tuple) else (value,)
        yield from (item for item in items if isinstance(item, Reference))


def digest_of(*values: object) -> str:
    """Return the SHA-256 of values; equal digests mean equal records."""
    return hashlib.sha256(orjson.dumps(values)).hexdigest()


def _organization(record: OrganizationRecord, resolver: Resolver) -> dict[str, Any]:
    del resolver
    return _same(record)


def _location(record: LocationRecord, resolver: Resolver) -> dict[str, Any]:
    organization = resolver.optional(record.organization, "managingOrganization")
    return _same(record) | {"organization_id": organization}


def _practitioner(record: PractitionerRecord, resolver: Resolver) -> dict[str, Any]:
    del resolver
    return _same(record)


def _role(record: PractitionerRoleRecord, resolver: Resolver) -> dict[str, Any]:
    return _same(record) | {
        "practitioner_id": resolver.required(record.practitioner, "practitioner"),
        "organization_id": resolver.optional(record.organization, "organization"),
    }


def _patient(record: PatientRecord, resolver: Resolver) -> dict[str, Any]:
    organization = resolver.optional(record.organization, "managingOrganization")
    name = PersonName(family=record.family_name, given=record.given_name)
    keys = filing_keys(name)
    return _same(record) | {
        "site_id": resolver.places.site_for(organization).id,
        "sort_key": keys.sort_key,
        "initials": keys.initials,
    }


def _allergy(record: AllergyRecord, resolver: Resolver) -> dict[str, Any]:
    patient = resolver.required(record.patient, "patient")
    return _same(record) | {"patient_id": patient, "reactions": list(record.reactions)}


def _device(record: DeviceRecord, resolver: Resolver) -> dict[str, Any]:
    return _same(record) | {"patient_id": resolver.required(record.patient, "patient")}


# Not columns by the same name: made from the record in another way.
_MADE = frozenset(
    {
        "locations",
        "notes",
        "organization",
        "patient",
        "practitioner",
        "reactions",
        "telecoms",
    }
)

COLUMNS: Mapping[str, Callable[[Any, Resolver], dict[str, Any]]] = {
    "Organization": _organization,
    "Location": _location,
    "Practitioner": _practitioner,
    "PractitionerRole": _role,
    "Patient": _patient,
    "AllergyIntolerance": _allergy,
    "Device": _device,
}


def _same(record: Record) -> dict[str, Any]:
    return {
        column.name: _plain(getattr(record, column.name))
        for column in fields(record)
        if column.name not in _MADE
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
