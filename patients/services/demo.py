"""Makes the sites and accounts of a demo; refused everywhere else."""

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from patients import models
from patients.domain.refusals import Refusal


class NotADemo(Refusal):
    """Known accounts may only be made where demo mode is on."""

    code = "not_a_demo"


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """An account of the demo and the role it shows."""

    email: str
    first_name: str
    last_name: str
    role: str
    language: str = "en"


def check_demo() -> None:
    """Refuse outside demo mode.

    :raises NotADemo: when demo mode is off.
    """
    if not settings.DEMO_MODE:
        raise NotADemo


@transaction.atomic
def demo_site(
    *,
    code: str,
    name: str,
    time_zone: str,
    country: str,
    phone: str,
    policy: Mapping[str, str],
) -> tuple[models.Site, bool]:
    """Return a site of the demo and whether it is new."""
    check_demo()
    hours = {str(day): [["08:00", "18:00"]] for day in range(5)}
    return models.Site.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "time_zone": time_zone,
            "country": country,
            "holiday_calendar": country,
            "working_hours": hours,
            "on_call_name": "On-call nurse",
            "on_call_phone": phone,
            "policy": {
                key: {"value": value, "signed_by": "Demo, not a clinical decision"}
                for key, value in policy.items()
            },
        },
    )


@transaction.atomic
def demo_people(
    site: models.Site, people: Sequence[DemoPerson], password: str
) -> dict[str, models.User]:
    """Return the accounts by email, with today's password and their role at the site."""
    check_demo()
    found = {}
    for person in people:
        user, _ = models.User.objects.get_or_create(
            email=person.email,
            defaults={
                "first_name": person.first_name,
                "last_name": person.last_name,
                "language": person.language,
            },
        )
        user.set_password(password)
        user.is_staff = person.role == models.Role.ADMIN
        user.save()
        if person.role in models.Role.values:
            models.Membership.objects.get_or_create(
                user=user, site=site, role=person.role
            )
        found[person.email] = user
    return found


def give_account(patient: models.Patient, user: models.User) -> None:
    """Let an account be the patient's own."""
    check_demo()
    patient.user = user
    patient.save(update_fields=["user"])


def give_phones(user_ids: Sequence[uuid.UUID], number: str) -> None:
    """Give accounts of the demo a number of their own: that of the site, counted on."""
    check_demo()
    for place, user_id in enumerate(user_ids, 1):
        models.ContactPoint.objects.create(
            user_id=user_id,
            channel=models.Channel.PHONE,
            value=f"{number[:-2]}{place:02}",
        )


def give_line(patient: models.Patient, placed_on: dt.date) -> None:
    """Let a patient of the demo have a central line."""
    check_demo()
    models.CentralLine.objects.create(
        patient=patient, kind=models.LineKind.PICC, lumens=2, placed_on=placed_on
    )


def new_password() -> str:
    """Return a password nobody knows yet."""
    return secrets.token_urlsafe(12)
