"""Leaves out one round of a course's way that has not begun, by a physician's word."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.dose_changes import DoseChangeKind
from infusion.domain.refusals import Refusal
from infusion.domain.standings import Due, Standing
from infusion.domain.states import BlockStatus, CycleStatus, check_step
from infusion.selectors.walking import Walk, load_walk
from infusion.services.common import changing
from infusion.services.facts import ReasonNeeded
from infusion.services.planning import replan
from infusion.services.rounds import (
    add_round,
    check_running,
    due_block,
    end_if_done,
    set_status,
)
from infusion.services.scheduling import take_back
from patients.policy import Actor


class NothingToOmit(Refusal):
    """No block comes next that could be left out."""

    code = "nothing_to_omit"


class LowStepOmitted(Refusal):
    """The cycle begins with the low dose; no source says how to go on without it."""

    code = "low_step_omitted"


def omit_round(
    *, actor: Actor, course_id: uuid.UUID, reason: str, now: dt.datetime
) -> models.Course:
    """Leave out the round that is planned or comes next; the one after it is due.

    The order of a planned cycle is taken back with its bags and visits. What is left out
    has no days, no free interval, and is no cycle that was given.

    :raises ReasonNeeded: when no reason is given.
    :raises CourseOver: when the course has ended.
    :raises DecisionNeeded: when a way has to be chosen first.
    :raises NothingToOmit: when nothing is due.
    :raises StepNotAllowed: when the round has begun.
    :raises LowStepOmitted: when the low step would be left out with it.
    """
    with changing(actor=actor, action="round.omit", course_id=course_id) as course:
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        check_running(course)
        walk = load_walk(course, now)
        if walk.standing().due == Due.NOTHING:
            raise NothingToOmit(field="course")
        place = due_block(walk)
        _check_low_step(course, place)
        _omit(walk, place, reason, now)
        _plan_fewer(course, place)
        end_if_done(course, now)
        replan(course, cause="round_omitted", actor_id=actor.user_id, now=now)
    return course


def _check_low_step(course: models.Course, place: Standing) -> None:
    """Refuse to leave out the days on which the dose is still low.

    The cycle after it may begin with the full dose, and no source says that it may then.
    """
    pattern = place.block.pattern if place.block else None
    planned_low = models.DoseChange.objects.filter(
        cycle__course=course,
        cycle__status=CycleStatus.PLANNED,
        kind=DoseChangeKind.START_LOW,
    )
    if (pattern is not None and len(pattern.steps) > 1) or planned_low.exists():
        raise LowStepOmitted(field="course")


def _omit(walk: Walk, place: Standing, reason: str, now: dt.datetime) -> None:
    row = walk.last
    if place.due in {Due.BLOCK_START, Due.CYCLE_ORDER} and not _is_planned(row):
        row = add_round(walk, place, status=BlockStatus.PLANNED)
    assert row is not None  # noqa: S101 - what has no row has one by now
    check_step(BlockStatus(row.status), BlockStatus.OMITTED)
    if row.cycle is not None:
        take_back(row.cycle, reason, now)
    # It has no days and no number: the next cycle that is given takes that.
    row.starts_on = row.ended_on = row.cycle_number = None
    row.reason = reason
    set_status(row, BlockStatus.OMITTED)


def _is_planned(row: models.CourseBlock | None) -> bool:
    return row is not None and row.status == BlockStatus.PLANNED


def _plan_fewer(course: models.Course, place: Standing) -> None:
    """Count one cycle less, so that none is given in place of the one left out."""
    if place.block is not None and place.block.is_cycle:
        course.cycles_planned = max(course.cycles_planned - 1, 1)
        course.save(update_fields=["cycles_planned"])
