"""Reads for the REST API: single rows in the actor's scope, and lists of plain values."""

import datetime as dt
import uuid
from typing import Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from infusion import models
from infusion.domain.states import MessageStatus
from infusion.selectors import messages, visits
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

_Row = TypeVar("_Row", bound=Model)
_VISIT = (
    "id",
    "version",
    "kind",
    "planned_at",
    "placement",
    "status",
    "done_at",
    "bag_id",
    "assigned_to_id",
)
_VISIT_COURSE = {
    "course_id": F("cycle__course_id"),
    "patient_id": F("cycle__course__patient_id"),
    "time_zone": F("cycle__course__time_zone"),
    "site_id": F("cycle__course__site_id"),
}


def get_bag(actor: Actor, bag_id: uuid.UUID) -> models.Bag:
    """Return a bag with its course.

    :raises NotFound: when there is none for the actor.
    """
    return _one(models.Bag.objects.select_related("course"), actor, bag_id)


def get_check(actor: Actor, check_id: uuid.UUID) -> models.HangCheck:
    """Return a hang check with its bag, its course and who entered it.

    :raises NotFound: when there is none for the actor.
    """
    rows = models.HangCheck.objects.select_related("bag__course", "entered_by")
    return _one(rows, actor, check_id)


def get_visit(actor: Actor, visit_id: uuid.UUID) -> models.Visit:
    """Return a visit with its course.

    :raises NotFound: when there is none for the actor.
    """
    rows = models.Visit.objects.select_related("cycle__course", "assigned_to")
    return _one(rows, actor, visit_id)


def list_course_rows(actor: Actor, **wanted: Any) -> QuerySet[models.Course, Any]:
    """List courses as plain values; ``wanted`` are equalities of columns."""
    rows = policy.scope(models.Course.objects.filter(**wanted), actor)
    return rows.values(
        "id",
        "version",
        "patient_id",
        "site_id",
        "status",
        "regimen_key",
        "regimen_version",
        "time_zone",
        "cycles_planned",
        "ordered_at",
    )


def list_bag_rows(actor: Actor, code: str) -> QuerySet[models.Bag, Any]:
    """List the bags that carry a code: one, or none in the actor's scope."""
    return policy.scope(models.Bag.objects.filter(code=code), actor)


def list_visit_rows(
    actor: Actor, from_at: dt.datetime, to_at: dt.datetime
) -> QuerySet[models.Visit, Any]:
    """List the visits from one instant to before another, as plain values."""
    rows = visits.list_visits(actor, from_at=from_at, to_at=to_at)
    found: QuerySet[models.Visit, Any]
    found = rows.select_related(None).values(*_VISIT, **_VISIT_COURSE)
    return found


def visit_row(actor: Actor, visit_id: uuid.UUID) -> dict[str, Any]:
    """Return a visit as plain values.

    :raises NotFound: when there is none for the actor.
    """
    rows = policy.scope(models.Visit.objects.filter(id=visit_id), actor)
    found = rows.values(*_VISIT, **_VISIT_COURSE).first()
    if found is None:
        raise NotFound
    return dict(found)


def list_message_rows(
    actor: Actor, course: models.Course, *, standing: bool = False
) -> QuerySet[models.Message, Any]:
    """List the messages of a course as plain values; family see only their own.

    ``standing`` leaves out what a later plan has cancelled.
    """
    rows = messages.list_messages(course.id)
    if standing:
        rows = rows.exclude(status=MessageStatus.CANCELLED)
    if not is_staff_for(actor, course):
        rows = rows.filter(
            Q(patient_id=actor.own_patient_id, patient_id__isnull=False)
            | Q(user_id=actor.user_id)
        )
    return rows.values(
        "id",
        "kind",
        "event",
        "subject_kind",
        "subject_id",
        "event_at",
        "person_kind",
        "channel",
        "due_at",
        "status",
        "reason",
        "attempts",
        "sent_at",
        "bag_id",
        "patient_id",
        "user_id",
        "is_resend",
        plan_number=F("plan_version__number"),
        resend_of_id=F("resending__first_id"),
        acknowledged_at=F("acknowledgement__at"),
        acknowledged_by_id=F("acknowledgement__by_id"),
        was_rung=Exists(
            models.PhoneCall.objects.filter(message=OuterRef("id"), was_reached=True)
        ),
    )


def is_staff_for(actor: Actor, course: models.Course) -> bool:
    """Say whether the actor looks at this course as staff, not as family."""
    roles = actor.roles_for(course.site_id, course.patient_id)
    return bool(roles - {policy.PATIENT, policy.CAREGIVER})


def _one(rows: QuerySet[_Row], actor: Actor, row_id: uuid.UUID) -> _Row:
    found = policy.scope(rows.filter(id=row_id), actor).first()
    if found is None:
        raise NotFound
    return found
