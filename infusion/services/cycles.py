"""Starts, ends and follows up cycles."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.bag_life import UNMADE
from infusion.domain.blocks import Block
from infusion.domain.clock import EventKind
from infusion.domain.instants import local_date, zone
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Round
from infusion.domain.standings import Due, Standing
from infusion.domain.states import (
    BagStatus,
    BlockStatus,
    CourseStatus,
    CycleStatus,
    PlacementKind,
    check_step,
)
from infusion.selectors.planning import (
    CycleRows,
    load_rows,
    pattern_of_cycle,
)
from infusion.selectors.regimens import regimen_of
from infusion.selectors.walking import Walk, load_walk
from infusion.services.checks import withdraw_checks
from infusion.services.common import changing, past_instant
from infusion.services.courses import add_cycle, check_start, expect_on_ward
from infusion.services.dosing import dosing_facts, refresh_dosing
from infusion.services.due_doses import first_dose
from infusion.services.free_days import check_after_block, check_free_interval
from infusion.services.ledgers import (
    check_after_last_change,
    delivered_hours,
    ledger,
    record_event,
)
from infusion.services.planning import fulfil_visit, replan
from infusion.services.rounds import (
    RUNNING,
    BlockOpen,
    DecisionNeeded,
    GateNotPassed,
    activate,
    add_round,
    beyond_regimen,
    end_if_done,
    follow_cycle,
)
from patients import policy
from patients.policy import Actor


class NoCycleToStart(Refusal):
    """There is no planned cycle."""

    code = "no_cycle_to_start"


class NoRunningCycle(Refusal):
    """No cycle of the course is running."""

    code = "no_running_cycle"


class PremedicationNotConfirmed(Refusal):
    """Nobody has confirmed that the premedication was given."""

    code = "premedication_not_confirmed"


class SupervisedStartNeeded(Refusal):
    """A cycle starts under supervision, not at home."""

    code = "supervised_start_needed"


class FirstBagNotDelivered(Refusal):
    """The first bag of the cycle is not there yet."""

    code = "first_bag_not_delivered"


class HoursMissing(Refusal):
    """The cycle has not delivered all its hours."""

    code = "hours_missing"


class CycleStillOpen(Refusal):
    """The cycle before has not ended."""

    code = "cycle_still_open"


class NoFurtherCycle(Refusal):
    """The course has no further cycle."""

    code = "no_further_cycle"


COMPLETED = "COMPLETED"


def start_cycle(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    premedication_given: bool,
    now: dt.datetime,
) -> models.Course:
    """Give the go for the planned cycle; the clock starts with the first bag.

    :raises Refusal: when the premedication, the place or the first bag is missing.
    """
    with changing(
        actor=actor,
        action="cycle.start",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        cycle = _planned_cycle(course)
        if not premedication_given:
            raise PremedicationNotConfirmed(field="premedication_given")
        check_attended(course, now)
        check_free_interval(course, cycle.number, now, now)
        _check_gate(course, cycle, now)
        refresh_dosing(course, cycle, now)
        _check_first_bag(course, cycle, now)
        cycle.go_at = now
        _step(cycle, CycleStatus.STARTED)
        follow_cycle(cycle, BlockStatus.STARTED)
        activate(course)
        replan(course, cause="cycle_started", actor_id=actor.user_id, now=now)
    return course


def _check_gate(course: models.Course, cycle: models.Cycle, now: dt.datetime) -> None:
    """Refuse the go while nobody has recorded that the block may begin.

    :raises GateNotPassed: when its gate is open.
    """
    place = load_walk(course, now).standing()
    if place.due == Due.CYCLE_START and place.needs_gate:
        raise GateNotPassed(field="cycle", block=cycle.block_key)


def _planned_cycle(course: models.Course) -> models.Cycle:
    if course.cycles.filter(status=CycleStatus.STARTED).exists():
        raise CycleStillOpen(field="cycle")
    cycle = course.cycles.filter(status=CycleStatus.PLANNED).first()
    if cycle is None:
        raise NoCycleToStart(field="cycle")
    return cycle


def check_attended(course: models.Course, at: dt.datetime) -> None:
    """Refuse to start a cycle, or to hang its first bag, at home.

    :raises SupervisedStartNeeded: when the patient is at home at that instant.
    """
    rows = course.placements.filter(from_at__lte=at)
    last = rows.order_by("-from_at", "-created_at").first()
    if last is not None and last.kind == PlacementKind.HOME:
        raise SupervisedStartNeeded(field="placement")


def _check_first_bag(
    course: models.Course, cycle: models.Cycle, now: dt.datetime
) -> None:
    """Refuse the go while no bag of the first dose is there and still keeps."""
    dose = first_dose(course, load_rows(course).of(cycle), now)
    there = cycle.bags.filter(
        status=BagStatus.DELIVERED, daily_dose_mcg=dose, cold_until__gt=now
    )
    if not there.exists():
        raise FirstBagNotDelivered(field="bags")


def _step(cycle: models.Cycle, status: CycleStatus) -> None:
    check_step(CycleStatus(cycle.status), status)
    cycle.status = status
    cycle.version += 1
    cycle.save(update_fields=["status", "version", "go_at", "ended_at", "end_reason"])


def running_cycle(course: models.Course) -> models.Cycle:
    """Return the cycle that runs.

    :raises NoRunningCycle: when none does.
    """
    cycle = course.cycles.filter(status=CycleStatus.STARTED).first()
    if cycle is None:
        raise NoRunningCycle(field="cycle")
    return cycle


def end_cycle(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    at: dt.datetime,
    reason: str,
    shortfall_reason: str = "",
    now: dt.datetime,
) -> models.Course:
    """Disconnect: the cycle has delivered its hours, or is stopped before.

    ``reason`` is COMPLETED or why it stops early; with a ``shortfall_reason`` a physician
    may complete a cycle whose hours are not quite full. An early stop ends the course too; where a
    new cycle is to take its place, ``begin_new_cycle`` ends it instead (label fact sheet,
    section 7).

    :raises HoursMissing: when COMPLETED is said and hours are missing.
    """
    with changing(
        actor=actor,
        action="cycle.end",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        cycle = running_cycle(course)
        at = past_instant(at, now, field="at")
        rows = load_rows(course).of(cycle)
        check_after_last_change(rows, at)
        is_complete = reason == COMPLETED
        if is_complete and not _may_fall_short(actor, course, shortfall_reason):
            _check_hours(course, rows, at)
        status = CycleStatus.COMPLETED if is_complete else CycleStatus.STOPPED
        _stop(rows, actor, at, reason)
        close_cycle(rows, at, status, shortfall_reason or reason, now)
        _end_course(course, cycle, now, is_complete=is_complete)
        replan(course, cause="cycle_ended", actor_id=actor.user_id, now=now)
    return course


def stop_cycle(rows: CycleRows, actor: Actor, reason: str, now: dt.datetime) -> None:
    """End a cycle before its hours are full; its course stands where it stood."""
    _stop(rows, actor, now, reason)
    close_cycle(rows, now, CycleStatus.STOPPED, reason, now)


def close_cycle(
    rows: CycleRows, at: dt.datetime, status: CycleStatus, reason: str, now: dt.datetime
) -> None:
    """Bring a cycle and its round to their end, and drop checks that wait."""
    withdraw_checks(list(rows.bags), now)
    rows.cycle.ended_at, rows.cycle.end_reason = at, reason
    _step(rows.cycle, status)
    follow_cycle(rows.cycle, BlockStatus(status))


def _may_fall_short(actor: Actor, course: models.Course, reason: str) -> bool:
    """Say whether a physician has given a reason to complete with hours missing."""
    return bool(reason.strip()) and policy.can(actor, "cycle.complete_short", course)


def _end_course(
    course: models.Course, cycle: models.Cycle, now: dt.datetime, *, is_complete: bool
) -> None:
    """End the course with its last cycle, or with one that was stopped early.

    Of fewer cycles than the regimen has the last one asked for ends it; otherwise what
    comes after it, such as maintenance, still belongs to the course.
    """
    if is_complete:
        most = regimen_of(course).max_cycles
        if not cycle.number >= course.cycles_planned < most + beyond_regimen(course):
            end_if_done(course, now)
            return
    course.status = CourseStatus.COMPLETED if is_complete else CourseStatus.STOPPED


def _check_hours(course: models.Course, rows: CycleRows, at: dt.datetime) -> None:
    regimen = regimen_of(course)
    total = pattern_of_cycle(regimen, rows.cycle).infusion_hours
    delivered = delivered_hours(rows, at)
    if delivered < dt.timedelta(hours=total):
        missing = dt.timedelta(hours=total) - delivered
        raise HoursMissing(field="at", minutes=-(-missing // dt.timedelta(minutes=1)))


def _stop(rows: CycleRows, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Take the last bag down and drop what was only planned."""
    told = ledger(rows)
    if told.events and not told.is_stopped:
        record_event(rows, EventKind.STOP, at, actor.user_id, reason=reason)
    for bag in rows.bags:
        if bag.status == BagStatus.HUNG:
            bag.status, bag.taken_down_at = BagStatus.FINISHED, at
        elif bag.status in UNMADE:
            bag.status = BagStatus.CANCELLED
        else:
            continue
        bag.version += 1
        bag.save(update_fields=["status", "taken_down_at", "version"])
    fulfil_visit(rows.cycle, bag=None, done_at=at)
    for visit in rows.cycle.visits.filter(status="BOOKED"):
        visit.status = "CANCELLED"
        visit.version += 1
        visit.save(update_fields=["status", "version"])


