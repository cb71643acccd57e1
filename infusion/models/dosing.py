"""What changes the dose within a cycle, and what a physician decided on a toxicity."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from infusion.domain.dose_changes import DoseChangeKind
from infusion.models.base import Record, append_only, choices

_LOW = ["RESTART_LOW", "START_LOW"]
_CYCLE_SCOPE = {"site": "cycle__course__site", "patient": "cycle__course__patient"}


class ToxicityDecision(Record):
    """What a physician decided on a toxicity, and what was shown. Append-only.

    ``shown`` holds the rules with source, mark and version; ``facts`` what was known,
    ``missing`` what was not. The service decides nothing by itself.
    """

    SCOPE: ClassVar = _CYCLE_SCOPE

    cycle = models.ForeignKey(
        "infusion.Cycle", models.PROTECT, related_name="toxicity_decisions"
    )
    # The recorded adverse event it was decided from; None: from none.
    adverse_event = models.ForeignKey(
        "infusion.AdverseEvent",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="toxicity_decisions",
    )
    event = models.CharField(max_length=20)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    scale = models.CharField(max_length=20, blank=True)
    onset_at = models.DateTimeField()
    shown = models.JSONField()
    facts = models.JSONField()
    missing = models.JSONField(default=list)
    offered = models.JSONField()
    choice = models.CharField(max_length=20)
    departs = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(departs=False) | ~Q(reason=""),
                name="who_departs_from_the_rule_says_why",
            ),
            models.CheckConstraint(
                condition=Q(onset_at__lte=models.F("decided_at")),
                name="toxicity_before_its_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "decided_at"], name="toxicity_in_order")
        ]


class DoseChange(Record):
    """From an instant on a cycle runs at another dose. Append-only.

    The low level and its hours, or the weight, are kept as they were when it was made.
    """

    SCOPE: ClassVar = _CYCLE_SCOPE

    cycle = models.ForeignKey(
        "infusion.Cycle", models.PROTECT, related_name="dose_changes"
    )
    kind = models.CharField(max_length=12, choices=choices(DoseChangeKind))
    from_at = models.DateTimeField()
    level = models.CharField(max_length=40, blank=True, default="")
    low_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    weight_kg = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True
    )
    height_cm = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True
    )
    surface_formula = models.CharField(max_length=20, blank=True, default="")
    # Unrounded, as computed; null when the dose is fixed.
    surface_m2 = models.DecimalField(
        max_digits=12, decimal_places=8, null=True, blank=True
    )
    weight_taken_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(
        ToxicityDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dose_changes",
    )
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind__in=_LOW) & ~Q(level="") & Q(low_hours__gt=0))
                | (~Q(kind__in=_LOW) & Q(level="") & Q(low_hours=None)),
                name="a_low_step_has_a_level_and_hours",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="WEIGHT", weight_kg__gt=0, weight_taken_at__isnull=False)
                    & ~Q(surface_formula="")
                )
                | (~Q(kind="WEIGHT") & Q(weight_kg=None, surface_formula="")),
                name="a_change_of_weight_has_a_weight",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="a_dose_changes_for_a_reason"
            ),
        ]


class CycleRestart(Record):
    """A cycle ordered in place of one that stopped too long. Append-only.

    No source says whether it counts or begins with the low step: a physician's answers.
    """

    SCOPE: ClassVar = _CYCLE_SCOPE

    cycle = models.OneToOneField(
        "infusion.Cycle", models.PROTECT, related_name="restart"
    )
    stopped_cycle = models.OneToOneField(
        "infusion.Cycle", models.PROTECT, related_name="replaced_by"
    )
    repeats = models.BooleanField()
    begins_low = models.BooleanField()
    reason = models.CharField(max_length=500)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="a_new_cycle_has_a_reason"
            )
        ]
