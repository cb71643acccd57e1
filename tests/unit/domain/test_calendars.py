"""Visit calendars: hours by place, weekends, holidays, nights when clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.calendars import (
    Rating,
    VisitCalendar,
    Window,
    WindowNotSane,
    week_of,
)
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOME, CLINIC, WARD = PlacementKind.HOME, PlacementKind.CLINIC, PlacementKind.WARD

DAYTIME = Window(from_minute=8 * 60, to_minute=17 * 60)
MORNING = Window(from_minute=9 * 60, to_minute=12 * 60)
WEEKDAYS = week_of(dict.fromkeys(range(5), (DAYTIME,)))
WITH_SUNDAY = week_of({**dict.fromkeys(range(5), (DAYTIME,)), 6: (MORNING,)})
FINE = Rating(outside=False, off_day=False)
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def at_home(zone: ZoneInfo = NEW_YORK, **given: object) -> VisitCalendar:
    asked: dict[str, object] = {
        "zone": zone,
        "places": (Whereabouts(from_at=LONG_AGO, kind=HOME),),
        "windows": {HOME: WEEKDAYS, CLINIC: WEEKDAYS},
    }
    return VisitCalendar(**(asked | given))  # type: ignore[arg-type]


def wall(zone: ZoneInfo, text: str, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01T08:00", FINE),
        ("2026-12-01T17:00", FINE),
        ("2026-12-01T07:59", Rating(outside=True, off_day=False)),
        ("2026-12-01T17:01", Rating(outside=True, off_day=False)),
        ("2026-12-05T10:00", Rating(outside=True, off_day=True)),
    ],
)
def test_an_hour_at_home_is_rated_by_the_windows_of_its_weekday(
    text: str, expected: Rating
) -> None:
    assert at_home().rates(wall(NEW_YORK, text)) == expected


def test_a_ward_may_change_at_any_hour_and_its_weekends_still_count() -> None:
    ward = at_home(places=())
    assert ward.rates(wall(NEW_YORK, "2026-12-01T03:00")) == FINE
    saturday = ward.rates(wall(NEW_YORK, "2026-12-05T03:00"))
    assert saturday == Rating(outside=False, off_day=True)


def test_nothing_is_outside_where_no_windows_are_known() -> None:
    unknown = at_home(windows={})
    assert unknown.rates(wall(NEW_YORK, "2026-12-01T03:00")) == FINE
    assert unknown.rates(wall(NEW_YORK, "2026-12-06T03:00")).off_day


def test_the_place_changes_at_the_instant_of_the_move() -> None:
    move = wall(NEW_YORK, "2026-12-02T20:00")
    moving = at_home(
        places=(
            Whereabouts(from_at=LONG_AGO, kind=WARD),
            Whereabouts(from_at=move, kind=HOME),
        )
    )
    assert not moving.rates(move - dt.timedelta(minutes=1)).outside
    assert moving.rates(move).outside
    assert move in moving.breakpoints(LONG_AGO, wall(NEW_YORK, "2026-12-31T00:00"))


def test_a_holiday_has_the_hours_of_a_sunday_and_is_an_off_day() -> None:
    christmas = at_home(
        windows={HOME: WITH_SUNDAY}, holidays=frozenset({dt.date(2026, 12, 25)})
    )
    assert christmas.windows_on(dt.date(2026, 12, 25), HOME) == (MORNING,)
    rating = christmas.rates(wall(NEW_YORK, "2026-12-25T10:00"))
    assert rating == Rating(outside=False, off_day=True)
    assert christmas.rates(wall(NEW_YORK, "2026-12-25T14:00")).outside


def test_a_make_up_workday_has_the_hours_of_a_monday() -> None:
    # Sunday 28 September 2025 made up for a day of the October holidays.
    day = dt.date(2025, 9, 28)
    shanghai = at_home(
        SHANGHAI,
        places=(Whereabouts(from_at=utc("2025-01-01T00:00"), kind=HOME),),
        workdays=frozenset({day}),
    )
    assert shanghai.windows_on(day, HOME) == (DAYTIME,)
    assert shanghai.rates(wall(SHANGHAI, "2025-09-28T10:00")) == FINE
    assert shanghai.rates(wall(SHANGHAI, "2025-09-27T10:00")).off_day


def test_a_holiday_that_a_site_works_keeps_the_hours_of_its_weekday() -> None:
    thursday = dt.date(2026, 11, 26)
    working = at_home(
        windows={HOME: week_of({3: (MORNING,)})},
        holidays=frozenset({thursday}),
        workdays=frozenset({thursday}),
    )
    assert working.windows_on(thursday, HOME) == (MORNING,)
    assert working.rates(wall(NEW_YORK, "2026-11-26T10:00")) == FINE


def test_where_friday_and_saturday_are_the_weekend_sunday_is_an_ordinary_day() -> None:
    riyadh = at_home(
        ZoneInfo("Asia/Riyadh"),
        windows={HOME: week_of({6: (DAYTIME,), 0: (DAYTIME,), 5: (MORNING,)})},
        weekend=frozenset({4, 5}),
        holidays=frozenset({dt.date(2026, 9, 23)}),
        workdays=frozenset({dt.date(2026, 9, 18)}),
    )
    assert riyadh.windows_on(dt.date(2026, 9, 23), HOME) == (MORNING,)
    assert riyadh.windows_on(dt.date(2026, 9, 18), HOME) == (DAYTIME,)


@pytest.mark.parametrize("shift", [-1, 0, 1])
@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes"),
    [
        # The wall clock says 08:00 to 17:00 on the day before, of and after the change.
        (NEW_YORK, "2026-03-08", "12:00 13:00", "21:00 22:00"),
        (NEW_YORK, "2026-11-01", "13:00 12:00", "22:00 21:00"),
        (LONDON, "2026-03-29", "07:00 08:00", "16:00 17:00"),
        (LONDON, "2026-10-25", "08:00 07:00", "17:00 16:00"),
        (SHANGHAI, "2026-03-08", "00:00 00:00", "09:00 09:00"),
    ],
)
def test_windows_follow_the_wall_clock_over_nights_when_clocks_change(
    zone: ZoneInfo, day: str, opens: str, closes: str, shift: int
) -> None:
    every_day = at_home(
        zone, windows={HOME: week_of(dict.fromkeys(range(7), (DAYTIME,)))}
    )
    # First the hour in UTC from the change on, then the hour before it.
    which = 0 if shift >= 0 else 1
    date = dt.date.fromisoformat(day) + dt.timedelta(days=shift)
    found = every_day.day(date).open[HOME]
    expected = (
        utc(f"{date}T{opens.split()[which]}"),
        utc(f"{date}T{closes.split()[which]}"),
    )
    assert found == (expected,)
    assert not every_day.rates(expected[0]).outside
    assert every_day.rates(expected[0] - dt.timedelta(minutes=1)).outside
    assert every_day.rates(expected[1] + dt.timedelta(minutes=1)).outside


def test_an_hour_that_comes_twice_is_open_both_times() -> None:
    night = at_home(
        windows={HOME: week_of({6: (Window(from_minute=60, to_minute=90),)})},
        holidays=frozenset(),
    )
    assert not night.rates(wall(NEW_YORK, "2026-11-01T01:15")).outside
    assert not night.rates(wall(NEW_YORK, "2026-11-01T01:15", fold=1)).outside
    assert night.rates(wall(NEW_YORK, "2026-11-01T01:45", fold=1)).outside


def test_a_window_in_the_hour_that_is_skipped_moves_on_with_the_clocks() -> None:
    night = at_home(
        windows={HOME: week_of({6: (Window(from_minute=120, to_minute=150),)})}
    )
    assert night.day(dt.date(2026, 3, 8)).open[HOME] == (
        (utc("2026-03-08T07:00"), utc("2026-03-08T07:30")),
    )


def test_a_window_up_to_midnight_includes_midnight() -> None:
    late = at_home(
        windows={HOME: week_of({1: (Window(from_minute=1320, to_minute=1440),)})}
    )
    assert not late.rates(wall(NEW_YORK, "2026-12-02T00:00")).outside
    assert late.rates(wall(NEW_YORK, "2026-12-02T00:01")).outside


@pytest.mark.parametrize("zone", [NEW_YORK, LONDON, SHANGHAI])
@pytest.mark.parametrize("start", ["2026-03-01", "2026-10-20", "2025-09-25"])
def test_a_rating_changes_at_breakpoints_only(zone: ZoneInfo, start: str) -> None:
    begin = utc(f"{start}T00:00")
    move = begin + dt.timedelta(days=5, hours=3)
    calendar = at_home(
        zone,
        windows={HOME: WITH_SUNDAY},
        places=(Whereabouts(from_at=move, kind=HOME),),
        holidays=frozenset({begin.date() + dt.timedelta(days=8)}),
        workdays=frozenset({begin.date() + dt.timedelta(days=n) for n in range(5, 10)}),
    )
    end = begin + dt.timedelta(days=18)
    edges = set(calendar.breakpoints(begin, end))
    minute = dt.timedelta(minutes=5)
    at, changes = begin, 0
    while at < end:
        after = at + minute
        if calendar.rates(at) != calendar.rates(after):
            changes += 1
            assert at in edges or after in edges
        at = after
    assert changes > 10


@pytest.mark.parametrize("bounds", [(10, 9), (-1, 5), (0, 1441)])
def test_a_window_that_is_none_is_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(WindowNotSane):
        Window(from_minute=bounds[0], to_minute=bounds[1])


def test_a_week_of_six_days_is_refused() -> None:
    with pytest.raises(WindowNotSane):
        at_home(windows={HOME: WEEKDAYS[:6]})
