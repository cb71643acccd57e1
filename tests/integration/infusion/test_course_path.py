"""The path of a course through the services, on real rows."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain import hanging
from infusion.domain.hanging import PumpReading
from infusion.selectors.courses import read_course
from infusion.services import bags, courses, cycles, interruptions, placements
from infusion.services.courses import CourseAlreadyOpen, StartInThePast
from infusion.services.dosing import WeightTooOld
from infusion.services.hanging import confirm_hang, enter_hang
from infusion.services.interruptions import NewCycleNeeded
from infusion.services.placements import InpatientDaysNotOver
from patients.policy import NotAllowed
from tests.factories.wards import HOUR, MONDAY, planned_bags, reading_of, ward

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
    assert course.messages.count() == 0


def test_the_first_hang_starts_the_clock_and_owes_the_reminders():
    here = ward()

    course = here.running()

    kinds = course.messages.values_list("kind", "person_kind")
    # Three changes and one end; patient, caregiver and assigned nurse each.
    assert len(kinds) == (3 * 3 + 1) * 3
    state = read_course(course.id, MONDAY + 12 * HOUR)
    assert state.current_cycle.clock.delivered_hours == 12
    assert state.current_cycle.clock.infusion_day == 1
    assert state.hanging.dry_at == MONDAY + 7 * DAY
    assert state.unmet == ()


def test_a_pause_moves_every_later_bag_and_replaces_the_reminders():
    here = ward()
    course = here.running()
    before = set(course.messages.values_list("id", flat=True))

    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + 10 * HOUR,
        reason="OCCLUSION",
        now=MONDAY + 11 * HOUR,
    )
    assert not course.messages.filter(status="PENDING").exists()
    interruptions.resume(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + 13 * HOUR,
        supervised=False,
        now=MONDAY + 13 * HOUR,
    )

    # The bag keeps 168 h at most once it is out of the cold: it comes down on time.
    hung = course.bags.get(status="HUNG")
    assert hung.planned_take_down_at == MONDAY + 7 * DAY
    last = planned_bags(course)[-1]
    assert last.planned_take_down_at == MONDAY + 28 * DAY + 3 * HOUR
    pending = course.messages.filter(status="PENDING")
    assert pending.exists()
    assert not before & set(pending.values_list("id", flat=True))
    assert read_course(
        course.id, MONDAY + 13 * HOUR
    ).current_cycle.infusion_ends_at == (MONDAY + 28 * DAY + 3 * HOUR)


def test_from_four_hours_a_restart_needs_supervision():
    here = ward()
    course = here.running()
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + HOUR,
        reason="BATTERY",
        now=MONDAY + HOUR,
    )
    later = MONDAY + 5 * HOUR

    with pytest.raises(hanging.RestartNeedsSupervision):
        interruptions.resume(
            actor=here.nurse, course_id=course.id, at=later, supervised=False, now=later
        )
    interruptions.resume(
        actor=here.nurse, course_id=course.id, at=later, supervised=True, now=later
    )

    event = models.InfusionEvent.objects.get(kind="RESUME")
    assert event.supervised


def test_more_than_seven_days_after_an_adverse_event_is_a_new_cycle():
    here = ward()
    course = here.running()
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + HOUR,
        reason="ADVERSE_EVENT",
        now=MONDAY + HOUR,
    )
    later = MONDAY + 2 * HOUR + 7 * DAY

    with pytest.raises(NewCycleNeeded):
        interruptions.resume(
            actor=here.nurse, course_id=course.id, at=later, supervised=True, now=later
        )


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


def test_a_bag_change_hangs_the_next_dose_and_finishes_the_old_bag():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    at = MONDAY + 7 * DAY - HOUR / 2
    here.deliver(second, at - HOUR)

    here.hang(second, at, replaces=first)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.taken_down_at) == ("FINISHED", at)
    assert (second.status, str(second.daily_dose_mcg)) == ("HUNG", "28.000")
    assert second.use_by == at + 7 * DAY
    end = read_course(course.id, at).current_cycle.infusion_ends_at
    assert end == MONDAY + 28 * DAY


def test_a_bag_left_empty_stops_the_clock_and_the_change_records_the_gap():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    late = MONDAY + 7 * DAY + 2 * HOUR
    here.deliver(second, late - HOUR)

    state = read_course(course.id, late)
    assert state.current_cycle.clock.delivered_hours == 168
    here.hang(second, late, replaces=first)

    (gap,) = read_course(course.id, late).current_cycle.clock.gaps
    assert (gap.paused_at, gap.resumed_at) == (MONDAY + 7 * DAY, late)
    assert gap.reason == "BAG_EMPTY"


def test_a_bag_left_empty_for_four_hours_can_not_just_be_changed():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    late = MONDAY + 7 * DAY + 4 * HOUR
    here.deliver(second, late - HOUR)

    with pytest.raises(hanging.RestartNeedsSupervision):
        here.hang(second, late, replaces=first)


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        ("not delivered", hanging.BagNotDelivered),
        ("already hung", hanging.BagAlreadyHung),
        ("another dose", hanging.BagOfAnotherDose),
        ("another patient", hanging.BagOfAnotherPatient),
        ("another site", hanging.BagUnknown),
        ("unknown", hanging.BagUnknown),
        ("not replaced", hanging.AnotherBagHanging),
        ("expired", hanging.BagExpired),
    ],
)
def test_a_bag_that_must_not_go_up_is_refused(prepare, refusal):
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second, third = planned_bags(course)[:2]
    at = MONDAY + 7 * DAY - HOUR
    replaces, code = first.code, second.code
    if prepare == "already hung":
        code = first.code
    elif prepare == "another dose":
        here.deliver(second, MONDAY + HOUR)
        at = MONDAY + 3 * DAY
    elif prepare in {"another patient", "another site"}:
        other = here.neighbour() if prepare == "another patient" else ward()
        stranger = other.order(start_at=MONDAY)
        code = other.deliver(planned_bags(stranger)[0], MONDAY + HOUR).code
    elif prepare == "unknown":
        code = "0000000000000000"
    elif prepare == "not replaced":
        here.deliver(second, at - HOUR)
        replaces = None
    elif prepare == "expired":
        here.deliver(second, at - HOUR)
        models.Bag.objects.filter(id=second.id).update(
            prepared_at=at - 20 * DAY, cold_until=at - 6 * DAY
        )

    with pytest.raises(refusal):
        enter_hang(
            actor=here.nurse,
            course_id=course.id,
            bag_code=code,
            replaces_code=replaces,
            hung_at=at,
            reading=reading_of(second, at),
            now=at,
        )

    first.refresh_from_db()
    third.refresh_from_db()
    assert (first.status, third.status) == ("HUNG", "PLANNED")
    assert models.HangCheck.objects.filter(confirmed_at=None).count() == 0


def test_the_second_person_must_be_another_and_must_read_the_same():
    here = ward()
    course = here.order(start_at=MONDAY)
    bag = here.deliver(planned_bags(course)[0], MONDAY)
    here.start(course, MONDAY)
    reading = reading_of(bag, MONDAY)
    check = enter_hang(
        actor=here.nurse,
        course_id=course.id,
        bag_code=bag.code,
        replaces_code=None,
        hung_at=MONDAY,
        reading=reading,
        now=MONDAY,
    )
    wrong = PumpReading(
        rate_ml_h=reading.rate_ml_h * 10,
        volume_ml=reading.volume_ml,
        ends_at=reading.ends_at,
    )

    with pytest.raises(hanging.SamePersonTwice):
        confirm_hang(actor=here.nurse, check_id=check.id, reading=reading, now=MONDAY)
    with pytest.raises(hanging.SecondCheckDiffers):
        confirm_hang(
            actor=here.other_nurse, check_id=check.id, reading=wrong, now=MONDAY
        )

    bag.refresh_from_db()
    assert bag.status == "DELIVERED"


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

    assert not course.messages.filter(status="PENDING").exists()
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
    with pytest.raises(cycles.FreeIntervalNotOver):
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


def test_a_bag_that_runs_can_not_be_discarded():
    here = ward()
    course = here.running()
    bag = course.bags.get(status="HUNG")

    with pytest.raises(bags.PauseFirst):
        bags.discard_bag(
            actor=here.nurse, bag_id=bag.id, reason="leaks", now=MONDAY + HOUR
        )
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + HOUR,
        reason="BAG_PROBLEM",
        now=MONDAY + HOUR,
    )
    bags.discard_bag(actor=here.nurse, bag_id=bag.id, reason="leaks", now=MONDAY + HOUR)

    fresh = planned_bags(course)
    # 167 hours of the low dose are still to come: one more bag of 9 mcg a day.
    assert [str(one.daily_dose_mcg) for one in fresh] == [
        "9.000",
        "28.000",
        "28.000",
        "28.000",
    ]


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
    assert not course.messages.filter(status="PENDING").exists()
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


def test_a_pump_can_not_resume_before_its_bag_was_hung():
    here = ward()
    course = here.running()
    bag = course.bags.get(status="HUNG")
    leak = MONDAY + HOUR
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=leak,
        reason="BAG_PROBLEM",
        now=leak,
    )
    bags.discard_bag(actor=here.nurse, bag_id=bag.id, reason="leaks", now=leak)
    with pytest.raises(interruptions.NoBagHanging):
        interruptions.resume(
            actor=here.nurse,
            course_id=course.id,
            at=leak + HOUR,
            supervised=False,
            now=leak + HOUR,
        )
    new = here.deliver(planned_bags(course)[0], leak + HOUR)
    here.hang(new, leak + 2 * HOUR)

    with pytest.raises(interruptions.NoBagHanging):
        interruptions.resume(
            actor=here.nurse,
            course_id=course.id,
            at=leak + HOUR,
            supervised=False,
            now=leak + 2 * HOUR,
        )
    interruptions.resume(
        actor=here.nurse,
        course_id=course.id,
        at=leak + 2 * HOUR,
        supervised=False,
        now=leak + 2 * HOUR,
    )
    state = read_course(course.id, leak + 3 * HOUR)
    assert state.current_cycle.clock.delivered_hours == 2


def test_a_reminder_that_is_due_survives_a_new_plan_in_the_seconds_before_it_leaves():
    here = ward()
    course = here.running()
    due = MONDAY + 7 * DAY - 2 * HOUR
    about_to_leave = course.messages.filter(kind="bag_change_2h", due_at=due)
    assert about_to_leave.count() == 3

    here.deliver(planned_bags(course)[0], due + HOUR / 360)

    assert set(about_to_leave.values_list("status", flat=True)) == {"PENDING"}


def test_a_reminder_that_is_due_is_cancelled_when_the_event_moves():
    here = ward()
    course = here.running()
    due = MONDAY + 7 * DAY - 2 * HOUR

    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=due + HOUR / 360,
        reason="OCCLUSION",
        now=due + HOUR / 180,
    )

    left = course.messages.filter(kind="bag_change_2h", due_at=due)
    assert set(left.values_list("status", flat=True)) == {"CANCELLED"}
