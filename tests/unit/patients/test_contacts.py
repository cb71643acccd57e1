"""Quiet hours follow the wall clock, also across midnight and clock changes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from patients.domain.contacts import is_quiet, quiet_ends_at

NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
TEN, SEVEN = dt.time(22), dt.time(7)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        (utc(2026, 6, 1, 1, 59), False),  # 21:59
        (utc(2026, 6, 1, 2, 0), True),  # 22:00
        (utc(2026, 6, 1, 4, 0), True),  # midnight
        (utc(2026, 6, 1, 10, 59), True),  # 06:59
        (utc(2026, 6, 1, 11, 0), False),  # 07:00
    ],
)
def test_quiet_hours_cross_midnight(instant, quiet):
    assert is_quiet(instant, NEW_YORK, TEN, SEVEN) is quiet


def test_no_quiet_hours_is_never_quiet():
    assert not is_quiet(utc(2026, 6, 1), NEW_YORK, None, None)


def test_equal_ends_are_quiet_all_day():
    noon = utc(2026, 6, 1, 12)

    assert is_quiet(noon, NEW_YORK, TEN, TEN)
    assert quiet_ends_at(noon, NEW_YORK, TEN, TEN) == noon


def test_an_afternoon_rest_does_not_cross_midnight():
    assert is_quiet(utc(2026, 6, 1, 5, 30), SHANGHAI, dt.time(13), dt.time(15))
    assert not is_quiet(utc(2026, 6, 1, 7, 0), SHANGHAI, dt.time(13), dt.time(15))


def test_the_night_of_the_spring_change_is_an_hour_shorter():
    began = utc(2026, 3, 8, 3, 0)  # 22:00 EST
    ends = quiet_ends_at(began, NEW_YORK, TEN, SEVEN)

    assert ends == utc(2026, 3, 8, 11, 0)  # 07:00 EDT
    assert ends - began == dt.timedelta(hours=8)


def test_the_night_of_the_autumn_change_is_an_hour_longer():
    began = utc(2026, 11, 1, 2, 0)  # 22:00 EDT

    assert quiet_ends_at(began, NEW_YORK, TEN, SEVEN) == utc(2026, 11, 1, 12, 0)


def test_an_end_inside_the_skipped_hour_is_the_clock_change():
    began = utc(2026, 3, 8, 3, 0)

    assert quiet_ends_at(began, NEW_YORK, TEN, dt.time(2, 30)) == utc(2026, 3, 8, 7)


def test_a_repeated_hour_is_quiet_both_times():
    until = dt.time(1, 30)
    second = utc(2026, 11, 1, 6, 15)  # 01:15 EST

    assert is_quiet(second, NEW_YORK, TEN, until)
    assert quiet_ends_at(second, NEW_YORK, TEN, until) == utc(2026, 11, 1, 6, 30)


def test_half_an_hour_of_summer_time_is_understood():
    began = utc(2026, 10, 3, 11, 30)  # 22:00 before the change of half an hour

    assert quiet_ends_at(began, LORD_HOWE, TEN, SEVEN) == utc(2026, 10, 3, 20, 0)
