"""A bag recipe: how long, how fast, what in, for whom, and how long it keeps.

Sources: label fact sheet, sections 4.1 (rates), 4.2 (weight floor), 5 (storage).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.refusals import Refusal


class RecipeNotSane(Refusal):
    """The recipe contradicts itself; the file is wrong."""

    code = "recipe_not_sane"


class RecipeUnknown(Refusal):
    """There is no recipe of this key."""

    code = "recipe_unknown"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One way of making a bag.

    ``hours`` run at ``rate_ml_h`` deliver ``volume_ml``; ``room_hours`` counts from the
    moment the bag leaves the cold and includes the infusion; ``cold_hours`` counts from
    preparation. The pump rate does not identify a recipe: 72 h and 96 h bags share one.
    """

    key: str
    version: str
    title: Text
    jurisdiction: str
    hours: int
    rate_ml_h: Decimal
    volume_ml: Decimal
    diluent: Text
    is_preserved: bool
    filter_required: bool | None
    min_weight_kg: Decimal | None
    room_hours: int
    cold_hours: int
    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        """Refuse a recipe whose numbers disagree.

        :raises RecipeNotSane: when nothing would run, rate x hours is not the volume, or
            a bag could never be infused within its limits.
        """
        if self.hours <= 0 or self.rate_ml_h <= 0:
            raise RecipeNotSane(field="rate_ml_h")
        if self.rate_ml_h * self.hours != self.volume_ml:
            raise RecipeNotSane(field="volume_ml")
        if self.hours > self.room_hours or self.hours > self.cold_hours:
            raise RecipeNotSane(field="room_hours")

    @property
    def life(self) -> dt.timedelta:
        """Return how long the bag runs."""
        return dt.timedelta(hours=self.hours)

    @property
    def room_limit(self) -> dt.timedelta:
        """Return how long the bag keeps out of the cold, infusion included."""
        return dt.timedelta(hours=self.room_hours)

    @property
    def cold_limit(self) -> dt.timedelta:
        """Return how long the bag keeps in the cold from preparation."""
        return dt.timedelta(hours=self.cold_hours)

    def content_mcg(self, daily_dose_mcg: Decimal) -> Decimal:
        """Return what the delivered volume must hold for a daily dose, in mcg."""
        return daily_dose_mcg * self.hours / 24

    def fits(self, weight_kg: Decimal) -> bool:
        """Say whether a patient of this weight may have the bag."""
        return self.min_weight_kg is None or weight_kg >= self.min_weight_kg


def use_by(
    recipe: Recipe,
    *,
    hang_at: dt.datetime,
    out_of_cold_at: dt.datetime | None = None,
    prepared_at: dt.datetime | None = None,
) -> dt.datetime:
    """Return the instant by which a bag must be down: the earlier of its two clocks.

    The room clock runs one way from the moment the bag leaves the cold and does not stop
    if it goes back; the cold clock runs from preparation (section 5: "both are needed,
    earliest wins").
    """
    room = (out_of_cold_at or hang_at) + recipe.room_limit
    if prepared_at is None:
        return room
    return min(room, prepared_at + recipe.cold_limit)


def allowed(recipes: Iterable[Recipe], weight_kg: Decimal) -> tuple[Recipe, ...]:
    """Return the recipes a patient of this weight may have, shortest first."""
    fitting = (recipe for recipe in recipes if recipe.fits(weight_kg))
    return tuple(sorted(fitting, key=lambda recipe: (recipe.hours, recipe.key)))


def delivered_daily_mcg(
    content_mcg: Decimal, volume_ml: Decimal, rate_ml_h: Decimal
) -> Decimal:
    """Return the daily dose a bag delivers: content / volume x rate x 24."""
    return content_mcg * rate_ml_h * 24 / volume_ml
