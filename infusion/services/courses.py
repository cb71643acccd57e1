"""Orders a course, or shows what it would be."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from infusion import catalogue, models
from infusion.domain.doses import (
    DosingWeight,
    WeightMissing,
    dosing_surface_m2,
)
from infusion.domain.instants import in_utc, zone
from infusion.domain.plan_json import plan_as_json
from infusion.domain.plans import CycleFacts, PlanRequest, make_plan
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import CycleNotInRegimen, Regimen, Round
from infusion.domain.states import CourseStatus, PlacementKind
from infusion.selectors.planning import site_policy, unsigned_policy, weight_of
from infusion.services.planning import replan
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.people import get_patient, latest_measurement
from patients.services.writing import violated, written_by


class StartInThePast(Refusal):
    """A cycle can't be planned to start in the past."""

    code = "start_in_the_past"


class WeightTooOld(Refusal):
    """The last weight is older than the site allows for dosing."""

    code = "weight_too_old"


class HeightTooOld(Refusal):
    """The height a dose by surface goes by is older than the site allows."""

    code = "height_too_old"


class DoseWouldChange(Refusal):
    """A newer weight gives another dose than the one the bags were ordered for."""

    code = "dose_would_change"


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
    now: dt.datetime,
) -> models.Course:
    """Order a course for a patient and plan its first cycle.

    ``start_at`` needs an offset; ``cycles`` is the regimen's largest number when left
    out. The dosing weight (kg) is the patient's last one and is frozen for the cycle.

    :raises NotFound: when the actor may not know the patient.
    :raises Refusal: naming the field, when the order can't stand.
    """
    with written_by(actor):
        patient = patient_to_order(actor, patient_id, "course.order")
        regimen = catalogue.get_regimen(regimen_key)
        start = check_start(start_at, now)
        course = _create_course(actor, patient, regimen, cycles, now)
        first = regimen.round_of(1)
        add_cycle(course, 1, first, start, dosing_facts(course, regimen, now))
        models.Placement.objects.create(
            course=course,
            kind=PlacementKind.WARD,
            from_at=start,
            recorded_by_id=actor.user_id,
        )
        replan(course, cause="ordered", actor_id=actor.user_id, now=now)
    return course


def preview_course(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    regimen_key: str,
    start_at: dt.datetime,
    cycles: int | None = None,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return the plan of a course that is not ordered yet; store nothing.

    :raises Refusal: for the same reasons as an order.
    """
    patient = patient_to_order(actor, patient_id, "course.preview")
    regimen = catalogue.get_regimen(regimen_key)
    policy_values = site_policy(patient.site_id)
    facts = last_weight(patient.id, patient.site_id, now)
    dosing_surface_m2(regimen.doses, facts.weight)
    request = PlanRequest(
        regimen=regimen,
        recipes=catalogue.recipes_of(regimen),
        rules=catalogue.reminder_rules(policy_values),
        zone=zone(patient.time_zone),
        now=now,
        cycles=(
            CycleFacts(
                number=1, starts_at=check_start(start_at, now), weight=facts.weight
            ),
        ),
        last_cycle=count_of(regimen, cycles),
        dose_step_mcg=policy_values.number("dose_rounding_mcg"),
        unsigned=unsigned_policy(policy_values, regimen, [facts.weight]),
    )
    return plan_as_json(make_plan(request), regimen)


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


@dataclass(frozen=True)
class DosingFacts:
    """The dosing weight of a cycle, when it was taken, and the surface in m2."""

    weight: DosingWeight
    taken_at: dt.datetime
    surface_m2: Decimal | None = None


def dosing_facts(
    course: models.Course, regimen: Regimen, now: dt.datetime
) -> DosingFacts:
    """Return the patient's dosing weight as of now.

    :raises WeightMissing: when there is none.
    :raises WeightTooOld: when it is older than the site allows.
    :raises HeightMissing: when the dose goes by surface and there is no height.
    """
    facts = last_weight(course.patient_id, course.site_id, now)
    surface = dosing_surface_m2(regimen.doses, facts.weight)
    if surface is not None:
        _check_height_age(course, now)
    return replace(facts, surface_m2=surface)


def refresh_dosing(
    course: models.Course, cycle: models.Cycle, now: dt.datetime
) -> None:
    """Dose a planned cycle by a newer weight when the frozen one has grown too old.

    The bags were ordered for a dose: when the newer weight gives another one, the order
    is a physician's to make again, never changed silently.

    :raises WeightTooOld: when there is no newer weight.
    :raises DoseWouldChange: when the dose would be another one.
    """
    policy_values = site_policy(course.site_id)
    limit = dt.timedelta(days=int(policy_values.number("weight_max_age_days")))
    if now - cycle.weight_taken_at <= limit:
        return
    regimen = catalogue.get_regimen(course.regimen_key)
    facts = dosing_facts(course, regimen, now)
    step = policy_values.number("dose_rounding_mcg")
    for level in regimen.doses.levels:
        before = regimen.doses.dose(level, weight_of(cycle), step)
        if regimen.doses.dose(level, facts.weight, step).mcg != before.mcg:
            raise DoseWouldChange(field="weight_kg")
    _freeze(cycle, facts)
    cycle.save()


def _check_height_age(course: models.Course, now: dt.datetime) -> None:
    limit = int(site_policy(course.site_id).number("weight_max_age_days"))
    height = latest_measurement(course.patient_id, "HEIGHT_CM", now)
    if height and now - height.taken_at > dt.timedelta(days=limit):
        raise HeightTooOld(field="height_cm", days=limit)


def last_weight(
    patient_id: uuid.UUID, site_id: uuid.UUID, now: dt.datetime
) -> DosingFacts:
    """Return the patient's last weight, and height, as of now.

    :raises WeightMissing: when there is none.
    :raises WeightTooOld: when it is older than the site allows.
    """
    policy_values = site_policy(site_id)
    weight = latest_measurement(patient_id, "WEIGHT_KG", now)
    if weight is None:
        raise WeightMissing(field="weight_kg")
    limit = int(policy_values.number("weight_max_age_days"))
    if now - weight.taken_at > dt.timedelta(days=limit):
        raise WeightTooOld(field="weight_kg", days=limit)
    height = latest_measurement(patient_id, "HEIGHT_CM", now)
    return DosingFacts(
        DosingWeight(
            weight_kg=weight.value,
            height_cm=height.value if height else None,
            formula=policy_values.surface_formula,
        ),
        weight.taken_at,
    )


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
    _freeze(cycle, facts)
    cycle.save()
    return cycle


def _freeze(cycle: models.Cycle, facts: DosingFacts) -> None:
    """Write the dosing weight and how it was reached into the cycle."""
    surface = facts.surface_m2
    cycle.weight_kg = facts.weight.weight_kg
    cycle.height_cm = facts.weight.height_cm
    cycle.surface_formula = facts.weight.formula.value
    cycle.surface_m2 = surface.quantize(Decimal("0.00000001")) if surface else None
    cycle.weight_taken_at = facts.taken_at


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
    regimen: Regimen,
    cycles: int | None,
    now: dt.datetime,
) -> models.Course:
    try:
        return models.Course.objects.create(
            patient_id=patient.id,
            site_id=patient.site_id,
            regimen_key=regimen.key,
            regimen_version=regimen.version,
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
