"""Reads courses: rows for lists and services, one frozen picture for people."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.domain.clock import REINITIATION_FROM, Gap, Ledger, infusion_day
from infusion.domain.courses import (
    BillState,
    ClockState,
    CourseState,
    CycleState,
    GapState,
    HangCheckState,
    HintState,
    PlacementState,
    PremedicationState,
    StepState,
    Unmet,
    VisitState,
)
from infusion.domain.instants import local_date
from infusion.domain.plans import (
    CyclePlan,
    Plan,
    PlanRequest,
    effective_ledger,
    empties_at,
)
from infusion.domain.states import (
    CourseStatus,
    CycleStatus,
    PlacementKind,
    VisitStatus,
)
from infusion.domain.stops import late_restarts, missed, open_gap, way_on
from infusion.domain.timing import VisitTiming, timing_of
from infusion.selectors.bag_states import bag_states
from infusion.selectors.planning import (
    CourseRows,
    CycleRows,
    PlannedCourse,
    cycle_facts,
    plan_course,
    stop_limits,
)
from infusion.selectors.regimens import newer_version
from infusion.selectors.visits import visit_tolerance
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.assignments import names_of


def get_course(actor: Actor, course_id: uuid.UUID) -> models.Course:
    """Load a course the actor may see.

    :raises NotFound: when there is none for the actor.
    """
    rows = policy.scope(models.Course.objects.all(), actor)
    course = rows.filter(id=course_id).first()
    if course is None:
        raise NotFound(field="course")
    return course


def list_courses(
    actor: Actor,
    *,
    patient_id: uuid.UUID | None = None,
    site_id: uuid.UUID | None = None,
    status: str | None = None,
) -> QuerySet[models.Course]:
    """List the courses the actor may see, the latest first."""
    rows = policy.scope(models.Course.objects.all(), actor)
    if patient_id:
        rows = rows.filter(patient_id=patient_id)
    if site_id:
        rows = rows.filter(site_id=site_id)
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("-id")


def read_course(course_id: uuid.UUID, now: dt.datetime) -> CourseState:
    """Return everything about a course at an instant, in a fixed number of queries.

    :raises NotFound: when there is no such course.
    """
    found = models.Course.objects.select_related("site").filter(id=course_id)
    course = found.first()
    if course is None:
        raise NotFound(field="course")
    return show_course(plan_course(course, now), now)


def show_course(planned: PlannedCourse, now: dt.datetime) -> CourseState:
    """Return everything about a course whose plan was made for this instant."""
    return _course_state(planned.rows, planned.request, planned.plan, now)


def _course_state(
    rows: CourseRows, request: PlanRequest, plan: Plan, now: dt.datetime
) -> CourseState:
    course, regimen = rows.course, request.regimen
    last = course.plan_versions.order_by("-number").values_list("number", flat=True)
    return CourseState(
        id=course.id,
        version=course.version,
        patient_id=course.patient_id,
        site_id=course.site_id,
        status=CourseStatus(course.status),
        regimen_key=course.regimen_key,
        regimen_version=course.regimen_version,
        regimen_title=regimen.title,
        label_id=course.label_id,
        label_revision=course.label_revision,
        time_zone=course.time_zone,
        cycles_planned=course.cycles_planned,
        max_cycles=regimen.max_cycles,
        ordered_at=course.ordered_at,
        plan_number=last.first() or 0,
        cycles=tuple(_cycle_states(rows, request, plan, now)),
        placements=tuple(_placement(row) for row in rows.placements),
        open_check=_open_check(course),
        exit_key=course.exit_key,
        end_reason=course.end_reason,
        unmet=plan.unmet + _other_version(course),
        unverified=plan.unverified,
    )


def _cycle_states(
    rows: CourseRows, request: PlanRequest, plan: Plan, now: dt.datetime
) -> Iterator[CycleState]:
    values = catalogue.site_policy(rows.course.site.policy)
    visits = _visits(rows.course, now)
    for cycle, cycle_plan in zip(rows.cycles, plan.cycles, strict=True):
        yield _cycle_state(
            rows.of(cycle),
            request,
            cycle_plan,
            visits,
            now,
            records_steps=values.is_on("pharmacy_records_steps"),
        )


def _other_version(course: models.Course) -> tuple[Unmet, ...]:
    """Say so when another version of the regimen is in force than the course's own."""
    newer = newer_version(course)
    if not newer:
        return ()
    return (
        Unmet(
            code="regimen_version_changed",
            params=(("ordered", course.regimen_version), ("now", newer)),
        ),
    )


