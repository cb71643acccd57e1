"""Orders a course, or shows what it would be."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from infusion import catalogue, models
from infusion.domain.blocks import TIMELESS
from infusion.domain.doses import DosingWeight, dosing_surface_m2
from infusion.domain.instants import at_wall_clock, in_utc, local_date, zone
from infusion.domain.outlook_json import (
    caps_as_json,
    missing_as_json,
    outlook_as_json,
)
from infusion.domain.plan_json import plan_as_json
from infusion.domain.plans import CycleFacts, PlanRequest, make_plan
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import CycleNotInRegimen, Regimen, Round
from infusion.domain.states import CourseStatus, PlacementKind
from infusion.domain.walks import OutlookItem, RoundStatus, WalkedRound, outlook
from infusion.selectors.calendars import Scheduling
from infusion.selectors.outlook import cap_warnings
from infusion.selectors.planning import (
    scheduling_for,
    unsigned_policy,
)
from infusion.selectors.regimens import (
    effective_regimen,
    opened,
    read_document,
    snapshot_regimen,
)
from infusion.services.dosing import (
    DosingFacts,
    dosing_facts,
    freeze,
    last_weight,
)
from infusion.services.ordering import check_complete, entry_of, store_entry
from infusion.services.planning import replan
from infusion.services.snapshots import store_snapshot
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.people import get_patient
from patients.services.writing import violated, written_by

__all__ = [
    "CourseAlreadyOpen",
    "PatientNotActive",
    "StartInThePast",
    "add_cycle",
    "check_number",
    "check_start",
    "count_of",
    "expect_on_ward",
    "last_weight",
    "order_course",
    "patient_to_order",
    "preview_course",
]


class StartInThePast(Refusal):
    """A cycle can't be planned to start in the past."""

    code = "start_in_the_past"


class CourseAlreadyOpen(Refusal):
    """The patient has a course that has not ended."""

    code = "course_already_open"


class PatientNotActive(Refusal):
    """The patient has died or is no longer cared for here."""

    code = "patient_not_active"


def order_course(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    regimen_key: str,
    start_at: dt.datetime,
    cycles: int | None = None,
    from_block: str | None = None,
    from_round: int = 1,
    opening: str | None = None,
    now: dt.datetime,
) -> models.Course:
    """Order a course under the regimen in force at the site; plan its first cycle.

    ``start_at`` needs an offset; ``cycles`` is the regimen's largest number when left
    out. A course may begin at a later block (what comes before was given elsewhere), or
    open with a shared pre-phase. The dosing weight (kg) is the patient's last one and is
    frozen for the cycle; a course that begins with another block is dosed when its first
    cycle is ordered.

    :raises NotFound: when the actor may not know the patient.
    :raises RegimenIncomplete: when something is missing in the regimen.
    :raises Refusal: naming the field, when the order can't stand.
    """
    with written_by(actor):
        patient = patient_to_order(actor, patient_id, "course.order")
        found = effective_regimen(regimen_key, patient.site_id)
        check_complete(found.regimen)
        start = check_start(start_at, now)
        snapshot = store_snapshot(found, opening)
        regimen = snapshot_regimen(snapshot.id)
        before, entry = entry_of(regimen, from_block, from_round, opening)
        course = _create_course(actor, patient, snapshot, cycles, now)
        cycle = _open_with(entry, course, regimen, start, actor, now)
        store_entry(course, before, entry, start, cycle)
        replan(course, cause="ordered", actor_id=actor.user_id, now=now)
    return course


def _open_with(
    entry: Round,
    course: models.Course,
    regimen: Regimen,
    start: dt.datetime,
    actor: Actor,
    now: dt.datetime,
) -> models.Cycle | None:
    """Plan the cycle a course opens with; none when it opens with another block."""
    if entry.cycle is None:
        return None
    check_number(course, entry.cycle)
    facts = dosing_facts(course, regimen, now)
    cycle = add_cycle(course, entry.cycle, entry, start, facts)
    expect_on_ward(course, start, actor)
    return cycle


def check_number(course: models.Course, number: int) -> None:
    """Refuse a cycle beyond those that were planned.

    :raises CycleNotInRegimen: naming how many there are.
    """
    if number > course.cycles_planned:
        raise CycleNotInRegimen(field="cycles", max_cycles=course.cycles_planned)


def expect_on_ward(course: models.Course, start: dt.datetime, actor: Actor) -> None:
    """Expect the patient on the ward from the start of the first cycle."""
    if not course.placements.exists():
        models.Placement.objects.create(
            course=course,
            kind=PlacementKind.WARD,
            from_at=start,
            recorded_by_id=actor.user_id,
        )


