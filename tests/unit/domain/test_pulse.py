"""What of the background is late."""

import datetime as dt

import pytest

from infusion.domain.pulse import Pulse, findings, in_words, is_stopped

TICK = dt.timedelta(seconds=15)
FRESH = {"beat": dt.timedelta(seconds=1), "sweep": dt.timedelta(seconds=2)}
QUIET = {"owed_for": None, "due": 0, "tries": 0, "failed": 0}


def look(**seen):
    found = findings(Pulse(**{"ages": FRESH, **QUIET, **seen}), TICK)
    return in_words(found), is_stopped(found)


def test_a_background_that_ticks_is_well():
    assert look() == ("ok", False)


@pytest.mark.parametrize(
    ("seconds", "words"), [(60, "ok"), (61, "late: beat"), (-60, "ok")]
)
def test_four_ticks_may_be_missed(seconds, words):
    age = dt.timedelta(seconds=seconds)

    assert look(ages={**FRESH, "beat": age})[0] == words


def test_what_never_showed_itself_is_late():
    assert look(ages={}) == ("no heartbeat yet", True)
    assert look(ages={"beat": TICK}) == ("late: sweep", True)


def test_a_part_from_the_future_is_not_taken_for_alive():
    age = dt.timedelta(seconds=-61)

    assert look(ages={**FRESH, "sweep": age}) == ("ahead of the clock: sweep", True)


@pytest.mark.parametrize(
    ("seconds", "seen"), [(300, ("ok", False)), (301, ("late: messages", True))]
)
def test_a_message_waits_five_minutes_at_most(seconds, seen):
    assert look(owed_for=dt.timedelta(seconds=seconds), due=1) == seen


@pytest.mark.parametrize(
    ("tries", "failed", "words"),
    [(9, 9, "ok"), (10, 5, "ok"), (10, 6, "providers failing")],
)
def test_failing_providers_are_told_and_are_no_stop(tries, failed, words):
    assert look(tries=tries, failed=failed) == (words, False)
