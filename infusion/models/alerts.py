"""What a person must take, and what became of it."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from infusion.domain.alerts import AlertStepKind, Cause, Outcome
from infusion.domain.ladders import Severity, Whom
from infusion.domain.states import ALERT_STEPS, AlertStatus
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)
from infusion.models.courses import Course


@pghistory.track(append_only=True)
class Alert(VersionedRecord):
    """One alert for one cause: who has it, or when it reaches the next person."""

    SCOPE: ClassVar = {"site": "site", "patient": "course__patient"}

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="alerts")
    # None when it is about no patient, such as the rota.
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="alerts"
    )
    severity = models.CharField(
        max_length=5, choices=choices(Severity), default=Severity.RED
    )
    cause = models.CharField(max_length=24, choices=choices(Cause))
    # The stop, the bag, the shift it is about: no two alerts are open for one.
    subject = models.CharField(max_length=120)
    since = models.DateTimeField()
    # How many of the times of the cause were past when it was last told.
    stage = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(
        max_length=9, choices=choices(AlertStatus), default=AlertStatus.OPEN
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    rung = models.SmallIntegerField(default=-1)
    # When it goes to the next person; of one that is taken, when its owner is reminded.
    climb_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=choices(Outcome), blank=True)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(ALERT_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "subject"],
                condition=~Q(status="RESOLVED"),
                name="one_open_alert_a_cause",
            ),
            models.CheckConstraint(
                condition=~Q(status="TAKEN") | Q(owner__isnull=False),
                name="a_taken_alert_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(status="RESOLVED", ended_at__isnull=False)
                | (~Q(status="RESOLVED") & Q(ended_at=None, outcome="")),
                name="a_resolved_alert_has_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["climb_at"], condition=Q(status="OPEN"), name="alert_climbs"
            ),
            models.Index(fields=["site", "-raised_at"], name="alert_by_site"),
            models.Index(fields=["cause", "subject"], name="alert_by_cause"),
        ]

    @property
    def patient_id(self) -> uuid.UUID | None:
        """Return whose course it is, as policy asks; None when it is of no course."""
        return self.course.patient_id if self.course else None


class AlertStep(Record):
    """One thing that happened to an alert. Append-only."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12, choices=choices(AlertStepKind))
    at = models.DateTimeField()
    # None when the service did it by itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Whom the rung reaches, when it climbed; how many people were told.
    role = models.CharField(max_length=20, choices=choices(Whom), blank=True)
    told = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers = [append_only()]
