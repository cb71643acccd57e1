"""When a cycle is over: the infusion, then its treatment-free days."""

import datetime as dt
from zoneinfo import ZoneInfo

from infusion.domain.blocks import CyclePattern
from infusion.domain.instants import DAY, days_begun, local_date

HALF_A_DAY = DAY / 2


def is_free_long_enough(
    infusion_end: dt.datetime, next_start: dt.datetime, free_days: int
) -> bool:
    """Say whether the free days, counted to the nearest day, lie between the two."""
    return next_start - infusion_end >= free_days * DAY - HALF_A_DAY


def ends_on(
    start: dt.datetime,
    infusion_end: dt.datetime,
    pattern: CyclePattern,
    zone: ZoneInfo,
) -> dt.date | None:
    """Return the last calendar day of a cycle with its free interval.

    Day 1 is the day of the start; 672 h are 28 days of 24 h, so 14 free days end the
    cycle on day 42. Time lost to interruptions moves the end by days, to the nearest:
    a pause of two minutes does not move the next cycle. Of an infusion cut short the day
    that had begun counts. None where no source gives the free days.
    """
    if pattern.free_days is None:
        return None
    ran = infusion_end - start
    whole = dt.timedelta(hours=pattern.infusion_hours)
    late = (ran - whole + HALF_A_DAY) // DAY
    begun = days_begun(whole) + late if ran > whole else days_begun(ran)
    days = max(1, begun) + pattern.free_days
    return local_date(start, zone) + dt.timedelta(days=days - 1)
