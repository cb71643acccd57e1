"""Reads which staff look after a patient."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from patients import models
from patients.domain.contacts import PHONE, SMS
from patients.selectors.dates import standing_on


def ids_assigned_staff(patient_id: uuid.UUID, day: dt.date) -> frozenset[uuid.UUID]:
    """Return the accounts of the staff assigned to a patient on a day."""
    rows = models.CareAssignment.objects.filter(
        standing_on(day), patient_id=patient_id, user__is_active=True
    )
    return frozenset(rows.values_list("user_id", flat=True))


def is_on_staff(user_id: uuid.UUID, site_id: uuid.UUID) -> bool:
    """Say whether an account has an active role at a site."""
    rows = models.Membership.objects.filter(
        user_id=user_id, site_id=site_id, is_active=True, user__is_active=True
    )
    return rows.exists()


def is_active_account(user_id: uuid.UUID) -> bool:
    """Say whether somebody can still log in with an account."""
    return models.User.objects.filter(id=user_id, is_active=True).exists()


def names_of(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of accounts by id."""
    rows = models.User.objects.filter(id__in=user_ids)
    return {user.id: str(user) for user in rows}


def phones_of(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the number at which each account is rung: a telephone before a text number.

    Who wants no text messages can still be rung on the same number.
    """
    rows = models.ContactPoint.objects.filter(
        user_id__in=user_ids, channel__in=(PHONE, SMS)
    )
    found: dict[uuid.UUID, str] = {}
    for point in rows.order_by("channel", "rank", "id"):
        if point.user_id:
            found.setdefault(point.user_id, point.value)
    return found


def active_roles_of(
    user_ids: Collection[uuid.UUID], site_id: uuid.UUID
) -> dict[uuid.UUID, frozenset[str]]:
    """Return the roles that accounts hold at a site now, in one query."""
    rows = models.Membership.objects.filter(
        user_id__in=user_ids, site_id=site_id, is_active=True, user__is_active=True
    )
    found: dict[uuid.UUID, frozenset[str]] = {}
    for user_id, role in rows.values_list("user_id", "role"):
        found[user_id] = found.get(user_id, frozenset()) | {role}
    return found


def roles_by_site(
    user_ids: Collection[uuid.UUID],
) -> dict[tuple[uuid.UUID, uuid.UUID], frozenset[str]]:
    """Return the roles that accounts hold now by account and site, in one query."""
    rows = models.Membership.objects.filter(
        user_id__in=user_ids, is_active=True, user__is_active=True
    )
    found: dict[tuple[uuid.UUID, uuid.UUID], frozenset[str]] = {}
    for user_id, site_id, role in rows.values_list("user_id", "site_id", "role"):
        place = (user_id, site_id)
        found[place] = found.get(place, frozenset()) | {role}
    return found


def list_staff(site_id: uuid.UUID) -> list[tuple[uuid.UUID, str, frozenset[str]]]:
    """List who works at a site by name: account, name and roles."""
    rows = models.User.objects.filter(
        is_active=True, memberships__site_id=site_id, memberships__is_active=True
    )
    people = {user.id: str(user) for user in rows.distinct()}
    roles = active_roles_of(people.keys(), site_id)
    found = [(one, name, roles.get(one, frozenset())) for one, name in people.items()]
    return sorted(found, key=lambda each: (each[1], each[0]))


def staff_by_role(site_id: uuid.UUID) -> Mapping[str, set[uuid.UUID]]:
    """Return who works at a site now by role, in one query; nobody for any other role."""
    rows = models.Membership.objects.filter(
        site_id=site_id, is_active=True, user__is_active=True
    )
    found: dict[str, set[uuid.UUID]] = defaultdict(set)
    for role, user_id in rows.values_list("role", "user_id"):
        found[role].add(user_id)
    return found


def holders_of(
    site_ids: Collection[uuid.UUID], roles: Collection[str]
) -> dict[uuid.UUID, frozenset[tuple[str, uuid.UUID]]]:
    """Return who holds one of these roles at each site now, in one query."""
    rows = models.Membership.objects.filter(
        site_id__in=site_ids,
        role__in=roles,
        is_active=True,
        user__is_active=True,
    )
    found: dict[uuid.UUID, frozenset[tuple[str, uuid.UUID]]] = {}
    for site_id, role, user_id in rows.values_list("site_id", "role", "user_id"):
        found[site_id] = found.get(site_id, frozenset()) | {(role, user_id)}
    return found
