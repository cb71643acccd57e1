"""Orders a new cycle in place of one that stood still too long; a physician answers.

After more than seven days behind an adverse event the same cycle may not go on (label fact
sheet section 7, mark A). Whether the new one counts, and whether it begins with the low
step, was not found in any source: both are asked, never assumed, and kept with a reason.
"""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.dose_changes import DoseChangeKind, LowStep, low_step
from infusion.domain.instants import local_date, zone
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen, Round
from infusion.domain.standings import Due, Standing
from infusion.domain.stops import WayOn, open_gap, way_on
from infusion.selectors.planning import CycleRows, load_rows, stop_limits
from infusion.selectors.regimens import regimen_of
from infusion.selectors.walking import Walk, load_walk
from infusion.services.common import changing
from infusion.services.courses import add_cycle, check_start, expect_on_ward
from infusion.services.cycles import next_cycle, running_cycle, stop_cycle
from infusion.services.dosing import dosing_facts
from infusion.services.facts import ReasonNeeded
from infusion.services.interruptions import NotPaused
from infusion.services.ledgers import standing_still
from infusion.services.planning import replan
from infusion.services.rounds import add_round
from patients.policy import Actor

STOPPED_TOO_LONG = "STOPPED_TOO_LONG"
# Beyond them the same cycle may not go on, or no source says whether it may.
_OPENS = frozenset({WayOn.NEW_CYCLE, WayOn.NOT_KNOWN})


class NewCycleNotDue(Refusal):
    """The stop is not so long that a new cycle takes the place of this one."""

    code = "new_cycle_not_due"


def begin_new_cycle(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    start_at: dt.datetime,
    repeats: bool,
    begins_low: bool,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Stop the running cycle, keep the course, and order the cycle that replaces it.

    ``repeats`` says that the round is given again, and not that the next one is due;
    ``begins_low`` that it begins with the low step, whatever its block says.

    :raises ReasonNeeded: when no reason is given.
    :raises NewCycleNotDue: when the same cycle may still go on.
    :raises LowStepUnknown: when the regimen has no low level to begin with.
    :raises Refusal: when no cycle comes next, or there is no dosing weight.
    """
    with changing(
        actor=actor,
        action="cycle.replace",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        if not reason.strip():
            raise ReasonNeeded(field="reason")
        start = check_start(start_at, now)
        cycle = running_cycle(course)
        rows = load_rows(course).of(cycle)
        _check_due(course, rows, now)
        stop_cycle(rows, actor, STOPPED_TOO_LONG, now)
        new = _order(course, cycle, start, repeats=repeats, now=now)
        expect_on_ward(course, start, actor)
        models.CycleRestart.objects.create(
            cycle=new,
            stopped_cycle=cycle,
            repeats=repeats,
            begins_low=begins_low,
            reason=reason,
            ordered_by_id=actor.user_id,
            ordered_at=now,
        )
        low = _low(regimen_of(course), new) if begins_low else None
        _begin(new, low, reason, actor, now)
        replan(course, cause="cycle_replaced", actor_id=actor.user_id, now=now)
    return course


def _check_due(course: models.Course, rows: CycleRows, now: dt.datetime) -> None:
    gap = open_gap(standing_still(rows, now))
    if gap is None:
        raise NotPaused(field="course")
    if way_on(gap, now, stop_limits(course.site_id)) not in _OPENS:
        raise NewCycleNotDue(field="course")


def _order(
    course: models.Course,
    stopped: models.Cycle,
    start: dt.datetime,
    *,
    repeats: bool,
    now: dt.datetime,
) -> models.Cycle:
    """Order the round again, or the one the course then stands before."""
    walk = load_walk(course, now)
    place = _again(walk, stopped) if repeats else next_cycle(walk)[0]
    block = place.block or walk.regimen.block(stopped.block_key)
    if repeats:
        # One more is planned, because one is given again.
        course.cycles_planned += 1
        course.save(update_fields=["cycles_planned"])
    round_ = Round(block=block, ordinal=place.ordinal, cycle=walk.cycles + 1)
    facts = dosing_facts(course, walk.regimen, now)
    cycle = add_cycle(course, walk.cycles + 1, round_, start, facts)
    day = local_date(start, zone(course.time_zone))
    add_round(walk, place, cycle=cycle, starts_on=day)
    return cycle


def _again(walk: Walk, stopped: models.Cycle) -> Standing:
    return Standing(
        due=Due.CYCLE_ORDER,
        block=walk.regimen.block(stopped.block_key),
        ordinal=stopped.ordinal,
    )


def _low(regimen: Regimen, cycle: models.Cycle) -> LowStep:
    return low_step(regimen, cycle.block_key)


def _begin(
    cycle: models.Cycle,
    low: LowStep | None,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep with which level the cycle begins."""
    models.DoseChange.objects.create(
        cycle=cycle,
        kind=DoseChangeKind.START_LOW if low else DoseChangeKind.START_FULL,
        from_at=now,
        level=low.level if low else "",
        low_hours=low.hours if low else None,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=now,
    )
