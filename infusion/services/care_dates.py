"""Days of a course that no plan knows of: entered, done, called off; reminders follow."""

import datetime as dt
import uuid

from django.db import IntegrityError

from infusion import models
from infusion.domain.care_dates import (
    CareDateClosed,
    CareDateKind,
    CareDatePast,
    CareDateTwice,
)
from infusion.domain.instants import in_utc
from infusion.domain.states import CareDateStatus, check_step
from infusion.services.common import VersionOutdated, changing, touch
from infusion.services.projection import project_course
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.services.writing import violated


def enter_care_date(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    kind: str,
    at: dt.datetime,
    now: dt.datetime,
) -> models.CareDate:
    """Enter a day, and owe the reminders that the rules of the site make of it.

    :raises CareDatePast: when it is not to come.
    :raises CareDateTwice: when the same is entered already.
    """
    with changing(actor=actor, action="date.enter", course_id=course_id) as course:
        instant = in_utc(at, field="at")
        if instant <= now:
            raise CareDatePast(field="at")
        row = _create(
            course=course,
            kind=CareDateKind(kind),
            at=instant,
            entered_by_id=actor.user_id,
            entered_at=now,
        )
        project_course(course, now)
        touch(course)
    return row


def _create(**values: object) -> models.CareDate:
    try:
        return models.CareDate.objects.create(**values)
    except IntegrityError as error:
        if violated(error) == "care_date_once":
            raise CareDateTwice(field="at") from None
        raise


def end_care_date(
    *,
    actor: Actor,
    date_id: uuid.UUID,
    expected_version: int | None = None,
    is_done: bool,
    now: dt.datetime,
) -> models.CareDate:
    """Say that a day is done, or is not to be; nobody is reminded of it any more.

    :raises NotFound: when there is no such day for the actor.
    :raises CareDateClosed: when it was ended before.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    rows = models.CareDate.objects.filter(id=date_id)
    course_id = rows.values_list("course_id", flat=True).first()
    if course_id is None:
        raise NotFound(field="date")
    with changing(actor=actor, action="date.enter", course_id=course_id) as course:
        row = rows.get()
        if expected_version is not None and expected_version != row.version:
            raise VersionOutdated(field="version")
        if row.status != CareDateStatus.BOOKED:
            raise CareDateClosed(field="date")
        status = CareDateStatus.DONE if is_done else CareDateStatus.CANCELLED
        check_step(CareDateStatus(row.status), status)
        row.status, row.ended_by_id, row.ended_at = status, actor.user_id, now
        row.version += 1
        row.save(update_fields=["status", "ended_by", "ended_at", "version"])
        project_course(course, now)
        touch(course)
    return row
