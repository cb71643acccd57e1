"""Instants and wall clocks: arithmetic runs in UTC, days and hours in a zone."""

import datetime as dt
import math
import zoneinfo
from functools import cache

from infusion.domain.refusals import Refusal

DAY = dt.timedelta(hours=24)
HOUR = dt.timedelta(hours=1)
# Far enough from the ends of the calendar that no plan can run over them.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# Files beside the zones that name none: this machine's own, and none set at all.
_NO_ZONES = frozenset({"localtime", "Factory"})


class NaiveTime(Refusal):
    """An instant came without its offset from UTC."""

    code = "naive_time"


class InstantOutOfRange(Refusal):
    """The instant is centuries away: a slip of the hand, or beyond the calendar."""

    code = "instant_out_of_range"


class UnknownZone(Refusal):
    """The name is not an IANA time zone."""

    code = "unknown_time_zone"


def in_utc(instant: dt.datetime, *, field: str = "at") -> dt.datetime:
    """Return the instant in UTC.

    :raises NaiveTime: when it has no offset.
    :raises InstantOutOfRange: when its year is before 1900 or after 2200.
    """
    _check_offset(instant, field)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise InstantOutOfRange(field=field, first=FIRST_YEAR, last=LAST_YEAR)
    return instant.astimezone(dt.UTC)


def _check_offset(instant: dt.datetime, field: str) -> None:
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise NaiveTime(field=field)


def keep_in_utc(value: object, *fields: str) -> None:
    """Turn instants of a frozen value into UTC while it is built.

    Python adds hours on the wall clock of an instant's zone: 672 h across a night when
    clocks change would come out an hour wrong. What a plan reaches may lie past the
    last year that is taken from people.

    :raises NaiveTime: when one has no offset.
    """
    for name in fields:
        instant = getattr(value, name)
        if instant is not None:
            _check_offset(instant, name)
            object.__setattr__(value, name, instant.astimezone(dt.UTC))


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone by its IANA name.

    :raises UnknownZone: when there is none of that name.
    """
    if name not in _zone_names():
        raise UnknownZone(field="time_zone")
    return zoneinfo.ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - _NO_ZONES


def local_date(instant: dt.datetime, where: dt.tzinfo) -> dt.date:
    """Return the calendar date of an instant in a zone."""
    return instant.astimezone(where).date()


def days_begun(span: dt.timedelta) -> int:
    """Return how many days of 24 hours a span touches: 0 h is 0, 24 h is 1, 25 h is 2."""
    return math.ceil(span / DAY)


def at_wall_clock(day: dt.date, time: dt.time, where: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return the instant of a wall-clock time on a day, in UTC.

    A time that the clocks skip is moved on by the length of the gap; of a time that
    comes twice the first is taken.
    """
    return dt.datetime.combine(day, time.replace(fold=0), tzinfo=where).astimezone(
        dt.UTC
    )


def hours_of(span: dt.timedelta) -> float:
    """Return a span in hours."""
    return span / HOUR
