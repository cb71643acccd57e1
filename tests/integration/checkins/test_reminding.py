"""Right before a reminder of a check-in leaves: does it still wait for its answer?"""

import pytest

from infusion import models
from tests.factories.checkins import check_in
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state

ANSWERED = {"status": "ANSWERED", "answered_at": in_hours(-1)}


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, ("SENT", "")),
        (ANSWERED, ("CANCELLED", "reason_gone")),
        ({"status": "MISSED"}, ("CANCELLED", "reason_gone")),
        ({"status": "CANCELLED"}, ("CANCELLED", "reason_gone")),
        ({"due_at": in_hours(3)}, ("CANCELLED", "event_moved")),
    ],
    ids=["waits", "answered", "missed", "cancelled", "at another time"],
)
def test_a_reminder_leaves_only_while_the_answer_is_missing(changes, left):
    post, scene = EmailChannel(), Scene()
    row = check_in(scene.course, in_hours(-2))
    models.CheckIn.objects.filter(id=row.id).update(**changes)
    message = scene.owe(
        kind="check_in_missed",
        event="CHECK_IN",
        subject_kind="CHECK_IN",
        subject_id=row.id,
        bag=scene.bag,
        event_at=in_hours(-2),
        due_at=in_hours(-0.1),
        expires_at=in_hours(5),
    )

    deliver(post)

    assert state(message) == left


@pytest.mark.parametrize(
    ("course", "left"),
    [("COMPLETED", ("SENT", "")), ("STOPPED", ("SENT", ""))],
)
def test_a_sign_of_harm_is_reminded_of_though_the_course_is_over(course, left):
    post, scene = EmailChannel(), Scene()
    row = check_in(scene.course, in_hours(-2), kind="FOLLOW_UP")
    models.Course.objects.filter(id=scene.course.id).update(status=course)
    message = scene.owe(
        kind="check_in_missed_risk",
        event="CHECK_IN",
        subject_kind="CHECK_IN",
        subject_id=row.id,
        bag=scene.bag,
        event_at=row.due_at,
        due_at=in_hours(-0.1),
        expires_at=in_hours(5),
    )

    deliver(post)

    assert state(message) == left
