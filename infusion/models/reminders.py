"""The reminder rules of a site, and days of a course that somebody entered."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from infusion.domain.care_dates import CareDateKind
from infusion.domain.states import (
    CARE_DATE_STEPS,
    OVERLAY_STEPS,
    CareDateStatus,
    OverlayStatus,
)
from infusion.models.base import VersionedRecord, choices, only_steps
from infusion.models.courses import Course


@pghistory.track(append_only=True)
class ReminderDocument(VersionedRecord):
    """What a site changes of the reminder rules that ship; one at a time is in force.

    ``body`` holds ``rules``, which replace those of the same key or are new, and ``off``,
    the keys of rules that are left out.
    """

    SCOPE: ClassVar = {"site": "site"}
    # Policy asks every object whose patient it belongs to: none.
    patient_id: ClassVar[None] = None

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="reminders")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    status = models.CharField(
        max_length=10, choices=choices(OverlayStatus), default=OverlayStatus.DRAFT
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    in_force_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(OVERLAY_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"], name="reminder_document_once"
            ),
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(status="IN_FORCE"),
                name="one_reminder_document_in_force",
            ),
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(status="DRAFT"),
                name="one_reminder_draft",
            ),
        ]


@pghistory.track(append_only=True)
class CareDate(VersionedRecord):
    """A day of a course that no plan knows of: a blood sample, a dressing, a payer's end."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="care_dates")
    kind = models.CharField(max_length=20, choices=choices(CareDateKind))
    at = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=choices(CareDateStatus), default=CareDateStatus.BOOKED
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(CARE_DATE_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind", "at"],
                condition=Q(status="BOOKED"),
                name="care_date_once",
            ),
        ]
        indexes = [models.Index(fields=["course", "at"], name="care_date_by_time")]
