"""A cycle lived through, against a clock that counts every minute."""

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from infusion import catalogue
from infusion.domain.clock import Event, EventKind, Ledger, PauseReason
from infusion.domain.doses import DosingWeight
from infusion.domain.plans import (
    CycleFacts,
    HangingBag,
    effective_ledger,
    empties_at,
    make_plan,
)
from infusion.domain.recipes import use_by
from tests.properties.worlds import ALL, MINUTE, request_for
from tests.spec.world import CYCLE, START

LONGEST_WAIT = 3000


class MinuteByMinute:
    """The oracle: each minute flows when the pump is on and the bag can give it."""

    def __init__(self, minutes_in_bag: int) -> None:
        self.delivered = 0
        self.is_on = True
        self.hang(minutes_in_bag, minutes_in_bag)

    def hang(self, minutes_in_bag: int, keeps_for: int) -> None:
        self.drug, self.keeps = minutes_in_bag, keeps_for

    def pass_minutes(self, number: int) -> None:
        for _ in range(number):
            if self.is_on and self.drug > 0 and self.keeps > 0:
                self.delivered += 1
                self.drug -= 1
            self.keeps -= 1


class RunningCycle(RuleBasedStateMachine):
    """Start, pause, resume, change, discard, wait; the clock and the oracle agree."""

    @initialize(recipe=st.sampled_from(ALL))
    def start(self, recipe) -> None:
        self.now = START
        self.ledger = Ledger.of([Event(START, EventKind.START)])
        self.oracle = MinuteByMinute(0)
        self.bag: HangingBag | None = None
        self.put_up(recipe)

    def put_up(self, recipe) -> None:
        self.bag = HangingBag(
            id=uuid.uuid4(),
            recipe=recipe,
            daily_dose_mcg=Decimal(28),
            hung_at=self.now,
            use_by=use_by(recipe, hang_at=self.now),
        )
        self.oracle.hang(recipe.hours * 60, recipe.room_hours * 60)

    def facts(self) -> CycleFacts:
        return CycleFacts(
            number=2,
            starts_at=START,
            weight=DosingWeight(weight_kg=Decimal(70)),
            ledger=self.ledger,
            hanging=self.bag,
        )

    def write_down_what_the_bag_did(self) -> None:
        """Append the pause of an empty bag, as a service does before the next fact."""
        self.ledger = effective_ledger(self.facts(), self.now)

    @property
    def flows(self) -> bool:
        emptied = empties_at(self.ledger, self.bag)
        return emptied is not None and emptied > self.now

    @property
    def is_later(self) -> bool:
        return self.now > self.ledger.last_at

    @rule(minutes=st.integers(1, LONGEST_WAIT))
    def wait(self, minutes) -> None:
        self.now += minutes * MINUTE
        self.oracle.pass_minutes(minutes)

    @precondition(lambda self: self.flows and self.is_later)
    @rule(reason=st.sampled_from(PauseReason))
    def pause(self, reason) -> None:
        event = Event(self.now, EventKind.PAUSE, reason.value)
        self.ledger = self.ledger.adding(event)
        self.oracle.is_on = False

    @precondition(lambda self: self.ledger.paused_since and self.bag and self.is_later)
    @rule()
    def resume(self) -> None:
        """Resume even on an empty or expired bag: nothing flows then."""
        self.ledger = self.ledger.adding(Event(self.now, EventKind.RESUME))
        self.oracle.is_on = True

    @precondition(lambda self: self.is_later)
    @rule(recipe=st.sampled_from(ALL))
    def change_bag(self, recipe) -> None:
        self.write_down_what_the_bag_did()
        if not self.ledger.is_running:
            self.ledger = self.ledger.adding(Event(self.now, EventKind.RESUME))
        self.put_up(recipe)
        self.oracle.is_on = True

    @precondition(lambda self: self.bag and self.is_later)
    @rule()
    def discard(self) -> None:
        self.write_down_what_the_bag_did()
        if self.ledger.is_running:
            self.ledger = self.ledger.adding(Event(self.now, EventKind.PAUSE))
        self.bag = None
        self.oracle.hang(0, 0)
        self.oracle.is_on = False

    @invariant()
    def clock_and_oracle_agree(self) -> None:
        counted = effective_ledger(self.facts(), self.now).delivered(self.now)
        assert counted == self.oracle.delivered * MINUTE

    @invariant()
    def the_end_is_what_is_left_from_now(self) -> None:
        left = CYCLE - self.oracle.delivered * MINUTE
        if left <= dt.timedelta(0):
            return
        regimen = catalogue.get_regimen("us-label-mrd")
        (cycle,) = make_plan(request_for(regimen, self.facts(), self.now)).cycles
        assert cycle.infusion_ends_at == self.now + left
        assert cycle.unmet == ()

    @invariant()
    def the_order_of_the_facts_does_not_matter(self) -> None:
        told = replace(self.ledger)
        assert Ledger.of(reversed(told.events)) == self.ledger


TestRunningCycle = RunningCycle.TestCase
