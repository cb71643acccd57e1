"""The dosing weight of a cycle: read, checked for its age, frozen."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from infusion import models
from infusion.domain.doses import DosingWeight, WeightMissing, dosing_surface_m2
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen
from infusion.selectors.planning import site_policy, weight_of
from infusion.selectors.regimens import regimen_of
from patients.selectors.people import latest_measurement


class WeightTooOld(Refusal):
    """The last weight is older than the site allows for dosing."""

    code = "weight_too_old"


class HeightTooOld(Refusal):
    """The height a dose by surface goes by is older than the site allows."""

    code = "height_too_old"


class DoseWouldChange(Refusal):
    """A newer weight gives another dose than the one the bags were ordered for."""

    code = "dose_would_change"


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
    regimen = regimen_of(course)
    facts = dosing_facts(course, regimen, now)
    step = policy_values.number("dose_rounding_mcg")
    for level in regimen.doses.levels:
        before = regimen.doses.dose(level, weight_of(cycle), step)
        if regimen.doses.dose(level, facts.weight, step).mcg != before.mcg:
            raise DoseWouldChange(field="weight_kg")
    freeze(cycle, facts)
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


def freeze(cycle: models.Cycle, facts: DosingFacts) -> None:
    """Write the dosing weight and how it was reached into the cycle."""
    surface = facts.surface_m2
    cycle.weight_kg = facts.weight.weight_kg
    cycle.height_cm = facts.weight.height_cm
    cycle.surface_formula = facts.weight.formula.value
    cycle.surface_m2 = surface.quantize(Decimal("0.00000001")) if surface else None
    cycle.weight_taken_at = facts.taken_at
