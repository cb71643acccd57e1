"""The premedication a regimen asks for, as the forms show it: never given, only shown."""

from dataclasses import dataclass

from infusion.domain.courses import BagState, CycleState, Text
from infusion.domain.regimens import AgeBand, Trigger


@dataclass(frozen=True, kw_only=True)
class BandRules:
    """What the regimen asks for in one age band; nothing when it names nothing."""

    age_band: str
    texts: tuple[Text, ...]


def due_before(cycle: CycleState | None, trigger: Trigger) -> list[BandRules]:
    """Return the rules of a cycle for a trigger, every age band by its name."""
    rules = cycle.premedication if cycle else ()
    wanted = [rule for rule in rules if rule.trigger == trigger]
    return [
        BandRules(
            age_band=band.value,
            texts=tuple(rule.text for rule in wanted if rule.age_band == band),
        )
        for band in AgeBand
    ]


def steps_up(cycle: CycleState | None, bag: BagState | None) -> bool:
    """Say whether a bag holds a higher dose than the last one that was hung."""
    hung = [one for one in cycle.bags if one.hung_at] if cycle else []
    last = max(hung, key=lambda one: one.sequence, default=None)
    if bag is None or last is None:
        return False
    return bag.daily_dose_mcg > last.daily_dose_mcg
