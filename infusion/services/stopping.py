"""Ends a course between its cycles, by a physician's word."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.states import BlockStatus, CourseStatus, CycleStatus
from infusion.selectors.walking import load_walk
from infusion.services.common import changing
from infusion.services.facts import ReasonNeeded
from infusion.services.planning import replan
from infusion.services.rounds import BlockOpen, check_running, set_status
from patients.policy import Actor

_OPEN = (CycleStatus.PLANNED, CycleStatus.STARTED)


def stop_course(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """End a course that goes on no further, while no cycle is planned or runs.

    :raises BlockOpen: when a cycle is planned or runs: that is ended or cancelled first.
    :raises ReasonNeeded: when no reason is given.
    """
    with changing(
        actor=actor,
        action="course.stop",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        check_running(course)
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        walk = load_walk(course, now)
        if course.cycles.filter(status__in=_OPEN).exists():
            key = walk.last.block_key if walk.last else ""
            raise BlockOpen(field="course", block=key)
        _close(walk.last, reason, walk.on)
        is_begun = course.status == CourseStatus.ACTIVE
        course.status = CourseStatus.STOPPED if is_begun else CourseStatus.CANCELLED
        course.end_reason = reason
        replan(course, cause="course_stopped", actor_id=actor.user_id, now=now)
    return course


def _close(row: models.CourseBlock | None, reason: str, on: dt.date) -> None:
    """Close the round that runs or is planned."""
    if row is None:
        return
    if row.status == BlockStatus.STARTED:
        row.ended_on, row.reason = on, reason
        set_status(row, BlockStatus.STOPPED)
    elif row.status == BlockStatus.PLANNED:
        row.reason = reason
        set_status(row, BlockStatus.CANCELLED)
