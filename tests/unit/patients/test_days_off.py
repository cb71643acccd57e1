"""Public holidays, China's make-up workdays, and what is refused."""

import datetime as dt

import pytest

from patients.days_off import (
    DaysOff,
    HolidayCalendarUnknown,
    check_calendar,
    days_off,
)


def of(code: str, year: int) -> DaysOff:
    return days_off(code, dt.date(year, 1, 1), dt.date(year, 12, 31))


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("US", dt.date(2026, 11, 26)),
        ("GB-ENG", dt.date(2026, 12, 28)),
        ("HK", dt.date(2026, 12, 26)),
        ("CN", dt.date(2026, 2, 17)),
    ],
)
def test_a_holiday_is_known(code, day):
    assert day in of(code, 2026).holidays


def test_scotland_keeps_other_days_than_england():
    second = dt.date(2026, 1, 2)

    assert second in of("GB-SCT", 2026).holidays
    assert second not in of("GB-ENG", 2026).holidays


def test_china_works_on_the_days_that_the_state_council_announced():
    """Notice of the General Office of the State Council for 2026, in the library."""
    assert of("CN", 2026).workdays == {
        dt.date(2026, 1, 4),
        dt.date(2026, 2, 14),
        dt.date(2026, 2, 28),
        dt.date(2026, 5, 9),
        dt.date(2026, 9, 20),
        dt.date(2026, 10, 10),
    }
    assert all(day.weekday() in {5, 6} for day in of("CN", 2026).workdays)


def test_a_year_that_china_has_not_announced_is_not_sure():
    assert of("CN", 2026).unsure_years == frozenset()
    assert of("CN", 2090).unsure_years == {2090}
    assert of("US", 2090).unsure_years == frozenset()


def test_a_span_over_new_year_holds_both_years():
    found = days_off("US", dt.date(2026, 12, 20), dt.date(2027, 1, 10))

    assert {dt.date(2026, 12, 25), dt.date(2027, 1, 1)} <= found.holidays


def test_a_site_without_a_calendar_has_no_holidays():
    assert of("", 2026) == DaysOff()


@pytest.mark.parametrize("code", ["XX", "us", "GB-XYZ", "CN-BJ", "US ", "base", "U1"])
def test_an_unknown_calendar_is_refused(code):
    with pytest.raises(HolidayCalendarUnknown):
        check_calendar(code)
