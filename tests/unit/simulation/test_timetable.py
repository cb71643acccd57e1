"""The order of things on a simulated clock."""

import datetime as dt

from infusion.simulation.timetable import MINUTE, Timetable, whole_minute

NOON = dt.datetime(2027, 1, 4, 12, tzinfo=dt.UTC)


def test_what_is_earlier_comes_first_and_of_one_instant_what_was_entered_first():
    done = []
    table = Timetable(NOON)
    table.enter(NOON + 2 * MINUTE, lambda: done.append("late"))
    table.enter(NOON + MINUTE, lambda: done.append("first"))
    table.enter(NOON + MINUTE, lambda: done.append("second"))

    while due := table.turn():
        due.act()

    assert done == ["first", "second", "late"]
    assert table.now == NOON + 2 * MINUTE


def test_nothing_is_done_before_now():
    table = Timetable(NOON)

    assert table.enter(NOON - MINUTE, lambda: None) == NOON


def test_instants_are_full_minutes():
    assert whole_minute(NOON) == NOON
    assert whole_minute(NOON + dt.timedelta(microseconds=1)) == NOON + MINUTE
