"""Right before it leaves: is what a message speaks of still so, whatever it is about."""

import pytest

from infusion import models
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import deliver, state

LATE = {"due_at": in_hours(-0.1), "expires_at": in_hours(5)}


def about(scene: Scene, kind: str, event: str, subject_kind: str, row_id, at):
    return scene.owe(
        kind=kind,
        event=event,
        subject_kind=subject_kind,
        subject_id=row_id,
        bag=scene.bag,
        event_at=at,
        **LATE,
    )


def sample(scene: Scene) -> models.CareDate:
    return models.CareDate.objects.create(
        course=scene.course,
        kind="LABORATORY_DRAW",
        at=in_hours(6),
        entered_by=scene.nurse,
        entered_at=in_hours(0),
    )


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, ("SENT", "")),
        ({"status": "DONE"}, ("CANCELLED", "reason_gone")),
        ({"status": "CANCELLED"}, ("CANCELLED", "reason_gone")),
        ({"at": in_hours(30)}, ("CANCELLED", "event_moved")),
    ],
    ids=["still so", "done", "called off", "at another time"],
)
def test_an_entered_day(post: EmailChannel, changes, left) -> None:
    scene = Scene()
    day = sample(scene)
    told = "laboratory_draw_24h", "LABORATORY_DRAW", "CARE_DATE"
    message = about(scene, *told, day.id, day.at)
    models.CareDate.objects.filter(id=day.id).update(**changes)

    deliver(post)

    assert state(message) == left


@pytest.mark.parametrize("runs_again", [False, True])
def test_a_stop_that_goes_on_and_one_that_is_over(
    post: EmailChannel, runs_again
) -> None:
    scene = Scene()
    stopped_at = in_hours(-2)
    steps = [("START", in_hours(-48)), ("PAUSE", stopped_at)]
    if runs_again:
        steps.append(("RESUME", in_hours(-1)))
    for kind, at in steps:
        models.InfusionEvent.objects.create(
            cycle=scene.cycle, kind=kind, at=at, recorded_by=scene.nurse
        )
    told = "pump_stopped_2h", "PUMP_STOPPED", "STOP"
    message = about(scene, *told, scene.cycle.id, stopped_at)

    deliver(post)

    left = ("CANCELLED", "reason_gone") if runs_again else ("SENT", "")
    assert state(message) == left


def test_what_is_said_after_the_end_leaves_though_the_course_is_over(
    post: EmailChannel,
) -> None:
    scene = Scene()
    ended_at = in_hours(-48)
    models.Cycle.objects.filter(id=scene.cycle.id).update(
        status="COMPLETED", ended_at=ended_at
    )
    models.Course.objects.filter(id=scene.course.id).update(status="COMPLETED")
    told = "infusion_ended_48h", "INFUSION_ENDED", "CYCLE"
    message = about(scene, *told, scene.cycle.id, ended_at)

    deliver(post)

    assert state(message)[0] == "SENT"


def test_a_second_signature_that_came_is_not_wanted_any_more(
    post: EmailChannel,
) -> None:
    scene = Scene()
    opened_at = in_hours(-4)
    row = models.SignOff.objects.create(
        course=scene.course, cycle=scene.cycle, opened_at=opened_at
    )
    told = "signature_wanted_4h", "SIGNATURE_WANTED", "SIGN_OFF"
    message = about(scene, *told, row.id, opened_at)
    models.SignOff.objects.filter(id=row.id).update(status="SIGNED")

    deliver(post)

    assert state(message) == ("CANCELLED", "reason_gone")


def test_what_it_was_about_is_not_there(post: EmailChannel) -> None:
    scene = Scene()
    day = sample(scene)
    told = "laboratory_draw_24h", "LABORATORY_DRAW", "CARE_DATE"
    message = about(scene, *told, scene.bag.id, day.at)

    deliver(post)

    assert state(message) == ("CANCELLED", "reason_gone")
