"""Shows what each start, or each way of making bags, would cost; stores nothing."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from infusion import catalogue
from infusion.domain.adviser import (
    DAYS_AHEAD,
    Cycle,
    Reason,
    StartOption,
    advise,
    best_of,
    plan_start,
    reasons_for,
    starts_of,
)
from infusion.domain.bags import Stretch
from infusion.domain.blocks import Block, CyclePattern
from infusion.domain.courses import Unverified
from infusion.domain.doses import DosingWeight
from infusion.domain.evidence import unverified
from infusion.domain.instants import local_date
from infusion.domain.planner import ChainRules
from infusion.domain.recipes import Recipe, RecipeUnknown, allowed
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import Regimen
from infusion.domain.wishes import Wishes
from infusion.selectors.calendars import Scheduling, scheduling_of
from infusion.selectors.planning import site_policy, unsigned_policy
from infusion.selectors.regimens import effective_regimen
from infusion.services.courses import check_start, patient_to_order
from infusion.services.dosing import last_weight
from patients.policy import Actor

# As far ahead as the console offers starts.
FURTHEST_DAYS = 90
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)


class FirstDayNotOffered(Refusal):
    """The day to look at has gone by, or is too far away."""

    code = "first_day_not_offered"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked about: a block of a regimen, for a patient of a weight.

    ``unsure_years``, ``knows_hours`` and ``knows_holidays`` say what the calendar of the
    site lacks; ``unverified`` is every value behind the answer that nobody signed.
    """

    regimen: Regimen
    block: Block
    weight: DosingWeight
    scheduling: Scheduling
    cycle: Cycle
    unverified: tuple[Unverified, ...]

    @property
    def is_first_cycle(self) -> bool:
        """Say whether an order begins with it; other cycles belong to a course."""
        return self.block.key == self.regimen.start.key

    @property
    def wishes(self) -> Wishes:
        """Return what the site wants."""
        return self.scheduling.wishes


@dataclass(frozen=True, kw_only=True)
class StartAdvice:
    """Every start on offer with its best plan, the best of them, and why."""

    asked: Asked
    options: tuple[StartOption, ...]
    best: StartOption | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class PlanChoice:
    """One side of a comparison; what is None is as the site has set it.

    Without ``recipe_keys`` every bag the patient may have is used.
    """

    start_at: dt.datetime
    recipe_keys: tuple[str, ...] | None = None
    run_pattern_hours: tuple[int, ...] | None = None
    one_rate: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ComparedPlan:
    """One side with its plan."""

    choice: PlanChoice
    option: StartOption
    recipes: tuple[Recipe, ...]
    rules: ChainRules


@dataclass(frozen=True, kw_only=True)
class PlanComparison:
    """Two plans side by side; ``better`` is the place of the one that costs less."""

    asked: Asked
    sides: tuple[ComparedPlan, ...]
    better: int | None
    reasons: tuple[Reason, ...]


def advise_start(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    regimen_key: str,
    block_key: str | None = None,
    first_day: dt.date | None = None,
    hours: Sequence[dt.time] = (),
    now: dt.datetime,
) -> StartAdvice:
    """Plan every start of a fortnight from ``first_day``, which is today if left out.

    ``block_key`` is the first cycle of the regimen and ``hours`` those the site offers
    when left out. The dose goes by the patient's last weight (kg).

    :raises NotFound: when the actor may not know the patient.
    :raises Refusal: naming the field, when no plan can be asked for.
    """
    patient = patient_to_order(actor, patient_id, "course.preview")
    asked = _asked(patient, regimen_key, block_key, now, first_day)
    calendar = asked.wishes.calendar
    today = local_date(now, calendar.zone)
    day = first_day or today
    _check_day(day, today, "first_day")
    offered = tuple(hours) or asked.scheduling.start_hours
    options = advise(asked.cycle, starts_of(now, day, offered, calendar))
    best = best_of(options)
    return StartAdvice(
        asked=_with_recipes(asked, options),
        options=options,
        best=best,
        reasons=reasons_for(best, options) if best else (),
    )


def compare_plans(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    regimen_key: str,
    block_key: str | None = None,
    sides: Sequence[PlanChoice],
    now: dt.datetime,
) -> PlanComparison:
    """Plan a cycle in several ways: another start, other bags, another rhythm.

    :raises NotFound: when the actor may not know the patient.
    :raises Refusal: naming the field, when a plan cannot be asked for.
    """
    patient = patient_to_order(actor, patient_id, "course.preview")
    starts = [check_start(side.start_at, now) for side in sides]
    asked = _asked(patient, regimen_key, block_key, now, max(starts).date())
    zone = asked.wishes.calendar.zone
    for start in starts:
        # Holidays are read no further.
        _check_day(local_date(start, zone), local_date(now, zone), "start_at")
    plans = tuple(_compared(asked, side) for side in sides)
    options = [plan.option for plan in plans]
    best = best_of(options)
    is_tie = best is None or [one.cost for one in options].count(best.cost) > 1
    return PlanComparison(
        asked=_with_recipes(asked, options),
        sides=plans,
        better=None if is_tie or best is None else options.index(best),
        reasons=() if is_tie or best is None else reasons_for(best, options),
    )


