"""The rounds of a course's way: stored, brought into a state, and what forbids it."""

import datetime as dt
from typing import Any

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.domain.standings import Due, Standing
from infusion.domain.states import BlockStatus, CourseStatus, check_step
from infusion.selectors.regimens import regimen_of
from infusion.selectors.walking import Walk, load_walk


class DecisionNeeded(Refusal):
    """A physician has to decide first which way the course goes on."""

    code = "decision_needed"


class BlockOpen(Refusal):
    """A block before it has to be recorded first."""

    code = "block_open"


class BlockNotNext(Refusal):
    """The course does not stand before this block."""

    code = "block_not_next"


class BlockIsCycle(Refusal):
    """In this block blinatumomab runs: it is ordered as a cycle."""

    code = "block_is_cycle"


class GateNotPassed(Refusal):
    """Nobody has recorded yet that the block may begin."""

    code = "gate_not_passed"


class CourseOver(Refusal):
    """The course has ended."""

    code = "course_over"


RUNNING = frozenset({CourseStatus.ORDERED, CourseStatus.ACTIVE})


def check_running(course: models.Course) -> None:
    """Refuse a step of a course that has ended.

    :raises CourseOver: when it has.
    """
    if course.status not in RUNNING:
        raise CourseOver(field="course")


def due_block(walk: Walk, key: str | None = None) -> Standing:
    """Return where the course stands, when that is before or in this block.

    :raises DecisionNeeded: when a way has to be chosen first.
    :raises BlockNotNext: when another block is due; ``due`` names it.
    """
    place = walk.standing()
    if key is not None:
        walk.regimen.block(key)
    if place.due in {Due.DECISION, Due.LEAVE}:
        raise DecisionNeeded(
            field="block", block=place.block.key if place.block else ""
        )
    if place.block is None or (key is not None and place.block.key != key):
        raise not_next(place)
    return place


def not_next(place: Standing) -> BlockNotNext:
    """Return the refusal that names the block the course stands at."""
    return BlockNotNext(field="block", due=place.block.key if place.block else "-")


def add_round(walk: Walk, place: Standing, **row: Any) -> models.CourseBlock:
    """Store the round that comes next."""
    block = place.block
    if block is None:
        raise BlockNotNext(field="block", due="")
    return models.CourseBlock.objects.create(
        course=walk.course,
        sequence=next_sequence(walk.course),
        block_key=block.key,
        ordinal=place.ordinal,
        cycle_number=walk.cycles + 1 if block.is_cycle else None,
        **row,
    )


def next_sequence(course: models.Course) -> int:
    """Return the number of the next row of a course's way, cancelled ones counted."""
    last = course.blocks.order_by("-sequence").values_list("sequence", flat=True)
    return (last.first() or 0) + 1


def set_status(row: models.CourseBlock, status: BlockStatus) -> None:
    """Bring a round into another state and save it.

    :raises StepNotAllowed: when no such step leads on from the present one.
    """
    check_step(BlockStatus(row.status), status)
    row.status = status
    row.version += 1
    row.save()


def beyond_regimen(course: models.Course) -> int:
    """Return by how many cycles a course is longer than its regimen; less than 0: shorter.

    Some were given again after a stop too long, some were left out.
    """
    again = models.CycleRestart.objects.filter(cycle__course=course, repeats=True)
    regimen = regimen_of(course)
    keys = course.blocks.filter(status=BlockStatus.OMITTED).values_list(
        "block_key", flat=True
    )
    return again.count() - sum(regimen.block(key).is_cycle for key in keys)


def follow_cycle(cycle: models.Cycle, status: BlockStatus) -> None:
    """Let the round of a cycle stand as the cycle does."""
    row = models.CourseBlock.objects.filter(cycle=cycle).first()
    if row is not None:
        set_status(row, status)


def activate(course: models.Course) -> None:
    """Let a course run once anything of it was given."""
    if course.status == CourseStatus.ORDERED:
        course.status = CourseStatus.ACTIVE
        course.save(update_fields=["status"])


def end_if_done(course: models.Course, now: dt.datetime) -> None:
    """End the course when nothing comes after what was given."""
    place = load_walk(course, now).standing()
    if place.due == Due.NOTHING and course.status == CourseStatus.ACTIVE:
        course.status = CourseStatus.COMPLETED
        course.save(update_fields=["status"])
