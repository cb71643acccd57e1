"""Reads who an account is and what it may reach."""

import datetime as dt
import uuid
from collections import defaultdict

from django.db.models import Q

from patients import models
from patients.policy import Actor


def get_actor(user_id: uuid.UUID, today: dt.date) -> Actor:
    """Load the actor behind an account in four queries."""
    site_roles: dict[uuid.UUID, set[str]] = defaultdict(set)
    memberships = models.Membership.objects.filter(user_id=user_id, is_active=True)
    for site_id, role in memberships.values_list("site_id", "role"):
        site_roles[site_id].add(role)
    standing = Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
    own = models.Patient.objects.filter(user_id=user_id).values_list("id", flat=True)
    cared = models.CaregiverLink.objects.filter(
        standing, user_id=user_id, state=models.LinkState.CONFIRMED
    ).values_list("patient_id", flat=True)
    assigned = models.CareAssignment.objects.filter(
        standing, user_id=user_id
    ).values_list("patient_id", flat=True)
    return Actor(
        user_id=user_id,
        site_roles={site: frozenset(roles) for site, roles in site_roles.items()},
        own_patient_id=own.first(),
        cared_patient_ids=frozenset(cared),
        assigned_patient_ids=frozenset(assigned),
    )
