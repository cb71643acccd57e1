"""Numbers and times as they are typed at a pump."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from infusion.board.forms.fields import Instant, Number

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 10, 24, 12, 0, tzinfo=dt.UTC)


def a_number(text):
    return Number(unit="mL/h").clean(text)


def an_instant(day, time, which="", zone=LONDON):
    field = Instant()
    field.read_in(zone, NOW)
    return field.clean([day, time, which])


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.6", "0.6"), ("10", "10"), ("5.0", "5.0"), (" 2.5 ", "2.5"), ("２．５", "2.5")],
)
def test_a_number_is_read_as_it_was_typed(text, value):
    assert a_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", [".6", "2,5", "5 mL/h", "1e3", "-1", "NaN", "½", "1.2.3", "٣"]
)
def test_a_number_that_could_be_misread_is_refused(text):
    with pytest.raises(ValidationError):
        a_number(text)


def test_the_wall_clock_is_read_in_its_zone():
    assert an_instant("2026-10-24", "20:30") == dt.datetime(
        2026, 10, 24, 19, 30, tzinfo=dt.UTC
    )


@pytest.mark.parametrize("time", ["8.05", "0805", "08:05", "08：05", "8:05"])
def test_a_time_may_be_typed_in_several_ways(time):
    assert an_instant("2026-10-24", time).minute == 5


@pytest.mark.parametrize("time", ["24:00", "8", "8:60", "20:30 pm", ""])
def test_a_time_that_is_none_is_refused(time):
    with pytest.raises(ValidationError):
        an_instant("2026-10-24", time)


def test_an_hour_that_comes_twice_is_asked_for():
    with pytest.raises(ValidationError):
        an_instant("2026-10-25", "01:30")

    first = an_instant("2026-10-25", "01:30", "0")
    second = an_instant("2026-10-25", "01:30", "1")
    assert second - first == dt.timedelta(hours=1)


def test_an_hour_that_is_skipped_is_refused():
    with pytest.raises(ValidationError):
        an_instant("2026-03-29", "01:30")


def test_the_question_which_of_two_is_shown_only_when_it_matters():
    field = Instant()
    field.read_in(LONDON, NOW)
    plain = field.widget.render("at", ["2026-10-24", "01:30", ""], {"id": "id_at"})
    twice = field.widget.render("at", ["2026-10-25", "01:30", ""], {"id": "id_at"})

    assert "at_2" not in plain
    assert "at_2" in twice


def test_half_an_hour_of_lord_howe_comes_twice():
    zone = ZoneInfo("Australia/Lord_Howe")
    first = an_instant("2026-04-05", "01:45", "0", zone)
    second = an_instant("2026-04-05", "01:45", "1", zone)

    assert second - first == dt.timedelta(minutes=30)
