"""Moves the start of a planned cycle, or takes its order back."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.bag_life import MADE, TO_COME, DiscardReason
from infusion.domain.refusals import Refusal
from infusion.domain.states import (
    BagStatus,
    BlockStatus,
    CourseStatus,
    CycleStatus,
    VisitStatus,
)
from infusion.selectors.walking import load_walk
from infusion.services.checks import withdraw_checks
from infusion.services.common import changing
from infusion.services.courses import check_start
from infusion.services.free_days import check_after_block, check_free_interval
from infusion.services.planning import replan
from infusion.services.rounds import follow_cycle
from patients.policy import Actor

_NOTE = 200


class NoPlannedCycle(Refusal):
    """No cycle of the course waits for its start."""

    code = "no_planned_cycle"


def move_start(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    start_at: dt.datetime,
    now: dt.datetime,
) -> models.Course:
    """Plan a cycle that has not begun for another start.

    :raises NoPlannedCycle: when no cycle waits for its start.
    :raises StartInThePast: when the new start has gone by.
    :raises FreeIntervalNotOver: when the free days before it are not over then.
    """
    with changing(
        actor=actor,
        action="cycle.move",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        cycle = _planned(course)
        start = check_start(start_at, now)
        check_free_interval(course, cycle.number, start, now)
        check_after_block(load_walk(course, now), start)
        cycle.planned_start_at = start
        cycle.version += 1
        cycle.save(update_fields=["planned_start_at", "version"])
        _move_ward(course, start, actor)
        replan(course, cause="start_moved", actor_id=actor.user_id, now=now)
    return course


def cancel_cycle(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Take back the order of a cycle that has not begun; with the first, the course.

    Bags that are made are discarded with it: nobody may hang them any more.

    :raises NoPlannedCycle: when no cycle waits for its start.
    """
    with changing(
        actor=actor,
        action="cycle.cancel",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        cycle = _planned(course)
        take_back(cycle, reason, now)
        follow_cycle(cycle, BlockStatus.CANCELLED)
        if course.status == CourseStatus.ORDERED:
            course.status = CourseStatus.CANCELLED
        replan(course, cause="cycle_cancelled", actor_id=actor.user_id, now=now)
    return course


def take_back(cycle: models.Cycle, reason: str, now: dt.datetime) -> None:
    """Cancel a cycle that has not begun, with its bags and its visits."""
    cycle.status = CycleStatus.CANCELLED
    cycle.end_reason = reason
    cycle.version += 1
    cycle.save(update_fields=["status", "end_reason", "version"])
    _drop_plans(cycle, reason, now)


def _planned(course: models.Course) -> models.Cycle:
    cycle = course.cycles.filter(status=CycleStatus.PLANNED).first()
    if cycle is None:
        raise NoPlannedCycle(field="cycle")
    return cycle


def _move_ward(course: models.Course, start: dt.datetime, actor: Actor) -> None:
    """Expect the patient on the ward from the new start, if the order said so before."""
    first = course.placements.order_by("from_at").first()
    if course.status == CourseStatus.ORDERED and first and start < first.from_at:
        models.Placement.objects.create(
            course=course,
            kind=first.kind,
            from_at=start,
            recorded_by_id=actor.user_id,
        )


def _drop_plans(cycle: models.Cycle, reason: str, now: dt.datetime) -> None:
    for bag in cycle.bags.filter(status__in=TO_COME):
        if bag.status in MADE:
            withdraw_checks([bag], now)
            bag.status, bag.discarded_at = BagStatus.DISCARDED, now
            bag.discard_reason = DiscardReason.STOPPED
            bag.discard_note = reason[:_NOTE]
        else:
            bag.status = BagStatus.CANCELLED
        bag.version += 1
        bag.save()
    for visit in cycle.visits.filter(status=VisitStatus.BOOKED):
        visit.status = VisitStatus.CANCELLED
        visit.version += 1
        visit.save(update_fields=["status", "version"])
