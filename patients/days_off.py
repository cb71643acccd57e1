"""Public holidays and make-up workdays, as the ``holidays`` library knows them.

A calendar is a country, or a country and one of its parts: "US", "GB-ENG", "CN". China
announces the bridge days and make-up workdays of a year in the autumn before; until the
library holds them, the year counts as not sure and the site enters them itself.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import holidays

from patients.domain.refusals import Refusal

_CODE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
# Countries whose make-up workdays follow no rule but a yearly announcement.
_ANNOUNCED = frozenset({"CN"})


class HolidayCalendarUnknown(Refusal):
    """No public holidays are known under this name."""

    code = "holiday_calendar_unknown"


@dataclass(frozen=True, kw_only=True)
class DaysOff:
    """Holidays, make-up workdays, and the years for which they are not all known."""

    holidays: frozenset[dt.date] = frozenset()
    workdays: frozenset[dt.date] = frozenset()
    unsure_years: frozenset[int] = frozenset()


def check_calendar(code: str) -> None:
    """Refuse a calendar that the library does not know.

    :raises HolidayCalendarUnknown: when it is none; an empty name is no calendar at all.
    """
    if code:
        _load(code, 2000)


def days_off(code: str, first: dt.date, last: dt.date) -> DaysOff:
    """Return the days off of a calendar in the years from one day to another.

    :raises HolidayCalendarUnknown: when there is no such calendar.
    """
    if not code:
        return DaysOff()
    years = [_load(code, year) for year in range(first.year, last.year + 1)]
    return DaysOff(
        holidays=frozenset().union(*(year.holidays for year in years)),
        workdays=frozenset().union(*(year.workdays for year in years)),
        unsure_years=frozenset().union(*(year.unsure_years for year in years)),
    )


@lru_cache(maxsize=256)
def _load(code: str, year: int) -> DaysOff:
    match = _CODE.fullmatch(code)
    if match is None:
        raise HolidayCalendarUnknown(field="holiday_calendar")
    country, part = match.groups()
    try:
        # A year at a time: the library fills in days by itself when asked for others.
        found = holidays.country_holidays(
            country, subdiv=part, years=year, expand=False
        )
    except NotImplementedError:
        raise HolidayCalendarUnknown(field="holiday_calendar") from None
    return DaysOff(
        holidays=frozenset(found),
        workdays=frozenset(day for day in found.weekend_workdays if day.year == year),
        unsure_years=frozenset()
        if _is_sure(country, found, year)
        else frozenset({year}),
    )


def _is_sure(country: str, found: holidays.HolidayBase, year: int) -> bool:
    """Say whether the announcement for a year is in the library."""
    announced = getattr(found, "special_public_holidays", None) or {}
    return country not in _ANNOUNCED or year <= max(announced, default=0)
