"""Gives a visit an owner."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.instants import local_date, zone
from infusion.domain.refusals import Refusal
from infusion.domain.states import VisitStatus
from infusion.services.common import NotFound, VersionOutdated, changing
from infusion.services.planning import replan
from patients.policy import HOME_NURSE, NURSE, PHYSICIAN, Actor
from patients.selectors.actors import get_actor
from patients.selectors.assignments import is_on_staff
from patients.services.assignments import NotOnStaff

_VISITORS = frozenset({NURSE, HOME_NURSE, PHYSICIAN})


class VisitClosed(Refusal):
    """The visit is done or cancelled."""

    code = "visit_closed"


class VisitorNotSuitable(Refusal):
    """The account has no role that makes visits, or is not assigned to the patient."""

    code = "visitor_not_suitable"


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
    :raises VisitorNotSuitable: when none of its roles makes visits, or it is a home
        nurse who does not look after the patient on the day.
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
        if user_id is not None:
            _check_visitor(user_id, course, max(now, visit.planned_at))
        visit.assigned_to_id = user_id
        visit.version += 1
        visit.save(update_fields=["assigned_to", "version"])
        replan(course, cause="visit_assigned", actor_id=actor.user_id, now=now)
        visit.refresh_from_db()
    return visit


def _check_visitor(user_id: uuid.UUID, course: models.Course, at: dt.datetime) -> None:
    if not is_on_staff(user_id, course.site_id):
        raise NotOnStaff(field="user")
    visitor = get_actor(user_id, local_date(at, zone(course.time_zone)))
    if not visitor.roles_for(course.site_id, course.patient_id) & _VISITORS:
        raise VisitorNotSuitable(field="user")
