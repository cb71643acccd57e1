"""Blocks between the cycles are recorded, and the next cycle waits for them."""

import pytest

from infusion import models
from infusion.domain.regimens import BlockUnknown
from infusion.selectors.outlook import read_outlook
from infusion.services import scheduling
from infusion.services.common import InTheFuture
from infusion.services.cycles import CycleStillOpen
from infusion.services.facts import ReasonNeeded
from infusion.services.free_days import FreeIntervalNotOver
from infusion.services.rounds import (
    BlockIsCycle,
    BlockNotNext,
    BlockOpen,
)
from infusion.services.walking import BlockDatesWrong
from tests.factories.walks import (
    decided,
    evening,
    given_block,
    order_next,
)
from tests.factories.wards import HOUR, MONDAY
from tests.integration.infusion.walking.scenes import (
    DAY,
    FIRST,
    IA_ENDS,
    entered,
    keys,
    record,
    reduced,
    remission,
)

pytestmark = pytest.mark.django_db


def test_a_block_between_must_be_recorded_before_the_next_cycle(here, course):
    with pytest.raises(BlockOpen) as refusal:
        order_next(here, course, MONDAY + 2 * DAY)

    assert refusal.value.params["block"] == "ia"


def test_a_block_given_elsewhere_leads_on(here, course):
    now = evening(IA_ENDS)
    record(here, course, "ia", "ELSEWHERE", FIRST, ended_on=IA_ENDS, now=now)
    decided(here, course, "ii-1", now, reduced(now, "NO"))

    assert keys(course) == [("ia", 1, "ELSEWHERE")]
    assert order_next(here, course, now + 12 * HOUR).block_key == "ii-1"


def test_a_cycle_given_elsewhere_is_counted(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ii-1", now, reduced(now, "NO"))
    end = IA_ENDS + 42 * DAY
    late = evening(end)
    record(here, course, "ii-1", "ELSEWHERE", IA_ENDS + DAY, ended_on=end, now=late)

    cycle = order_next(here, course, evening(end) + 12 * HOUR)

    assert (cycle.block_key, cycle.number) == ("ii-2", 2)
    assert read_outlook(course.id, evening(end)).cycles_given == 1


@pytest.mark.parametrize(
    ("key", "step", "refusal"),
    [
        ("ib", "START", BlockNotNext),
        ("ia", "FINISH", BlockNotNext),
        ("ia", "STOP", ReasonNeeded),
        ("ii-1", "START", BlockNotNext),
        ("nowhere", "START", BlockUnknown),
    ],
)
def test_a_block_that_is_not_due_is_not_recorded(here, course, key, step, refusal):
    with pytest.raises(refusal):
        record(here, course, key, step, FIRST)

    assert keys(course) == [("ia", 1, "PLANNED")]


def test_a_cycle_is_not_recorded_as_a_block(here):
    course = entered(here, "ii-1")

    for step in ("START", "FINISH", "STOP"):
        with pytest.raises(BlockIsCycle):
            record(here, course, "ii-1", step, FIRST, reason="x")
    with pytest.raises(BlockNotNext):
        record(here, course, "ii-1", "ELSEWHERE", FIRST)


def test_days_that_contradict_each_other_are_refused(here, course):
    with pytest.raises(InTheFuture):
        record(here, course, "ia", "START", FIRST + 5 * DAY, now=MONDAY)
    record(here, course, "ia", "START", FIRST)
    with pytest.raises(BlockDatesWrong):
        record(here, course, "ia", "FINISH", FIRST - DAY, now=evening(FIRST))
    record(here, course, "ia", "FINISH", IA_ENDS)
    now = evening(IA_ENDS + 5 * DAY)
    decided(here, course, "ib", now, reduced(now), remission(now))
    with pytest.raises(BlockDatesWrong):
        record(here, course, "ib", "START", IA_ENDS - DAY, now=now)
    with pytest.raises(BlockDatesWrong):
        record(
            here,
            course,
            "ib",
            "ELSEWHERE",
            IA_ENDS + 2 * DAY,
            ended_on=IA_ENDS + DAY,
            now=now,
        )
    # A fact that is told late is still a fact.
    record(here, course, "ib", "START", IA_ENDS + DAY, now=now)


def test_recorded_twice_is_recorded_once(here, course):
    record(here, course, "ia", "START", FIRST)

    with pytest.raises(BlockNotNext):
        record(here, course, "ia", "START", FIRST)


def test_a_cycle_does_not_begin_before_the_block_before_it_is_over(here, course):
    record(here, course, "ia", "ELSEWHERE", FIRST, now=evening(FIRST))
    row = course.blocks.get()
    models.CourseBlock.objects.filter(id=row.id).update(ended_on=FIRST + 30 * DAY)
    now = evening(FIRST)
    decided(here, course, "ii-1", now, reduced(now, "NO"))

    with pytest.raises(FreeIntervalNotOver) as refusal:
        order_next(here, course, now + 2 * DAY)

    assert refusal.value.params["earliest"] == (FIRST + 30 * DAY).isoformat()


def test_a_planned_cycle_is_not_ordered_again(here):
    course = entered(here, "ii-1")

    with pytest.raises(CycleStillOpen):
        order_next(here, course, MONDAY + 60 * DAY)


def test_a_cancelled_cycle_can_be_ordered_anew(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ii-1", now, reduced(now, "NO"))
    order_next(here, course, now + 12 * HOUR)
    scheduling.cancel_cycle(
        actor=here.physician, course_id=course.id, reason="no bed", now=now
    )

    assert keys(course) == [("ia", 1, "COMPLETED")]
    again = order_next(here, course, now + 36 * HOUR)
    assert (again.number, again.block_key) == (1, "ii-1")
