"""Bags that the plan has no use for, named with the vials that went into them."""

from collections.abc import Iterator

from infusion.domain.bags import PlannedBag, WaitingBag
from infusion.domain.courses import Unmet
from infusion.domain.cycle_bags import CycleBags
from infusion.domain.cycles import CycleFacts, HangingBag

# The bag on the pump holds another dose than the one that is due.
OTHER_DOSE = "other_dose_on_pump"


def hung_in_vain(asked: CycleBags, number: tuple[str, str]) -> Iterator[Unmet]:
    """Name the bag on the pump when its dose is not the one that is due."""
    bag, due = asked.facts.hanging, asked.other_dose
    if bag is not None and asked.must_come_down:
        yield _waste("bag_must_come_down", number, bag)
    if bag is not None and due is not None:
        doses = (("mcg", bag.daily_dose_mcg), ("due_mcg", due.daily_dose_mcg))
        params = ((name, f"{dose:f}") for name, dose in doses)
        yield Unmet(code=OTHER_DOSE, params=(number, *params))


def made_in_vain(
    facts: CycleFacts, chain: tuple[PlannedBag, ...], number: tuple[str, str]
) -> Iterator[Unmet]:
    """Name the existing bags that the plan has no use for any more."""
    used = {bag.id for bag in chain}
    for bag in facts.waiting:
        if bag.prepared_at is not None and bag.id not in used:
            yield _waste("bag_not_usable", number, bag)


def _waste(code: str, number: tuple[str, str], bag: WaitingBag | HangingBag) -> Unmet:
    """Name a bag that is thrown away, with the vials that went into it at least."""
    vials = bag.recipe.vials(bag.daily_dose_mcg)
    return Unmet(
        code=code,
        params=(number, ("recipe", bag.recipe.key), ("vials", str(vials))),
    )
