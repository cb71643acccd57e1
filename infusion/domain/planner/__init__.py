"""The planner: which bags, and when they are changed.

``requests`` what is asked, ``outcomes`` what is answered; ``ticks``, ``timeline`` and
``setting`` make integers of both; ``road`` chooses the instants worth a thought, ``sweep``
and ``patterns`` find the cheapest way along them, ``search`` does so for one dose and
``solving`` for all; ``laying`` and ``scoring`` turn the way back into bags and a bill,
``explaining`` says what stands in the way. ``plan_chain`` is the one way in.
"""

from infusion.domain.planner.chains import plan_chain
from infusion.domain.planner.outcomes import Lift, Outcome, Relaxation, Score
from infusion.domain.planner.requests import (
    ChainNotSane,
    ChainRequest,
    ChainRules,
    RecipeRule,
    Supply,
    Weights,
)
from infusion.domain.planner.ticks import MINUTES
from infusion.domain.planner.timeline import Days

__all__ = [
    "MINUTES",
    "ChainNotSane",
    "ChainRequest",
    "ChainRules",
    "Days",
    "Lift",
    "Outcome",
    "RecipeRule",
    "Relaxation",
    "Score",
    "Supply",
    "Weights",
    "plan_chain",
]
