"""A plan as JSON: the stable interface of previews and of stored plan versions.

Instants are ISO 8601 in UTC, dates are in the zone, numbers are JSON numbers.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from infusion.domain.bags import HOUR, PlannedBag
from infusion.domain.courses import Unmet, Unverified
from infusion.domain.planner import Relaxation, Score
from infusion.domain.plans import CyclePlan, Plan, PlannedStep
from infusion.domain.regimens import Regimen
from infusion.domain.reminders.projection import PlannedMessage
from infusion.domain.visits import PlannedVisit

_CENT = Decimal("0.01")


def instant(at: dt.datetime | None) -> str | None:
    """Write an instant as ISO 8601 in UTC."""
    if at is None:
        return None
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def number(value: Decimal) -> int | float:
    """Write a decimal as a JSON number: whole ones without a point."""
    whole = int(value)
    return whole if value == whole else float(value)


def hours(span: dt.timedelta) -> int | float:
    """Write a span in hours as a JSON number."""
    whole, rest = divmod(span, HOUR)
    return whole if not rest else round(span / HOUR, 4)


def plan_as_json(plan: Plan, regimen: Regimen) -> dict[str, Any]:
    """Write a whole plan."""
    return {
        "regimen": regimen.key,
        "regimen_version": regimen.version,
        "label_id": regimen.label_id,
        "label_revision": regimen.label_revision,
        "unmet": [_unmet(reason) for reason in plan.unmet],
        "unverified": [_unverified(one) for one in plan.unverified],
        "cycles": [_cycle(cycle) for cycle in plan.cycles],
    }


def _unmet(reason: Unmet) -> dict[str, Any]:
    return {"code": reason.code, **dict(reason.params)}


def _unverified(one: Unverified) -> dict[str, Any]:
    return {
        "path": one.path,
        "value": one.value,
        "mark": one.mark,
        "note": {"en": one.note.en, "zh": one.note.zh},
    }


def _cycle(cycle: CyclePlan) -> dict[str, Any]:
    return {
        "number": cycle.number,
        "block": cycle.block,
        "round": cycle.ordinal,
        "starts_at": instant(cycle.starts_at),
        "infusion_ends_at": instant(cycle.infusion_ends_at),
        "ends_on": cycle.ends_on.isoformat() if cycle.ends_on else None,
        "inpatient_until": instant(cycle.inpatient_until),
        "steps": [_step(step) for step in cycle.steps],
        "bags": [_bag(bag) for bag in cycle.bags],
        "visits": [_visit(visit) for visit in cycle.visits],
        "messages": [_message(message) for message in cycle.messages],
        "score": _score(cycle.score),
        "relaxations": [_relaxation(one) for one in cycle.relaxations],
    }


def _score(score: Score) -> dict[str, Any]:
    """Write what the bags cost; vials are arithmetic and a lower bound."""
    return {
        "outside": score.outside,
        "off_days": score.off_days,
        "moved": score.moved,
        "changes": score.changes,
        "discarded": score.discarded,
        "vials_at_least": score.vials,
        "waste_hours": hours(score.waste),
        "waste_mcg": number(score.waste_mcg.quantize(_CENT)),
    }


def _relaxation(one: Relaxation) -> dict[str, Any]:
    return {
        "code": one.code.value,
        "at": instant(one.at),
        "to": instant(one.to),
        "recipe": one.recipe_key,
    }


def _step(step: PlannedStep) -> dict[str, Any]:
    return {
        "at": instant(step.at),
        "level": step.level,
        "daily_dose_mcg": number(step.daily_dose_mcg),
    }


def _bag(bag: PlannedBag) -> dict[str, Any]:
    return {
        "hang_at": instant(bag.hang_at),
        "take_down_at": instant(bag.take_down_at),
        "hours": hours(bag.run),
        "recipe": bag.recipe.key,
        "daily_dose_mcg": number(bag.daily_dose_mcg),
        "rate_ml_h": number(bag.recipe.rate_ml_h),
        "volume_ml": number(bag.recipe.volume_ml),
        "use_by": instant(bag.use_by),
    }


def _visit(visit: PlannedVisit) -> dict[str, Any]:
    return {
        "at": instant(visit.at),
        "kind": visit.kind.value,
        "placement": visit.placement.value,
        "bag": visit.bag_index,
        "dose_step": visit.is_step,
    }


def _message(message: PlannedMessage) -> dict[str, Any]:
    return {
        "due_at": instant(message.due_at),
        "kind": message.kind,
        "to": message.to.value,
        "event_at": instant(message.event_at),
    }
