"""Says which visits nobody works for, what would help, and the nearest chain there is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from infusion.domain.bags import PlannedBag
from infusion.domain.courses import Unmet
from infusion.domain.planner.laying import hops_of, lay, on_pump
from infusion.domain.planner.outcomes import Lift, Outcome, Relaxation, Score
from infusion.domain.planner.scoring import score, visits_of
from infusion.domain.planner.search import Choice
from infusion.domain.planner.setting import Setting
from infusion.domain.planner.solving import Legs, solve

# The reason a plan is not complete, by the rule that would have to be relaxed.
REASONS = {
    Lift.GAP: "no_recipe_fits",
    Lift.NEEDS_RECIPE: "no_recipe_fits",
    Lift.COLD_LIMIT: "no_bag_in_time",
    Lift.VISIT_OUTSIDE: "visit_outside_window",
}


def complete(setting: Setting, legs: Legs) -> Outcome:
    """Return the answer for a chain that covers every hour."""
    bags = lay(setting, legs)
    return Outcome(
        bags=bags,
        score=score(setting, bags),
        relaxations=(*_bad_visits(setting, bags), *_helpers(setting, bags)),
    )


def nearest(setting: Setting) -> Outcome:
    """Return what can be done, and the chain that asks for the least beyond it."""
    request = setting.request
    loose = replace(setting, is_strict=False)
    legs = solve(loose, Choice(request.recipes)) if setting.is_strict else None
    if legs:
        found = complete(loose, legs)
        codes = [one for one in found.relaxations if one.code == Lift.VISIT_OUTSIDE]
        return replace(found, unmet=_unmet(codes))
    relaxed = Choice(request.recipes, request.out_of_stock, is_supply_relaxed=True)
    legs = solve(loose, relaxed)
    return _beyond(loose, legs) if legs else _nothing(loose)


def _beyond(setting: Setting, legs: Legs) -> Outcome:
    """Return the bags up to the first that breaks a rule, and the whole as nearest."""
    hops = hops_of(legs)
    asked = [
        Relaxation(
            code=lift,
            at=setting.axis.instant(hop.hang),
            to=setting.axis.instant(hop.down),
            recipe_key=hop.option.recipe.key,
        )
        for hop in hops
        for lift in hop.option.lifts
    ]
    whole = lay(setting, legs)
    sound = next(n for n, hop in enumerate(hops) if hop.option.lifts)
    bags = whole[: len(whole) - len(hops) + sound]
    return Outcome(
        bags=bags,
        score=score(setting, bags),
        unmet=_unmet(asked),
        relaxations=(*asked, *_bad_visits(setting, whole)),
        nearest=whole,
    )


def _nothing(setting: Setting) -> Outcome:
    """Return the bag on the pump, and the hours after it that no bag whatever covers.

    It hangs as long as it can, also where people fixed a change: nothing could follow.
    """
    request = setting.request
    first, last = request.stretches[0], request.stretches[-1]
    begins = request.line.instant(first.start)
    bags: tuple[PlannedBag, ...] = ()
    if bag := request.hanging:
        begins = min(bag.latest, request.line.instant(first.end))
        bags = (on_pump(setting, bag, setting.axis.tick(begins)),)
    gap = Relaxation(code=Lift.GAP, at=begins, to=request.line.instant(last.end))
    return Outcome(
        bags=bags,
        score=score(setting, bags),
        unmet=_unmet([gap]),
        relaxations=(gap,),
    )


def _unmet(asked: Sequence[Relaxation]) -> tuple[Unmet, ...]:
    """Return one reason for each kind of rule, with the first instant it is about."""
    first: dict[str, Relaxation] = {}
    for one in asked:
        first.setdefault(REASONS[one.code], one)
    return tuple(
        Unmet(
            code=code,
            params=(("at", one.at.isoformat()), ("recipe", one.recipe_key)),
        )
        for code, one in first.items()
    )


def _bad_visits(setting: Setting, bags: Sequence[PlannedBag]) -> Iterator[Relaxation]:
    """Name each visit outside the hours of its place, or on a day off."""
    for at in visits_of(bags):
        _, outside, off_day = setting.timeline.at(setting.axis.tick(at))
        if outside:
            yield Relaxation(code=Lift.VISIT_OUTSIDE, at=at)
        if off_day:
            yield Relaxation(code=Lift.OFF_DAY_VISIT, at=at)


def _helpers(setting: Setting, bags: Sequence[PlannedBag]) -> Iterator[Relaxation]:
    """Name each recipe out of stock that alone would save some of those visits."""
    request = setting.request
    now = score(setting, bags)
    if not request.out_of_stock or not (now.outside or now.off_days):
        return
    for recipe in request.out_of_stock:
        legs = solve(setting, Choice((*request.recipes, recipe)))
        if legs is None:
            continue
        then = score(setting, lay(setting, legs))
        first = next((h for h in hops_of(legs) if h.option.recipe is recipe), None)
        if first and _burden(setting, then) < _burden(setting, now):
            yield Relaxation(
                code=Lift.NEEDS_RECIPE,
                at=setting.axis.instant(first.hang),
                to=setting.axis.instant(first.down),
                recipe_key=recipe.key,
            )


def _burden(setting: Setting, found: Score) -> int:
    """Return what the hours and days of the visits cost, and nothing else."""
    weights = setting.request.weights
    return found.outside * weights.outside + found.off_days * weights.off_day
