"""Times in which nothing is said to a family, and what was kept back in them."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusion.domain.muting import MuteEnd, MuteReason
from infusion.models.base import Record, VersionedRecord, append_only, choices
from infusion.models.courses import Course
from infusion.models.messages import Message


@pghistory.track(append_only=True)
class Mute(VersionedRecord):
    """Nothing is said to a patient and their caregivers: of one course, or of any.

    It holds from ``from_at`` to before ``until`` unless ``ended_at`` is set. That it has
    run out is written down later; nothing depends on it.
    """

    SCOPE: ClassVar = {"site": "patient__site", "patient": "patient"}

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="mutes"
    )
    # None when it is about everything of the patient.
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="mutes"
    )
    reason = models.CharField(max_length=16, choices=choices(MuteReason))
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # None when it ended by itself.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_how = models.CharField(max_length=8, choices=choices(MuteEnd), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "course"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_mute_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("from_at")), name="mute_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="")
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="a_mute_says_how_it_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(ended_at=None), name="mute_runs_out"
            ),
            models.Index(fields=["patient", "-from_at"], name="mute_by_patient"),
        ]

    @property
    def site_id(self) -> uuid.UUID:
        """Return the site of the patient, as policy asks."""
        return self.patient.site_id


class KeptBack(Record):
    """A message that was due while a mute held. Append-only, once."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="kept_back")
    mute = models.ForeignKey(Mute, models.PROTECT, related_name="kept_back")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
