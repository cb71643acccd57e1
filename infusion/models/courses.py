"""A course, its cycles, its placements and its plan versions."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from infusion.domain import states
from infusion.domain.wasted import OTHER_DOSE
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)


@pghistory.track(append_only=True)
class Course(VersionedRecord):
    """One patient under one regimen; ``version`` grows with every change below it."""

    SCOPE: ClassVar = {"site": "site", "patient": "patient"}

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="courses"
    )
    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="courses")
    regimen_key = models.CharField(max_length=80)
    regimen_version = models.CharField(max_length=60)
    # The regimen as it was ordered. Nullable for the history of courses from before it
    # was kept; a course always has one.
    snapshot = models.ForeignKey(
        "infusion.RegimenSnapshot",
        models.PROTECT,
        null=True,
        related_name="courses",
    )
    label_id = models.CharField(max_length=80, blank=True)
    label_revision = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10,
        choices=choices(states.CourseStatus),
        default=states.CourseStatus.ORDERED,
    )
    time_zone = models.CharField(max_length=64)
    cycles_planned = models.PositiveSmallIntegerField()
    # The way out by which the patient left, and why a course was stopped in between.
    exit_key = models.CharField(max_length=80, blank=True, default="")
    end_reason = models.CharField(max_length=500, blank=True, default="")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField()

    class Meta:
        triggers = [only_steps(states.COURSE_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(status__in=["ORDERED", "ACTIVE"]),
                name="one_open_course_a_patient",
            ),
            models.CheckConstraint(
                condition=Q(cycles_planned__gte=1), name="a_course_has_a_cycle"
            ),
            models.CheckConstraint(
                condition=Q(snapshot__isnull=False), name="a_course_has_its_regimen"
            ),
            models.CheckConstraint(
                condition=(Q(status="LEFT") & ~Q(exit_key=""))
                | (~Q(status="LEFT") & Q(exit_key="")),
                name="who_left_left_by_a_way",
            ),
        ]
        indexes = [models.Index(fields=["site", "status"], name="course_by_site")]


@pghistory.track(append_only=True)
class Cycle(VersionedRecord):
    """A blinatumomab block as it runs; its dosing weight is frozen here."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="cycles")
    number = models.PositiveSmallIntegerField()
    # Which round of which block of the regimen it is.
    block_key = models.CharField(max_length=80, blank=True, default="")
    ordinal = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(
        max_length=10,
        choices=choices(states.CycleStatus),
        default=states.CycleStatus.PLANNED,
    )
    planned_start_at = models.DateTimeField()
    # When the go was given; no bag goes up before it.
    go_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The dosing weight and how it was reached, frozen when the cycle is ordered.
    weight_kg = models.DecimalField(max_digits=6, decimal_places=2)
    height_cm = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True
    )
    surface_formula = models.CharField(max_length=20)
    # Unrounded, as computed; null when the dose is fixed.
    surface_m2 = models.DecimalField(
        max_digits=12, decimal_places=8, null=True, blank=True
    )
    weight_taken_at = models.DateTimeField()

    class Meta:
        triggers = [only_steps(states.CYCLE_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"],
                condition=~Q(status="CANCELLED"),
                name="cycle_once",
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(status="STARTED"),
                name="one_running_cycle_a_course",
            ),
            models.CheckConstraint(condition=Q(weight_kg__gt=0), name="weight_above_0"),
        ]


class Placement(Record):
    """From this instant the patient is on the ward, at home or in the clinic."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="placements")
    kind = models.CharField(max_length=8, choices=choices(states.PlacementKind))
    from_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    # Set when a physician moved the patient out before the label's days were over.
    override_reason = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        triggers = [append_only()]
        indexes = [models.Index(fields=["course", "-from_at"], name="placement_last")]


# A plan that names the bag on the pump for its dose. Who looks for one asks just so.
NAMING_OTHER_DOSE = Q(body__contains={"unmet": [{"code": OTHER_DOSE}]})


class PlanVersion(Record):
    """A plan as it was made: from which facts, rules and versions, by whom."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="plan_versions")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=40)
    # None when the service made it by itself.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    made_at = models.DateTimeField()
    # SHA-256 of the request: equal requests give equal plans.
    request_digest = models.CharField(max_length=64)
    # Key -> version of every regimen, recipe and rule file that took part.
    sources = models.JSONField()
    # Who was to be told when it was made; other people ask for another plan.
    people = models.JSONField(default=list)
    body = models.JSONField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="plan_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="plan_from_one"),
        ]
        indexes = [
            # Looked for every few seconds: the few of a whole history of plans.
            models.Index(
                fields=["course", "number"],
                condition=NAMING_OTHER_DOSE,
                name="plan_naming_another_dose",
            )
        ]


@pghistory.track(append_only=True)
class Visit(VersionedRecord):
    """Somebody must be with the patient at this instant."""

    SCOPE: ClassVar = {
        "site": "cycle__course__site",
        "patient": "cycle__course__patient",
    }

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=20)
    # The bag to hang at this visit; none at the disconnect.
    bag = models.ForeignKey(
        "infusion.Bag", models.PROTECT, null=True, blank=True, related_name="visits"
    )
    planned_at = models.DateTimeField()
    placement = models.CharField(max_length=8, choices=choices(states.PlacementKind))
    status = models.CharField(
        max_length=10,
        choices=choices(states.VisitStatus),
        default=states.VisitStatus.BOOKED,
    )
    done_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        triggers = [only_steps(states.VISIT_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "kind", "bag"],
                condition=~Q(status="CANCELLED"),
                nulls_distinct=False,
                name="visit_once",
            ),
            models.CheckConstraint(
                condition=Q(status="FULFILLED", done_at__isnull=False)
                | (~Q(status="FULFILLED") & Q(done_at=None)),
                name="done_visits_have_an_instant",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "planned_at"], name="visit_by_time")]