def _compared(asked: Asked, side: PlanChoice) -> ComparedPlan:
    every = (*asked.cycle.recipes, *asked.cycle.out_of_stock)
    recipes = asked.cycle.recipes
    if side.recipe_keys is not None:
        # A bag that is not stocked may be compared: that shows what it would bring.
        recipes = _chosen(every, side.recipe_keys)
    rules = asked.wishes.rules
    if side.run_pattern_hours is not None:
        rules = replace(rules, run_pattern_hours=side.run_pattern_hours)
    if side.one_rate is not None:
        rules = replace(rules, one_rate=side.one_rate)
    cycle = replace(
        asked.cycle,
        recipes=recipes,
        out_of_stock=tuple(one for one in every if one not in recipes),
        wishes=replace(asked.wishes, rules=rules),
    )
    return ComparedPlan(
        choice=side,
        option=plan_start(cycle, side.start_at),
        recipes=recipes,
        rules=rules,
    )


def _chosen(recipes: tuple[Recipe, ...], keys: tuple[str, ...]) -> tuple[Recipe, ...]:
    """Return the recipes of these keys.

    :raises RecipeUnknown: when the patient may not have one of them, or none is named.
    """
    known = {recipe.key: recipe for recipe in recipes}
    if not keys or not set(keys) <= set(known):
        raise RecipeUnknown(field="recipes")
    return tuple(recipe for recipe in recipes if recipe.key in keys)


def _asked(
    patient: Any,
    regimen_key: str,
    block_key: str | None,
    now: dt.datetime,
    day: dt.date | None,
) -> Asked:
    regimen = effective_regimen(regimen_key, patient.site_id).regimen
    block = regimen.block(block_key) if block_key else regimen.round_of(1).block
    pattern = regimen.pattern_of(block.key)
    weight = last_weight(patient.id, patient.site_id, now).weight
    scheduling = _scheduling(patient, pattern, now, day)
    policy = site_policy(patient.site_id)
    step = policy.number("dose_rounding_mcg")
    unsigned = (*scheduling.unsigned, *unsigned_policy(policy, regimen, [weight]))
    return Asked(
        regimen=regimen,
        block=block,
        weight=weight,
        scheduling=scheduling,
        cycle=_cycle(regimen, pattern, weight, step, scheduling, now),
        unverified=(*unverified(regimen.facts), *unsigned),
    )


def _cycle(
    regimen: Regimen,
    pattern: CyclePattern,
    weight: DosingWeight,
    step_mcg: Decimal,
    scheduling: Scheduling,
    now: dt.datetime,
) -> Cycle:
    """Return a cycle of a patient of that weight; its doses are rounded to the step."""
    stay = pattern.inpatient_days
    recipes = allowed(catalogue.recipes_of(regimen), weight.weight_kg)
    return Cycle(
        stretches=tuple(
            Stretch(
                start=start * _HOUR,
                end=end * _HOUR,
                level=level,
                daily_dose_mcg=regimen.doses.dose(level, weight, step_mcg).mcg,
            )
            for start, end, level in pattern.segments()
        ),
        recipes=scheduling.in_stock(recipes),
        out_of_stock=scheduling.out_of_stock(recipes),
        wishes=scheduling.wishes,
        now=now,
        stay=None if stay is None else stay * _DAY,
    )


def _scheduling(
    patient: Any, pattern: CyclePattern, now: dt.datetime, day: dt.date | None
) -> Scheduling:
    """Read the settings for every day that a plan from there may touch."""
    first = now.date() - _DAY
    span = DAYS_AHEAD * _DAY + pattern.infusion_hours * _HOUR + 2 * _DAY
    last = max(first, min(day or first, first + FURTHEST_DAYS * _DAY)) + span
    return scheduling_of(patient.site_id, patient.id, first, last)


def _check_day(asked: dt.date, today: dt.date, field: str) -> None:
    if not today <= asked <= today + FURTHEST_DAYS * _DAY:
        raise FirstDayNotOffered(field=field, days=FURTHEST_DAYS)


def _with_recipes(asked: Asked, options: Iterable[StartOption]) -> Asked:
    """Name the unsigned values of the bags that take part as well."""
    used = {bag.recipe.key: bag.recipe for one in options for bag in one.bags}
    found = [*asked.unverified]
    for key in sorted(used):
        found.extend(unverified(used[key].facts))
    return replace(asked, unverified=tuple(dict.fromkeys(found)))
