"""What the tests of complaints share: a course that is stopped, resumed, or muted."""

import datetime as dt

from infusion import models
from infusion.services import interruptions, muting
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.factories.wards import HOUR, MONDAY, Ward

DAY = 24 * HOUR
CHANGE = MONDAY + 7 * DAY
NO_OFFSET = dt.timedelta(0)


def owed(course: models.Course, **wanted: object) -> list[models.Message]:
    rows = course.messages.filter(status="PENDING", **wanted)
    return list(rows.order_by("due_at", "id"))


def pause(here: Ward, course: models.Course, at: dt.datetime) -> None:
    interruptions.pause(
        actor=here.nurse, course_id=course.id, at=at, reason="OCCLUSION", now=at
    )


def resume(here: Ward, course: models.Course, at: dt.datetime) -> None:
    interruptions.resume(
        actor=here.nurse, course_id=course.id, at=at, supervised=False, now=at
    )


def hush(scene: Scene, until: dt.datetime) -> muting.Muted:
    return muting.mute(
        actor=factories.staff_actor(scene.site, today=in_hours(0).date()),
        patient_id=scene.patient.id,
        reason="FAMILY_WISH",
        until=until,
        # A little before: due is decided by the database's own clock.
        now=in_hours(0) - dt.timedelta(seconds=5),
    )
