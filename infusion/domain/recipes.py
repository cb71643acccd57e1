"""A bag recipe: how long, how fast, what in, for whom, and how long it keeps.

Sources: label fact sheet, sections 4.1 (rates), 4.2 (weight floor), 5 (storage).
"""

import datetime as dt
import math
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
    ``run_hours`` are the only runs after which the bag may come down, where a site stops
    the pump on purpose (fact sheet 4.3). ``bag_volume_ml`` is the whole bag with what
    stays in it and in the tubing. ``vial_mcg`` is the declared strength of a vial: the
    same vial is declared at 35 or 38.5 mcg (fact sheet 4.4). ``is_rate_rounded`` says
    that the rate is written with fewer digits than rate x hours = volume would need.
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
    run_hours: tuple[int, ...] = ()
    bag_volume_ml: Decimal | None = None
    vial_mcg: Decimal | None = None
    is_rate_rounded: bool = False

    def __post_init__(self) -> None:
        """Refuse a recipe whose numbers disagree.

        :raises RecipeNotSane: when nothing would run, rate x hours is not the volume, a
            bag could never be infused within its limits, a run it stops after is longer
            than the bag, or the whole bag holds less than what is delivered.
        """
        if self.hours <= 0 or self.rate_ml_h <= 0:
            raise RecipeNotSane(field="rate_ml_h")
        if abs(self.rate_ml_h * self.hours - self.volume_ml) > self.rounding_ml:
            raise RecipeNotSane(field="volume_ml")
        if self.hours > self.room_hours or self.hours > self.cold_hours:
            raise RecipeNotSane(field="room_hours")
        if any(not 0 < run <= self.hours for run in self.run_hours):
            raise RecipeNotSane(field="run_hours")
        if self.bag_volume_ml is not None and self.bag_volume_ml < self.volume_ml:
            raise RecipeNotSane(field="bag_volume_ml")
        if self.vial_mcg is not None and self.vial_mcg <= 0:
            raise RecipeNotSane(field="vial_mcg")

    @property
    def rounding_ml(self) -> Decimal:
        """Return how far rate x hours may lie from the volume: nothing, unless rounded.

        A rounded rate is off by half of its last digit at the most, in each hour.
        """
        if not self.is_rate_rounded:
            return Decimal(0)
        exponent = self.rate_ml_h.as_tuple().exponent
        return Decimal(1).scaleb(int(exponent)) / 2 * self.hours

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

    def made_mcg(self, daily_dose_mcg: Decimal) -> Decimal:
        """Return what the whole bag must hold for a daily dose, in mcg.

        The drug is spread evenly, so what stays in the bag holds its part: content /
        bag volume x rate x 24 is the daily dose (fact sheet 4.3). Where the overfill is
        not known this is the content of what is delivered.
        """
        content = self.content_mcg(daily_dose_mcg)
        if self.bag_volume_ml is None:
            return content
        return content * self.bag_volume_ml / self.volume_ml

    def vials(self, daily_dose_mcg: Decimal) -> int:
        """Return how many vials a bag needs at least; 0 when the strength is unknown.

        Arithmetic [D], content over declared strength: the labels' tables of vials a bag
        could not be read (fact sheet 4.4) and may ask for more.
        """
        if self.vial_mcg is None:
            return 0
        return math.ceil(self.made_mcg(daily_dose_mcg) / self.vial_mcg)

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
