"""Doses a cycle by the patient's present weight, from a bag change on or from its start."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.changes import Scope
from infusion.domain.dose_changes import DoseChangeKind
from infusion.domain.doses import DosingWeight
from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal
from infusion.domain.states import CycleStatus, VisitStatus
from infusion.domain.visits import VisitKind
from infusion.selectors.planning import (
    as_dose_change,
    load_rows,
    site_policy,
    weight_of,
)
from infusion.selectors.regimens import regimen_of
from infusion.services.adjusting import NoBagThen
from infusion.services.common import changing
from infusion.services.cycles import running_cycle
from infusion.services.dosing import DosingFacts, dosing_facts, freeze
from infusion.services.planning import replan
from infusion.services.scheduling import NoPlannedCycle
from patients.policy import Actor


class DoseStaysSame(Refusal):
    """The present weight gives the doses that are planned already."""

    code = "dose_stays_same"


def change_weight(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    at: dt.datetime | None,
    scope: Scope,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Dose by the last weight: the running cycle from a bag change on, or the next one.

    A cycle that nobody has ordered yet is dosed by the weight of that day anyway. Bags of
    the other dose are named as waste by the plan.

    :raises NoBagThen: when no bag is changed at that instant.
    :raises NoPlannedCycle: when the next cycle is meant and none is planned.
    :raises DoseStaysSame: when no dose would change.
    :raises WeightTooOld: when the last weight is older than the site allows.
    """
    with changing(actor=actor, action="dose.reweigh", course_id=course_id) as course:
        facts = dosing_facts(course, regimen_of(course), now)
        if scope == Scope.CYCLE:
            _from_bag_change(course, actor, facts, at, reason, now)
        else:
            _next_cycle(course, facts)
        replan(course, cause="weight_changed", actor_id=actor.user_id, now=now)
    return course


def _from_bag_change(
    course: models.Course,
    actor: Actor,
    facts: DosingFacts,
    at: dt.datetime | None,
    reason: str,
    now: dt.datetime,
) -> None:
    cycle = running_cycle(course)
    from_at = _bag_change(cycle, at, now)
    rows = load_rows(course).of(cycle)
    made = [as_dose_change(row).weight for row in rows.dose_changes]
    weights = [weight_of(cycle), *(one for one in made if one is not None)]
    _check_dose(course, weights[-1], facts)
    surface = facts.surface_m2
    models.DoseChange.objects.create(
        cycle=cycle,
        kind=DoseChangeKind.WEIGHT,
        from_at=from_at,
        weight_kg=facts.weight.weight_kg,
        height_cm=facts.weight.height_cm,
        surface_formula=facts.weight.formula.value,
        surface_m2=round(surface, 8) if surface else None,
        weight_taken_at=facts.taken_at,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=now,
    )


def _bag_change(
    cycle: models.Cycle, at: dt.datetime | None, now: dt.datetime
) -> dt.datetime:
    """Return the instant of a bag change that is still to come."""
    if at is None or at <= now:
        raise NoBagThen(field="at")
    from_at = in_utc(at, field="at")
    rows = cycle.visits.filter(
        status=VisitStatus.BOOKED, kind=VisitKind.BAG_CHANGE, planned_at=from_at
    )
    if not rows.exists():
        raise NoBagThen(field="at")
    return from_at


def _next_cycle(course: models.Course, facts: DosingFacts) -> None:
    cycle = course.cycles.filter(status=CycleStatus.PLANNED).first()
    if cycle is None:
        raise NoPlannedCycle(field="cycle")
    _check_dose(course, weight_of(cycle), facts)
    freeze(cycle, facts)
    cycle.version += 1
    cycle.save()


def _check_dose(
    course: models.Course, before: DosingWeight, facts: DosingFacts
) -> None:
    """Refuse a change that would change nothing.

    :raises DoseStaysSame: when every level gives the dose it gave.
    """
    doses = regimen_of(course).doses
    step = site_policy(course.site_id).number("dose_rounding_mcg")
    if all(
        doses.dose(level, before, step).mcg == doses.dose(level, facts.weight, step).mcg
        for level in doses.levels
    ):
        raise DoseStaysSame(field="weight_kg")
