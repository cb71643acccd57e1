"""What an order plans, what it refuses, and the cycle after the next free days."""

import datetime as dt

import pytest

from infusion import models
from infusion.selectors.courses import read_course
from infusion.services import courses, cycles, placements
from infusion.services.courses import CourseAlreadyOpen, StartInThePast
from infusion.services.dosing import WeightTooOld
from infusion.services.free_days import FreeIntervalNotOver
from infusion.services.placements import InpatientDaysNotOver
from patients.policy import NotAllowed
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


def test_an_order_plans_four_seven_day_bags_and_their_visits():
    here = ward()

    course = here.order()

    plan = planned_bags(course)
    assert [bag.recipe_key for bag in plan] == ["us-7d"] * 4
    assert [str(bag.daily_dose_mcg) for bag in plan] == [
        "9.000",
        "28.000",
        "28.000",
        "28.000",
    ]
    visits = models.Visit.objects.filter(cycle__course=course).order_by("planned_at")
    assert [visit.kind for visit in visits] == [
        "START",
        "BAG_CHANGE",
        "BAG_CHANGE",
        "BAG_CHANGE",
        "DISCONNECT",
    ]
    # The start alone is sure: of bags and visits nothing is said yet.
    owed = set(course.messages.values_list("event", flat=True))
    assert owed == {"PREMEDICATION"}


def test_home_before_the_ninth_day_needs_a_physician_and_a_reason():
    here = ward()
    course = here.running()
    early = MONDAY + 5 * DAY

    with pytest.raises(InpatientDaysNotOver):
        placements.change_placement(
            actor=here.nurse,
            course_id=course.id,
            kind="HOME",
            from_at=early,
            override_reason="bed needed",
            now=early,
        )
    placements.change_placement(
        actor=here.physician,
        course_id=course.id,
        kind="HOME",
        from_at=early,
        override_reason="no marrow disease, lives next door",
        now=early,
    )

    assert course.placements.get(kind="HOME").override_reason


def test_the_cycle_ends_after_its_hours_and_the_next_follows_the_free_days():
    here = ward()
    course = here.running("us-label-mrd")
    at = MONDAY
    for _ in range(3):
        old = course.bags.get(status="HUNG")
        new = planned_bags(course)[0]
        at += 7 * DAY
        here.deliver(new, at - HOUR)
        here.hang(new, at, replaces=old)
    with pytest.raises(cycles.HoursMissing):
        cycles.end_cycle(
            actor=here.nurse,
            course_id=course.id,
            at=at + 6 * DAY,
            reason="COMPLETED",
            now=at + 6 * DAY,
        )
    end = MONDAY + 28 * DAY
    cycles.end_cycle(
        actor=here.nurse, course_id=course.id, at=end, reason="COMPLETED", now=end
    )

    owed = course.messages.filter(status="PENDING")
    assert set(owed.values_list("event", flat=True)) == {"INFUSION_ENDED"}
    with pytest.raises(WeightTooOld):
        cycles.order_next_cycle(
            actor=here.physician,
            course_id=course.id,
            start_at=MONDAY + 42 * DAY,
            now=end,
        )
    here.patient.measurements.create(
        kind="WEIGHT_KG", value="69", taken_at=end, taken_by_id=here.nurse.user_id
    )
    with pytest.raises(FreeIntervalNotOver):
        cycles.order_next_cycle(
            actor=here.physician,
            course_id=course.id,
            start_at=MONDAY + 40 * DAY,
            now=end,
        )
    cycles.order_next_cycle(
        actor=here.physician, course_id=course.id, start_at=MONDAY + 42 * DAY, now=end
    )
    state = read_course(course.id, end)
    assert [cycle.number for cycle in state.cycles] == [1, 2]
    assert [len(cycle.bags) for cycle in state.cycles] == [4, 4]


def test_orders_that_can_not_stand_are_refused_and_leave_nothing():
    here = ward()

    with pytest.raises(NotAllowed):
        courses.order_course(
            actor=here.nurse,
            patient_id=here.patient.id,
            regimen_key="us-label-rr",
            start_at=MONDAY,
            now=MONDAY,
        )
    with pytest.raises(StartInThePast):
        here.order(start_at=MONDAY - HOUR)
    here.order()
    with pytest.raises(CourseAlreadyOpen):
        here.order()

    assert models.Course.objects.count() == 1


def test_an_early_stop_ends_the_course_and_a_new_one_begins_with_its_first_cycle():
    here = ward()
    course = here.running()
    at = MONDAY + 3 * DAY

    cycles.end_cycle(
        actor=here.physician,
        course_id=course.id,
        at=at,
        reason="ADVERSE_EVENT",
        now=at,
    )

    course.refresh_from_db()
    assert course.status == "STOPPED"
    assert course.bags.filter(status="HUNG").count() == 0
    owed = course.messages.filter(status="PENDING")
    assert set(owed.values_list("event", flat=True)) == {"INFUSION_ENDED"}
    with pytest.raises(cycles.NoFurtherCycle):
        cycles.order_next_cycle(
            actor=here.physician,
            course_id=course.id,
            start_at=at + 20 * DAY,
            now=at,
        )
    again = courses.order_course(
        actor=here.physician,
        patient_id=here.patient.id,
        regimen_key="us-label-rr",
        start_at=at + 8 * DAY,
        now=at,
    )
    assert str(planned_bags(again)[0].daily_dose_mcg) == "9.000"
