"""What the planner answers: the bags, what they cost by name, and what stands in the way."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.bags import PlannedBag
from infusion.domain.courses import Unmet
from infusion.domain.planner.requests import Weights

ZERO = dt.timedelta(0)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a chain costs, wish by wish; visits are every hanging and the disconnect.

    ``moved`` are those more than a step of the grid away from the plan in force,
    ``nudged`` is how far the others lie off it, summed. ``changes`` are the bags to hang. ``waste`` is infusion time thrown away with bags
    stopped early and bags discarded unhung. ``vials`` are those of bags still to be
    made, at least: content over the declared strength of a vial. The labels' own tables
    of vials a bag could not be read (fact sheet 4.4), so the number is arithmetic [D]
    and a pharmacy may need more. ``unsteady`` is how far visits lie from the usual hour,
    summed. ``shortened`` is what the last stretch ends early.
    """

    outside: int = 0
    off_days: int = 0
    moved: int = 0
    nudged: dt.timedelta = ZERO
    discarded: int = 0
    changes: int = 0
    vials: int = 0
    waste: dt.timedelta = ZERO
    waste_mcg: Decimal = Decimal(0)
    unsteady: dt.timedelta = ZERO
    unaligned: int = 0
    shortened: dt.timedelta = ZERO

    def cost(self, weights: Weights) -> int:
        """Return the weighted sum that the planner makes as small as can be."""
        return (
            self.outside * weights.outside
            + self.off_days * weights.off_day
            + self.moved * weights.moved
            + self.nudged // MINUTE * weights.nudged_minute
            + self.discarded * weights.discarded
            + self.changes * weights.change
            + self.vials * weights.vial
            + self.waste // MINUTE * weights.waste_minute
            + self.unsteady // MINUTE * weights.unsteady_minute
            + self.unaligned * weights.unaligned
        )


class Lift(StrEnum):
    """What would have to be relaxed, or what would help."""

    VISIT_OUTSIDE = "visit_outside_window"
    OFF_DAY_VISIT = "off_day_visit"
    NEEDS_RECIPE = "needs_recipe"
    COLD_LIMIT = "cold_limit"
    GAP = "gap"


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One thing to relax, and from when; ``recipe_key`` where a recipe is meant.

    ``visit_outside_window`` and ``off_day_visit``: a visit at ``at`` needs somebody who
    does not work then. ``needs_recipe``: a bag of that recipe hung at ``at`` would need
    stock. ``cold_limit``: the bag hung at ``at`` would be kept beyond its limit, or
    nobody can have made it. ``gap``: nothing can run from ``at`` to ``to``.
    """

    code: Lift
    at: dt.datetime
    to: dt.datetime | None = None
    recipe_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The best chain.

    ``bags`` never break a limit; when they can't cover every hour, ``unmet`` says why,
    they end where the chain breaks, and ``nearest`` is the chain that would cover them if
    ``relaxations`` were granted. Where ``bags`` are complete, ``relaxations`` name the
    visits nobody works for, and a recipe out of stock that would save some of them.
    ``lost`` is what people had fixed and what can't be kept.
    """

    bags: tuple[PlannedBag, ...]
    score: Score
    unmet: tuple[Unmet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    nearest: tuple[PlannedBag, ...] = ()
    lost: tuple[Unmet, ...] = ()
