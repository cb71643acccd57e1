"""What a new plan does to a reminder that is already due."""

import datetime as dt

from infusion.services import interruptions
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


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
