"""Reads the facts of a course that reminders are made from."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from infusion import catalogue, models
from infusion.domain.bag_life import TO_COME
from infusion.domain.calendars import Span
from infusion.domain.instants import zone
from infusion.domain.regimens import Regimen, Trigger
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.facts import (
    BagFacts,
    CheckInFacts,
    CourseFacts,
    DateFacts,
    OwedCycle,
    SignOffFacts,
    VisitFacts,
    forgotten_since,
)
from infusion.domain.states import (
    BagStatus,
    CareDateStatus,
    CheckInStatus,
    CycleStatus,
    PlacementKind,
    SignOffStatus,
    VisitStatus,
)
from infusion.domain.visits import VisitKind
from infusion.domain.wishes import NeedleDays
from infusion.selectors.calendars import needle_days
from infusion.selectors.planning import CourseRows, CycleRows, places, told_by
from infusion.selectors.regimens import regimen_of

_LIVE = (SignOffStatus.OPEN, SignOffStatus.SIGNED)
_DAY = dt.timedelta(days=1)
# After the end of a cycle nothing is due any more after so long: no rule expires later.
_RECENT = 366 * _DAY


def course_facts(rows: CourseRows, now: dt.datetime) -> CourseFacts:
    """Return what a course may be reminded of, from rows as they are stored by now."""
    course = rows.course
    if _has_died(rows):
        return CourseFacts(cycles=())
    visits = _visits(course) if rows.booked is None else rows.booked
    sign_offs = _sign_offs(course)
    regimen, policy = regimen_of(course), catalogue.site_policy(course.site.policy)
    needle = needle_days(policy, course.patient_id)
    return CourseFacts(
        cycles=tuple(
            _cycle(rows.of(one), visits, sign_offs.get(one.id), regimen, needle)
            for one in rows.cycles
            if one.ended_at is None or one.ended_at > now - _RECENT
        ),
        dates=_dates(course),
        check_ins=_check_ins(rows),
        places=places(rows.placements),
        records_steps=policy.is_on("pharmacy_records_steps"),
    )


def check_in_facts(rows: CourseRows) -> CourseFacts:
    """Return what a course may be reminded of as to its check-ins, and nothing else."""
    policy = catalogue.site_policy(rows.course.site.policy)
    return CourseFacts(
        cycles=(),
        check_ins=() if _has_died(rows) else _check_ins(rows),
        places=places(rows.placements),
        records_steps=policy.is_on("pharmacy_records_steps"),
    )


def _has_died(rows: CourseRows) -> bool:
    """Say whether nobody may be reminded of anything any more."""
    by_event = any(one.end_reason == "DEATH" for one in rows.cycles)
    return by_event or rows.course.patient.is_deceased


def _visits(course: models.Course) -> Sequence[models.Visit]:
    rows = models.Visit.objects.filter(cycle__course=course, status=VisitStatus.BOOKED)
    return list(rows.order_by("planned_at", "id"))


def _dates(course: models.Course) -> tuple[DateFacts, ...]:
    rows = models.CareDate.objects.filter(course=course, status=CareDateStatus.BOOKED)
    return tuple(
        DateFacts(id=row.id, event=Event(row.kind), at=row.at)
        for row in rows.order_by("at", "id")
    )


def _check_ins(rows: CourseRows) -> tuple[CheckInFacts, ...]:
    """Return what waits for an answer; what counts as missed is for people by then."""
    numbers = {one.id: one.number for one in rows.cycles}
    waiting = rows.course.check_ins.filter(status=CheckInStatus.DUE)
    return tuple(
        CheckInFacts(
            id=row.id,
            at=row.due_at,
            is_risky=row.is_risky,
            cycle=numbers.get(row.cycle_id) if row.cycle_id else None,
        )
        for row in waiting.order_by("due_at", "id")
    )


def _sign_offs(course: models.Course) -> Mapping[uuid.UUID, SignOffFacts]:
    rows = models.SignOff.objects.filter(course=course, status__in=_LIVE)
    return {
        row.cycle_id: SignOffFacts(
            id=row.id,
            status=SignOffStatus(row.status),
            opened_at=row.opened_at,
            signed_at=max(
                (one.signed_at for one in row.signatures.all()), default=row.opened_at
            ),
        )
        for row in rows.prefetch_related("signatures")
    }


def _cycle(
    rows: CycleRows,
    visits: Iterable[models.Visit],
    sign_off: SignOffFacts | None,
    regimen: Regimen,
    needle: NeedleDays | None,
) -> OwedCycle:
    cycle = rows.cycle
    status = CycleStatus(cycle.status)
    is_open = status in {CycleStatus.PLANNED, CycleStatus.STARTED}
    mine = [one for one in visits if one.cycle_id == cycle.id] if is_open else []
    chain = _chain(rows.bags, mine)
    told = told_by(rows)
    is_started = status == CycleStatus.STARTED
    return OwedCycle(
        id=cycle.id,
        number=cycle.number,
        status=status,
        starts_at=cycle.planned_start_at,
        ended_at=cycle.ended_at,
        is_running=is_started and told.is_running,
        bags=tuple(map(_bag, chain)),
        visits=tuple(
            _visit(one, _steps(chain), _triggers(regimen, cycle)) for one in mine
        ),
        sign_off=sign_off if is_open else None,
        stopped_since=forgotten_since(told) if is_started else None,
        needle_windows=_windows(needle, cycle, told.started_at, chain),
    )


def _windows(
    needle: NeedleDays | None,
    cycle: models.Cycle,
    started_at: dt.datetime | None,
    chain: Sequence[models.Bag],
) -> tuple[Span, ...]:
    """Return the days on which the needle should be changed, until the last bag."""
    if needle is None or started_at is None or not chain:
        return ()
    where = zone(cycle.course.site.time_zone)
    return needle.windows(started_at, chain[-1].planned_take_down_at, where)


def _chain(
    bags: Iterable[models.Bag], visits: Iterable[models.Visit]
) -> list[models.Bag]:
    """Return the bags of the plan: the one on the pump, and those a visit hangs."""
    hung_at = {one.bag_id for one in visits}
    chain = [
        bag
        for bag in bags
        if bag.status == BagStatus.HUNG or (bag.status in TO_COME and bag.id in hung_at)
    ]
    return sorted(
        chain, key=lambda bag: (bag.status != BagStatus.HUNG, bag.planned_hang_at)
    )


def _bag(row: models.Bag) -> BagFacts:
    return BagFacts(
        id=row.id,
        status=BagStatus(row.status),
        hang_at=row.hung_at or row.planned_hang_at,
        take_down_at=row.planned_take_down_at,
        use_by=row.use_by,
    )


def _steps(chain: Sequence[models.Bag]) -> frozenset[uuid.UUID]:
    """Return the bags with which the daily dose changes."""
    return frozenset(
        after.id
        for before, after in pairwise(chain)
        if after.daily_dose_mcg != before.daily_dose_mcg
    )


def _triggers(regimen: Regimen, cycle: models.Cycle) -> frozenset[Trigger]:
    """Return what a premedication of the regimen goes before in a cycle."""
    block = cycle.block_key
    return frozenset(
        rule.trigger
        for rule in regimen.premedication
        if rule.applies(block, cycle.ordinal)
    )


def _visit(
    row: models.Visit, steps: frozenset[uuid.UUID], triggers: frozenset[Trigger]
) -> VisitFacts:
    is_step = row.bag_id in steps
    kind = VisitKind(row.kind)
    is_premedicated = (is_step and Trigger.DOSE_STEP in triggers) or (
        kind == VisitKind.START and Trigger.CYCLE_START in triggers
    )
    return VisitFacts(
        id=row.id,
        kind=kind,
        at=row.planned_at,
        place=PlacementKind(row.placement),
        bag_id=row.bag_id,
        owner_id=row.assigned_to_id,
        is_step=is_step,
        is_premedicated=is_premedicated,
    )
