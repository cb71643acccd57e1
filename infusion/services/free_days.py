"""The free days that have to be over before the next cycle starts."""

import datetime as dt

from infusion import models
from infusion.domain.blocks import TIMELESS
from infusion.domain.instants import local_date, zone
from infusion.domain.intervals import is_free_long_enough
from infusion.domain.plans import make_plan
from infusion.domain.refusals import Refusal
from infusion.domain.standings import OPEN
from infusion.domain.states import CycleStatus
from infusion.domain.walks import RoundStatus
from infusion.selectors.planning import load_rows, plan_request
from infusion.selectors.walking import Walk


class FreeIntervalNotOver(Refusal):
    """The treatment-free days of the cycle before are not over at that start."""

    code = "free_interval_not_over"


def check_after_block(walk: Walk, start: dt.datetime) -> None:
    """Refuse a cycle that starts before the block before it was over.

    :raises FreeIntervalNotOver: naming the earliest day.
    """
    day = local_date(start, zone(walk.course.time_zone))
    for round_ in reversed(walk.rounds):
        block, over = walk.regimen.block(round_.block), round_.ended_on
        if block.kind in TIMELESS or round_.status in {*OPEN, RoundStatus.OMITTED}:
            continue
        # The free days of a cycle that ran here count from its last hour instead.
        is_here = block.is_cycle and round_.status != RoundStatus.ELSEWHERE
        if not is_here and over is not None and day < over:
            raise FreeIntervalNotOver(field="start_at", earliest=over.isoformat())
        return


def check_free_interval(
    course: models.Course, number: int, start: dt.datetime, now: dt.datetime
) -> None:
    """Refuse a start before the free days of the completed cycle before are over.

    :raises FreeIntervalNotOver: naming the earliest day.
    """
    rows = load_rows(course)
    request = plan_request(rows, now)
    for cycle, planned in zip(rows.cycles, make_plan(request).cycles, strict=True):
        if cycle.number != number - 1 or cycle.status != CycleStatus.COMPLETED:
            continue
        free_days = request.regimen.pattern_of(planned.block).free_days
        if planned.ends_on is None or free_days is None:
            continue
        earliest = planned.ends_on + dt.timedelta(days=1)
        is_soon = start.astimezone(request.zone).date() < earliest
        end = planned.infusion_ends_at
        if is_soon or not is_free_long_enough(end, start, free_days):
            raise FreeIntervalNotOver(field="start_at", earliest=earliest.isoformat())
