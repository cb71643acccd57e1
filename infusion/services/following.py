"""Keeps reminders with the people: who joins is told, who leaves is not any more.

Links, assignments and roles change without a word to the courses, and their dates pass
by themselves; so the people are looked at again from time to time.
"""

import datetime as dt
import uuid

from django.db import transaction

from infusion import models
from infusion.domain.states import CourseStatus
from infusion.selectors.following import ids_to_follow, people_of
from infusion.services.planning import replan
from infusion.services.sparing import sparing_the_others

_OPEN = (CourseStatus.ORDERED, CourseStatus.ACTIVE)


def refresh_recipients(*, now: dt.datetime) -> int:
    """Plan again every open course whose people or rules changed; return how many."""
    return sum(_refresh(course_id, now) for course_id in ids_to_follow(now))


def _refresh(course_id: uuid.UUID, now: dt.datetime) -> bool:
    return sparing_the_others(
        lambda: _replan_if_changed(course_id, now),
        course_id=course_id,
        event="course_not_followed",
    )


@transaction.atomic
def _replan_if_changed(course_id: uuid.UUID, now: dt.datetime) -> bool:
    """Look again with the course locked: somebody may have planned it meanwhile."""
    rows = models.Course.objects.select_for_update(of=("self",))
    course = rows.filter(id=course_id, status__in=_OPEN).first()
    if course is None:
        return False
    last = course.plan_versions.order_by("-number").values_list("people", flat=True)
    if last.first() == people_of([course], now)[course.id]:
        return False
    replan(course, cause="people_changed", actor_id=None, now=now)
    return True
