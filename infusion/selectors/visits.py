"""Reads visits."""

import datetime as dt

from django.db.models import QuerySet

from infusion import models
from infusion.domain.states import VisitStatus
from patients import policy
from patients.policy import Actor


def list_visits(
    actor: Actor,
    *,
    from_at: dt.datetime | None = None,
    to_at: dt.datetime | None = None,
) -> QuerySet[models.Visit]:
    """List the visits the actor may see, booked and done, in order of time."""
    rows = policy.scope(models.Visit.objects.all(), actor)
    rows = rows.exclude(status=VisitStatus.CANCELLED)
    if from_at:
        rows = rows.filter(planned_at__gte=from_at)
    if to_at:
        rows = rows.filter(planned_at__lt=to_at)
    return rows.select_related("cycle__course").order_by("planned_at", "id")
