"""Gives a visit an owner."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.domain.states import VisitStatus
from infusion.services.common import NotFound, VersionOutdated, changing
from infusion.services.planning import replan
from patients.policy import Actor
from patients.selectors.assignments import is_on_staff
from patients.services.assignments import NotOnStaff


class VisitClosed(Refusal):
    """The visit is done or cancelled."""

    code = "visit_closed"


def assign_visit(
    *,
    actor: Actor,
    visit_id: uuid.UUID,
    expected_version: int | None = None,
    user_id: uuid.UUID | None,
    now: dt.datetime,
) -> models.Visit:
    """Book a member of staff for a visit, or free it again with None.

    :raises NotOnStaff: when the account has no active role at the site.
    :raises VisitClosed: when the visit is done or cancelled.
    """
    rows = models.Visit.objects.filter(id=visit_id)
    course_id = rows.values_list("cycle__course_id", flat=True).first()
    if course_id is None:
        raise NotFound(field="visit")
    with changing(actor=actor, action="visit.assign", course_id=course_id) as course:
        visit = models.Visit.objects.get(id=visit_id)
        if expected_version is not None and visit.version != expected_version:
            raise VersionOutdated(field="version")
        if visit.status != VisitStatus.BOOKED:
            raise VisitClosed(field="visit")
        if user_id is not None and not is_on_staff(user_id, course.site_id):
            raise NotOnStaff(field="user")
        visit.assigned_to_id = user_id
        visit.version += 1
        visit.save(update_fields=["assigned_to", "version"])
        replan(course, cause="visit_assigned", actor_id=actor.user_id, now=now)
    return visit
