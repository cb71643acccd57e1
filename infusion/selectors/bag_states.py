"""The bags of a cycle as people look at them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from infusion import catalogue, models
from infusion.domain.bag_life import MADE, next_steps
from infusion.domain.courses import BagState, ClockState
from infusion.domain.plans import effective_ledger
from infusion.domain.recipes import Recipe
from infusion.domain.states import BagStatus
from infusion.selectors.planning import CycleRows, cycle_facts

_PLACES = Decimal("0.01")


def bag_states(
    rows: CycleRows, clock: ClockState, now: dt.datetime, *, records_steps: bool
) -> tuple[BagState, ...]:
    """Return the bags of a cycle at an instant.

    ``records_steps`` says whether the site records the steps of its pharmacy.
    """
    return tuple(
        _bag_state(rows, bag, clock, now, records_steps=records_steps)
        for bag in rows.bags
    )


def _bag_state(
    rows: CycleRows,
    bag: models.Bag,
    clock: ClockState,
    now: dt.datetime,
    *,
    records_steps: bool,
) -> BagState:
    recipe = catalogue.get_recipe(bag.recipe_key)
    status = BagStatus(bag.status)
    return BagState(
        id=bag.id,
        version=bag.version,
        sequence=bag.sequence,
        code=bag.code,
        status=status,
        recipe_key=bag.recipe_key,
        recipe_title=recipe.title,
        hours=bag.hours,
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        daily_dose_mcg=bag.daily_dose_mcg,
        hang_at=bag.planned_hang_at,
        take_down_at=bag.planned_take_down_at,
        use_by=bag.use_by,
        prepared_at=bag.prepared_at,
        delivered_at=bag.delivered_at,
        hung_at=bag.hung_at,
        taken_down_at=bag.taken_down_at,
        dry_at=clock.dry_at if status == BagStatus.HUNG else None,
        filter_required=recipe.filter_required,
        diluent=recipe.diluent,
        ordered_at=bag.ordered_at,
        checked_at=bag.checked_at,
        dispatched_at=bag.dispatched_at,
        out_of_cold_at=bag.out_of_cold_at,
        discarded_at=bag.discarded_at,
        discard_reason=bag.discard_reason,
        discard_note=bag.discard_note,
        discarded_ml=bag.discarded_ml,
        compounded_by_id=bag.compounded_by_id,
        next_steps=next_steps(status, records_steps=records_steps),
        left_ml=_left_ml(rows, bag, recipe, now),
    )


def _left_ml(
    rows: CycleRows, bag: models.Bag, recipe: Recipe, now: dt.datetime
) -> Decimal | None:
    """Return what is in the whole bag by rate and clock; None when it is not in use."""
    whole = recipe.bag_volume_ml or bag.volume_ml
    if bag.status in MADE:
        return whole
    if bag.status != BagStatus.HUNG or bag.hung_at is None:
        return None
    ledger = effective_ledger(cycle_facts(rows), now)
    ran = ledger.delivered(now) - ledger.delivered(bag.hung_at)
    given = bag.rate_ml_h * Decimal(ran // dt.timedelta(seconds=1)) / 3600
    left = max(whole - given, whole - bag.volume_ml)
    return left.quantize(_PLACES, ROUND_HALF_UP)
