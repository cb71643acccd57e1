"""What a patient suffered from, how bad it was over time, and what was done."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from infusion.domain.adverse_events import (
    ActionTaken,
    EntryKind,
    RecordedFrom,
    Relation,
    Seriousness,
)
from infusion.domain.grading import Verdict
from infusion.domain.states import ADVERSE_EVENT_STEPS, AdverseEventStatus
from infusion.domain.toxicity import Scale, ToxicityEvent
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)
from infusion.models.checkins import CheckInResult
from infusion.models.courses import Course, Cycle


@pghistory.track(append_only=True)
class AdverseEvent(VersionedRecord):
    """One adverse event of a course; its grades are its entries."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="adverse_events")
    # The cycle in which it began; None outside of one.
    cycle = models.ForeignKey(
        Cycle, models.PROTECT, null=True, blank=True, related_name="adverse_events"
    )
    event = models.CharField(max_length=16, choices=choices(ToxicityEvent))
    # The term in words, where it says more than the event: "Headache".
    term = models.CharField(max_length=120, blank=True)
    onset_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=9,
        choices=choices(AdverseEventStatus),
        default=AdverseEventStatus.OPEN,
    )
    relation = models.CharField(
        max_length=12, choices=choices(Relation), default=Relation.UNASSESSABLE
    )
    seriousness = models.CharField(max_length=16, choices=choices(Seriousness))
    source = models.CharField(max_length=6, choices=choices(RecordedFrom))
    # Of one from triage: the result that offered it.
    from_result = models.ForeignKey(
        CheckInResult,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adverse_events",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = [only_steps(ADVERSE_EVENT_STEPS)]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("onset_at")),
                name="adverse_event_ordered",
            ),
            models.CheckConstraint(
                condition=Q(status="WITHDRAWN")
                | Q(status="RESOLVED", resolved_at__isnull=False)
                | Q(status="OPEN", resolved_at=None),
                name="a_resolved_event_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(source="TRIAGE") | Q(from_result=None),
                name="only_triage_has_a_result",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "-onset_at"], name="adverse_event_by_time")
        ]

    @property
    def site_id(self) -> uuid.UUID:
        """Return the site of the course, as policy asks."""
        return self.course.site_id

    @property
    def patient_id(self) -> uuid.UUID:
        """Return whose course it is, as policy asks."""
        return self.course.patient_id


class AdverseEventEntry(Record):
    """What was written down of an adverse event at one time. Append-only.

    ``verdict`` says how far the grade is settled; "cannot assess" has none.
    """

    adverse_event = models.ForeignKey(
        AdverseEvent, models.PROTECT, related_name="entries"
    )
    kind = models.CharField(max_length=9, choices=choices(EntryKind))
    verdict = models.CharField(max_length=13, choices=choices(Verdict), blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    # The scale and the version of its data by which the grade was given.
    scale = models.CharField(max_length=8, choices=choices(Scale), blank=True)
    scale_version = models.CharField(max_length=40, blank=True)
    actions = ArrayField(
        models.CharField(max_length=9, choices=choices(ActionTaken)),
        default=list,
        blank=True,
    )
    note = models.CharField(max_length=500, blank=True)
    # When it was so, and when it was written down.
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade=None) | ~Q(scale=""), name="a_grade_has_a_scale"
            ),
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__range=(0, 5)), name="grade_0_to_5"
            ),
            models.CheckConstraint(
                condition=Q(at__lte=F("recorded_at")), name="entry_not_ahead"
            ),
        ]
        indexes = [models.Index(fields=["adverse_event", "at"], name="entry_by_time")]
