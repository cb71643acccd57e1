"""Orders the course that follows a way out of a regimen, such as after a transplant."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.domain.states import CourseStatus
from infusion.selectors.courses import get_course
from infusion.selectors.regimens import regimen_of
from infusion.services.courses import order_course
from patients.policy import Actor


class NoReentry(Refusal):
    """No regimen follows: the course has not left by a way out that names one."""

    code = "no_reentry"


def order_again(
    *, actor: Actor, course_id: uuid.UUID, start_at: dt.datetime, now: dt.datetime
) -> models.Course:
    """Order a new course under the regimen that the way out names.

    :raises NotFound: when there is no such course for the actor.
    :raises NoReentry: when no regimen is named to follow.
    :raises Refusal: for the same reasons as an order.
    """
    course = get_course(actor, course_id)
    return order_course(
        actor=actor,
        patient_id=course.patient_id,
        regimen_key=reentry_of(course),
        start_at=start_at,
        now=now,
    )


def reentry_of(course: models.Course) -> str:
    """Return the regimen that follows a course.

    :raises NoReentry: when none is named.
    """
    if course.status != CourseStatus.LEFT:
        raise NoReentry(field="course")
    follows = regimen_of(course).block(course.exit_key).reentry
    if follows is None:
        raise NoReentry(field="course")
    return follows
