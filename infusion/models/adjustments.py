"""What people changed of a plan, and what they fixed in it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusion.domain.adjustments import AdjustmentKind
from infusion.domain.changes import Scope, Verb
from infusion.models.base import Record, append_only, choices


class PlanAdjustment(Record):
    """A visit moved to an hour, or a recipe for some bags. Append-only.

    With scope LATER a recipe counts for every later cycle of the course too.
    """

    SCOPE: ClassVar = {
        "site": "cycle__course__site",
        "patient": "cycle__course__patient",
    }

    cycle = models.ForeignKey(
        "infusion.Cycle", models.PROTECT, related_name="adjustments"
    )
    kind = models.CharField(max_length=12, choices=choices(AdjustmentKind))
    scope = models.CharField(max_length=8, choices=choices(Scope))
    from_at = models.DateTimeField()
    # Where a visit moves to; a recipe counts for one bag, or until the cycle ends.
    to_at = models.DateTimeField(null=True, blank=True)
    recipe_key = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="MOVE_VISIT", to_at__isnull=False, recipe_key="")
                    & ~Q(to_at=F("from_at"))
                    & ~Q(scope="LATER")
                )
                | (Q(kind="USE_RECIPE", to_at=None) & ~Q(recipe_key="")),
                name="an_adjustment_says_what_it_fixes",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="an_adjustment_has_a_reason"
            ),
        ]


class PlanChange(Record):
    """A change of the plan as somebody confirmed it: what, how far, and why. Append-only.

    ``parameters`` are the ids, codes, instants and words that were given, never a name.
    """

    course = models.ForeignKey(
        "infusion.Course", models.PROTECT, related_name="plan_changes"
    )
    verb = models.CharField(max_length=16, choices=choices(Verb))
    scope = models.CharField(max_length=8, choices=choices(Scope))
    parameters = models.JSONField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    # The last plan once it was made; none where the course has never had one.
    plan_number = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="a_plan_change_has_a_reason"
            ),
        ]
