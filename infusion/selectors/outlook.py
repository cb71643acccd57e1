"""Reads a course to its end: what was, what is due, what may come, and how sure."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator

from infusion import models
from infusion.domain.outlooks import (
    CapPassed,
    CourseOutlook,
    DecisionState,
    GateState,
    caps_passed,
)
from infusion.domain.regimens import Regimen
from infusion.domain.standings import Due, Standing
from infusion.domain.states import CourseStatus
from infusion.domain.walks import OutlookItem, RoundStatus, Verdict, outlook
from infusion.selectors.planning import PlannedCourse
from infusion.selectors.regimens import newer_version
from infusion.selectors.walking import LEAVABLE, Walk, facts_of, load_walk
from patients.domain.refusals import NotFound

_OPEN = frozenset({CourseStatus.ORDERED, CourseStatus.ACTIVE})


def read_outlook(
    course_id: uuid.UUID, now: dt.datetime, planned: PlannedCourse | None = None
) -> CourseOutlook:
    """Return the way of a course to its end, in a fixed number of queries.

    ``planned`` is its plan of this instant, where somebody has it.

    :raises NotFound: when there is no such course.
    """
    rows = models.Course.objects.select_related("patient", "snapshot")
    course = rows.filter(id=course_id).first()
    if course is None:
        raise NotFound(field="course")
    walk = load_walk(course, now, planned)
    items = _items(walk)
    return CourseOutlook(
        course_id=course.id,
        version=course.version,
        status=CourseStatus(course.status),
        regimen=walk.regimen,
        regimen_version=course.regimen_version,
        newer_version=newer_version(course),
        on=walk.on,
        walked=walk.rounds,
        items=items,
        standing=_standing(walk),
        facts=walk.known(),
        decisions=tuple(_decision(row, walk.regimen) for row in walk.decisions),
        gates=tuple(_gates(walk.rows, walk.regimen)),
        cycles_planned=course.cycles_planned,
        cycles_given=walk.given,
        warnings=tuple(cap_warnings(walk.regimen, items)),
    )


def preview_outlook(
    regimen: Regimen,
    *,
    starts_on: dt.date,
    block: str | None = None,
) -> tuple[OutlookItem, ...]:
    """Return the dates of a course that is not ordered; store nothing.

    :raises BlockUnknown: when the regimen has no such block to begin with.
    """
    return outlook(regimen, starts_on=starts_on, start_block=block)


def cap_warnings(regimen: Regimen, items: Iterable[OutlookItem]) -> Iterator[CapPassed]:
    """Return, for each payer, the first cycle to come that is one too many."""
    to_come = {RoundStatus.EXPECTED, RoundStatus.PLANNED, RoundStatus.STARTED}
    said = set()
    for item in items:
        if item.cycle is None or item.status not in to_come:
            continue
        for passed in caps_passed(regimen.caps, item.cycle):
            if passed.payer not in said:
                said.add(passed.payer)
                yield passed


def _items(walk: Walk) -> tuple[OutlookItem, ...]:
    """Return what was walked and, while the course is open, what may come."""
    first = next((one.starts_on for one in walk.rounds if one.starts_on), walk.on)
    items = outlook(
        walk.regimen,
        walk.rounds,
        starts_on=first,
        facts=walk.fresh(),
        not_before=walk.on,
    )
    if walk.course.status in _OPEN:
        return items
    return items[: len(walk.rounds)]


def _standing(walk: Walk) -> Standing:
    status = CourseStatus(walk.course.status)
    if status in _OPEN:
        return walk.standing(walk.fresh())
    if status in LEAVABLE:
        return walk.leaving(walk.fresh())
    return Standing(due=Due.NOTHING)


def _decision(row: models.Decision, regimen: Regimen) -> DecisionState:
    return DecisionState(
        id=row.id,
        block=row.from_block.block_key,
        ordinal=row.from_block.ordinal,
        to=row.to,
        response=row.response,
        facts=tuple(facts_of(row.facts, regimen)),
        verdict=Verdict(row.verdict),
        reason=row.reason,
        decided_by_name=str(row.decided_by),
        decided_at=row.decided_at,
        regimen_version=row.regimen_version,
    )


def _gates(rows: Iterable[models.CourseBlock], regimen: Regimen) -> Iterator[GateState]:
    for row in rows:
        if row.gate_passed_at is None or row.gate_passed_by is None:
            continue
        yield GateState(
            block=row.block_key,
            ordinal=row.ordinal,
            passed_at=row.gate_passed_at,
            passed_by_name=str(row.gate_passed_by),
            facts=tuple(facts_of(row.gate_facts, regimen)),
            reason=row.gate_reason,
        )