def order_next_cycle(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    start_at: dt.datetime,
    now: dt.datetime,
) -> models.Course:
    """Order the cycle the course stands before, with a dosing weight of its own.

    :raises DecisionNeeded: when a way has to be chosen first.
    :raises BlockOpen: when another block comes before it.
    :raises Refusal: when the cycle before is open, the course has no further cycle, or
        the free interval is not over.
    """
    with changing(
        actor=actor,
        action="cycle.order",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        start = check_start(start_at, now)
        walk = load_walk(course, now)
        place, block = next_cycle(walk)
        number = walk.cycles + 1
        check_free_interval(course, number, start, now)
        check_after_block(walk, start)
        round_ = Round(block=block, ordinal=place.ordinal, cycle=number)
        facts = dosing_facts(course, walk.regimen, now)
        cycle = add_cycle(course, number, round_, start, facts)
        day = local_date(start, zone(course.time_zone))
        add_round(walk, place, cycle=cycle, starts_on=day)
        expect_on_ward(course, start, actor)
        replan(course, cause="cycle_ordered", actor_id=actor.user_id, now=now)
    return course


def next_cycle(walk: Walk) -> tuple[Standing, Block]:
    """Return where the course stands, when that is before a cycle.

    :raises Refusal: when something else comes first, or no cycle comes any more.
    """
    course = walk.course
    place = walk.standing()
    key = place.block.key if place.block else ""
    if course.status not in RUNNING or place.due == Due.NOTHING:
        raise NoFurtherCycle(field="cycle")
    if place.due in {Due.CYCLE_START, Due.CYCLE_END}:
        raise CycleStillOpen(field="cycle")
    if place.due in {Due.DECISION, Due.LEAVE}:
        raise DecisionNeeded(field="cycle", block=key)
    if place.due != Due.CYCLE_ORDER or place.block is None:
        raise BlockOpen(field="cycle", block=key)
    if walk.cycles >= course.cycles_planned:
        raise NoFurtherCycle(field="cycle")
    return place, place.block
