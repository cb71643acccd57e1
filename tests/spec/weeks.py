"""Requests of a week's bags, and what is counted of the answer."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar
from infusion.domain.planner import ChainRequest
from tests.spec.world import DAY, ZERO, hours, instant, recipe

UTC = ZoneInfo("UTC")
MONDAY = instant("2026-03-02 10:00")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UP_TO_96 = ("us-24h", "us-48h", "us-72h", "us-96h")
SATURDAY = 5


def asked(start=MONDAY, days=28, steps=(), keys=UP_TO_96, weekend=(5, 6), **more):
    """Return a request at 28 ug/day, 9 before the first step."""
    bounds = [0, *steps, days * 24]
    stretches = tuple(
        Stretch(
            start=hours(bounds[number]),
            end=hours(bounds[number + 1]),
            level="full",
            daily_dose_mcg=Decimal(9 if steps and not number else 28),
        )
        for number in range(len(bounds) - 1)
    )
    values = {
        "line": Line(at=start, delivered=ZERO),
        "stretches": stretches,
        "recipes": tuple(map(recipe, keys)),
        "calendar": VisitCalendar(zone=UTC, weekend=frozenset(weekend)),
        **more,
    }
    return ChainRequest(**values)


def on(weekday: str) -> dt.datetime:
    return MONDAY + WEEKDAYS.index(weekday) * DAY


def days_of(bags) -> str:
    return " ".join(f"{bag.run / DAY:g}" for bag in bags)


def changes_on_weekends(bags, steps=()) -> int:
    """Count changes on Saturday and Sunday, but for the start and the steps."""
    fixed = {bags[0].hang_at + hours(step) for step in (0, *steps)}
    changes = {bag.hang_at for bag in bags} - fixed
    return sum(at.weekday() >= SATURDAY for at in changes)
