"""Where a course may begin, how it opens, is left and is begun again."""

import pytest

from infusion import models
from infusion.domain.entries import BlockNotEnterable
from infusion.domain.regimens import BlockUnknown, CycleNotInRegimen
from infusion.domain.walks import Firmness
from infusion.selectors import regimens
from infusion.selectors.outlook import read_outlook
from infusion.services import stopping
from infusion.services.cycles import (
    NoFurtherCycle,
)
from infusion.services.rounds import (
    BlockOpen,
    CourseOver,
    GateNotPassed,
)
from patients.policy import NotAllowed
from tests.factories.walks import (
    decided,
    evening,
    fact,
    given_block,
    order_next,
    run_cycle,
)
from tests.factories.wards import HOUR, MONDAY
from tests.integration.infusion.walking.scenes import (
    DAY,
    FIRST,
    entered,
    keys,
    pass_gate,
    record,
)

pytestmark = pytest.mark.django_db


def test_a_course_enters_at_a_later_block_and_keeps_the_count(here):
    course = entered(here, "iii-two", from_round=2)

    cycle = course.cycles.get()
    assert (cycle.number, cycle.block_key, cycle.ordinal) == (4, "iii-two", 2)
    assert keys(course)[:-1] == [
        ("ia", 1, "ELSEWHERE"),
        ("ib", 1, "ELSEWHERE"),
        ("ii-1", 1, "ELSEWHERE"),
        ("ii-2", 1, "ELSEWHERE"),
        ("iii-two", 1, "ELSEWHERE"),
    ]
    outlook = read_outlook(course.id, MONDAY)
    assert outlook.cycles_given == 3
    assert {one.firmness for one in outlook.items[:-1]} == {Firmness.UNKNOWN}


@pytest.mark.parametrize(
    ("block", "more", "refusal"),
    [
        ("off-protocol", {}, BlockNotEnterable),
        ("iii-two", {"from_round": 3}, BlockNotEnterable),
        ("nowhere", {}, BlockUnknown),
        ("ii-2", {"cycles": 1}, CycleNotInRegimen),
        ("ii-2", {"opening": "steroid-prephase"}, BlockNotEnterable),
    ],
)
def test_no_course_begins_where_it_can_not(here, block, more, refusal):
    with pytest.raises(refusal):
        entered(here, block, **more)

    assert not models.Course.objects.exists()


def test_a_course_opens_with_a_pre_phase(here):
    course = entered(here, None, regimen="us-label-rr", opening="steroid-prephase")

    assert keys(course) == [("steroid-prephase", 1, "PLANNED")]
    assert not course.cycles.exists()
    with pytest.raises(GateNotPassed):
        record(here, course, "steroid-prephase", "START", FIRST)
    pass_gate(
        here,
        course,
        evening(FIRST),
        fact("MARROW_BLASTS", "70", MONDAY, "%"),
        block="steroid-prephase",
        reason="blood blasts not counted",
    )
    now = given_block(here, course, "steroid-prephase", FIRST, FIRST + 3 * DAY)
    assert order_next(here, course, now + 12 * HOUR).block_key == "c1"
    with pytest.raises(BlockUnknown):
        entered(here.neighbour(), None, regimen="us-label-rr", opening="allo-hsct")


def test_a_transplant_after_a_cycle_and_the_course_after_it(here):
    course = here.order("us-label-mrd")
    end = run_cycle(here, course, MONDAY + HOUR)
    assert "allo-hsct" in {
        one.to for one in read_outlook(course.id, end).standing.choices
    }

    decided(here, course, "allo-hsct", end, response="YES", reason="donor found")

    course.refresh_from_db()
    assert (course.status, course.exit_key) == ("LEFT", "allo-hsct")
    with pytest.raises(NoFurtherCycle):
        order_next(here, course, end + 20 * DAY)
    assert regimens.regimen_of(course).block("allo-hsct").reentry == "post-hsct"


def test_a_course_is_stopped_between_its_cycles(here, course):
    record(here, course, "ia", "START", FIRST)
    now = evening(FIRST + DAY)

    with pytest.raises(NotAllowed):
        stopping.stop_course(
            actor=here.nurse, course_id=course.id, reason="died", now=now
        )
    stopping.stop_course(
        actor=here.physician, course_id=course.id, reason="progression", now=now
    )

    course.refresh_from_db()
    assert (course.status, course.end_reason) == ("STOPPED", "progression")
    assert keys(course) == [("ia", 1, "STOPPED")]
    with pytest.raises(CourseOver):
        record(here, course, "ia", "FINISH", FIRST + DAY)
    here.order("us-label-mrd")


def test_a_running_cycle_is_ended_before_the_course_is(here):
    course = here.running()

    with pytest.raises(BlockOpen):
        stopping.stop_course(
            actor=here.physician, course_id=course.id, reason="x", now=MONDAY + HOUR
        )
