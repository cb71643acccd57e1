"""A cycle in which news comes late and is corrected, against a clock that replays it all."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from infusion import catalogue
from infusion.domain.clock import LedgerBroken
from infusion.domain.doses import DosingWeight
from infusion.domain.events import Effect, Happening, Told, ledger_of
from infusion.domain.flows import HungBag, flowing
from infusion.domain.plans import CycleFacts, HangingBag, effective_ledger, make_plan
from infusion.domain.recipes import use_by
from infusion.domain.stops import open_gap, way_on
from tests.properties.worlds import ALL, MINUTE, request_for
from tests.spec.world import CYCLE, START

STOPS = [Happening.DISCONNECTED, Happening.ALARM, Happening.HOLD_ORDERED]
LONGEST = 16 * 24 * 60


class Replay:
    """The oracle: walks every minute since the start, with no arithmetic at all."""

    def __init__(self, told: list[Told], bags: list[HangingBag], now: int) -> None:
        self.on = self.adverse = False
        self.delivered = 0
        self.since: int | None = None
        news: dict[int, list[Told]] = {}
        for one in last_words(told):
            news.setdefault((one.at - START) // MINUTE, []).append(one)
        ups = {(bag.hung_at - START) // MINUTE: bag for bag in bags}
        bag, left = bags[0], 0
        # What holds at this very minute tells whether a gap is open; it delivers nothing.
        for minute in range(now + 1):
            if minute in ups:
                bag = ups[minute]
                left = bag.recipe.hours * 60
            for one in news.get(minute, ()):
                self.hear(one)
            flows = self.on and left > 0 and START + minute * MINUTE < bag.use_by
            if flows:
                self.delivered, left = self.delivered + (minute < now), left - 1
                self.since, self.adverse = None, False
            elif self.since is None:
                self.since = minute
                self.adverse = self.adverse or self.told_adverse(news, minute)

    def hear(self, one: Told) -> None:
        if one.effect == Effect.STOPS:
            self.on = False
            self.adverse = self.adverse or one.kind == Happening.HOLD_ORDERED
        if one.effect == Effect.RUNS:
            self.on = True

    def told_adverse(self, news: dict[int, list[Told]], minute: int) -> bool:
        return any(one.kind == Happening.HOLD_ORDERED for one in news.get(minute, ()))

    def way(self, now: int) -> str | None:
        """Say how it may go on, in the words of the label, from minutes alone."""
        if self.since is None or self.since >= now:
            return None
        stood = now - self.since
        if stood > 7 * 24 * 60:
            return "NEW_CYCLE" if self.adverse else "NOT_KNOWN"
        return "SUPERVISED" if stood >= 4 * 60 else "RESUME"


def last_words(told: list[Told]) -> list[Told]:
    """Return the last row about each event that was not taken back."""
    last: dict[uuid.UUID, Told] = {}
    for one in told:
        last[one.corrects or one.id] = one
    return [one for one in last.values() if not one.withdrawn]


class EventfulCycle(RuleBasedStateMachine):
    """Tell, correct, take back, change bags and wait, in any order."""

    @initialize(recipe=st.sampled_from(ALL))
    def start(self, recipe) -> None:
        self.now, self.count = 0, 0
        self.told: list[Told] = []
        self.bags: list[HangingBag] = []
        self.put_up(recipe)
        self.tell(Happening.START, 0)
        self.now = 1

    def put_up(self, recipe) -> None:
        at = START + self.now * MINUTE
        self.bags.append(
            HangingBag(
                id=uuid.uuid4(),
                recipe=recipe,
                daily_dose_mcg=Decimal(28),
                hung_at=at,
                use_by=use_by(recipe, hang_at=at),
            )
        )

    def tell(self, kind, minute, corrects=None, *, withdrawn=False) -> None:
        """Take the news, unless it can't have been: then nothing changes."""
        self.count += 1
        row = Told(
            id=uuid.UUID(int=self.count),
            kind=kind,
            at=START + minute * MINUTE,
            recorded_at=START + dt.timedelta(days=99, seconds=self.count),
            pump_stopped=True,
            corrects=corrects,
            withdrawn=withdrawn,
        )
        try:
            ledger_of([*self.told, row])
        except LedgerBroken:
            return
        self.told.append(row)

    @precondition(lambda self: self.now < LONGEST)
    @rule(minutes=st.one_of(st.integers(1, 500), st.integers(1000, 9000)))
    def wait(self, minutes) -> None:
        self.now += minutes

    @rule(kind=st.sampled_from(STOPS), ago=st.integers(1, 3000))
    def stop(self, kind, ago) -> None:
        self.tell(kind, max(1, self.now - ago))

    @rule(ago=st.integers(1, 3000))
    def run_again(self, ago) -> None:
        self.tell(Happening.RESUME, max(1, self.now - ago))

    @precondition(lambda self: len(self.told) > 1)
    @rule(data=st.data(), shift=st.integers(-600, 600), withdrawn=st.booleans())
    def say_better(self, data, shift, withdrawn) -> None:
        rows = [one for one in self.told[1:] if one.corrects is None]
        old = data.draw(st.sampled_from(rows))
        minute = (old.at - START) // MINUTE + shift
        minute = min(max(1, minute), self.now - 1) if self.now > 1 else 1
        self.tell(old.kind, minute, old.id, withdrawn=withdrawn)

    @precondition(lambda self: (self.bags[-1].hung_at - START) // MINUTE < self.now)
    @rule(recipe=st.sampled_from(ALL))
    def change_bag(self, recipe) -> None:
        self.put_up(recipe)

    def facts(self) -> CycleFacts:
        *gone, hanging = self.bags
        downs = [bag.hung_at for bag in self.bags[1:]]
        past = [
            HungBag(
                hung_at=bag.hung_at,
                down_at=down,
                life=bag.recipe.life,
                use_by=bag.use_by,
            )
            for bag, down in zip(gone, downs, strict=True)
        ]
        return CycleFacts(
            number=2,
            starts_at=START,
            weight=DosingWeight(weight_kg=Decimal(70)),
            ledger=flowing(ledger_of(self.told), past, hanging.hung_at),
            hanging=hanging,
        )

    @invariant()
    def the_clock_and_the_replay_agree(self) -> None:
        now = START + self.now * MINUTE
        replay = Replay(self.told, self.bags, self.now)
        ledger = effective_ledger(self.facts(), now)

        assert ledger.delivered(now) == replay.delivered * MINUTE
        gap = open_gap(ledger)
        way = None if gap is None or gap.start >= now else way_on(gap, now).value
        assert way == replay.way(self.now)
        if gap is not None and gap.start < now:
            assert gap.start == START + replay.since * MINUTE

    @invariant()
    def what_is_left_is_planned_and_no_two_bags_hang_at_once(self) -> None:
        now = START + self.now * MINUTE
        delivered = effective_ledger(self.facts(), now).delivered(now)
        if delivered >= CYCLE:
            return
        regimen = catalogue.get_regimen("us-label-mrd")
        (cycle,) = make_plan(request_for(regimen, self.facts(), now)).cycles

        assert cycle.infusion_ends_at >= now + CYCLE - delivered
        spans = [(bag.hang_at, bag.take_down_at) for bag in cycle.bags]
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))

    @invariant()
    def the_order_of_arrival_does_not_matter(self) -> None:
        assert ledger_of(reversed(self.told)) == ledger_of(self.told)


EventfulCycle.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None
)
TestEventfulCycle = EventfulCycle.TestCase
