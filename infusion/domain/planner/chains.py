"""The best chain of bags: ``plan_chain`` is the one way in."""

from infusion.domain.planner.explaining import complete, nearest
from infusion.domain.planner.outcomes import Outcome, Score
from infusion.domain.planner.requests import ChainRequest
from infusion.domain.planner.search import Choice
from infusion.domain.planner.setting import setting_of
from infusion.domain.planner.solving import solve
from infusion.domain.planner.timeline import Days


def plan_chain(request: ChainRequest, *, days: Days | None = None) -> Outcome:
    """Choose the bags and the instants to change them: the best there is, by weight.

    The hours are cut at the dose steps and the cheapest chain of each part is found
    exactly (see ``road`` for why it is the best of all chains on the grid). Same request,
    same answer, byte for byte. What can't be done is said in the answer, never raised.
    ``days`` lets requests with one calendar but for the places share its days.
    """
    if not request.stretches:
        return Outcome(bags=(), score=Score())
    setting = setting_of(request, days)
    legs = solve(setting, Choice(request.recipes))
    return complete(setting, legs) if legs else nearest(setting)
