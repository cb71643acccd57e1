"""Reads the sites."""

import uuid
import zoneinfo
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from patients import models, policy
from patients.domain.refusals import NotFound


def get_site(site_id: uuid.UUID) -> models.Site:
    """Load a site.

    :raises NotFound: when there is none.
    """
    found = models.Site.objects.filter(id=site_id).first()
    if found is None:
        raise NotFound(field="site")
    return found


def get_site_by_code(code: str) -> models.Site:
    """Load a site by the code that people type.

    :raises NotFound: when there is none.
    """
    found = models.Site.objects.filter(code=code).first()
    if found is None:
        raise NotFound(field="site")
    return found


def policies_of(site_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Return what several sites have stored as their values, in one query."""
    rows = models.Site.objects.filter(id__in=site_ids)
    return dict(rows.values_list("id", "policy"))


def all_policies() -> dict[uuid.UUID, dict[str, Any]]:
    """Return what every site has stored as its values, in one query."""
    return dict(models.Site.objects.values_list("id", "policy"))


def get_visible_site(actor: policy.Actor, site_id: uuid.UUID) -> models.Site:
    """Load a site the actor belongs to.

    :raises NotFound: when there is none in reach.
    """
    found = list_sites(actor).filter(id=site_id).first()
    if found is None:
        raise NotFound(field="site_id")
    return found


def site_zone(site_id: uuid.UUID) -> zoneinfo.ZoneInfo:
    """Return the time zone of a site.

    :raises NotFound: when there is no such site.
    """
    return zoneinfo.ZoneInfo(get_site(site_id).time_zone)


def list_sites(actor: policy.Actor) -> QuerySet[models.Site]:
    """List the sites the actor belongs to, by name.

    A patient or caregiver belongs to no site as such, yet may see where they are
    treated.
    """
    own = models.Patient.objects.filter(id__in=_linked(actor)).values("site_id")
    rows = models.Site.objects.filter(id__in=own) | policy.scope(
        models.Site.objects.all(), actor
    )
    return rows.order_by("name", "id")


def _linked(actor: policy.Actor) -> list[uuid.UUID]:
    own = [actor.own_patient_id] if actor.own_patient_id else []
    return [*own, *actor.cared_patient_ids]
