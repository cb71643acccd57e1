"""Records the way of a course: blocks begun, ended, given elsewhere; gates passed."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion import models
from infusion.domain.blocks import TIMELESS, Gate
from infusion.domain.instants import local_date, zone
from infusion.domain.outlooks import FactTaken
from infusion.domain.refusals import Refusal
from infusion.domain.standings import OPEN, Due, Standing
from infusion.domain.states import BlockStatus
from infusion.selectors.walking import Walk, load_walk
from infusion.services import facts as giving
from infusion.services.common import InTheFuture, changing
from infusion.services.facts import FactGiven, ReasonNeeded, with_age
from infusion.services.planning import replan
from infusion.services.rounds import (
    BlockIsCycle,
    GateNotPassed,
    activate,
    add_round,
    check_running,
    due_block,
    end_if_done,
    not_next,
    set_status,
)
from patients.policy import Actor


class BlockDatesWrong(Refusal):
    """The block can't have begun or ended on that day."""

    code = "block_dates_wrong"


class NoGate(Refusal):
    """Nothing has to be true before the block begins, or it has been recorded."""

    code = "no_gate"


class BlockStep(StrEnum):
    """What can be recorded of a block without blinatumomab."""

    START = "START"
    FINISH = "FINISH"
    STOP = "STOP"
    ELSEWHERE = "ELSEWHERE"


