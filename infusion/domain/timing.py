"""Whether a visit is in time, which is another thing than what became of it."""

import datetime as dt
from enum import StrEnum

from infusion.domain.states import VisitStatus


class VisitTiming(StrEnum):
    """Whether a visit is in time: the first three while it is booked, then done."""

    UPCOMING = "UPCOMING"
    DUE = "DUE"
    OVERDUE = "OVERDUE"
    EARLY = "EARLY"
    ON_TIME = "ON_TIME"
    LATE = "LATE"


_BOOKED = (VisitTiming.UPCOMING, VisitTiming.DUE, VisitTiming.OVERDUE)
_DONE = (VisitTiming.EARLY, VisitTiming.ON_TIME, VisitTiming.LATE)


def timing_of(
    *,
    planned_at: dt.datetime,
    status: VisitStatus,
    done_at: dt.datetime | None,
    now: dt.datetime,
    tolerance: dt.timedelta,
) -> VisitTiming | None:
    """Say whether a visit is in time by the last plan before it; None when cancelled.

    Within ``tolerance`` of the planned instant, both ends included, it is due, or was on
    time. The tolerance is the site's ``overdue_after_minutes`` (mark I, no source).
    """
    if status == VisitStatus.CANCELLED:
        return None
    is_done = status == VisitStatus.FULFILLED
    before, within, after = _DONE if is_done else _BOOKED
    at = done_at if is_done and done_at else now
    if at < planned_at - tolerance:
        return before
    return after if at > planned_at + tolerance else within
