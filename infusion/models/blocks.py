"""The way of a course through the graph of its regimen: rounds and decisions."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusion.domain.states import BLOCK_STEPS, BlockStatus
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    only_steps,
)


@pghistory.track(append_only=True)
class CourseBlock(VersionedRecord):
    """One round of a block as a course walked it; days are those of the patient.

    Of a block in which blinatumomab runs the status follows its ``cycle``; its days come
    from the plan. What was given elsewhere may have no days.
    """

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey("infusion.Course", models.PROTECT, related_name="blocks")
    sequence = models.PositiveSmallIntegerField()
    block_key = models.CharField(max_length=80)
    ordinal = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(
        max_length=10, choices=choices(BlockStatus), default=BlockStatus.PLANNED
    )
    starts_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # Why it was stopped, or where it was given.
    reason = models.CharField(max_length=500, blank=True)
    cycle = models.OneToOneField(
        "infusion.Cycle",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="walked",
    )
    # Which blinatumomab cycle of the course it is, given elsewhere or here.
    cycle_number = models.PositiveSmallIntegerField(null=True, blank=True)
    gate_passed_at = models.DateTimeField(null=True, blank=True)
    gate_passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    gate_facts = models.JSONField(default=list, blank=True)
    gate_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers = [only_steps(BLOCK_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "sequence"], name="block_in_sequence"
            ),
            models.UniqueConstraint(
                fields=["course", "block_key", "ordinal"],
                # What was stopped may be repeated.
                condition=~Q(status__in=["CANCELLED", "STOPPED"]),
                name="block_round_once",
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(status__in=["PLANNED", "STARTED"]),
                name="one_open_block_a_course",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None)
                | Q(ended_on=None)
                | Q(ended_on__gte=F("starts_on")),
                name="block_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(gate_passed_at=None, gate_passed_by=None)
                | Q(gate_passed_at__isnull=False, gate_passed_by__isnull=False),
                name="gate_passed_by_somebody",
            ),
        ]


class Decision(Record):
    """Which way a physician took after a round, on which facts; never changed.

    A later row of the same round replaces an earlier one as long as the next block has
    not begun.
    """

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(
        "infusion.Course", models.PROTECT, related_name="decisions"
    )
    from_block = models.ForeignKey(
        CourseBlock, models.PROTECT, related_name="decisions"
    )
    to = models.CharField(max_length=80)
    # Kind, value, assay and day of each fact it rests on.
    facts = models.JSONField()
    # Every way that was shown with its verdict and the answer to each condition.
    shown = models.JSONField()
    verdict = models.CharField(max_length=8)
    reason = models.CharField(max_length=500, blank=True)
    # How the disease had answered when the patient left; empty when going on.
    response = models.CharField(max_length=12, blank=True)
    regimen_version = models.CharField(max_length=60)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        indexes = [
            models.Index(fields=["course", "decided_at"], name="decisions_in_order")
        ]
