"""The clock of the infusion: it starts, pauses, and asks for more the longer it stood."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain import hanging
from infusion.selectors.courses import read_course
from infusion.services import bags, interruptions
from infusion.services.interruptions import NewCycleNeeded
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


def test_the_first_hang_starts_the_clock_and_owes_the_reminders():
    here = ward()

    course = here.running()

    changes = course.messages.filter(event__in=["BAG_CHANGE", "INFUSION_END"])
    kinds = changes.values_list("kind", "person_kind")
    # Three changes and one end; patient, caregiver and assigned nurse each.
    assert len(kinds) == (3 * 3 + 2) * 3
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
    bags.discard_bag(actor=here.nurse, bag_id=bag.id, reason="LEAKED", now=leak)
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
