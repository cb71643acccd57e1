"""Right before it leaves a message is looked at again: its reason may be gone."""

import datetime as dt
import uuid

from infusion import models
from infusion.notifications.channels.registry import Channels
from infusion.services import messages
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import (
    NO_OFFSET,
    attempts,
    claim,
    deliver,
    deliver_one,
    state,
)


def test_no_reminder_after_the_course_was_stopped(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    models.Course.objects.filter(id=scene.course.id).update(status="STOPPED")

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "course_closed"), [])


def test_no_reminder_of_a_change_that_is_done(post: EmailChannel) -> None:
    """A finished visit that is not cancelled is still no reason to remind."""
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(
        status="FINISHED", taken_down_at=in_hours(0)
    )

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "bag_changed"), [])


def test_no_reminder_for_the_old_time_after_a_reschedule(post: EmailChannel) -> None:
    scene = Scene()
    message = scene.owe()
    models.Bag.objects.filter(id=scene.bag.id).update(planned_take_down_at=in_hours(9))

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "event_moved"), [])


def test_overdue_stops_when_the_bag_is_changed(post: EmailChannel) -> None:
    scene = Scene(event_at=in_hours(-1))
    message = scene.owe(kind="bag_change_overdue", expires_at=in_hours(5))
    models.Bag.objects.filter(id=scene.bag.id).update(
        status="FINISHED", taken_down_at=in_hours(0)
    )

    deliver(post)

    assert (state(message), post.taken) == (("CANCELLED", "bag_changed"), [])


def test_a_plan_change_between_claim_and_send_wins(post: EmailChannel) -> None:
    message = Scene().owe()
    token = claim(message)
    models.Message.objects.filter(id=message.id).update(
        status="CANCELLED", reason="replanned"
    )

    deliver_one(message, token, post)

    assert (state(message), post.taken) == (("CANCELLED", "replanned"), [])


def test_a_plan_change_while_the_mail_is_on_its_way_is_told_as_it_was() -> None:
    message = Scene().owe()
    cancelled = {"status": "CANCELLED", "reason": "replanned", "lease_until": None}
    rows = models.Message.objects.filter(id=message.id)
    post = EmailChannel(before_answer=lambda _: rows.update(**cancelled))

    deliver(post)

    assert state(message) == ("CANCELLED", "replanned")
    assert attempts(message) == [("ACCEPTED", "not_ours_any_more")]


def test_a_task_that_comes_twice_or_late_does_nothing(post: EmailChannel) -> None:
    message = Scene().owe()
    token = claim(message)

    deliver_one(message, token, post)
    deliver_one(message, token, post)
    deliver_one(message, token - dt.timedelta(seconds=1), post)

    assert len(post.taken) == 1


def test_an_unknown_id_is_no_error(post: EmailChannel) -> None:
    messages.deliver_message(uuid.uuid4(), in_hours(0), NO_OFFSET, Channels({}))

    assert len(post.taken) == 0
