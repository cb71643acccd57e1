"""What a site wants, put together with a cycle."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar
from infusion.domain.planner.requests import ChainRequest
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from infusion.domain.wishes import NeedleDays, PharmacyRounds, Wishes

NEW_YORK = ZoneInfo("America/New_York")
CALENDAR = VisitCalendar(zone=NEW_YORK, holidays=frozenset({dt.date(2026, 11, 26)}))
# A Monday, 10:00 in New York; the clocks have been put back the day before.
START = dt.datetime(2026, 11, 2, 15, tzinfo=dt.UTC)
END = START + dt.timedelta(hours=672)


def local(at: dt.datetime) -> str:
    return f"{at.astimezone(NEW_YORK):%a %d %b %H:%M}"


def asked(wishes: Wishes, *, line: Line | None = None) -> ChainRequest:
    stretch = Stretch(
        start=dt.timedelta(0),
        end=dt.timedelta(hours=672),
        level="full",
        daily_dose_mcg=Decimal(28),
    )
    return wishes.chain_request(
        line=line or Line(at=START, delivered=dt.timedelta(0)),
        stretches=(stretch,),
        recipes=(),
        places=(Whereabouts(from_at=START, kind=PlacementKind.HOME),),
        start_at=START,
        made_from=START - dt.timedelta(days=1),
    )


def test_wishes_that_want_nothing_ask_for_nothing() -> None:
    request = asked(Wishes(calendar=CALENDAR))

    assert request.needle_windows == ()
    assert request.supply.ready_slots is None
    assert request.steady_at is None
    assert request.calendar.places[0].kind == PlacementKind.HOME


def test_the_needle_is_changed_on_days_six_to_eight_and_every_week_again() -> None:
    windows = NeedleDays(first=6, last=8).windows(START, END, NEW_YORK)

    assert [(local(first), local(last)) for first, last in windows] == [
        ("Sat 07 Nov 00:00", "Mon 09 Nov 23:59"),
        ("Sat 14 Nov 00:00", "Mon 16 Nov 23:59"),
        ("Sat 21 Nov 00:00", "Mon 23 Nov 23:59"),
    ]


@pytest.mark.parametrize(("first", "last"), [(7, 3), (1, 12), (7, 7)])
def test_needle_days_that_a_site_mistyped_never_overlap(first: int, last: int) -> None:
    request = asked(
        Wishes(calendar=CALENDAR, needle=NeedleDays(first=first, last=last))
    )
    ends = [end for _, end in request.needle_windows]

    assert ends
    assert all(
        start > end
        for (start, _), end in zip(request.needle_windows[1:], ends, strict=False)
    )


def test_needle_days_that_are_over_are_not_asked_for_again() -> None:
    half = dt.timedelta(hours=336)
    wishes = Wishes(calendar=CALENDAR, needle=NeedleDays(first=6, last=8))
    request = asked(wishes, line=Line(at=START + half, delivered=half))

    assert [local(first) for first, _ in request.needle_windows] == [
        "Sat 14 Nov 00:00",
        "Sat 21 Nov 00:00",
    ]


def test_the_pharmacy_makes_no_bags_on_days_off() -> None:
    rounds = PharmacyRounds(
        times=(dt.time(10), dt.time(15)),
        workdays_only=True,
        lead=dt.timedelta(hours=4),
    )
    supply = rounds.supply(CALENDAR, START + dt.timedelta(days=21), END)

    assert supply.lead == dt.timedelta(hours=4)
    assert [local(at) for at in supply.ready_slots] == [
        "Mon 23 Nov 10:00",
        "Mon 23 Nov 15:00",
        "Tue 24 Nov 10:00",
        "Tue 24 Nov 15:00",
        "Wed 25 Nov 10:00",
        "Wed 25 Nov 15:00",
        "Fri 27 Nov 10:00",
        "Fri 27 Nov 15:00",
        "Mon 30 Nov 10:00",
    ]


def test_a_pharmacy_that_works_every_day_keeps_its_hour_when_clocks_change() -> None:
    rounds = PharmacyRounds(times=(dt.time(10),), workdays_only=False)
    saturday = START - dt.timedelta(days=2, hours=6)
    slots = rounds.supply(CALENDAR, saturday, START).ready_slots

    assert [f"{at:%H:%M}" for at in slots] == ["14:00", "15:00", "15:00"]


def test_the_steady_hour_is_that_of_the_start_on_the_wall_clock() -> None:
    assert asked(Wishes(calendar=CALENDAR, keeps_hour=True)).steady_at == dt.time(10)
