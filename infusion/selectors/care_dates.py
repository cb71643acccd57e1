"""Reads the days of a course that somebody entered."""

import uuid

from django.db.models import QuerySet

from infusion import models
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor


def list_care_dates(course_id: uuid.UUID) -> QuerySet[models.CareDate]:
    """List the days of a course in order of time, those that are over included."""
    return models.CareDate.objects.filter(course_id=course_id).order_by("at", "id")


def get_care_date(actor: Actor, date_id: uuid.UUID) -> models.CareDate:
    """Load a day the actor may see.

    :raises NotFound: when there is none in reach.
    """
    rows = policy.scope(models.CareDate.objects.select_related("course"), actor)
    found = rows.filter(id=date_id).first()
    if found is None:
        raise NotFound(field="date")
    return found
