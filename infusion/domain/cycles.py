"""What is known of one cycle, and its line of delivered time on the calendar."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from infusion.domain.adjustments import Adjustment
from infusion.domain.bags import Line, Stretch, WaitingBag
from infusion.domain.clock import Ledger, PauseReason
from infusion.domain.dose_changes import DoseChange, Turn, stretches_over, turns_of
from infusion.domain.doses import DosingWeight
from infusion.domain.instants import keep_in_utc
from infusion.domain.recipes import Recipe
from infusion.domain.regimens import Regimen, Round

ZERO = dt.timedelta(0)


@dataclass(frozen=True, kw_only=True)
class HangingBag:
    """The bag on the pump and the instants that bound it."""

    id: uuid.UUID
    recipe: Recipe
    daily_dose_mcg: Decimal
    hung_at: dt.datetime
    use_by: dt.datetime

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "hung_at", "use_by")


@dataclass(frozen=True, kw_only=True)
class CycleFacts:
    """What is known of one cycle.

    ``block`` and ``ordinal`` say which round of the regimen it is; without a block it is
    the round of that number on the expected path. ``kept`` are the visits of the plan in
    force, which a new plan moves as little as it can. ``dose_changes`` are in the order in
    which they were made, and so are ``adjustments``: what people fixed.
    """

    number: int
    starts_at: dt.datetime
    weight: DosingWeight
    block: str | None = None
    ordinal: int = 1
    ledger: Ledger = field(default_factory=Ledger)
    hanging: HangingBag | None = None
    waiting: tuple[WaitingBag, ...] = ()
    kept: tuple[dt.datetime, ...] = ()
    ended_at: dt.datetime | None = None
    dose_changes: tuple[DoseChange, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "starts_at", "ended_at")


def round_of(regimen: Regimen, facts: CycleFacts) -> Round:
    """Return which round of the regimen a cycle is.

    :raises CycleNotInRegimen: when its number is not on the expected path.
    :raises BlockUnknown: when its block is not in the regimen.
    """
    if facts.block is None:
        return regimen.round_of(facts.number)
    block = regimen.block(facts.block)
    return Round(block=block, ordinal=facts.ordinal, cycle=facts.number)


def dose_turns(facts: CycleFacts, now: dt.datetime) -> tuple[Turn, ...]:
    """Return the changes of the dose of a cycle with their delivered positions."""
    ledger = effective_ledger(facts, now)
    return turns_of(facts.dose_changes, ledger, line_of(facts, now), now)


def stretches_of(
    regimen: Regimen, facts: CycleFacts, step_mcg: Decimal, now: dt.datetime
) -> tuple[Stretch, ...]:
    """Return the stretches of one dose of a whole cycle.

    ``step_mcg`` is the rounding step of the site.

    :raises HeightMissing: when a dose goes by surface and there is no height.
    :raises DoseNotInRegimen: when no source gives a dose at the weight.
    """
    return stretches_over(
        regimen.pattern_of(round_of(regimen, facts).block.key),
        dose_turns(facts, now),
        facts.weight,
        lambda level, weight: regimen.doses.dose(level, weight, step_mcg).mcg,
    )


def line_of(facts: CycleFacts, now: dt.datetime) -> Line:
    """Return delivered time on the calendar from now on.

    Before the start it begins at the planned start, or now when that has gone by; while
    the pump stands still it is taken to run again from now.
    """
    if facts.ended_at is not None and not facts.ledger.events:
        return Line(at=facts.starts_at, delivered=ZERO)
    if not facts.ledger.events:
        return Line(at=max(facts.starts_at, now), delivered=ZERO)
    ledger = effective_ledger(facts, now)
    if ledger.is_running:
        # Any instant of the present run gives the same line; its start is exact.
        run = ledger.runs[-1]
        return Line(at=run.start, delivered=ledger.delivered(run.start))
    return Line(at=now, delivered=ledger.delivered(now))


def effective_ledger(facts: CycleFacts, now: dt.datetime) -> Ledger:
    """Return the ledger with the pause that an empty bag causes by itself.

    Nothing flows after a bag has run dry or reached its use-by, whatever was recorded:
    from then on no hour counts as delivered until somebody hangs the next bag.
    """
    emptied = flow_ends_at(facts.ledger, facts.hanging)
    if emptied is None or emptied >= now:
        return facts.ledger
    return facts.ledger.without_flow_after(emptied, PauseReason.BAG_EMPTY.value)


def empties_at(ledger: Ledger, hanging: HangingBag | None) -> dt.datetime | None:
    """Return when the hanging bag runs dry or must come down, or None."""
    return flow_ends_at(ledger, hanging) if ledger.is_running else None


def flow_ends_at(ledger: Ledger, hanging: HangingBag | None) -> dt.datetime | None:
    """Return when nothing can flow from the hanging bag any more, pump on or off."""
    if hanging is None:
        return None
    full = ledger.delivered(hanging.hung_at) + hanging.recipe.life
    dry_at = ledger.instant_of(full)
    return hanging.use_by if dry_at is None else min(dry_at, hanging.use_by)
