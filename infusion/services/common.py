"""What every change of a course shares: one lock, one check, one version."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from infusion import models
from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import Actor
from patients.services.writing import written_by

__all__ = ["InTheFuture", "NotFound", "VersionOutdated", "changing", "past_instant"]


class InTheFuture(Refusal):
    """The instant of a fact has not come yet."""

    code: ClassVar[str] = "in_the_future"


@contextmanager
def changing(
    *,
    actor: Actor,
    action: str,
    course_id: uuid.UUID,
    expected_version: int | None = None,
) -> Iterator[models.Course]:
    """Open a transaction on a locked course that the actor may change so.

    :raises NotFound: when there is no such course for the actor.
    :raises NotAllowed: when the actor's role does not allow the action.
    :raises VersionOutdated: when the course changed after the actor looked at it.
    """
    with written_by(actor):
        rows = models.Course.objects.select_for_update(of=("self",))
        rows = rows.select_related("site", "patient")
        course = rows.filter(id=course_id).first()
        if course is None or not policy.can(actor, "course.view", course):
            raise NotFound(field="course")
        policy.check(actor, action, course)
        if expected_version is not None and expected_version != course.version:
            raise VersionOutdated(field="version")
        yield course


def touch(course: models.Course) -> None:
    """Give the course its next version; how it ended is stored with it, in one write."""
    course.version += 1
    course.save(update_fields=["version", "status", "end_reason"])


def past_instant(at: dt.datetime, now: dt.datetime, *, field: str) -> dt.datetime:
    """Return the instant of a fact in UTC.

    :raises NaiveTime: when it has no offset.
    :raises InTheFuture: when it has not come yet.
    """
    instant = in_utc(at, field=field)
    if instant > now:
        raise InTheFuture(field=field)
    return instant