def preview_course(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    regimen_key: str,
    start_at: dt.datetime,
    cycles: int | None = None,
    from_block: str | None = None,
    from_round: int = 1,
    opening: str | None = None,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return the plan and the outlook of a course that is not ordered; store nothing.

    What is incomplete is shown as far as it is sourced; ``missing`` says the rest, and
    ``calendar`` what the site has not entered of its hours and holidays.

    :raises Refusal: for the same reasons as an order, but for what is missing.
    """
    patient = patient_to_order(actor, patient_id, "course.preview")
    found = effective_regimen(regimen_key, patient.site_id)
    data = opened(found.document, opening)
    regimen, _ = read_document(data, found.version)
    before, entry = entry_of(regimen, from_block, from_round, opening)
    start = check_start(start_at, now)
    items = _entered(regimen, before, entry, local_date(start, zone(patient.time_zone)))
    count = count_of(regimen, cycles)
    scheduling = scheduling_for(patient.site_id, patient.id, now, [start])
    request = _request(
        patient, regimen, items, start, count, scheduling=scheduling, now=now
    )
    return {
        **plan_as_json(make_plan(request), regimen),
        "outlook": outlook_as_json(items),
        "missing": missing_as_json(found.regimen.missing),
        "warnings": caps_as_json(cap_warnings(regimen, items)),
        "calendar": scheduling.as_json(),
    }


def _request(
    patient: Any,
    regimen: Regimen,
    items: Sequence[OutlookItem],
    start: dt.datetime,
    count: int,
    *,
    scheduling: Scheduling,
    now: dt.datetime,
) -> PlanRequest:
    """Return what a course without any facts is planned from, dosed as of now."""
    where = zone(patient.time_zone)
    weight = last_weight(patient.id, patient.site_id, now).weight
    dosing_surface_m2(regimen.doses, weight)
    first = _first_cycle(items, start, where, weight)
    policy_values, recipes = scheduling.policy, catalogue.recipes_of(regimen)
    return PlanRequest(
        regimen=regimen,
        recipes=scheduling.in_stock(recipes),
        out_of_stock=scheduling.out_of_stock(recipes),
        rules=catalogue.reminder_rules(policy_values),
        zone=where,
        now=now,
        cycles=(first,) if first else (),
        last_cycle=count if first else 0,
        dose_step_mcg=policy_values.number("dose_rounding_mcg"),
        unsigned=(
            *scheduling.unsigned,
            *unsigned_policy(policy_values, regimen, [weight]),
        ),
        wishes=scheduling.wishes,
    )


def _entered(
    regimen: Regimen, before: Sequence[Round], entry: Round, on: dt.date
) -> tuple[OutlookItem, ...]:
    """Return the outlook of a course that begins on a day, after what was given."""
    if entry.block.kind in TIMELESS:
        return outlook(regimen, starts_on=on)
    walked = [
        WalkedRound(
            block=one.block.key,
            ordinal=one.ordinal,
            status=RoundStatus.ELSEWHERE,
            starts_on=None,
            cycle=one.cycle,
        )
        for one in before
    ]
    first = WalkedRound(
        block=entry.block.key,
        ordinal=entry.ordinal,
        status=RoundStatus.PLANNED,
        starts_on=on,
        gate_passed=entry.block.gate is None,
        cycle=entry.cycle,
    )
    return outlook(regimen, [*walked, first])


def _first_cycle(
    items: Sequence[OutlookItem],
    start: dt.datetime,
    where: ZoneInfo,
    weight: DosingWeight,
) -> CycleFacts | None:
    """Return the first cycle of a preview; none while its day can't be known.

    A cycle after other blocks begins at the hour of the order.
    """
    over = RoundStatus.ELSEWHERE
    first = next((one for one in items if one.cycle and one.status != over), None)
    if first is None or first.cycle is None or first.starts_on is None:
        return None
    hour = start.astimezone(where).time()
    is_entry = first.status == RoundStatus.PLANNED
    at = start if is_entry else at_wall_clock(first.starts_on, hour, where)
    return CycleFacts(
        number=first.cycle,
        block=first.block.key,
        ordinal=first.ordinal,
        starts_at=at,
        weight=weight,
    )


def check_start(start_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return the start in UTC.

    :raises NaiveTime: when it has no offset.
    :raises StartInThePast: when it has gone by.
    """
    start = in_utc(start_at, field="start_at")
    if start < now:
        raise StartInThePast(field="start_at")
    return start


def count_of(regimen: Regimen, cycles: int | None) -> int:
    """Return how many cycles to plan.

    :raises CycleNotInRegimen: when the regimen has fewer.
    """
    count = regimen.max_cycles if cycles is None else cycles
    if not 1 <= count <= regimen.max_cycles:
        raise CycleNotInRegimen(field="cycles", max_cycles=regimen.max_cycles)
    return count


def add_cycle(
    course: models.Course,
    number: int,
    round_: Round,
    start: dt.datetime,
    facts: DosingFacts,
) -> models.Cycle:
    """Store a planned cycle, a round of the regimen, with its frozen dosing weight."""
    cycle = models.Cycle(
        course=course,
        number=number,
        block_key=round_.block.key,
        ordinal=round_.ordinal,
        planned_start_at=start,
    )
    freeze(cycle, facts)
    cycle.save()
    return cycle


def patient_to_order(actor: Actor, patient_id: uuid.UUID, action: str) -> Any:
    """Return a patient the actor may order, or preview, a course for.

    :raises NotFound: when the actor may not know the patient.
    :raises NotAllowed: when the role does not allow the action.
    :raises PatientNotActive: when the patient is no longer cared for here.
    """
    patient = get_patient(patient_id)
    if not policy.can(actor, "patient.view", patient):
        raise NotFound(field="patient")
    policy.check(actor, action, patient)
    if patient.deceased_at is not None or not patient.is_active:
        raise PatientNotActive(field="patient")
    return patient


def _create_course(
    actor: Actor,
    patient: Any,
    snapshot: models.RegimenSnapshot,
    cycles: int | None,
    now: dt.datetime,
) -> models.Course:
    regimen = snapshot_regimen(snapshot.id)
    try:
        return models.Course.objects.create(
            patient_id=patient.id,
            site_id=patient.site_id,
            regimen_key=regimen.key,
            regimen_version=regimen.version,
            snapshot=snapshot,
            label_id=regimen.label_id,
            label_revision=regimen.label_revision,
            status=CourseStatus.ORDERED,
            time_zone=patient.time_zone,
            cycles_planned=count_of(regimen, cycles),
            ordered_by_id=actor.user_id,
            ordered_at=now,
        )
    except IntegrityError as error:
        if violated(error) == "one_open_course_a_patient":
            raise CourseAlreadyOpen(field="patient") from None
        raise
