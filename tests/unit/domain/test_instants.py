import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.instants import (
    InstantOutOfRange,
    NaiveTime,
    UnknownZone,
    at_wall_clock,
    days_begun,
    hours_of,
    in_utc,
    keep_in_utc,
    local_date,
    zone,
)

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Fact:
    at: dt.datetime | None

    def __post_init__(self) -> None:
        keep_in_utc(self, "at")


def test_an_instant_is_turned_into_utc():
    local = dt.datetime(2026, 3, 2, 10, tzinfo=NEW_YORK)

    assert in_utc(local) == local
    assert in_utc(local).utcoffset() == dt.timedelta(0)


def test_a_naive_instant_is_refused_by_field():
    with pytest.raises(NaiveTime) as refusal:
        in_utc(dt.datetime(2026, 3, 2, 10), field="start")  # noqa: DTZ001

    assert refusal.value.field == "start"


def test_a_value_keeps_its_instants_in_utc_and_lets_none_be():
    local = dt.datetime(2026, 3, 2, 10, tzinfo=NEW_YORK)

    assert Fact(local).at == local
    assert Fact(local).at.tzinfo is dt.UTC
    assert Fact(None).at is None


def test_hours_added_to_a_kept_instant_are_elapsed_hours():
    before = dt.datetime(2026, 3, 7, 10, tzinfo=NEW_YORK)

    later = Fact(before).at + dt.timedelta(hours=24)

    assert later.astimezone(NEW_YORK).hour == 11


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00+14:00",
        "0001-01-01T00:00+00:00",
        "1899-12-31T23:59+00:00",
        "2201-01-01T00:00+00:00",
        "9999-12-31T23:59-12:00",
    ],
)
def test_an_instant_centuries_away_is_refused_by_field(text):
    with pytest.raises(InstantOutOfRange) as refusal:
        in_utc(dt.datetime.fromisoformat(text), field="start")

    assert refusal.value.field == "start"


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "../etc/passwd", "Europe/", "localtime", "Factory", "a\0b"],
)
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(UnknownZone):
        zone(name)


def test_a_known_zone_is_returned():
    assert zone("Australia/Lord_Howe").key == "Australia/Lord_Howe"


def test_the_local_date_is_that_of_the_zone():
    instant = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)

    assert local_date(instant, NEW_YORK) == dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 0), (1, 1), (24, 1), (24.01, 2), (672, 28), (673, 29)]
)
def test_days_begun_are_counted_up(hours, days):
    assert days_begun(dt.timedelta(hours=hours)) == days


def test_a_wall_clock_time_that_is_skipped_moves_on():
    found = at_wall_clock(dt.date(2026, 3, 8), dt.time(2, 30), NEW_YORK)

    assert found.astimezone(NEW_YORK).time() == dt.time(3, 30)


def test_of_a_wall_clock_time_that_comes_twice_the_first_is_taken():
    found = at_wall_clock(dt.date(2026, 11, 1), dt.time(1, 30, fold=1), NEW_YORK)

    assert found == dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)


def test_a_span_is_told_in_hours():
    assert hours_of(dt.timedelta(minutes=90)) == 1.5
