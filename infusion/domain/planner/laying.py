"""Turns what the search found into bags with instants, limits and identity."""

from collections.abc import Iterator, Sequence

from infusion.domain.bags import OnPump, PlannedBag, Stretch, WaitingBag
from infusion.domain.planner.outcomes import Lift
from infusion.domain.planner.search import Hop, made_in
from infusion.domain.planner.setting import Setting, made_bags
from infusion.domain.planner.solving import Legs
from infusion.domain.recipes import Recipe, use_by


def lay(setting: Setting, legs: Legs) -> tuple[PlannedBag, ...]:
    """Return the bags of a chain, the one on the pump first."""
    return tuple(_bags(setting, legs))


def _bags(setting: Setting, legs: Legs) -> Iterator[PlannedBag]:
    request = setting.request
    spare = [bag for bag in request.waiting if bag.prepared_at is None]
    if request.hanging:
        yield on_pump(setting, request.hanging, legs[0].begins)
    for stretch, leg in zip(request.stretches, legs, strict=True):
        for hop in leg.hops:
            if hop.option.waiting is not None:
                yield _made(setting, stretch, hop, hop.option.waiting)
            else:
                yield _fresh(setting, stretch, hop, spare)


def on_pump(setting: Setting, bag: OnPump, down: int) -> PlannedBag:
    """Return the bag on the pump as it comes down at a tick."""
    return PlannedBag(
        id=bag.id,
        recipe=bag.recipe,
        level=bag.level,
        daily_dose_mcg=bag.daily_dose_mcg,
        hang_at=bag.hung_at,
        take_down_at=setting.axis.instant(down),
        use_by=bag.use_by,
        is_hanging=True,
    )


def _made(setting: Setting, stretch: Stretch, hop: Hop, number: int) -> PlannedBag:
    """Return a bag that exists, with the limits it has from its making."""
    bag = made_bags(setting.request.waiting)[number]
    hang_at = setting.axis.instant(hop.hang)
    return PlannedBag(
        id=bag.id,
        recipe=bag.recipe,
        level=stretch.level,
        daily_dose_mcg=bag.daily_dose_mcg,
        hang_at=hang_at,
        take_down_at=setting.axis.instant(hop.down),
        use_by=use_by(
            bag.recipe,
            hang_at=hang_at,
            out_of_cold_at=bag.out_of_cold_at,
            prepared_at=bag.prepared_at,
        ),
    )


def _fresh(
    setting: Setting, stretch: Stretch, hop: Hop, spare: list[WaitingBag]
) -> PlannedBag:
    """Return a bag to be made; one already on the plan lends its identity."""
    recipe, instant = hop.option.recipe, setting.axis.instant
    slot = None if Lift.COLD_LIMIT in hop.option.lifts else made_in(setting, hop.hang)
    twin = _take(spare, recipe, stretch)
    return PlannedBag(
        id=twin.id if twin else None,
        recipe=recipe,
        level=stretch.level,
        daily_dose_mcg=stretch.daily_dose_mcg,
        hang_at=instant(hop.hang),
        take_down_at=instant(hop.down),
        use_by=use_by(
            recipe,
            hang_at=instant(hop.hang),
            prepared_at=None if slot is None else instant(slot),
        ),
    )


def _take(
    spare: list[WaitingBag], recipe: Recipe, stretch: Stretch
) -> WaitingBag | None:
    """Return the first bag on the plan of the same kind: they are in order of time."""
    for bag in spare:
        same = bag.recipe.key == recipe.key
        if same and bag.daily_dose_mcg == stretch.daily_dose_mcg:
            spare.remove(bag)
            return bag
    return None


def hops_of(legs: Legs) -> Sequence[Hop]:
    """Return every bag to hang, in order."""
    return [hop for leg in legs for hop in leg.hops]
