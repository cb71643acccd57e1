"""Times and weekly hours as a site writes them: "08:00 14:00", "Mo-Fr 08:00-17:00"."""

import datetime as dt
import re
from collections.abc import Iterator

from infusion.domain.calendars import Week, Window, week_of
from infusion.domain.refusals import Refusal

# The working hours of the site itself.
SITE = "SITE"

_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_END = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")
# A plan with more starts a day than this is a slip, not an offer.
_MOST_TIMES = 8


class HoursNotRead(Refusal):
    """These are not times of a day, or not hours of a week."""

    code = "hours_not_understood"


def read_times(text: str) -> tuple[dt.time, ...]:
    """Return times of a day such as "08:00 14:00", in order.

    :raises HoursNotRead: when one is no time, comes twice, or there are none or too many.
    """
    parts = text.split()
    if not 1 <= len(parts) <= _MOST_TIMES or len(set(parts)) != len(parts):
        raise HoursNotRead
    return tuple(sorted(_time(part) for part in parts))


def read_week(text: str) -> Week | None:
    """Return hours such as "Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00".

    None stands for ``SITE``, the working hours of the site. A weekday that is not named
    is closed.

    :raises HoursNotRead: when a day, a time or their order is wrong, or hours overlap.
    """
    if text == SITE:
        return None
    hours: dict[int, tuple[Window, ...]] = {}
    for part in text.split(";"):
        days, _, spans = part.strip().partition(" ")
        windows = tuple(_windows(spans))
        for day in _days(days):
            if day in hours:
                raise HoursNotRead
            hours[day] = windows
    return week_of(hours)


def _days(text: str) -> Iterator[int]:
    """Yield the weekdays of "Mo-Fr" or "Mo,We,Fr"."""
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start, end = _weekday(first), _weekday(last if dash else first)
        if end < start:
            raise HoursNotRead
        yield from range(start, end + 1)


def _weekday(text: str) -> int:
    if text not in _WEEKDAYS:
        raise HoursNotRead
    return _WEEKDAYS.index(text)


def _windows(text: str) -> Iterator[Window]:
    reached = -1
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        start, end = _minute(_TIME, first), _minute(_END, last)
        if start <= reached or end <= start:
            raise HoursNotRead
        reached = end
        yield Window(from_minute=start, to_minute=end)


def _minute(pattern: re.Pattern[str], text: str) -> int:
    if not pattern.fullmatch(text):
        raise HoursNotRead
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _time(text: str) -> dt.time:
    return dt.time(*divmod(_minute(_TIME, text), 60))
