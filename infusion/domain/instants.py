"""Instants and wall clocks: arithmetic runs in UTC, days and hours in a zone."""

import datetime as dt
import math
import zoneinfo

from infusion.domain.refusals import Refusal

DAY = dt.timedelta(hours=24)
HOUR = dt.timedelta(hours=1)


class NaiveTime(Refusal):
    """An instant came without its offset from UTC."""

    code = "naive_time"


class UnknownZone(Refusal):
    """The name is not an IANA time zone."""

    code = "unknown_time_zone"


def in_utc(instant: dt.datetime, *, field: str = "at") -> dt.datetime:
    """Return the instant in UTC.

    :raises NaiveTime: when it has no offset.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise NaiveTime(field=field)
    return instant.astimezone(dt.UTC)


def keep_in_utc(value: object, *fields: str) -> None:
    """Turn instants of a frozen value into UTC while it is built.

    Python adds hours on the wall clock of an instant's zone: 672 h across a night when
    clocks change would come out an hour wrong.

    :raises NaiveTime: when one has no offset.
    """
    for name in fields:
        instant = getattr(value, name)
        if instant is not None:
            object.__setattr__(value, name, in_utc(instant, field=name))


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone by its IANA name.

    :raises UnknownZone: when there is none of that name.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(field="time_zone") from None


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
