"""The working hours of a site: weekday 0 to 6 -> [["08:00", "17:00"], ...]."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from patients.domain.refusals import Refusal

# Weekday, Monday being 0 -> minutes of the day, both ends included.
Hours = Mapping[int, tuple[tuple[int, int], ...]]

_WEEKDAYS = {str(day): day for day in range(7)}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


class HoursNotUnderstood(Refusal):
    """These are not hours of weekdays."""

    code = "hours_not_understood"


def read_hours(stored: Any) -> Hours:
    """Return the hours of each weekday; a weekday that is missing is closed.

    :raises HoursNotUnderstood: when a weekday, a time or their order is wrong.
    """
    if not isinstance(stored, dict) or not set(stored) <= set(_WEEKDAYS):
        raise HoursNotUnderstood(field="working_hours")
    return {_WEEKDAYS[day]: _spans(spans) for day, spans in stored.items()}


def _spans(stored: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(stored, list):
        raise HoursNotUnderstood(field="working_hours")
    spans = sorted(_span(one) for one in stored)
    for before, after in pairwise(spans):
        if after[0] <= before[1]:
            raise HoursNotUnderstood(field="working_hours")
    return tuple(spans)


def _span(stored: Any) -> tuple[int, int]:
    match stored:
        case [str(), str()]:
            start, end = (minute_of(one) for one in stored)
        case _:
            raise HoursNotUnderstood(field="working_hours")
    if start >= end:
        raise HoursNotUnderstood(field="working_hours")
    return start, end


def minute_of(text: str) -> int:
    """Return the minute of the day of a time such as "08:00"; "24:00" is midnight.

    :raises HoursNotUnderstood: when it is no such time.
    """
    if not _CLOCK.fullmatch(text):
        raise HoursNotUnderstood(field="working_hours")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