def _cycle_state(
    rows: CycleRows,
    request: PlanRequest,
    plan: CyclePlan,
    visits: Mapping[uuid.UUID, Sequence[VisitState]],
    now: dt.datetime,
    *,
    records_steps: bool,
) -> CycleState:
    cycle = rows.cycle
    clock = _clock_state(rows, request, plan, now)
    return CycleState(
        id=cycle.id,
        number=cycle.number,
        block=plan.block,
        ordinal=plan.ordinal,
        status=CycleStatus(cycle.status),
        starts_at=plan.starts_at,
        infusion_ends_at=plan.infusion_ends_at,
        ends_on=plan.ends_on,
        inpatient_until=plan.inpatient_until,
        weight_kg=cycle.weight_kg,
        height_cm=cycle.height_cm,
        surface_m2=cycle.surface_m2,
        surface_formula=cycle.surface_formula,
        weight_taken_at=cycle.weight_taken_at,
        steps=_steps(plan),
        bags=bag_states(rows, clock, now, records_steps=records_steps),
        visits=tuple(visits.get(cycle.id, ())),
        premedication=_premedication(request, plan),
        clock=clock,
        bill=_bill(plan) if plan.bags else None,
        hints=_hints(plan),
    )


def _steps(plan: CyclePlan) -> tuple[StepState, ...]:
    return tuple(
        StepState(at=step.at, daily_dose_mcg=step.daily_dose_mcg, level=step.level)
        for step in plan.steps
    )


def _hints(plan: CyclePlan) -> tuple[HintState, ...]:
    """Return which visits nobody works for, and what would help."""
    return tuple(
        HintState(code=one.code.value, at=one.at, to=one.to, recipe_key=one.recipe_key)
        for one in plan.relaxations
    )


def _bill(plan: CyclePlan) -> BillState:
    score = plan.score
    return BillState(
        bags=score.changes,
        outside=score.outside,
        off_days=score.off_days,
        vials=score.vials,
        waste=score.waste,
        waste_mcg=score.waste_mcg,
    )


def _premedication(
    request: PlanRequest, plan: CyclePlan
) -> tuple[PremedicationState, ...]:
    """Return the rules of the regimen that apply to a cycle, for every age band."""
    return tuple(
        PremedicationState(
            trigger=rule.trigger.value, age_band=rule.age_band.value, text=rule.text
        )
        for rule in request.regimen.premedication
        if rule.applies(plan.block, plan.ordinal)
    )


def _clock_state(
    rows: CycleRows, request: PlanRequest, plan: CyclePlan, now: dt.datetime
) -> ClockState:
    facts = cycle_facts(rows)
    ledger = effective_ledger(facts, now)
    total = request.regimen.pattern_of(plan.block).infusion_hours
    delivered = ledger.delivered(now)
    since = ledger.paused_since
    has_begun = ledger.started_at is not None and ledger.started_at <= now
    return ClockState(
        read_at=now,
        started_at=ledger.started_at,
        is_running=ledger.is_running,
        stopped_since=since,
        restart_limit_at=since + REINITIATION_FROM if since else None,
        delivered_hours=_hours(delivered),
        total_hours=total,
        infusion_day=infusion_day(delivered, total) if has_begun else None,
        calendar_day=_calendar_day(ledger, request, now) if has_begun else None,
        dry_at=empties_at(facts.ledger, facts.hanging),
        projected_end_at=plan.infusion_ends_at,
        gaps=tuple(_gap(gap) for gap in ledger.gaps()),
        missed_hours=_hours(missed(ledger, now, dt.timedelta(hours=total))),
        way_on=_way_on(rows, ledger, now),
        unsupervised=tuple(_gap(gap) for gap in _unsupervised(rows, ledger, now)),
    )


