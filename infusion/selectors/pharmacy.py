"""Reads what waits for the pharmacy, in the order in which it must leave."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from infusion import catalogue, models
from infusion.domain.bag_life import WORK, PharmacyWork, leaves_by
from infusion.domain.courses import Text
from infusion.domain.states import BagStatus, CourseStatus, CycleStatus
from infusion.selectors.calendars import PharmacyHours, pharmacy_hours
from patients import policy
from patients.policy import Actor
from patients.selectors.sites import policies_of

_DAY = dt.timedelta(days=1)
# Longer than any bag keeps: what leaves by then is not made yet.
HORIZON = 14 * _DAY
_OPEN_CYCLES = (CycleStatus.PLANNED, CycleStatus.STARTED)
_OPEN_COURSES = (CourseStatus.ORDERED, CourseStatus.ACTIVE)
_STATUS = {work: status for status, work in WORK.items()}


@dataclass(frozen=True, kw_only=True)
class BagWork:
    """A bag that waits for the pharmacy.

    ``due_at`` is by when it must leave the pharmacy to be hung as planned; ``vials`` is 0
    where the strength of a vial is not known.
    """

    bag_id: uuid.UUID
    version: int
    code: str
    work: PharmacyWork
    due_at: dt.datetime
    is_late: bool
    course_id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    site_id: uuid.UUID
    time_zone: str
    sequence: int
    status: BagStatus
    recipe_key: str
    recipe_title: Text
    volume_ml: Decimal
    daily_dose_mcg: Decimal
    vials: int
    planned_hang_at: dt.datetime
    planned_take_down_at: dt.datetime
    ordered_at: dt.datetime | None
    prepared_at: dt.datetime | None
    cold_until: dt.datetime | None


def list_work(
    actor: Actor,
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
    work: str = "",
    site_id: uuid.UUID | None = None,
) -> QuerySet[models.Bag]:
    """List the bags that wait for a pharmacy in the actor's reach, the next first.

    Making waits only at sites that record the steps of their pharmacy. An order that was
    withdrawn is listed until its bag would have been hung.
    """
    rows = policy.scope(models.Bag.objects.all(), actor)
    rows = rows.filter(planned_hang_at__lt=until or now + HORIZON)
    rows = rows.filter(_waits(_recording(actor)) | _withdrawn(now))
    if work:
        rows = rows.filter(status=_STATUS[PharmacyWork(work)])
    if site_id:
        rows = rows.filter(course__site_id=site_id)
    rows = rows.select_related("course__patient")
    return rows.order_by("planned_hang_at", "id")


def _recording(actor: Actor) -> list[uuid.UUID]:
    stored = policies_of(list(actor.site_roles))
    return [
        site
        for site, values in stored.items()
        if catalogue.site_policy(values).is_on("pharmacy_records_steps")
    ]


def _waits(recording: Sequence[uuid.UUID]) -> Q:
    made_here = Q(status=BagStatus.ORDERED, course__site_id__in=recording)
    others = Q(status__in=[BagStatus.PLANNED, BagStatus.COMPOUNDED, BagStatus.CHECKED])
    is_open = Q(cycle__status__in=_OPEN_CYCLES, course__status__in=_OPEN_COURSES)
    return is_open & (made_here | others)


def _withdrawn(now: dt.datetime) -> Q:
    return Q(
        status=BagStatus.CANCELLED,
        ordered_at__isnull=False,
        planned_hang_at__gt=now,
    )


def with_due(rows: Sequence[models.Bag], now: dt.datetime) -> list[BagWork]:
    """Say of listed bags by when each must leave; a few queries a site."""
    hours: dict[uuid.UUID, PharmacyHours] = {}
    last = max((row.planned_hang_at for row in rows), default=now)
    for site_id in {row.course.site_id for row in rows}:
        hours[site_id] = pharmacy_hours(site_id, now - HORIZON, last)
    return [_work(row, hours[row.course.site_id], now) for row in rows]


def _work(row: models.Bag, hours: PharmacyHours, now: dt.datetime) -> BagWork:
    recipe = catalogue.get_recipe(row.recipe_key)
    due_at = leaves_by(row.planned_hang_at, hours.rounds, hours.lead)
    work = WORK[BagStatus(row.status)]
    return BagWork(
        bag_id=row.id,
        version=row.version,
        code=row.code,
        work=work,
        due_at=due_at,
        is_late=due_at < now and work != PharmacyWork.WITHDRAWN,
        course_id=row.course_id,
        patient_id=row.course.patient_id,
        patient_name=str(row.course.patient),
        site_id=row.course.site_id,
        time_zone=row.course.time_zone,
        sequence=row.sequence,
        status=BagStatus(row.status),
        recipe_key=row.recipe_key,
        recipe_title=recipe.title,
        volume_ml=row.volume_ml,
        daily_dose_mcg=row.daily_dose_mcg,
        vials=recipe.vials(row.daily_dose_mcg),
        planned_hang_at=row.planned_hang_at,
        planned_take_down_at=row.planned_take_down_at,
        ordered_at=row.ordered_at,
        prepared_at=row.prepared_at,
        cold_until=row.cold_until,
    )
