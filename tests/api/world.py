"""A small world: two sites with two patients each, and one person of every kind."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from patients.models import Role
from patients.selectors.actors import get_actor
from tests.api.clients import Api
from tests.factories.patients import (
    CareAssignmentFactory,
    CaregiverLinkFactory,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
)

STAFF = tuple(str(role) for role in Role)
KINDS = (*STAFF, "PATIENT", "CAREGIVER", "NOBODY", "ANONYMOUS")


@dataclass
class World:
    """Sites A and B; every person belongs to site A, or to its first patient."""

    now: dt.datetime
    site: Any = None
    other_site: Any = None
    patient: Any = None
    neighbour: Any = None
    stranger: Any = None
    people: dict[str, Any] = field(default_factory=dict)

    def actor(self, kind: str) -> Any:
        return get_actor(self.people[kind].id, self.now.date())

    def api(self, kind: str) -> Api:
        return Api(self.people.get(kind))


def make_world(now: dt.datetime) -> World:
    """Build the world in as few rows as it needs."""
    world = World(now)
    world.site, world.other_site = SiteFactory(), SiteFactory()
    world.patient = PatientFactory(site=world.site, family_name="Canary")
    world.neighbour = PatientFactory(site=world.site)
    world.stranger = PatientFactory(site=world.other_site)
    PatientFactory(site=world.other_site)
    for role in STAFF:
        world.people[role] = MembershipFactory(site=world.site, role=role).user
        other = MembershipFactory(site=world.other_site, role=role)
        world.people[f"OTHER_{role}"] = other.user
    second = MembershipFactory(site=world.site, role="NURSE")
    world.people["SECOND_NURSE"] = second.user
    world.people["NOBODY"] = UserFactory()
    world.people["PATIENT"] = world.patient.user = UserFactory()
    world.patient.save()
    link = CaregiverLinkFactory(patient=world.patient)
    world.people["CAREGIVER"] = link.user
    CareAssignmentFactory(patient=world.patient, user=world.people["HOME_NURSE"])
    return world
