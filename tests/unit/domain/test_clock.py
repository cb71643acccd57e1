import datetime as dt

import pytest

from infusion.domain.clock import Event, EventKind, Gap, Ledger, LedgerBroken, Run
from infusion.domain.instants import NaiveTime
from tests.spec.world import START, hours, ledger


def test_an_empty_ledger_has_delivered_nothing():
    nothing = Ledger()

    assert nothing.delivered(START) == hours(0)
    assert nothing.started_at is None
    assert nothing.last_at is None
    assert nothing.paused_since is None
    assert nothing.instant_of(hours(0)) is None
    assert nothing.begins_at(hours(0)) is None
    assert not nothing.is_running
    assert not nothing.is_stopped
    assert nothing.gaps() == ()


@pytest.mark.parametrize(
    "told",
    [
        "pause 0",
        "resume 0",
        "stop 0",
        "start 0, start 1",
        "start 0, resume 1",
        "start 0, pause 1, pause 2",
        "start 0, pause 1, start 2",
        "start 0, stop 1, resume 2",
        "start 0, stop 1, stop 2",
        "start 0, pause 0",
        "start 0, pause 1, resume 1",
    ],
)
def test_facts_that_contradict_each_other_are_refused(told):
    with pytest.raises(LedgerBroken):
        ledger(told)


def test_a_naive_fact_is_refused():
    with pytest.raises(NaiveTime):
        Event(dt.datetime(2026, 3, 2, 10), EventKind.START)  # noqa: DTZ001


def test_a_fact_more_is_put_in_its_place():
    known = ledger("start 0, resume 12:00, pause 10:00")

    found = known.adding(Event(START + hours(20), EventKind.STOP))

    assert found == ledger("start 0, pause 10:00, resume 12:00, stop 20:00")


def test_a_running_ledger_says_so():
    running = ledger("start 0, pause 10:00, resume 12:00")

    assert running.is_running
    assert not running.is_stopped
    assert running.paused_since is None
    assert running.started_at == START
    assert running.last_at == START + hours(12)
    assert running.runs == (
        Run(START, START + hours(10)),
        Run(START + hours(12), None),
    )


def test_a_paused_ledger_says_since_when():
    paused = ledger("start 0, pause 10:00")

    assert paused.paused_since == START + hours(10)
    assert paused.instant_of(hours(10)) == START + hours(10)
    assert paused.instant_of(hours(11)) is None


def test_a_stopped_ledger_runs_no_more():
    stopped = ledger("start 0, pause 10:00, stop 12:00")

    assert stopped.is_stopped
    assert not stopped.is_running
    assert stopped.delivered(START + hours(100)) == hours(10)


def test_a_run_has_no_length_before_it_begins():
    assert Run(START, None).length(START - hours(1)) == hours(0)


def test_gaps_keep_their_reason_and_stay_open_until_resumed():
    at = START + hours(10)
    told = Ledger.of(
        [
            Event(START, EventKind.START),
            Event(at, EventKind.PAUSE, "OCCLUSION"),
            Event(at + hours(2), EventKind.RESUME),
            Event(at + hours(5), EventKind.PAUSE, "BATTERY"),
        ]
    )

    assert told.gaps() == (
        Gap(at, at + hours(2), "OCCLUSION"),
        Gap(at + hours(5), None, "BATTERY"),
    )


def test_a_run_from_start_to_stop_has_no_gap():
    assert ledger("start 0, stop 10:00").gaps() == ()


def test_an_amount_reached_at_a_pause_is_passed_only_when_the_pump_runs_again():
    told = ledger("start 0, pause 10:00, resume 12:00")

    assert told.instant_of(hours(10)) == START + hours(10)
    assert told.begins_at(hours(10)) == START + hours(12)
    assert told.begins_at(hours(9)) == START + hours(9)
    assert ledger("start 0, pause 10:00").begins_at(hours(10)) is None


@pytest.mark.parametrize(
    ("told", "empty", "kept"),
    [
        ("start 0", 10, "start 0, pause 10:00"),
        ("start 0, pause 10:00", 10, "start 0, pause 10:00"),
        ("start 0, pause 12:00", 10, "start 0, pause 10:00"),
        ("start 0, pause 8:00, resume 12:00", 10, "start 0, pause 8:00"),
        ("start 0, pause 8:00, resume 10:00", 10, "start 0, pause 8:00"),
        ("start 0, pause 12:00, resume 14:00", 10, "start 0, pause 10:00"),
        ("start 0, stop 12:00", 10, "start 0, pause 10:00, stop 12:00"),
        ("start 0, stop 10:00", 10, "start 0, stop 10:00"),
        ("start 5:00, stop 12:00", 2, ""),
    ],
)
def test_nothing_flows_after_the_bag_is_empty(told, empty, kept):
    found = ledger(told).without_flow_after(START + hours(empty), "")

    assert found == ledger(kept)
