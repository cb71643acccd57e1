"""Loads everything a plan is made from, as one frozen request."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from infusion import catalogue, models
from infusion.domain.adjustments import Adjustment, AdjustmentKind
from infusion.domain.bag_life import TO_COME
from infusion.domain.bags import WaitingBag
from infusion.domain.blocks import CyclePattern
from infusion.domain.changes import Scope
from infusion.domain.clock import Ledger
from infusion.domain.courses import Unverified
from infusion.domain.dose_changes import DoseChange, DoseChangeKind, LowStep
from infusion.domain.doses import DosingWeight, SurfaceFormula
from infusion.domain.events import Happening, Told
from infusion.domain.events import ledger_of as told_ledger
from infusion.domain.flows import HungBag, flowing
from infusion.domain.instants import zone
from infusion.domain.plans import CycleFacts, HangingBag, Plan, PlanRequest, make_plan
from infusion.domain.recipes import use_by
from infusion.domain.regimens import Regimen
from infusion.domain.states import BagStatus, CycleStatus, PlacementKind
from infusion.domain.stops import StopLimits
from infusion.domain.visits import Whereabouts
from infusion.selectors.calendars import Scheduling, scheduling_of
from infusion.selectors.regimens import regimen_of
from infusion.selectors.reminder_rules import rules_of_site
from patients.selectors.sites import get_site

# A row that is not stored yet is the last word.
_NOT_YET = dt.datetime.max.replace(tzinfo=dt.UTC)
# Before and after everything that is planned.
_EVER = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_TO_THE_END = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
# Days off are read so far ahead: longer than all cycles of any regimen take.
_HORIZON = 730 * _DAY


@dataclass(frozen=True, kw_only=True)
class CourseRows:
    """The rows of a course, read once in a fixed number of queries."""

    course: models.Course
    cycles: Sequence[models.Cycle]
    bags: Sequence[models.Bag]
    events: Sequence[models.InfusionEvent]
    placements: Sequence[models.Placement] = ()
    dose_changes: Sequence[models.DoseChange] = ()
    adjustments: Sequence[models.PlanAdjustment] = ()
    # The visits to come, where whoever made the plan has them at hand.
    booked: Sequence[models.Visit] | None = None

    def of(self, cycle: models.Cycle) -> "CycleRows":
        """Return the rows of one cycle."""
        return CycleRows(
            cycle=cycle,
            bags=[bag for bag in self.bags if bag.cycle_id == cycle.id],
            events=[event for event in self.events if event.cycle_id == cycle.id],
            dose_changes=[row for row in self.dose_changes if row.cycle_id == cycle.id],
            adjustments=[
                row
                for row in self.adjustments
                if row.cycle_id == cycle.id
                or (row.scope == Scope.LATER and row.cycle.number < cycle.number)
            ],
        )


@dataclass(frozen=True, kw_only=True)
class CycleRows:
    """The rows of one cycle."""

    cycle: models.Cycle
    bags: Sequence[models.Bag]
    events: Sequence[models.InfusionEvent]
    dose_changes: Sequence[models.DoseChange] = ()
    adjustments: Sequence[models.PlanAdjustment] = ()

    @property
    def hanging(self) -> models.Bag | None:
        """Return the bag on the pump."""
        return next((bag for bag in self.bags if bag.status == BagStatus.HUNG), None)


def load_rows(course: models.Course) -> CourseRows:
    """Read the rows of a course in six queries."""
    return replace(
        load_clock_rows(course),
        placements=list(course.placements.order_by("from_at", "created_at")),
        dose_changes=list(
            models.DoseChange.objects.filter(cycle__course=course).order_by("id")
        ),
        adjustments=list(
            models.PlanAdjustment.objects.filter(cycle__course=course)
            .select_related("cycle")
            .order_by("id")
        ),
    )


def load_clock_rows(course: models.Course) -> CourseRows:
    """Read the bags of a course and what the pump did, and no more, in three queries."""
    return CourseRows(
        course=course,
        cycles=list(
            course.cycles.exclude(status=CycleStatus.CANCELLED).order_by("number")
        ),
        bags=list(course.bags.order_by("planned_hang_at", "sequence")),
        events=list(
            models.InfusionEvent.objects.filter(cycle__course=course).order_by("at")
        ),
    )


def plan_request(rows: CourseRows, now: dt.datetime) -> PlanRequest:
    """Turn the rows of a course into a request."""
    course = rows.course
    regimen = regimen_of(course)
    facts = tuple(cycle_facts(rows.of(cycle)) for cycle in rows.cycles)
    scheduling = scheduling_for(
        course.site_id, course.patient_id, now, [one.starts_at for one in facts]
    )
    policy, recipes = scheduling.policy, catalogue.recipes_of(regimen)
    return PlanRequest(
        regimen=regimen,
        recipes=scheduling.in_stock(recipes),
        out_of_stock=scheduling.out_of_stock(recipes),
        rules=catalogue.reminder_rules(policy, rules_of_site(course.site_id)),
        zone=zone(course.time_zone),
        now=now,
        cycles=facts,
        last_cycle=facts[-1].number if facts else 0,
        dose_step_mcg=policy.number("dose_rounding_mcg"),
        places=places(rows.placements),
        step_tolerance=dt.timedelta(
            minutes=float(policy.number("step_tolerance_minutes"))
        ),
        unsigned=(
            *scheduling.unsigned,
            *unsigned_policy(policy, regimen, [one.weight for one in facts]),
        ),
        wishes=scheduling.wishes,
    )


@dataclass(frozen=True, kw_only=True)
class PlannedCourse:
    """A course with its plan at one instant, for a page that needs both twice."""

    rows: CourseRows
    request: PlanRequest
    plan: Plan


def plan_course(course: models.Course, now: dt.datetime) -> PlannedCourse:
    """Read the rows of a course and make its plan, once."""
    rows = load_rows(course)
    request = plan_request(rows, now)
    return PlannedCourse(rows=rows, request=request, plan=make_plan(request))


def scheduling_for(
    site_id: uuid.UUID,
    patient_id: uuid.UUID,
    now: dt.datetime,
    starts: Sequence[dt.datetime],
) -> Scheduling:
    """Return what a site wants, with the days off of every day that bags may be on."""
    first, last = min([now, *starts]), max([now, *starts])
    return scheduling_of(
        site_id, patient_id, first.date() - _DAY, last.date() + _HORIZON
    )


def site_policy(site_id: uuid.UUID) -> catalogue.SitePolicy:
    """Return the policy values in force at a site."""
    return catalogue.site_policy(get_site(site_id).policy)


def stop_limits(site_id: uuid.UUID) -> StopLimits:
    """Return what a site has signed about long stops."""
    policy = site_policy(site_id)
    return StopLimits(
        same_cycle=_days(policy.limit("same_cycle_days_without_event")),
        longest=_days(policy.limit("longest_stop_days")),
    )


def _days(number: Decimal | None) -> dt.timedelta | None:
    return None if number is None else dt.timedelta(days=float(number))


def unsigned_policy(
    policy: catalogue.SitePolicy, regimen: Regimen, weights: Sequence[DosingWeight]
) -> tuple[Unverified, ...]:
    """Return the unsigned site values that take part in a plan."""
    keys = ["weight_max_age_days", "overdue_after_minutes"]
    if any(not regimen.doses.is_fixed(weight) for weight in weights):
        keys += ["surface_formula", "dose_rounding_mcg"]
    return policy.unsigned(*keys)


def cycle_facts(rows: CycleRows) -> CycleFacts:
    """Turn the rows of one cycle into facts."""
    cycle = rows.cycle
    hanging = rows.hanging
    return CycleFacts(
        number=cycle.number,
        block=cycle.block_key or None,
        ordinal=cycle.ordinal,
        starts_at=cycle.planned_start_at,
        weight=weight_of(cycle),
        ledger=ledger_of(rows),
        hanging=as_hanging(hanging) if hanging else None,
        waiting=tuple(_waiting(bag) for bag in rows.bags if bag.status in TO_COME),
        kept=_visits_in_force(rows),
        ended_at=cycle.ended_at if cycle.status != CycleStatus.STARTED else None,
        dose_changes=tuple(map(as_dose_change, rows.dose_changes)),
        adjustments=_adjustments(rows),
    )


def _adjustments(rows: CycleRows) -> tuple[Adjustment, ...]:
    """Return what people fixed, in the order in which they did.

    A recipe for more than one bag counts to the end, and in a later cycle from its start.
    """
    return tuple(
        Adjustment(
            kind=AdjustmentKind(row.kind),
            from_at=row.from_at if row.cycle_id == rows.cycle.id else _EVER,
            to_at=row.to_at or (None if row.scope == Scope.STEP else _TO_THE_END),
            recipe_key=row.recipe_key,
        )
        for row in rows.adjustments
    )


def _visits_in_force(rows: CycleRows) -> tuple[dt.datetime, ...]:
    """Return when a started cycle has its visits by the plan in force.

    Before the start a new plan is free: whoever moves a start wants the same course later.
    """
    if rows.cycle.status != CycleStatus.STARTED:
        return ()
    to_come = [bag for bag in rows.bags if bag.status in TO_COME]
    on_pump = [rows.hanging] if rows.hanging else []
    visits = {bag.planned_hang_at for bag in to_come}
    visits |= {bag.planned_take_down_at for bag in (*on_pump, *to_come)}
    return tuple(sorted(visits))


def pattern_of_cycle(regimen: Regimen, cycle: models.Cycle) -> CyclePattern:
    """Return what a cycle looks like: that of its block, else of its number."""
    if cycle.block_key:
        return regimen.pattern_of(cycle.block_key)
    return regimen.pattern(cycle.number)


def weight_of(cycle: models.Cycle) -> DosingWeight:
    """Return the frozen dosing weight of a cycle."""
    return DosingWeight(
        weight_kg=cycle.weight_kg,
        height_cm=cycle.height_cm,
        formula=SurfaceFormula(cycle.surface_formula),
    )


def as_dose_change(row: models.DoseChange) -> DoseChange:
    """Return a change of the dose as a value."""
    weight = None
    if row.weight_kg is not None:
        weight = DosingWeight(
            weight_kg=row.weight_kg,
            height_cm=row.height_cm,
            formula=SurfaceFormula(row.surface_formula),
        )
    low = LowStep(level=row.level, hours=row.low_hours) if row.low_hours else None
    return DoseChange(
        from_at=row.from_at, kind=DoseChangeKind(row.kind), low=low, weight=weight
    )


def ledger_of(rows: CycleRows) -> Ledger:
    """Return the facts about the pump, less the hours that no bag could have given.

    What the hanging bag can give depends on the instant; ``effective_ledger`` bounds it.
    """
    hanging = rows.hanging
    return flowing(
        told_by(rows),
        [_hung(bag) for bag in rows.bags if bag.taken_down_at and bag.hung_at],
        hanging.hung_at if hanging else None,
    )


def told_by(rows: CycleRows) -> Ledger:
    """Return the facts about the pump as they were told."""
    return told_ledger(map(as_told, rows.events))


def as_told(row: models.InfusionEvent) -> Told:
    """Return an event as a value."""
    return Told(
        id=row.id,
        kind=Happening(row.kind),
        at=row.at,
        recorded_at=row.created_at or _NOT_YET,
        reason=row.reason,
        pump_stopped=row.pump_stopped,
        corrects=row.corrects_id,
        withdrawn=row.withdrawn,
    )


def _hung(bag: models.Bag) -> HungBag:
    """Return a bag that came down; both instants are known."""
    recipe = catalogue.get_recipe(bag.recipe_key)
    hung_at = bag.hung_at or bag.planned_hang_at
    return HungBag(
        hung_at=hung_at,
        down_at=bag.taken_down_at or hung_at,
        life=recipe.life,
        use_by=bag.use_by or use_by(recipe, hang_at=hung_at),
    )


def as_hanging(bag: models.Bag) -> HangingBag:
    """Return the bag on the pump as a value."""
    recipe = catalogue.get_recipe(bag.recipe_key)
    hung_at = bag.hung_at or bag.planned_hang_at
    return HangingBag(
        id=bag.id,
        recipe=recipe,
        daily_dose_mcg=bag.daily_dose_mcg,
        hung_at=hung_at,
        use_by=bag.use_by or use_by(recipe, hang_at=hung_at),
    )


def _waiting(bag: models.Bag) -> WaitingBag:
    return WaitingBag(
        id=bag.id,
        recipe=catalogue.get_recipe(bag.recipe_key),
        daily_dose_mcg=bag.daily_dose_mcg,
        prepared_at=bag.prepared_at,
        out_of_cold_at=bag.out_of_cold_at,
    )


def places(rows: Sequence[models.Placement]) -> tuple[Whereabouts, ...]:
    """Return where the patient was and is."""
    return tuple(
        Whereabouts(from_at=row.from_at, kind=PlacementKind(row.kind)) for row in rows
    )
