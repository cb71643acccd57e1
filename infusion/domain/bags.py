"""A correct chain of bags: every delivered hour once, no gap, no bag beyond its limit.

The chain works in delivered time: a position is how much of the cycle has been delivered.
``Line`` turns positions into instants. The fewest bags are chosen, then the least drug
thrown away; the odd remainder comes first, as the label's schedules do (fact sheet
section 4.6, remainder first). Choosing the hour of day belongs to the optimal planner.
"""

import datetime as dt
import math
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from infusion.domain.instants import keep_in_utc
from infusion.domain.recipes import Recipe, use_by

ZERO = dt.timedelta(0)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Delivered time on the calendar: at ``at`` exactly ``delivered`` had run."""

    at: dt.datetime
    delivered: dt.timedelta

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "at")

    def instant(self, position: dt.timedelta) -> dt.datetime:
        """Return when a position is reached if the pump runs on."""
        return self.at + (position - self.delivered)

    def position(self, instant: dt.datetime) -> dt.timedelta:
        """Return how much is delivered at an instant if the pump runs on."""
        return self.delivered + (instant - self.at)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A stretch of one daily dose, in delivered time."""

    start: dt.timedelta
    end: dt.timedelta
    level: str
    daily_dose_mcg: Decimal


@dataclass(frozen=True, kw_only=True)
class WaitingBag:
    """A bag that exists and has not been hung: keep it in the plan if it still fits."""

    id: uuid.UUID
    recipe: Recipe
    daily_dose_mcg: Decimal
    prepared_at: dt.datetime | None = None
    out_of_cold_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "prepared_at", "out_of_cold_at")


@dataclass(frozen=True, kw_only=True)
class PlannedBag:
    """A bag on the plan; ``id`` is set when the bag already exists."""

    id: uuid.UUID | None
    recipe: Recipe
    level: str
    daily_dose_mcg: Decimal
    hang_at: dt.datetime
    take_down_at: dt.datetime
    use_by: dt.datetime
    is_hanging: bool = False

    @property
    def run(self) -> dt.timedelta:
        """Return how long the plan leaves the bag on the pump."""
        return self.take_down_at - self.hang_at


@dataclass(frozen=True, kw_only=True)
class OnPump:
    """The bag on the pump: it may stay until dry or spoiled, or come down before.

    ``free_from`` is when somebody could come early to take it down; before that it comes
    down at a visit of the plan in force, or when it is dry or spoiled.
    """

    id: uuid.UUID | None
    recipe: Recipe
    level: str
    daily_dose_mcg: Decimal
    hung_at: dt.datetime
    use_by: dt.datetime
    dry_at: dt.datetime
    free_from: dt.datetime

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "hung_at", "use_by", "dry_at", "free_from")

    @property
    def latest(self) -> dt.datetime:
        """Return when it must be down."""
        return min(self.dry_at, self.use_by)


def stepping_early(
    left: tuple[Stretch, ...], reached: dt.timedelta, tolerance: dt.timedelta
) -> tuple[Stretch, ...]:
    """Let the next dose begin a little early rather than hang a bag for minutes.

    The hours of the cycle stay whole; how early is a value the site signs.
    """
    if not reached or not left[1:] or left[0].end - left[0].start > tolerance:
        return left
    return (replace(left[1], start=left[0].start), *left[2:])


def chain(
    line: Line,
    stretches: Sequence[Stretch],
    recipes: Sequence[Recipe],
    waiting: Sequence[WaitingBag] = (),
) -> tuple[PlannedBag, ...]:
    """Cover every stretch with bags: those that exist first, then new ones.

    Returns fewer bags than needed when no recipe is allowed; the caller compares the
    last take-down with the end and says what is unmet.
    """
    found: list[PlannedBag] = []
    left = list(waiting)
    for stretch in stretches:
        at = stretch.start
        for bag in _kept(line, stretch, left):
            found.append(bag)
            at = line.position(bag.take_down_at)
        found.extend(_new(line, at, stretch, recipes))
    return tuple(found)


def _kept(line: Line, stretch: Stretch, left: list[WaitingBag]) -> Iterator[PlannedBag]:
    """Use up the waiting bags of this dose, in order, as far as they keep."""
    at = stretch.start
    for bag in list(left):
        if at >= stretch.end:
            return
        if bag.daily_dose_mcg != stretch.daily_dose_mcg:
            continue
        if bag.prepared_at is None and at + bag.recipe.life > stretch.end:
            # Not made yet: a bag that fits better may still be chosen.
            continue
        left.remove(bag)
        planned = _hang(line, at, stretch, bag)
        if planned.take_down_at > planned.hang_at:
            yield planned
            at = line.position(planned.take_down_at)


def _hang(
    line: Line, at: dt.timedelta, stretch: Stretch, bag: WaitingBag
) -> PlannedBag:
    hang_at = line.instant(at)
    limit = use_by(
        bag.recipe,
        hang_at=hang_at,
        out_of_cold_at=bag.out_of_cold_at,
        prepared_at=bag.prepared_at,
    )
    full = line.instant(min(at + bag.recipe.life, stretch.end))
    return PlannedBag(
        id=bag.id,
        recipe=bag.recipe,
        level=stretch.level,
        daily_dose_mcg=bag.daily_dose_mcg,
        hang_at=hang_at,
        take_down_at=max(hang_at, min(full, limit)),
        use_by=limit,
    )


def _new(
    line: Line, at: dt.timedelta, stretch: Stretch, recipes: Sequence[Recipe]
) -> Iterator[PlannedBag]:
    """Fill what is left of a stretch with new bags, the remainder first."""
    for recipe in best_lives(stretch.end - at, tuple(recipes)):
        end = min(at + recipe.life, stretch.end)
        hang_at = line.instant(at)
        yield PlannedBag(
            id=None,
            recipe=recipe,
            level=stretch.level,
            daily_dose_mcg=stretch.daily_dose_mcg,
            hang_at=hang_at,
            take_down_at=line.instant(end),
            use_by=use_by(recipe, hang_at=hang_at),
        )
        at = end


def best_lives(span: dt.timedelta, recipes: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
    """Return the recipes that cover a span: fewest bags, then least thrown away.

    Shortest first; empty when the span is empty or no recipe is allowed.
    """
    if span <= ZERO or not recipes:
        return ()
    by_hours = {recipe.hours: recipe for recipe in reversed(recipes)}
    chosen = _cover(math.ceil(span / HOUR), tuple(sorted(by_hours)))
    return tuple(by_hours[hours] for hours in sorted(chosen))


@lru_cache(maxsize=4096)
def _cover(hours: int, lives: tuple[int, ...]) -> tuple[int, ...]:
    """Return lives that sum to at least ``hours``: fewest, then least over.

    A dynamic programme from zero upwards: best[n] is (bags, hours over, last life).
    """
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for need in range(1, hours + 1):
        options = []
        for life in lives:
            rest = need - life
            bags, over, _ = best[rest] if rest > 0 else (0, -rest, 0)
            options.append((bags + 1, over, life))
        best.append(min(options))
    chosen = []
    while hours > 0:
        chosen.append(best[hours][2])
        hours -= best[hours][2]
    return tuple(chosen)
