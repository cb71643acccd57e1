"""What happens to a course that walks the graph of its regimen."""

import datetime as dt

from infusion.services import walking
from infusion.services.courses import order_course
from tests.factories.walks import (
    A041703,
    evening,
    fact,
)
from tests.factories.wards import HOUR, MONDAY

DAY = dt.timedelta(days=1)


FIRST = MONDAY.date()


IA_ENDS = FIRST + 20 * DAY


def record(here, course, key, step, on, **more):
    now = more.pop("now", evening(on))
    return walking.record_block(
        actor=more.pop("actor", here.nurse),
        course_id=course.id,
        block=key,
        step=step,
        on=on,
        now=now,
        **more,
    )


def keys(course):
    rows = course.blocks.exclude(status="CANCELLED").order_by("sequence")
    return [(row.block_key, row.ordinal, row.status) for row in rows]


def remission(now, value="CR"):
    return fact("REMISSION", value, now)


def reduced(now, value="YES"):
    return fact("CYTOREDUCTION", value, now)


def entered(here, block, **more):
    """Order a course that begins at a later block, an hour from now."""
    return order_course(
        actor=here.physician,
        patient_id=here.patient.id,
        regimen_key=more.pop("regimen", A041703),
        start_at=MONDAY + HOUR,
        from_block=block,
        now=MONDAY,
        **more,
    )


def pass_gate(here, course, now, *facts, **more):
    return walking.pass_gate(
        actor=more.pop("actor", here.physician),
        course_id=course.id,
        block=more.pop("block", "c2"),
        facts=facts,
        now=now,
        **more,
    )
