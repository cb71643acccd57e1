"""The pump that the clock of the service is held against."""

import datetime as dt

from infusion.simulation.pump import Pump

NOON = dt.datetime(2027, 1, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def running(hours=24, use_by=None):
    pump = Pump()
    pump.hang(NOON, hours, use_by)
    pump.run(NOON)
    return pump


def test_it_delivers_while_it_is_on():
    pump = running()
    pump.stop(NOON + 3 * HOUR)
    pump.run(NOON + 5 * HOUR)
    pump.go_to(NOON + 6 * HOUR)

    assert pump.delivered == 4 * HOUR
    assert pump.still_since is None


def test_an_empty_bag_delivers_nothing_though_it_is_on():
    pump = running(hours=2)
    pump.go_to(NOON + 5 * HOUR)

    assert pump.delivered == 2 * HOUR
    assert pump.still_since == NOON + 2 * HOUR


def test_a_bag_past_its_use_by_delivers_nothing():
    pump = running(use_by=NOON + HOUR)
    pump.go_to(NOON + 2 * HOUR)

    assert pump.delivered == HOUR
    assert pump.still_since == NOON + HOUR


def test_a_new_bag_goes_on_from_the_instant_at_which_it_goes_up():
    pump = running(hours=2)
    pump.hang(NOON + 3 * HOUR, 24, None)
    pump.go_to(NOON + 4 * HOUR)

    assert pump.delivered == 3 * HOUR
    assert pump.still_since is None


def test_who_stops_an_empty_pump_does_not_make_the_stop_younger():
    pump = running(hours=2)
    pump.stop(NOON + 3 * HOUR)

    assert pump.still_since == NOON + 2 * HOUR
