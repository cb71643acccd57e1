"""Reads the days off of a site: its holiday calendar, then what the site says."""

import datetime as dt

from patients import models
from patients.days_off import DaysOff, HolidayCalendarUnknown, days_off


def days_off_of(site: models.Site, first: dt.date, last: dt.date) -> DaysOff:
    """Return holidays and make-up workdays from one day to another, in one query.

    What the site entered counts over the calendar. A year whose announcement is not
    known counts as known once the site has entered a workday of it. A calendar that has
    become unknown leaves every year unsure: planning goes on and says so.
    """
    known = _known(site.holiday_calendar, first, last)
    whole_years = (dt.date(first.year, 1, 1), dt.date(last.year, 12, 31))
    rows = models.SiteDay.objects.filter(site=site, date__range=whole_years)
    own = dict(rows.values_list("date", "kind"))
    off = {day for day, kind in own.items() if kind == models.SiteDayKind.HOLIDAY}
    on = own.keys() - off
    return DaysOff(
        holidays=frozenset((known.holidays - on) | off),
        workdays=frozenset((known.workdays - off) | on),
        unsure_years=known.unsure_years - {day.year for day in on},
    )


def _known(calendar: str, first: dt.date, last: dt.date) -> DaysOff:
    try:
        return days_off(calendar, first, last)
    except HolidayCalendarUnknown:
        return DaysOff(unsure_years=frozenset(range(first.year, last.year + 1)))
