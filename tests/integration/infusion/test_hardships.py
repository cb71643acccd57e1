"""What goes wrong around a course: late starts, odd instants, orders taken back."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain import hanging
from infusion.domain.events import RestartNotSaid
from infusion.selectors.courses import read_course
from infusion.services import bags, cycles, interruptions, placements, scheduling
from infusion.services.dosing import DoseWouldChange, HeightTooOld, WeightTooOld
from infusion.services.free_days import FreeIntervalNotOver
from infusion.services.hanging import confirm_hang, enter_hang
from infusion.services.ledgers import EventTooEarly
from tests.factories.wards import HOUR, MONDAY, planned_bags, reading_of, ward

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def first_check(here, bag, at, now=None):
    return enter_hang(
        actor=here.nurse,
        course_id=bag.course_id,
        bag_code=bag.code,
        replaces_code=None,
        hung_at=at,
        reading=reading_of(bag, at),
        now=now or at,
    )


def change(here, course, at):
    old = course.bags.get(status="HUNG")
    new = here.deliver(planned_bags(course)[0], at - HOUR)
    here.hang(new, at, replaces=old)


def test_a_first_bag_typed_a_week_early_is_refused():
    here = ward()
    course = here.order(start_at=MONDAY)
    bag = here.deliver(planned_bags(course)[0], MONDAY)
    here.start(course, MONDAY)

    with pytest.raises(hanging.HangTooEarly):
        first_check(here, bag, MONDAY - 7 * DAY, now=MONDAY)


def test_a_pause_from_before_the_last_bag_change_needs_its_restart():
    here = ward()
    course = here.running("us-label-mrd")
    change(here, course, MONDAY + 6 * DAY)

    with pytest.raises(RestartNotSaid):
        interruptions.pause(
            actor=here.nurse,
            course_id=course.id,
            at=MONDAY + DAY,
            reason="OCCLUSION",
            now=MONDAY + 7 * DAY,
        )

    clock = read_course(course.id, MONDAY + 7 * DAY).current_cycle.clock
    assert clock.delivered_hours == 168


def test_an_end_from_before_the_last_hang_is_refused():
    here = ward()
    course = here.running()

    with pytest.raises(EventTooEarly):
        cycles.end_cycle(
            actor=here.physician,
            course_id=course.id,
            at=MONDAY - HOUR,
            reason="OTHER",
            now=MONDAY + HOUR,
        )


def test_a_cycle_does_not_start_before_its_free_days_are_over():
    here = ward()
    course = here.running("us-label-mrd")
    for week in (1, 2, 3):
        change(here, course, MONDAY + week * 7 * DAY)
    end = MONDAY + 28 * DAY
    cycles.end_cycle(
        actor=here.nurse, course_id=course.id, at=end, reason="COMPLETED", now=end
    )
    here.patient.measurements.create(
        kind="WEIGHT_KG", value="69", taken_at=end, taken_by_id=here.nurse.user_id
    )
    cycles.order_next_cycle(
        actor=here.physician, course_id=course.id, start_at=MONDAY + 42 * DAY, now=end
    )
    here.deliver(planned_bags(course)[0], end + HOUR)

    with pytest.raises(FreeIntervalNotOver):
        here.start(course, end + HOUR)


def test_a_weight_that_grew_old_before_the_start_is_replaced_by_a_newer_one():
    here = ward()
    start = MONDAY + 40 * DAY
    course = here.order(start_at=start)
    here.deliver(planned_bags(course)[0], start)

    with pytest.raises(WeightTooOld):
        here.start(course, start)
    here.patient.measurements.create(
        kind="WEIGHT_KG", value="64", taken_at=start, taken_by_id=here.nurse.user_id
    )
    here.start(course, start)

    assert course.cycles.get().weight_kg == 64


def test_a_newer_weight_with_another_dose_is_never_taken_silently():
    here = ward()
    start = MONDAY + 40 * DAY
    course = here.order(start_at=start)
    here.deliver(planned_bags(course)[0], start)
    for kind, value in (("WEIGHT_KG", "44"), ("HEIGHT_CM", "150")):
        here.patient.measurements.create(
            kind=kind, value=value, taken_at=start, taken_by_id=here.nurse.user_id
        )

    with pytest.raises(DoseWouldChange):
        here.start(course, start)


def test_a_dose_by_surface_needs_a_height_of_today():
    here = ward(weight_kg="20")
    here.patient.measurements.create(
        kind="HEIGHT_CM",
        value="110",
        taken_at=MONDAY - 400 * DAY,
        taken_by_id=here.nurse.user_id,
    )

    with pytest.raises(HeightTooOld):
        here.order()


def test_a_start_that_has_gone_by_is_named_and_the_plan_begins_now():
    here = ward()
    course = here.order(start_at=MONDAY + HOUR)
    later = MONDAY + 3 * DAY

    bag = here.deliver(planned_bags(course)[0], later)

    state = read_course(course.id, later)
    assert [reason.code for reason in state.unmet] == ["start_overdue"]
    assert bag.planned_hang_at == later
    assert bag.use_by > later


def test_half_an_hour_lost_before_the_step_needs_no_bag_of_its_own():
    here = ward()
    course = here.running()
    for at, verb in ((10 * HOUR, "pause"), (10.5 * HOUR, "resume")):
        told = {"reason": "OCCLUSION"} if verb == "pause" else {"supervised": False}
        getattr(interruptions, verb)(
            actor=here.nurse,
            course_id=course.id,
            at=MONDAY + at,
            now=MONDAY + at,
            **told,
        )

    doses = [str(bag.daily_dose_mcg) for bag in planned_bags(course)]
    assert doses[0] == "28.000"
    end = read_course(course.id, MONDAY + DAY).current_cycle.infusion_ends_at
    assert end == MONDAY + 28 * DAY + HOUR / 2


def test_only_a_physician_completes_a_cycle_that_is_minutes_short():
    here = ward()
    course = here.running("us-label-mrd")
    for week in (1, 2, 3):
        change(here, course, MONDAY + week * 7 * DAY - week * MINUTE)
    at = MONDAY + 28 * DAY - 3 * MINUTE
    told = {"course_id": course.id, "at": at, "reason": "COMPLETED", "now": at}

    for actor, why in ((here.physician, ""), (here.nurse, "three minutes")):
        with pytest.raises(cycles.HoursMissing):
            cycles.end_cycle(actor=actor, shortfall_reason=why, **told)
    cycles.end_cycle(actor=here.physician, shortfall_reason="three minutes", **told)

    cycle = course.cycles.get()
    assert (cycle.status, cycle.end_reason) == ("COMPLETED", "three minutes")


def test_the_end_counts_no_hour_of_an_empty_bag():
    here = ward()
    course = here.running()
    at = MONDAY + 9 * DAY

    cycles.end_cycle(
        actor=here.physician, course_id=course.id, at=at, reason="OTHER", now=at
    )

    clock = read_course(course.id, at).cycles[0].clock
    assert clock.delivered_hours == 168


def test_a_pump_may_be_stopped_for_good_in_the_minute_it_was_paused():
    here = ward()
    course = here.running()
    at = MONDAY + DAY
    interruptions.pause(
        actor=here.nurse, course_id=course.id, at=at, reason="ADVERSE_EVENT", now=at
    )

    cycles.end_cycle(
        actor=here.physician, course_id=course.id, at=at, reason="OTHER", now=at
    )

    clock = read_course(course.id, at).cycles[0].clock
    assert clock.delivered_hours == 24


def test_an_adverse_event_stays_the_reason_although_the_bag_was_empty():
    here = ward()
    course = here.running()
    at = MONDAY + 7 * DAY + HOUR

    interruptions.pause(
        actor=here.nurse, course_id=course.id, at=at, reason="ADVERSE_EVENT", now=at
    )

    event = models.InfusionEvent.objects.get(kind="PAUSE")
    assert (event.at, event.reason) == (at, "ADVERSE_EVENT")
    (gap,) = read_course(course.id, at).current_cycle.clock.gaps
    assert (gap.paused_at, gap.reason) == (MONDAY + 7 * DAY, "ADVERSE_EVENT")


def test_the_first_bag_must_be_of_the_first_dose():
    here = ward()
    course = here.order(start_at=MONDAY)
    here.deliver(planned_bags(course)[1], MONDAY)

    with pytest.raises(cycles.FirstBagNotDelivered):
        here.start(course, MONDAY)


def test_the_first_bag_is_not_hung_at_home():
    here = ward()
    course = here.order(start_at=MONDAY)
    bag = here.deliver(planned_bags(course)[0], MONDAY)
    here.start(course, MONDAY)
    later = MONDAY + 2 * HOUR
    placements.change_placement(
        actor=here.physician,
        course_id=course.id,
        kind="HOME",
        from_at=MONDAY + HOUR,
        override_reason="asked to",
        now=MONDAY + HOUR,
    )

    with pytest.raises(cycles.SupervisedStartNeeded):
        first_check(here, bag, later)


def test_a_discarded_bag_takes_its_open_check_with_it():
    here = ward()
    course = here.order(start_at=MONDAY)
    bag = here.deliver(planned_bags(course)[0], MONDAY)
    here.start(course, MONDAY)
    check = first_check(here, bag, MONDAY)

    bags.discard_bag(actor=here.nurse, bag_id=bag.id, reason="LEAKED", now=MONDAY)

    with pytest.raises(hanging.CheckClosed):
        confirm_hang(
            actor=here.other_nurse,
            check_id=check.id,
            reading=reading_of(bag, MONDAY),
            now=MONDAY,
        )
    new = here.deliver(planned_bags(course)[0], MONDAY)
    here.hang(new, MONDAY)
    assert course.bags.get(status="HUNG") == new


def test_an_order_is_taken_back_and_another_may_be_made():
    here = ward()
    course = here.order()
    here.deliver(planned_bags(course)[0], MONDAY)

    scheduling.cancel_cycle(
        actor=here.physician, course_id=course.id, reason="wrong regimen", now=MONDAY
    )

    course.refresh_from_db()
    assert course.status == "CANCELLED"
    first, *others = course.bags.order_by("sequence")
    assert (first.status, first.discard_reason) == ("DISCARDED", "STOPPED")
    assert (first.discard_note, first.discarded_at) == ("wrong regimen", MONDAY)
    assert {bag.status for bag in others} == {"CANCELLED"}
    assert read_course(course.id, MONDAY).cycles == ()
    assert here.order("us-label-mrd").status == "ORDERED"


def test_a_start_is_moved_with_everything_that_hangs_on_it():
    here = ward()
    course = here.order()
    before = {bag.id for bag in planned_bags(course)}

    scheduling.move_start(
        actor=here.physician,
        course_id=course.id,
        start_at=MONDAY + 7 * DAY,
        now=MONDAY,
    )

    plan = planned_bags(course)
    assert {bag.id for bag in plan} == before
    assert plan[0].planned_hang_at == MONDAY + 7 * DAY
    running = here.neighbour().running()
    with pytest.raises(scheduling.NoPlannedCycle):
        scheduling.move_start(
            actor=here.physician,
            course_id=running.id,
            start_at=MONDAY + 7 * DAY,
            now=MONDAY,
        )
