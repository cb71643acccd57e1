"""A physician leaves out one round that has not begun; the course goes on after it."""

import pytest
from django.db import ProgrammingError, transaction

from infusion import models
from infusion.domain.changes import Change, Scope, Verb
from infusion.domain.previews import Fate
from infusion.domain.states import StepNotAllowed
from infusion.selectors.outlook import read_outlook
from infusion.services import cycles, replanning
from infusion.services.free_days import FreeIntervalNotOver
from infusion.services.omitting import LowStepOmitted, NothingToOmit
from infusion.services.rounds import CourseOver, DecisionNeeded
from infusion.services.stopping import stop_course
from patients.policy import NotAllowed
from tests.factories.walks import A041703, order_next, run_cycle, signed
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward
from tests.integration.infusion.walking.scenes import DAY, keys

pytestmark = pytest.mark.django_db

OMIT = Change(verb=Verb.OMIT, scope=Scope.STEP, reason="The patient asked for it.")
MRD = "us-label-mrd"


def look(here, course, now=MONDAY, by=None):
    return replanning.preview_change(
        actor=by or here.physician, course_id=course.id, change=OMIT, now=now
    )


def omit(here, course, now=MONDAY):
    seen = look(here, course, now)
    replanning.apply_change(
        actor=here.physician,
        course_id=course.id,
        change=OMIT,
        token=seen.shown.token,
        now=now,
    )
    course.refresh_from_db()
    return seen


def test_a_planned_first_cycle_is_left_out_and_the_course_stays():
    here = ward()
    course = here.order(MRD)
    made, *unmade = planned_bags(course)
    here.deliver(made, MONDAY)
    seen = look(here, course)
    assert keys(course) == [("blina-1", 1, "PLANNED")]

    assert omit(here, course).after == seen.after

    assert (course.status, course.cycles_planned) == ("ORDERED", 3)
    assert keys(course) == [("blina-1", 1, "OMITTED")]
    assert course.cycles.get().status == "CANCELLED"
    made.refresh_from_db()
    assert (made.status, made.discard_reason) == ("DISCARDED", "STOPPED")
    assert {bag.bag_id for bag in seen.waste} == {made.id}
    rest = course.bags.exclude(id=made.id)
    assert {bag.status for bag in rest} == {"CANCELLED"}
    assert rest.count() == len(unmade)
    visits = models.Visit.objects.filter(cycle__course=course)
    assert {one.status for one in visits} == {"CANCELLED"}
    assert not course.messages.filter(status="PENDING").exists()
    assert {one.fate for one in seen.cycles} == {Fate.CANCELLED}
    assert (seen.before.waits_for.block, seen.after.waits_for.block) == (
        "blina-1",
        "blina-2",
    )


def test_the_next_cycle_takes_the_number_of_the_one_left_out():
    here = ward()
    course = here.order(MRD)
    omit(here, course)

    cycle = order_next(here, course, MONDAY + 2 * DAY)

    assert (cycle.number, cycle.block_key) == (1, "blina-2")
    gone, planned, *_rest = read_outlook(course.id, MONDAY + DAY).items
    assert (gone.status, gone.starts_on, gone.cycle) == ("OMITTED", None, None)
    assert (planned.status, planned.cycle) == ("PLANNED", 1)
    assert read_outlook(course.id, MONDAY + DAY).cycles_given == 0


def test_what_comes_next_is_left_out_and_the_free_days_before_it_still_count():
    here = ward()
    course = here.order(MRD, start_at=MONDAY)
    end = run_cycle(here, course, MONDAY)

    seen = omit(here, course, end + HOUR)

    assert keys(course) == [("blina-1", 1, "COMPLETED"), ("blina-2", 1, "OMITTED")]
    assert seen.after.waits_for.block == "blina-3"
    assert read_outlook(course.id, end + HOUR).cycles_given == 1
    with pytest.raises(FreeIntervalNotOver):
        order_next(here, course, end + 2 * DAY)
    assert order_next(here, course, end + 15 * DAY).number == 2


def test_a_planned_block_of_other_drugs_is_left_out():
    here = ward()
    signed(here)
    course = here.order(A041703)

    omit(here, course)

    assert keys(course) == [("ia", 1, "OMITTED")]
    with pytest.raises(DecisionNeeded):
        look(here, course)


def test_with_the_last_round_left_out_the_course_is_complete():
    here = ward()
    course = here.order(MRD, start_at=MONDAY)
    end = run_cycle(here, course, MONDAY)
    for _round in range(3):
        seen = omit(here, course, end + HOUR)

    assert (course.status, course.cycles_planned) == ("COMPLETED", 1)
    assert seen.after.course_status == "COMPLETED"
    with pytest.raises(CourseOver):
        look(here, course, end + HOUR)


def test_after_everything_was_left_out_nothing_is():
    here = ward()
    course = here.order(MRD)
    for _round in range(4):
        omit(here, course)

    with pytest.raises(NothingToOmit):
        look(here, course)


def test_a_round_that_has_begun_is_not_left_out():
    here = ward()
    course = here.running(MRD)

    with pytest.raises(StepNotAllowed):
        look(here, course)


def test_the_low_step_is_not_left_out():
    here = ward()
    course = here.order("us-label-rr")

    with pytest.raises(LowStepOmitted):
        look(here, course)
    assert keys(course)[0][2] == "PLANNED"


def test_a_nurse_leaves_nothing_out_and_a_stopped_course_has_nothing():
    here = ward()
    course = here.order(MRD)
    with pytest.raises(NotAllowed):
        look(here, course, by=here.nurse)
    omit(here, course)
    stop_course(
        actor=here.physician, course_id=course.id, reason="Moved away.", now=MONDAY
    )

    with pytest.raises(CourseOver):
        look(here, course)


def test_what_was_left_out_stays_so():
    here = ward()
    course = here.order(MRD)
    omit(here, course)

    with pytest.raises(ProgrammingError), transaction.atomic():
        course.blocks.update(status="PLANNED")


def test_a_course_of_fewer_cycles_is_not_longer_for_one_left_out():
    here = ward()
    course = here.order(MRD)
    models.Course.objects.filter(id=course.id).update(cycles_planned=2)
    omit(here, course)
    course.refresh_from_db()
    assert course.cycles_planned == 1
    end = run_cycle_of_next(here, course)

    assert course.status == "COMPLETED"
    with pytest.raises(cycles.NoFurtherCycle):
        order_next(here, course, end + 15 * DAY)


def run_cycle_of_next(here, course):
    start = MONDAY + DAY
    order_next(here, course, start)
    return run_cycle(here, course, start)
