"""Reads who is to be told about courses, and who was when their plans were made."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, Subquery

from infusion import models
from infusion.domain.states import CourseStatus, MessageStatus, VisitStatus
from infusion.selectors.reminder_rules import documents_in_force
from patients.policy import COORDINATOR, PHARMACIST
from patients.selectors.assignments import holders_of
from patients.selectors.recipients import list_accounts_to_tell

TOLD_BY_ROLE = (PHARMACIST, COORDINATOR)


def people_of(
    courses: Sequence[models.Course], now: dt.datetime
) -> dict[uuid.UUID, list[str]]:
    """Return who is told about each course now, kind and account, in a fixed order.

    The patient always is and is not named. Pharmacists and coordinators of the site may
    be told of any course of it. The reminder rules of the site are named last. Seven
    queries for any number of courses.
    """
    booked = _booked(courses)
    told = list_accounts_to_tell([one.patient_id for one in courses], now, booked)
    sites = {one.site_id for one in courses}
    holders, rules = holders_of(sites, TOLD_BY_ROLE), documents_in_force(sites)
    return {
        one.id: sorted(
            f"{kind}:{user_id}"
            for kind, user_id in (
                told[one.patient_id] | holders.get(one.site_id, frozenset())
            )
        )
        + ([f"RULES:{rules[one.site_id]}"] if one.site_id in rules else [])
        for one in courses
    }


def ids_to_follow(now: dt.datetime) -> list[uuid.UUID]:
    """List the running courses about which other people are to be told than planned.

    Running is what owes a reminder: a pump at rest owes none, and its restart makes a
    plan of its own. Six queries for any number of courses.
    """
    last = models.PlanVersion.objects.filter(course=OuterRef("pk")).order_by("-number")
    owed = models.Message.objects.filter(
        course=OuterRef("pk"), status=MessageStatus.PENDING
    )
    courses = list(
        models.Course.objects.filter(Exists(owed), status=CourseStatus.ACTIVE)
        .annotate(planned_for=Subquery(last.values("people")[:1]))
        .order_by("id")
    )
    people = people_of(courses, now)
    return [one.id for one in courses if one.planned_for != people[one.id]]


def _booked(courses: Sequence[models.Course]) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    """Return who is booked for a visit, by patient."""
    rows = models.Visit.objects.filter(
        cycle__course__in=courses,
        status=VisitStatus.BOOKED,
        assigned_to__isnull=False,
    )
    booked: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for patient_id, user_id in rows.values_list(
        "cycle__course__patient_id", "assigned_to_id"
    ):
        if user_id:
            booked[patient_id].add(user_id)
    return booked