def _gap(gap: Gap) -> GapState:
    return GapState(paused_at=gap.start, resumed_at=gap.end, reason=gap.reason)


def _way_on(rows: CycleRows, ledger: Ledger, now: dt.datetime) -> str:
    """Return how it may go on while the pump stands still, else nothing."""
    gap = open_gap(ledger)
    if gap is None or now < gap.start:
        return ""
    return way_on(gap, now, stop_limits(rows.cycle.course.site_id)).value


def _unsupervised(rows: CycleRows, ledger: Ledger, now: dt.datetime) -> Iterator[Gap]:
    """Yield the stops of four hours or more whose restart was not supervised."""
    supervised = {event.at for event in rows.events if event.supervised}
    for gap in late_restarts(ledger, now):
        if gap.end not in supervised:
            yield gap


def _hours(span: dt.timedelta) -> Decimal:
    """Return whole seconds in hours, to four places and never more than there were."""
    hours = Decimal(span // dt.timedelta(seconds=1)) / 3600
    return hours.quantize(Decimal("0.0001"), ROUND_DOWN)


def _calendar_day(ledger: Ledger, request: PlanRequest, now: dt.datetime) -> int | None:
    if ledger.started_at is None:
        return None
    first = local_date(ledger.started_at, request.zone)
    return (local_date(now, request.zone) - first).days + 1


def _visits(
    course: models.Course, now: dt.datetime
) -> dict[uuid.UUID, list[VisitState]]:
    tolerance = visit_tolerance(course.site.policy)
    found: dict[uuid.UUID, list[VisitState]] = {}
    rows = models.Visit.objects.filter(cycle__course=course)
    listed = list(
        rows.exclude(status=VisitStatus.CANCELLED).order_by("planned_at", "id")
    )
    names = names_of({row.assigned_to_id for row in listed if row.assigned_to_id})
    for row in listed:
        timing = timing_of(
            planned_at=row.planned_at,
            status=VisitStatus(row.status),
            done_at=row.done_at,
            now=now,
            tolerance=tolerance,
        )
        found.setdefault(row.cycle_id, []).append(_visit_state(row, names, timing))
    return found


def _visit_state(
    row: models.Visit, names: Mapping[uuid.UUID, str], timing: VisitTiming | None
) -> VisitState:
    assigned = row.assigned_to_id
    return VisitState(
        id=row.id,
        version=row.version,
        kind=row.kind,
        planned_at=row.planned_at,
        placement=PlacementKind(row.placement),
        status=VisitStatus(row.status),
        done_at=row.done_at,
        bag_id=row.bag_id,
        assigned_to_id=assigned,
        assigned_to_name=names.get(assigned, "") if assigned else "",
        timing=timing,
    )


def _placement(row: models.Placement) -> PlacementState:
    return PlacementState(
        kind=PlacementKind(row.kind),
        from_at=row.from_at,
        reason=row.reason,
        override_reason=row.override_reason,
    )


def _open_check(course: models.Course) -> HangCheckState | None:
    rows = models.HangCheck.objects.filter(
        bag__course=course, confirmed_at=None, withdrawn_at=None
    ).select_related("entered_by")
    row = rows.first()
    if row is None:
        return None
    return HangCheckState(
        id=row.id,
        bag_id=row.bag_id,
        hung_at=row.hung_at,
        entered_by_id=row.entered_by_id,
        entered_by_name=str(row.entered_by),
    )
