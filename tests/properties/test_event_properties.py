"""Events in any order of arrival, told twice, corrected and taken back: one clock."""

import datetime as dt
import uuid

from hypothesis import assume, given
from hypothesis import strategies as st

from infusion.domain.clock import LedgerBroken
from infusion.domain.events import (
    EFFECTS,
    Effect,
    Happening,
    Told,
    effective,
    ledger_of,
)
from infusion.domain.flows import HungBag, flowing
from tests.properties.worlds import MINUTE
from tests.spec.world import START

_STOPPING = sorted(kind for kind in Happening if Effect.STOPS in EFFECTS[kind])
_SILENT = sorted(kind for kind in Happening if EFFECTS[kind] == {Effect.NONE})
DAYS_3 = 3 * 24 * 60


@st.composite
def tales(draw) -> list[Told]:
    """A start, then stops, restarts and other news; some of it said better later."""
    told = [_told(1, Happening.START, 0)]
    number = st.integers(1, DAYS_3)
    for index in range(draw(st.integers(0, 8))):
        kinds = draw(st.sampled_from([_STOPPING, [Happening.RESUME], _SILENT]))
        kind = draw(st.sampled_from(kinds))
        told.append(_told(index + 2, kind, draw(number), stopped=draw(st.booleans())))
    for index in range(draw(st.integers(0, 4))):
        of = draw(st.sampled_from(told[1:] or told))
        if of.kind == Happening.START:
            continue
        better = _told(
            100 + index, of.kind, draw(number), stopped=bool(of.pump_stopped)
        )
        told.append(_corrects(better, of, withdrawn=draw(st.booleans())))
    return told


def _told(number: int, kind: Happening, minute: int, *, stopped: bool = False) -> Told:
    return Told(
        id=uuid.UUID(int=number),
        kind=kind,
        at=START + minute * MINUTE,
        recorded_at=START + dt.timedelta(days=9, seconds=number),
        pump_stopped=stopped,
    )


def _corrects(one: Told, of: Told, *, withdrawn: bool) -> Told:
    return Told(
        id=one.id,
        kind=one.kind,
        at=one.at,
        recorded_at=one.recorded_at,
        pump_stopped=one.pump_stopped,
        corrects=of.id,
        withdrawn=withdrawn,
    )


def answer(told):
    """Return the ledger, or the code of the refusal: both must not depend on order."""
    try:
        return ledger_of(told)
    except LedgerBroken as refusal:
        return refusal.code


@given(tales(), st.randoms(use_true_random=False))
def test_the_answer_is_the_same_whatever_the_order_of_arrival(told, random):
    again = [*told, *random.choices(told, k=3)]
    random.shuffle(again)

    assert answer(again) == answer(told)
    assert effective(again) == effective(told)


@given(tales())
def test_the_clock_counts_the_minutes_that_a_pump_watched_by_hand_would(told):
    ledger = answer(told)
    assume(not isinstance(ledger, str))
    by_minute: dict[dt.datetime, list[Told]] = {}
    for one in effective(told):
        by_minute.setdefault(one.at, []).append(one)

    on, minutes = False, 0
    for minute in range(DAYS_3):
        for one in by_minute.get(START + minute * MINUTE, ()):
            on = {Effect.RUNS: True, Effect.STOPS: False}.get(one.effect, on)
        minutes += on

    assert ledger.delivered(START + DAYS_3 * MINUTE) == minutes * MINUTE


@given(tales())
def test_everything_taken_back_leaves_the_start_alone(told):
    gone = [
        _corrects(_told(500 + number, one.kind, 1), one, withdrawn=True)
        for number, one in enumerate(told)
        if one.corrects is None and one.kind != Happening.START
    ]

    ledger = ledger_of([*told, *gone])

    assert [event.kind for event in ledger.events] == ["START"]


@given(tales(), st.lists(st.integers(60, 1500), min_size=1, max_size=5), st.data())
def test_what_flows_is_never_more_than_what_was_told_or_the_bags_could_give(
    told, spans, data
):
    ledger = answer(told)
    assume(not isinstance(ledger, str))
    at, gone = START, []
    for span in spans:
        life = data.draw(st.integers(30, 2000)) * MINUTE
        keeps = data.draw(st.integers(30, 2000)) * MINUTE
        down = at + span * MINUTE
        gone.append(HungBag(hung_at=at, down_at=down, life=life, use_by=at + keeps))
        at = down

    found = flowing(ledger, gone, at)

    for bag in gone:
        given_ = found.delivered(bag.down_at) - found.delivered(bag.hung_at)
        before = ledger.delivered(bag.down_at) - ledger.delivered(bag.hung_at)
        run_by_use_by = ledger.delivered(min(bag.use_by, bag.down_at))
        kept = max(run_by_use_by - ledger.delivered(bag.hung_at), dt.timedelta(0))
        assert given_ == min(before, bag.life, kept)
