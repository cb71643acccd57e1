"""Reads visits."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.domain.states import VisitStatus
from infusion.domain.timing import timing_of
from patients import policy
from patients.policy import Actor
from patients.selectors.sites import policies_of


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


def visit_tolerance(values: Mapping[str, Any]) -> dt.timedelta:
    """Return how far from its planned instant a visit still is in time at a site."""
    minutes = catalogue.site_policy(values).number("overdue_after_minutes")
    return dt.timedelta(minutes=float(minutes))


def with_timing(rows: Sequence[dict[str, Any]], now: dt.datetime) -> list[Any]:
    """Say of visits, as plain values, whether they are in time; in one query."""
    values = policies_of({row["site_id"] for row in rows})
    tolerances = {site: visit_tolerance(found) for site, found in values.items()}
    return [
        row
        | {
            "timing": timing_of(
                planned_at=row["planned_at"],
                status=VisitStatus(row["status"]),
                done_at=row["done_at"],
                now=now,
                tolerance=tolerances[row["site_id"]],
            )
        }
        for row in rows
    ]
