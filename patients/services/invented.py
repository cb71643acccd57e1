"""Stores what an invented site is, and whoever lives there; only for simulations.

No permission is asked: nobody works there yet who could have one. Whoever calls this
writes to a database that is thrown away, or in a transaction that is rolled back.
"""

import datetime as dt
import uuid
from collections.abc import Mapping

from patients import models


def make_site(
    *,
    code: str,
    time_zone: str,
    working_hours: Mapping[str, object],
    policy: Mapping[str, str],
) -> models.Site:
    """Store a site whose values count as signed, by nobody real."""
    return models.Site.objects.create(
        name="Invented Hospital",
        code=code,
        time_zone=time_zone,
        country="US",
        holiday_calendar="US",
        working_hours=working_hours,
        policy={
            key: {"value": value, "signed_by": "Simulation, not a clinical decision"}
            for key, value in policy.items()
        },
    )


def employ(site: models.Site, name: str, role: str) -> uuid.UUID:
    """Store somebody who works at the site, known by a name of their own there."""
    user = make_account(f"{name}@{site.code}.invalid")
    models.Membership.objects.create(user_id=user, site=site, role=role)
    return user


def staff_of(code: str) -> tuple[models.Site, Mapping[str, uuid.UUID]]:
    """Return a site that was made, and who works there by name."""
    site = models.Site.objects.get(code=code)
    rows = models.Membership.objects.filter(site=site).order_by("user__email")
    people = rows.values_list("user__email", "user_id")
    return site, {email.split("@")[0]: user for email, user in people}


def make_account(email: str) -> uuid.UUID:
    """Store an account nobody can log in with."""
    return models.User.objects.create_user(
        email, first_name="Invented", last_name="Person"
    ).id


def give_line(patient: models.Patient, placed_on: dt.date) -> None:
    """Let a patient have a central line."""
    models.CentralLine.objects.create(
        patient=patient, kind=models.LineKind.PICC, lumens=2, placed_on=placed_on
    )


def give_account(patient: models.Patient, user_id: uuid.UUID) -> None:
    """Let an account be the patient's own."""
    patient.user_id = user_id
    patient.save(update_fields=["user"])
