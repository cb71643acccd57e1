"""Reads for the console: a page of patients with what runs, in a fixed number of queries."""

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from infusion import models
from infusion.domain.clock import infusion_day
from infusion.domain.plans import effective_ledger, empties_at
from infusion.domain.states import (
    CourseStatus,
    CycleStatus,
    VisitStatus,
)
from infusion.selectors.planning import CycleRows, cycle_facts, pattern_of_cycle
from infusion.selectors.regimens import regimen_of
from patients.selectors.people import latest_measurement, list_caregiver_links

PAGE = 25
_VISITING = ("NURSE", "HOME_NURSE", "PHYSICIAN")
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a list says of one patient's latest course."""

    course_id: uuid.UUID
    status: str
    place: str
    infusion_day: int | None
    paused_since: dt.datetime | None
    bag_sequence: int | None
    rate_ml_h: Any
    dry_at: dt.datetime | None
    next_visit_at: dt.datetime | None
    next_visit_kind: str


@dataclass(frozen=True)
class Page:
    """One page of patients and how to get the next."""

    patients: list[Any]
    running: Mapping[uuid.UUID, Running]
    next_cursor: str


def read_patients(
    patients: QuerySet[_Row],
    *,
    status: str = "",
    place: str = "",
    after: str = "",
    now: dt.datetime,
    size: int = PAGE,
) -> Page:
    """Read one page of patients, already ordered by name, with what runs."""
    rows = _after(_narrowed(patients, status, place, now), after)
    found = list(rows[: size + 1])
    page = found[:size]
    cursor = cursor_of(page[-1]) if len(found) > size else ""
    return Page(page, read_running([row.pk for row in page], now), cursor)


