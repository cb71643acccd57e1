"""Reads who is to be told about courses, and who was when their plans were made."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery, Sum

from infusion import catalogue, models
from infusion.catalogue import ShippedRule
from infusion.domain.reminders.rules import To
from infusion.domain.states import CourseStatus, MessageStatus, VisitStatus
from infusion.selectors.reminder_rules import documents_in_force, rules_with
from patients.policy import COORDINATOR, PHARMACIST
from patients.selectors.assignments import holders_of
from patients.selectors.recipients import list_accounts_to_tell

TOLD_BY_ROLE = (PHARMACIST, COORDINATOR)
_OPEN = (CourseStatus.ORDERED, CourseStatus.ACTIVE)


def people_of(
    courses: Sequence[models.Course], now: dt.datetime
) -> dict[uuid.UUID, list[str]]:
    """Return who is told about each course now, kind and account, in a fixed order.

    The patient always is and is not named. Pharmacists and coordinators of the site may
    be told of any course of it. The reminder rules of the site are named last, with the
    values it signed for them, and its rota where they speak to who is on call; and that
    the patient has died, for nobody is told then. Seven queries for any number of
    courses, one more where somebody on call is told.
    """
    booked = _booked(courses)
    told = list_accounts_to_tell([one.patient_id for one in courses], now, booked)
    sites = {one.site_id: one.site for one in courses}
    holders, rules = holders_of(sites.keys(), TOLD_BY_ROLE), _rules(sites)
    return {
        one.id: sorted(
            f"{kind}:{user_id}"
            for kind, user_id in (
                told[one.patient_id] | holders.get(one.site_id, frozenset())
            )
        )
        + rules[one.site_id]
        + (["DECEASED"] if one.patient.is_deceased else [])
        for one in courses
    }


def _rules(sites: Mapping[uuid.UUID, Any]) -> dict[uuid.UUID, list[str]]:
    """Return the rules in force by site, and the values and the rota they ask for."""
    found = documents_in_force(set(sites))
    rules = {
        site: rules_with(found[site])
        if site in found
        else catalogue.shipped_reminders()
        for site in sites
    }
    asking = {
        site
        for site, rows in rules.items()
        if any(To.ON_CALL in one.rule.to for one in rows)
    }
    rota = _rota(asking) if asking else {}
    return {
        site: [
            *([f"RULES:{found[site]}"] if site in found else []),
            *rota.get(site, []),
            *_signed(row.policy, rules[site]),
        ]
        for site, row in sites.items()
    }


def _signed(stored: Mapping[str, Any], rules: Sequence[ShippedRule]) -> list[str]:
    """Return the values that a site has signed and its rules and check-ins go by."""
    asked = {one.rule.policy for one in rules} | {"pharmacy_records_steps"}
    asked |= catalogue.cadence_values()
    signed = catalogue.site_policy(stored).signed
    return [f"VALUE:{key}={signed[key]}" for key in sorted(asked & signed.keys())]


def _rota(sites: set[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Return what changes with every shift that is planned, given away or taken out."""
    rows = models.Shift.objects.filter(site_id__in=sites).values("site_id")
    counted = rows.annotate(shifts=Count("id"), steps=Sum("version"))
    return {row["site_id"]: [f"ROTA:{row['shifts']}:{row['steps']}"] for row in counted}


def ids_to_follow(now: dt.datetime) -> list[uuid.UUID]:
    """List the open courses about which other people are to be told than planned.

    What owes nothing is left alone: a pump at rest owes no reminder of a bag, and its
    restart makes a plan of its own.
    """
    last = models.PlanVersion.objects.filter(course=OuterRef("pk")).order_by("-number")
    owed = models.Message.objects.filter(
        course=OuterRef("pk"), status=MessageStatus.PENDING
    )
    courses = list(
        models.Course.objects.select_related("patient", "site")
        .filter(Exists(owed), status__in=_OPEN)
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
