"""Bags and the stretches of one dose that they cover.

Stretches are in delivered time: a position is how much of the cycle has been delivered,
and ``Line`` turns positions into instants. Which bags are hung when is the planner's to
choose.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

from infusion.domain.instants import keep_in_utc
from infusion.domain.recipes import Recipe

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
    down at a visit of the plan in force, when it is dry or spoiled, or where its dose or
    the infusion ends.
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
