"""By which rules a site reads the answers of its patients."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusion.domain.states import OVERLAY_STEPS, OverlayStatus
from infusion.models.base import VersionedRecord, choices, only_steps


@pghistory.track(append_only=True)
class TriageDocument(VersionedRecord):
    """The triage rules of a site; one document at a time is in force.

    ``body`` is the whole set, written as the shipped file is. Results name it by its
    ``number``: "triage 1.0.0+site.3".
    """

    SCOPE: ClassVar = {"site": "site"}
    # Policy asks every object whose patient it belongs to: none.
    patient_id: ClassVar[None] = None

    site = models.ForeignKey(
        "patients.Site", models.PROTECT, related_name="triage_rules"
    )
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
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(OVERLAY_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"], name="triage_document_once"
            ),
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(status="IN_FORCE"),
                name="one_triage_document_in_force",
            ),
            models.UniqueConstraint(
                fields=["site"], condition=Q(status="DRAFT"), name="one_triage_draft"
            ),
            models.CheckConstraint(
                condition=Q(in_force_by=None) | ~Q(in_force_by=F("drafted_by")),
                name="another_person_brings_in_force",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | Q(in_force_by__isnull=False, in_force_at__isnull=False),
                name="triage_in_force_is_signed",
            ),
        ]
