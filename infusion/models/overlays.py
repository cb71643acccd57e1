"""What a site fills into a regimen, and who signed it."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from infusion.domain.overlays import SignRole
from infusion.domain.states import OVERLAY_STEPS, OverlayStatus
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)


@pghistory.track(append_only=True)
class RegimenOverlay(VersionedRecord):
    """The values by which a site completes or replaces those of one regimen file.

    ``values`` maps a place of the file to value, unit, source and note. It counts once a
    pharmacist and a physician have signed this ``revision``; a change begins another.
    """

    SCOPE: ClassVar = {"site": "site"}
    # Policy asks every object whose patient it belongs to: none.
    patient_id: ClassVar[None] = None

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="overlays")
    regimen_key = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    # The file it was written for; another file asks for another signature.
    base_version = models.CharField(max_length=40)
    base_digest = models.CharField(max_length=64)
    values = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    status = models.CharField(
        max_length=10,
        choices=choices(OverlayStatus),
        default=OverlayStatus.DRAFT,
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    # When the values were last changed: every signature is younger.
    changed_at = models.DateTimeField()
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers = [only_steps(OVERLAY_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "regimen_key", "number"], name="overlay_once"
            ),
            models.UniqueConstraint(
                fields=["site", "regimen_key"],
                condition=Q(status="IN_FORCE"),
                name="one_overlay_in_force",
            ),
            models.UniqueConstraint(
                fields=["site", "regimen_key"],
                condition=Q(status="DRAFT"),
                name="one_draft_overlay",
            ),
        ]


class OverlaySignature(Record):
    """A person's signature under one revision of an overlay."""

    overlay = models.ForeignKey(
        RegimenOverlay, models.PROTECT, related_name="signatures"
    )
    revision = models.PositiveIntegerField()
    role = models.CharField(max_length=12, choices=choices(SignRole))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()
    # SHA-256 of the regimen as it would stand: what was looked at and signed.
    digest = models.CharField(max_length=64)

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["overlay", "revision", "role"], name="one_signature_a_role"
            ),
            models.UniqueConstraint(
                fields=["overlay", "revision", "signed_by"],
                name="one_signature_a_person",
            ),
        ]
