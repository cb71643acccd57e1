"""The cheapest chain over all stretches: steps cut it into parts that don't meet."""

from collections.abc import Iterator
from dataclasses import replace

from infusion.domain.planner.search import Choice, Found, Leg, search
from infusion.domain.planner.setting import Setting, made_bags
from infusion.domain.recipes import Recipe

Legs = tuple[Found, ...]


def solve(setting: Setting, choice: Choice) -> Legs | None:
    """Return the cheapest chain of every stretch, or None when one has none."""
    found = [
        legs for one in _at_one_rate(setting, choice) if (legs := _solve(setting, one))
    ]
    return min(found, key=lambda legs: sum(leg.cost for leg in legs), default=None)


def _at_one_rate(setting: Setting, choice: Choice) -> Iterator[Choice]:
    """Return the choices to solve: one, or one for each rate of the pump."""
    if not setting.request.rules.one_rate:
        yield choice
        return
    recipes = (*choice.recipes, *choice.out_of_stock)
    for rate in sorted({one.rate_ml_h for one in recipes}):

        def runs(recipe: Recipe, rate: object = rate) -> bool:
            return recipe.rate_ml_h == rate

        yield replace(
            choice,
            recipes=tuple(filter(runs, choice.recipes)),
            out_of_stock=tuple(filter(runs, choice.out_of_stock)),
        )


def _solve(setting: Setting, choice: Choice) -> Legs | None:
    request, tick = setting.request, setting.axis.tick
    left = list(enumerate(made_bags(request.waiting)))
    found: list[Found] = []
    for stretch in request.stretches:
        dose = stretch.daily_dose_mcg
        leg = Leg(
            stretch=stretch,
            start=tick(request.line.instant(stretch.start)),
            end=tick(request.line.instant(stretch.end)),
            waiting=tuple(one for one in left if one[1].daily_dose_mcg == dose),
            is_first=not found,
            is_last=stretch is request.stretches[-1],
        )
        best = search(setting, leg, choice)
        if best is None:
            return None
        found.append(best)
        used = {hop.option.waiting for hop in best.hops}
        left = [one for one in left if one[0] not in used]
    return tuple(found)