def record_block(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    block: str,
    step: str,
    on: dt.date,
    ended_on: dt.date | None = None,
    reason: str = "",
    now: dt.datetime,
) -> models.Course:
    """Record that a block began, ended, was stopped, or was given elsewhere.

    ``on`` is the day it began or ended; ``ended_on`` is for what was given elsewhere.
    Days are those at the patient. A stop needs a reason.

    :raises BlockNotNext: when the course stands elsewhere; names the block that is due.
    :raises DecisionNeeded: when a way has to be chosen first.
    :raises BlockIsCycle: when blinatumomab runs in it here.
    :raises GateNotPassed: when it may not begin yet.
    :raises BlockDatesWrong: when it can't have been then.
    """
    with changing(
        actor=actor,
        action="block.record",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        walk = load_walk(course, now)
        check_running(course)
        _check_days(walk, on, ended_on)
        said = _Said(block=block, on=on, ended_on=ended_on, reason=reason.strip())
        _RECORDS[BlockStep(step)](walk, said)
        activate(course)
        end_if_done(course, now)
        replan(course, cause="block_recorded", actor_id=actor.user_id, now=now)
    return course


def _check_days(walk: Walk, *days: dt.date | None) -> None:
    for day in days:
        if day is not None and day > walk.on:
            raise InTheFuture(field="on")


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What somebody says of a block."""

    block: str
    on: dt.date
    ended_on: dt.date | None
    reason: str


def _start(walk: Walk, said: _Said) -> None:
    place = due_block(walk, said.block)
    if place.due in {Due.CYCLE_ORDER, Due.CYCLE_START}:
        raise BlockIsCycle(field="block")
    if place.due != Due.BLOCK_START:
        raise not_next(place)
    if place.needs_gate:
        raise GateNotPassed(field="block")
    _check_after_last(walk, said.on)
    _open_row(walk, place, BlockStatus.STARTED, replace(said, ended_on=None))


def _finish(walk: Walk, said: _Said) -> None:
    _close(walk, said, BlockStatus.COMPLETED)


def _stop(walk: Walk, said: _Said) -> None:
    if not said.reason:
        raise ReasonNeeded(field="reason")
    _close(walk, said, BlockStatus.STOPPED)


def _close(walk: Walk, said: _Said, status: BlockStatus) -> None:
    place = due_block(walk, said.block)
    row = walk.last
    if place.due in {Due.CYCLE_START, Due.CYCLE_END}:
        raise BlockIsCycle(field="block")
    if place.due != Due.BLOCK_END or row is None:
        raise not_next(place)
    if row.starts_on is not None and said.on < row.starts_on:
        raise BlockDatesWrong(field="on")
    row.ended_on, row.reason = said.on, said.reason
    set_status(row, status)


def _elsewhere(walk: Walk, said: _Said) -> None:
    place = due_block(walk, said.block)
    if place.due not in {Due.BLOCK_START, Due.CYCLE_ORDER}:
        raise not_next(place)
    if said.ended_on is not None and said.ended_on < said.on:
        raise BlockDatesWrong(field="ended_on")
    _check_after_last(walk, said.on)
    _open_row(walk, place, BlockStatus.ELSEWHERE, said)


_Record = Callable[[Walk, _Said], None]
_RECORDS: Mapping[BlockStep, _Record] = {
    BlockStep.START: _start,
    BlockStep.FINISH: _finish,
    BlockStep.STOP: _stop,
    BlockStep.ELSEWHERE: _elsewhere,
}


def _check_after_last(walk: Walk, on: dt.date) -> None:
    """Refuse a block that began before the one before it was over."""
    for row in reversed(walk.rows):
        is_timeless = walk.regimen.block(row.block_key).kind in TIMELESS
        is_given = row.status not in {*OPEN, BlockStatus.OMITTED}
        if is_given and not is_timeless:
            over = _last_day(walk, row)
            if over is not None and on < over:
                raise BlockDatesWrong(field="on")
            return


def _last_day(walk: Walk, row: models.CourseBlock) -> dt.date | None:
    """Return the last day something was given in a round."""
    if row.cycle is not None and row.cycle.ended_at is not None:
        return local_date(row.cycle.ended_at, zone(walk.course.time_zone))
    return row.ended_on or row.starts_on


def _open_row(walk: Walk, place: Standing, status: BlockStatus, said: _Said) -> None:
    """Bring the planned row of a block into a state, or make one in it."""
    row = walk.last
    if row is not None and row.status in OPEN:
        row.starts_on, row.ended_on, row.reason = said.on, said.ended_on, said.reason
        set_status(row, status)
        return
    add_round(
        walk,
        place,
        status=status,
        starts_on=said.on,
        ended_on=said.ended_on,
        reason=said.reason,
    )


def pass_gate(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    block: str,
    facts: Iterable[FactGiven] = (),
    reason: str = "",
    now: dt.datetime,
) -> models.Course:
    """Record that a block may begin, with the values its gate asks for.

    A value on the wrong side of a limit, or one that settles nothing, needs a reason.

    :raises FactsMissing: naming the kinds the gate asks for.
    :raises ReasonNeeded: when the values speak against it.
    :raises NoGate: when nothing is asked before it.
    """
    with changing(
        actor=actor,
        action="gate.pass",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        walk = load_walk(course, now)
        check_running(course)
        place = due_block(walk, block)
        gate = _gate_before(place)
        taken = with_age(walk, facts)
        giving.check_given([each.kind for each in gate.thresholds], taken)
        if not _is_met(gate, taken) and not reason.strip():
            raise ReasonNeeded(field="reason")
        row = _gated(walk, place)
        row.gate_passed_at, row.gate_passed_by_id = now, actor.user_id
        row.gate_facts, row.gate_reason = giving.as_json(taken), reason
        row.version += 1
        row.save()
        replan(course, cause="gate_passed", actor_id=actor.user_id, now=now)
    return course


def _gate_before(place: Standing) -> Gate:
    """Return the gate that has not been passed yet."""
    gate = place.block.gate if place.block else None
    if gate is None or not place.needs_gate:
        raise NoGate(field="block")
    return gate


def _is_met(gate: Gate, taken: Iterable[FactTaken]) -> bool:
    """Say whether every value is known and on the right side of its limit."""
    known = [one.fact for one in taken]
    return all(limit.holds(known) is True for limit in gate.thresholds)


def _gated(walk: Walk, place: Standing) -> models.CourseBlock:
    """Return the planned row of the block, or plan it for the first day it can begin.

    :raises BlockIsCycle: when it is a cycle that nobody has ordered yet.
    """
    row = walk.last
    if row is not None and row.status == BlockStatus.PLANNED:
        return row
    if place.due == Due.CYCLE_ORDER:
        raise BlockIsCycle(field="block")
    ended_on = walk.rounds[-1].ended_on if walk.rounds else None
    earliest = ended_on + dt.timedelta(days=1) if ended_on else walk.on
    return add_round(
        walk, place, status=BlockStatus.PLANNED, starts_on=max(walk.on, earliest)
    )
