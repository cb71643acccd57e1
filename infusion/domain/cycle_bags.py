"""The bags of one cycle: the one on the pump, those that exist, and the best to follow."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from infusion.domain import bags
from infusion.domain.adjustments import Adjustment, in_force
from infusion.domain.bags import Line, OnPump, PlannedBag, Stretch
from infusion.domain.courses import Unmet
from infusion.domain.cycles import ZERO, CycleFacts, HangingBag, flow_ends_at
from infusion.domain.dose_changes import Turn
from infusion.domain.instants import at_wall_clock, local_date
from infusion.domain.planner import ChainRequest, Outcome, plan_chain
from infusion.domain.recipes import Recipe
from infusion.domain.visits import Whereabouts
from infusion.domain.wishes import Wishes


@dataclass(frozen=True, kw_only=True)
class CycleBags:
    """What the bags of a cycle are planned from.

    ``stretches`` are those of the whole cycle. A dose step may come ``step_tolerance``
    early rather than ask for a bag of minutes. ``turns`` are the changes of its dose.
    """

    facts: CycleFacts
    now: dt.datetime
    line: Line
    stretches: tuple[Stretch, ...]
    recipes: tuple[Recipe, ...]
    wishes: Wishes
    places: tuple[Whereabouts, ...]
    step_tolerance: dt.timedelta = ZERO
    out_of_stock: tuple[Recipe, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def begun(self) -> dt.timedelta:
        """Return how much is delivered by now."""
        return self.line.position(self.now) if self.facts.ledger.events else ZERO

    def best(self) -> Outcome:
        """Return the bag on the pump and the best chain after it."""
        bag = self.facts.hanging
        if bag is None:
            return self._chain(self._left(self.begun))
        serving = self._serving(bag)
        reached = self._reached(bag, serving)
        if self._emptied(bag) or reached <= self.begun:
            down = self._taken_down(bag, serving, reached)
            found = self._chain(self._left(max(reached, self.begun)))
            return replace(found, bags=(down, *found.bags))
        return self._chain(
            self._running(bag, serving, reached), self._on_pump(bag, serving)
        )

    @property
    def must_come_down(self) -> bool:
        """Say whether the dose was changed under the bag on the pump and is another now."""
        bag = self.facts.hanging
        if bag is None or self._turned_at(bag) is None:
            return False
        return self._serving(bag).end <= self.begun < self.stretches[-1].end

    @property
    def other_dose(self) -> Stretch | None:
        """Return the stretch that runs while the bag on the pump holds another dose.

        Nobody can hang such a bag, but a correction of the events can leave one. It is
        for people to decide: the plan leaves it hanging and gives the next bags the dose
        of their own stretch.
        """
        bag = self.facts.hanging
        if bag is None or self.must_come_down or self._emptied(bag):
            return None
        due = [
            one
            for one in self.stretches
            if one.start - self.step_tolerance <= self.begun < one.end
        ]
        if not due or bag.daily_dose_mcg in {one.daily_dose_mcg for one in due}:
            return None
        # A bag that stays a little beyond its stretch is late, and said to be.
        is_late = self._serving(bag).end <= self.begun
        return None if is_late else due[0]

    def _turned_at(self, bag: HangingBag) -> dt.timedelta | None:
        """Return the position of the first change of dose after the bag went up."""
        later = [one.position for one in self.turns if one.change.from_at > bag.hung_at]
        return min(later, default=None)

    def _serving(self, bag: HangingBag) -> Stretch:
        """Return the stretch a bag serves: that of its dose, even if hung a little early.

        Not one that begins when the bag is down already, and not one that a change of the
        dose put behind another: the bag was hung before it.
        """
        hung, turned = self._hung(bag), self._turned_at(bag)
        open_ones = [one for one in self.stretches if one.end > hung]
        open_ones = open_ones or [self.stretches[-1]]
        begins = (hung if turned is None else turned) + self.step_tolerance
        until = self._lasts_until(bag) if turned is None else turned
        same = [
            one
            for one in open_ones
            if one.daily_dose_mcg == bag.daily_dose_mcg
            and (one.start <= begins or one.start < until)
        ]
        if turned is None or same:
            return (same or open_ones)[0]
        # Hung right before the change: it serves nothing.
        return replace(open_ones[0], end=hung)

    def _hung(self, bag: HangingBag) -> dt.timedelta:
        return self.facts.ledger.delivered(bag.hung_at)

    def _reached(self, bag: HangingBag, serving: Stretch) -> dt.timedelta:
        """Return how much is delivered when the bag on the pump must be down."""
        return min(self._lasts_until(bag), serving.end)

    def _lasts_until(self, bag: HangingBag) -> dt.timedelta:
        """Return how much is delivered when the bag on the pump is dry or spoiled."""
        hung = self._hung(bag)
        limit = max(hung, self.line.position(bag.use_by))
        return min(hung + bag.recipe.life, limit)

    def _emptied(self, bag: HangingBag) -> dt.datetime | None:
        """Return when the bag ran dry or spoiled, if it has by now."""
        emptied = flow_ends_at(self.facts.ledger, bag)
        return emptied if emptied and emptied <= self.now else None

    def _taken_down(
        self, bag: HangingBag, serving: Stretch, reached: dt.timedelta
    ) -> PlannedBag:
        down_at = self._emptied(bag) or self._over_at(reached)
        dose = bag.daily_dose_mcg
        levels = [one.level for one in self.stretches if one.daily_dose_mcg == dose]
        return PlannedBag(
            id=bag.id,
            recipe=bag.recipe,
            level=serving.level if serving.level in levels else (levels or [""])[0],
            daily_dose_mcg=dose,
            hang_at=bag.hung_at,
            take_down_at=max(bag.hung_at, down_at),
            use_by=bag.use_by,
            is_hanging=True,
        )

    def _over_at(self, reached: dt.timedelta) -> dt.datetime:
        """Return when a position was reached at which a bag must come down.

        It is read from the facts, so that it stays where it is while the pump stands. A
        change of the dose that was decided meanwhile asks for it from then on.
        """
        at = self.facts.ledger.instant_of(reached) or self.line.instant(reached)
        turned = [one.change.from_at for one in self.turns if one.position == reached]
        return max([at, *turned])

    def _on_pump(self, bag: HangingBag, serving: Stretch) -> OnPump:
        zone = self.wishes.calendar.zone
        tomorrow = local_date(self.now, zone) + dt.timedelta(days=1)
        return OnPump(
            id=bag.id,
            recipe=bag.recipe,
            level=serving.level,
            daily_dose_mcg=bag.daily_dose_mcg,
            hung_at=bag.hung_at,
            use_by=bag.use_by,
            dry_at=self.line.instant(self._hung(bag) + bag.recipe.life),
            # Nobody who was not expected today comes before tomorrow.
            free_from=at_wall_clock(tomorrow, dt.time(), zone),
        )

    def _left(self, reached: dt.timedelta) -> tuple[Stretch, ...]:
        """Return what is to be covered from a position on."""
        left = tuple(
            replace(stretch, start=max(stretch.start, reached))
            for stretch in self.stretches
            if stretch.end > reached
        )
        return bags.stepping_early(left, reached, self.step_tolerance)

    def _running(
        self, bag: HangingBag, serving: Stretch, reached: dt.timedelta
    ) -> tuple[Stretch, ...]:
        """Return what the bag on the pump and those after it cover.

        The seconds of now are left out: a plan made a moment later is the same.
        """
        minute = self.now.replace(second=0, microsecond=0)
        begins = self.line.position(max(minute, bag.hung_at))
        # A bag of the next dose, hung early, stays until that dose is due.
        if serving.start < reached:
            begins = max(begins, serving.start)
        later = self.stretches[self.stretches.index(serving) + 1 :]
        if later and serving.end - reached <= self.step_tolerance:
            # The next dose begins a little early rather than hang a bag for minutes.
            now_on = replace(serving, start=begins, end=reached)
            return (now_on, replace(later[0], start=reached), *later[1:])
        return (replace(serving, start=begins), *later)

    def _chain(
        self, stretches: tuple[Stretch, ...], hanging: OnPump | None = None
    ) -> Outcome:
        """Return the best chain that does what people fixed, as far as it can be done."""
        asked = self._asked(stretches, hanging)
        fixed = in_force(self.facts.adjustments, self.now)
        found = plan_chain(_fixing(asked, fixed))
        if not fixed:
            return found
        kept = fixed
        if found.unmet:
            free = plan_chain(asked)
            kept = () if len(fixed) == 1 else _possible(asked, fixed, free)
            found = plan_chain(_fixing(asked, kept)) if kept else free
        return replace(found, lost=_lost(fixed, kept, found))

    def _asked(
        self, stretches: tuple[Stretch, ...], hanging: OnPump | None
    ) -> ChainRequest:
        kept_longest = max((one.cold_limit for one in self.recipes), default=ZERO)
        request = self.wishes.chain_request(
            line=self.line,
            stretches=stretches,
            recipes=self.recipes,
            places=self.places,
            start_at=self.facts.ledger.started_at or self.line.at,
            # Bags may have been made without a word.
            made_from=self.now - kept_longest,
            out_of_stock=self.out_of_stock,
        )
        return replace(
            request,
            hanging=hanging,
            waiting=self.facts.waiting,
            kept=self.facts.kept,
        )


def _fixing(asked: ChainRequest, fixed: Sequence[Adjustment]) -> ChainRequest:
    """Return the request for a chain that does what people fixed."""
    changes = (one.change_at for one in fixed)
    rules = (one.rule for one in fixed)
    return replace(
        asked,
        must_change=tuple(at for at in changes if at is not None),
        recipe_rules=tuple(rule for rule in rules if rule is not None),
    )


def _possible(
    asked: ChainRequest, fixed: Sequence[Adjustment], free: Outcome
) -> tuple[Adjustment, ...]:
    """Return what can be kept, what was made later first: it is the last word."""
    kept: tuple[Adjustment, ...] = ()
    for one in reversed(fixed):
        tried = plan_chain(_fixing(asked, (one, *kept)))
        if len(tried.unmet) <= len(free.unmet):
            kept = (one, *kept)
    return kept


def _lost(
    fixed: Sequence[Adjustment], kept: Sequence[Adjustment], found: Outcome
) -> tuple[Unmet, ...]:
    """Name what can't be kept; a visit after the end of the infusion can't either."""
    hung = {bag.hang_at for bag in found.bags}
    return tuple(
        one.lost
        for one in fixed
        if one not in kept or (one.change_at and one.change_at not in hung)
    )
