"""What was told, corrected, taken back and told twice; and what it does to the clock."""

import datetime as dt
import uuid

import pytest

from infusion.domain import events
from infusion.domain.clock import EventKind, LedgerBroken
from infusion.domain.events import EFFECTS, Effect, Happening, Told, ledger_of
from tests.spec.world import HOUR, START

MINUTE = dt.timedelta(minutes=1)


def told(kind, hours=0.0, *, number=0, **rest):
    """One event some hours after the start, recorded in the order of its number."""
    rest.setdefault("pump_stopped", None)
    return Told(
        id=uuid.UUID(int=number or (hash((kind, hours)) % 2**64) + 10),
        kind=Happening(kind),
        at=START + hours * HOUR,
        recorded_at=rest.pop("recorded_at", START + number * MINUTE),
        **rest,
    )


GO = told("START")


def test_every_event_has_an_effect_and_an_alarm_does_not_guess_it():
    assert set(EFFECTS) == set(Happening)
    silent = told("ALARM", 1, reason="BATTERY", pump_stopped=False)
    loud = told("ALARM", 1, reason="OCCLUSION", pump_stopped=True)

    assert (silent.effect, loud.effect) == (Effect.NONE, Effect.STOPS)


@pytest.mark.parametrize(
    ("kind", "reason", "stopped", "refusal"),
    [
        ("EXPLODED", "", None, events.HappeningUnknown),
        ("PAUSE", "LUNCH", None, events.ReasonUnknown),
        ("PAUSE", "", None, events.ReasonUnknown),
        ("ALARM", "PROCEDURE", True, events.ReasonUnknown),
        ("DISCONNECTED", "OTHER", None, events.ReasonUnknown),
        ("ALARM", "OCCLUSION", None, events.EffectNotSaid),
        ("HOLD_ORDERED", "CRS", None, events.EffectNotSaid),
    ],
)
def test_what_is_not_in_the_vocabulary_is_refused(kind, reason, stopped, refusal):
    with pytest.raises(refusal):
        events.check_words(kind, reason, pump_stopped=stopped)


def test_a_second_stop_changes_nothing_and_the_restart_ends_both():
    found = ledger_of(
        [
            GO,
            told("ALARM", 2, reason="OCCLUSION", pump_stopped=True),
            told("DISCONNECTED", 2.5),
            told("RESUME", 4),
        ]
    )

    (gap,) = found.gaps()
    assert (gap.start, gap.end) == (START + 2 * HOUR, START + 4 * HOUR)
    assert gap.reason == "OCCLUSION"


def test_an_adverse_event_is_not_lost_behind_the_alarm_before_it():
    found = ledger_of(
        [
            GO,
            told("ALARM", 2, reason="OCCLUSION", pump_stopped=True),
            told("HOLD_ORDERED", 3, reason="CRS", pump_stopped=True),
        ]
    )

    (gap,) = found.gaps()
    assert (gap.start, gap.reason) == (START + 2 * HOUR, "ADVERSE_EVENT")


def test_a_restart_while_the_pump_runs_is_two_runs_at_once():
    with pytest.raises(events.RunsOverlap):
        ledger_of([GO, told("RESUME", 1)])


def test_nothing_happens_to_the_pump_after_the_end():
    with pytest.raises(LedgerBroken):
        ledger_of([GO, told("DIED", 5), told("PAUSE", 6, reason="OTHER")])


def test_death_ends_the_clock():
    assert ledger_of([GO, told("DIED", 5)]).events[-1].kind == EventKind.STOP


def test_the_last_correction_counts_and_a_withdrawal_takes_it_away():
    wrong = told("PAUSE", 2, number=1, reason="OTHER")
    better = told("PAUSE", 3, number=2, reason="OTHER", corrects=wrong.id)
    best = told("PAUSE", 3.5, number=3, reason="OTHER", corrects=better.id)
    gone = told(
        "PAUSE", 3.5, number=4, reason="OTHER", corrects=wrong.id, withdrawn=True
    )

    assert ledger_of([GO, wrong]).paused_since == START + 2 * HOUR
    assert ledger_of([GO, best, wrong, better]).paused_since == START + 3.5 * HOUR
    assert ledger_of([gone, GO, best, wrong, better]).is_running


def test_what_does_nothing_to_the_pump_leaves_the_clock_alone():
    found = ledger_of(
        [GO, told("FLUSHED", 1, pump_stopped=False), told("TRANSFERRED", 2)]
    )

    assert found.is_running
    assert len(found.events) == 1