def cursor_of(patient: Any) -> str:
    """Return the place of a patient in the list, opaque in a URL."""
    text = json.dumps([patient.sort_key, str(patient.pk)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _after(rows: QuerySet[_Row], cursor: str) -> QuerySet[_Row]:
    """Continue behind a cursor; one that cannot be read starts from the top."""
    if not cursor:
        return rows
    try:
        key, text = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        last = uuid.UUID(text)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        return rows
    if not isinstance(key, str) or "\x00" in key:
        return rows
    behind = Q(sort_key__gt=key) | Q(sort_key=key, id__gt=last)
    # The first condition is implied; it lets the index skip what lies before.
    return rows.filter(Q(sort_key__gte=key) & behind)


def _narrowed(
    rows: QuerySet[_Row], status: str, place: str, now: dt.datetime
) -> QuerySet[_Row]:
    courses = models.Course.objects.all()
    if status:
        courses = courses.filter(status=status)
    if place:
        last = models.Placement.objects.filter(
            course=OuterRef("pk"), from_at__lte=now
        ).order_by("-from_at", "-id")
        kind = Subquery(last.values("kind")[:1])
        courses = courses.filter(status=CourseStatus.ACTIVE).alias(place=kind)
        courses = courses.filter(place=place)
    if not status and not place:
        return rows
    return rows.filter(pk__in=courses.values("patient_id"))


def read_running(
    patient_ids: Iterable[uuid.UUID], now: dt.datetime
) -> dict[uuid.UUID, Running]:
    """Return what runs for each patient that has a course, in six queries."""
    courses = (
        models.Course.objects.filter(patient_id__in=list(patient_ids))
        .order_by("patient_id", "-ordered_at", "-id")
        .distinct("patient_id")
    )
    by_course = {course.pk: course for course in courses}
    facts = _Facts(list(by_course), now)
    return {row.patient_id: facts.of(row) for row in by_course.values()}


class _Facts:
    """Everything the rows of one page need, read at once."""

    def __init__(self, course_ids: list[uuid.UUID], now: dt.datetime) -> None:
        self.now = now
        self.places = _last_places(course_ids, now)
        cycles = models.Cycle.objects.filter(
            course_id__in=course_ids, status=CycleStatus.STARTED
        )
        self.cycles = {cycle.course_id: cycle for cycle in cycles}
        ids = [cycle.pk for cycle in self.cycles.values()]
        self.events = _by_cycle(models.InfusionEvent.objects.filter(cycle_id__in=ids))
        hung = models.Bag.objects.filter(cycle_id__in=ids, hung_at__isnull=False)
        self.bags = _by_cycle(hung)
        self.visits = _next_visits(course_ids)

    def of(self, course: models.Course) -> Running:
        """Return what a list says of a course."""
        cycle = self.cycles.get(course.pk)
        clock = self._clock(course, cycle) if cycle else _Clock()
        visit = self.visits.get(course.pk)
        bag = clock.bag
        return Running(
            course_id=course.pk,
            status=course.status,
            place=self.places.get(course.pk, ""),
            infusion_day=clock.day,
            paused_since=clock.paused_since,
            bag_sequence=bag.sequence if bag else None,
            rate_ml_h=bag.rate_ml_h if bag else None,
            dry_at=clock.dry_at,
            next_visit_at=visit.planned_at if visit else None,
            next_visit_kind=visit.kind if visit else "",
        )

    def _clock(self, course: models.Course, cycle: models.Cycle) -> "_Clock":
        """Read the clock of a running cycle as the course page does."""
        bags = self.bags.get(cycle.pk, [])
        rows = CycleRows(cycle=cycle, bags=bags, events=self.events.get(cycle.pk, []))
        facts = cycle_facts(rows)
        ledger = effective_ledger(facts, self.now)
        pattern = pattern_of_cycle(regimen_of(course), cycle)
        day = infusion_day(ledger.delivered(self.now), pattern.infusion_hours)
        return _Clock(
            day=day if ledger.started_at else None,
            paused_since=ledger.paused_since,
            dry_at=empties_at(facts.ledger, facts.hanging),
            bag=rows.hanging,
        )


@dataclass(frozen=True, kw_only=True)
class _Clock:
    day: int | None = None
    paused_since: dt.datetime | None = None
    dry_at: dt.datetime | None = None
    bag: models.Bag | None = None


def _last_places(course_ids: list[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, str]:
    rows = (
        models.Placement.objects.filter(course_id__in=course_ids, from_at__lte=now)
        .order_by("course_id", "-from_at", "-id")
        .distinct("course_id")
    )
    return dict(rows.values_list("course_id", "kind"))


def _by_cycle(rows: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.cycle_id, []).append(row)
    return found


def _next_visits(course_ids: list[uuid.UUID]) -> dict[uuid.UUID, models.Visit]:
    """Return the first booked visit of each course, also one that is overdue."""
    rows = (
        models.Visit.objects.filter(
            cycle__course_id__in=course_ids, status=VisitStatus.BOOKED
        )
        .select_related("cycle")
        .order_by("cycle__course_id", "planned_at", "id")
        .distinct("cycle__course_id")
    )
    return {visit.cycle.course_id: visit for visit in rows}


@dataclass(frozen=True, kw_only=True)
class PatientRecord:
    """What must be seen before anybody touches the line."""

    allergies: tuple[Any, ...]
    lines: tuple[Any, ...]
    weight: Any
    height: Any


def read_record(patient: Any, now: dt.datetime) -> PatientRecord:
    """Read allergies, central lines and the last weight and height of a patient."""
    allergies = patient.allergies.exclude(
        verification_status__in=["refuted", "entered-in-error"]
    ).exclude(clinical_status__in=["inactive", "resolved"])
    lines = patient.central_lines.filter(removed_on=None)
    return PatientRecord(
        allergies=tuple(allergies.order_by("substance", "id")),
        lines=tuple(lines.order_by("placed_on", "id")),
        weight=latest_measurement(patient.pk, "WEIGHT_KG", now),
        height=latest_measurement(patient.pk, "HEIGHT_CM", now),
    )


def list_courses_of(patient_id: uuid.UUID) -> QuerySet[models.Course]:
    """List the courses of a patient, the latest first."""
    rows = models.Course.objects.filter(patient_id=patient_id)
    return rows.order_by("-ordered_at", "-id")


def list_visiting_staff(site_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """List who of a site may take a visit, by name."""
    people = get_user_model().objects.filter(
        is_active=True,
        memberships__site_id=site_id,
        memberships__is_active=True,
        memberships__role__in=_VISITING,
    )
    return sorted(
        ((person.pk, str(person)) for person in people.distinct()),
        key=lambda entry: entry[1],
    )


def list_visiting_caregivers(patient_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """List the confirmed caregivers of a patient, who may take a visit, by name."""
    links = list_caregiver_links(patient_id).filter(
        state="CONFIRMED", user__is_active=True
    )
    people = {link.user_id: str(link.user) for link in links}
    return sorted(people.items(), key=lambda entry: entry[1])
