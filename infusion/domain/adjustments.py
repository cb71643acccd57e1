"""What people fix in the plan of a cycle: a visit at an hour, a recipe for some bags.

They stand in the order in which they were made. One that can't be kept any more, for a
fact that came later, is left out of the plan and named.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.courses import Unmet
from infusion.domain.instants import keep_in_utc
from infusion.domain.planner import RecipeRule

_MINUTE = dt.timedelta(minutes=1)


class AdjustmentKind(StrEnum):
    """What is fixed."""

    MOVE_VISIT = "MOVE_VISIT"
    USE_RECIPE = "USE_RECIPE"


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """One thing that is fixed.

    A visit moves from ``from_at`` to ``to_at``. A recipe is used for what is hung from
    ``from_at`` until before ``to_at``; without ``to_at`` for the one bag hung then.
    """

    kind: AdjustmentKind
    from_at: dt.datetime
    to_at: dt.datetime | None = None
    recipe_key: str = ""

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "from_at", "to_at")

    @property
    def change_at(self) -> dt.datetime | None:
        """Return the instant at which a bag must be changed for it, if any."""
        if self.kind == AdjustmentKind.MOVE_VISIT:
            return self.to_at
        return self.from_at if self.to_at is None else None

    @property
    def rule(self) -> RecipeRule | None:
        """Return which recipe is hung when."""
        if self.kind != AdjustmentKind.USE_RECIPE:
            return None
        return RecipeRule(
            from_at=self.from_at,
            until=self.to_at or self.from_at + _MINUTE,
            recipe_key=self.recipe_key,
        )

    @property
    def lost(self) -> Unmet:
        """Return what is said when it can't be kept."""
        if self.kind == AdjustmentKind.MOVE_VISIT and self.to_at:
            params = (("at", self.to_at.isoformat()),)
            return Unmet(code="visit_move_lost", params=params)
        said = (("at", self.from_at.isoformat()), ("recipe", self.recipe_key))
        return Unmet(code="recipe_not_possible", params=said)


def in_force(made: Iterable[Adjustment], now: dt.datetime) -> tuple[Adjustment, ...]:
    """Return what still holds of what was fixed, in the order in which it was made.

    A visit that is moved again takes what was fixed for it along. What lies behind is
    over, and of two recipes for one span the later one counts.
    """
    found: list[Adjustment] = []
    for one in made:
        if one.kind == AdjustmentKind.MOVE_VISIT:
            found = list(_moved(found, one))
        else:
            found = [*_without(found, one), one]
    return tuple(one for one in found if not _is_over(one, now))


def _is_over(one: Adjustment, now: dt.datetime) -> bool:
    return (one.to_at or one.from_at) <= now


def _moved(found: Sequence[Adjustment], move: Adjustment) -> Iterator[Adjustment]:
    """Yield what was fixed, with what was fixed for the visit at its new hour."""
    for one in found:
        if one.change_at != move.from_at:
            yield one
        elif one.kind == AdjustmentKind.USE_RECIPE and move.to_at:
            yield replace(one, from_at=move.to_at)
    yield move


def _without(found: Sequence[Adjustment], new: Adjustment) -> Iterator[Adjustment]:
    """Yield what was fixed, less the span in which a newer recipe counts."""
    span = new.rule
    for one in found:
        rule = one.rule
        if span is None or rule is None or not _meet(rule, span):
            yield one
            continue
        if rule.from_at < span.from_at:
            yield replace(one, to_at=span.from_at)
        if rule.until > span.until:
            yield replace(one, from_at=span.until, to_at=rule.until)


def _meet(one: RecipeRule, other: RecipeRule) -> bool:
    return one.from_at < other.until and other.from_at < one.until
