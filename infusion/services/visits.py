"""Gives a visit an owner."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.instants import local_date, zone
from infusion.domain.refusals import Refusal
from infusion.domain.states import VisitStatus
from infusion.domain.visits import VisitKind
from infusion.services.common import NotFound, VersionOutdated, changing
from infusion.services.planning import replan
from patients.policy import CAREGIVER, HOME_NURSE, NURSE, PHYSICIAN, Actor
from patients.selectors.actors import get_actor
from patients.selectors.assignments import is_active_account, is_on_staff
from patients.services.assignments import NotOnStaff

_VISITORS = frozenset({NURSE, HOME_NURSE, PHYSICIAN})


class VisitClosed(Refusal):
    """The visit is done or cancelled."""

    code = "visit_closed"


class VisitorNotSuitable(Refusal):
    """The account has no role that makes such a visit, or not for this patient."""

    code = "visitor_not_suitable"


def assign_visit(
    *,
    actor: Actor,
    visit_id: uuid.UUID,
    expected_version: int | None = None,
    user_id: uuid.UUID | None,
    now: dt.datetime,
) -> models.Visit:
    """Book somebody for a visit, or free it again with None.

    Staff of the site make visits; a confirmed caregiver may have taken one on before
    the way home (checklist TC19: caregiver, home nurse or clinic), though no start.

    :raises NotOnStaff: when the account has no active role at the site and is no
        caregiver of the patient on the day.
    :raises VisitorNotSuitable: when none of its roles makes visits, it is a home nurse
        who does not look after the patient on the day, or a caregiver is to start
        a cycle.
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
            _check_visitor(user_id, course, visit, now)
        visit.assigned_to_id = user_id
        visit.version += 1
        visit.save(update_fields=["assigned_to", "version"])
        replan(course, cause="visit_assigned", actor_id=actor.user_id, now=now)
        visit.refresh_from_db()
    return visit


def _check_visitor(
    user_id: uuid.UUID, course: models.Course, visit: models.Visit, now: dt.datetime
) -> None:
    day = local_date(max(now, visit.planned_at), zone(course.time_zone))
    roles = get_actor(user_id, day).roles_for(course.site_id, course.patient_id)
    cares = CAREGIVER in roles and is_active_account(user_id)
    if cares and visit.kind != VisitKind.START:
        return
    if not cares and not is_on_staff(user_id, course.site_id):
        raise NotOnStaff(field="user")
    if not roles & _VISITORS:
        raise VisitorNotSuitable(field="user")
