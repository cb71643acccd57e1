"""Bags, the ledger of the infusion, and the two-person check at the pump."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from infusion.domain import states
from infusion.domain.bag_life import MADE, DiscardReason
from infusion.domain.events import Happening
from infusion.models.base import (
    Record,
    VersionedRecord,
    append_only,
    choices,
    new_id,
    only_steps,
)
from infusion.models.courses import Course, Cycle


def new_code() -> str:
    """Return the opaque code printed on a bag's label."""
    return new_id().hex[-16:].upper()


class TstzRange(Func):
    """The span of two instants, as PostgreSQL writes it."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


@pghistory.track(append_only=True)
class Bag(VersionedRecord):
    """One bag of one cycle: what it holds, when it is planned, what became of it."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="bags")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="bags")
    sequence = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32, unique=True, default=new_code)
    status = models.CharField(
        max_length=10,
        choices=choices(states.BagStatus),
        default=states.BagStatus.PLANNED,
    )
    recipe_key = models.CharField(max_length=40)
    recipe_version = models.CharField(max_length=20)
    hours = models.PositiveSmallIntegerField()
    rate_ml_h = models.DecimalField(max_digits=7, decimal_places=3)
    volume_ml = models.DecimalField(max_digits=7, decimal_places=2)
    daily_dose_mcg = models.DecimalField(max_digits=7, decimal_places=3)
    planned_hang_at = models.DateTimeField()
    planned_take_down_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True, blank=True)
    # Set when it is made, or at delivery: made when, cold limit, lot.
    prepared_at = models.DateTimeField(null=True, blank=True)
    cold_until = models.DateTimeField(null=True, blank=True)
    out_of_cold_at = models.DateTimeField(null=True, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    # Nobody checks their own work.
    compounded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # The earliest of the limits that are known by now.
    use_by = models.DateTimeField(null=True, blank=True)
    hung_at = models.DateTimeField(null=True, blank=True)
    taken_down_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    discard_reason = models.CharField(
        max_length=200, choices=choices(DiscardReason), blank=True
    )
    discard_note = models.CharField(max_length=200, blank=True)
    # What was left in it; None when nobody could tell.
    discarded_ml = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, blank=True
    )

    class Meta:
        triggers = [only_steps(states.BAG_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(status="HUNG"),
                name="one_bag_hanging_a_course",
            ),
            models.UniqueConstraint(
                fields=["cycle", "sequence"],
                condition=~Q(status="CANCELLED"),
                name="bag_sequence_once",
            ),
            ExclusionConstraint(
                name="bags_never_overlap",
                expressions=[
                    (
                        TstzRange(F("hung_at"), F("taken_down_at"), Value("[)")),
                        RangeOperators.OVERLAPS,
                    ),
                    ("course", RangeOperators.EQUAL),
                ],
                condition=Q(hung_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(planned_take_down_at__gt=F("planned_hang_at")),
                name="bag_plan_ordered",
            ),
            models.CheckConstraint(
                condition=Q(taken_down_at=None) | Q(taken_down_at__gte=F("hung_at")),
                name="bag_facts_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["HUNG", "FINISHED"])
                | Q(hung_at__isnull=False, use_by__isnull=False),
                name="hung_bags_have_instants",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[str(one) for one in MADE])
                | Q(prepared_at__isnull=False, cold_until__isnull=False),
                name="made_bags_have_their_clock",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("compounded_by")),
                name="bag_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(discarded_ml=None) | Q(discarded_ml__gte=0),
                name="bag_left_not_below_0",
            ),
            models.CheckConstraint(
                condition=Q(rate_ml_h__gt=0)
                & Q(volume_ml__gt=0)
                & Q(daily_dose_mcg__gt=0)
                & Q(hours__gt=0),
                name="bag_quantities_above_0",
            ),
        ]
        indexes = [models.Index(fields=["course", "status"], name="bag_by_status")]


class InfusionEvent(Record):
    """What happened around an infusion. Append-only: a later row says it better."""

    SCOPE: ClassVar = {
        "site": "cycle__course__site",
        "patient": "cycle__course__patient",
    }

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=16, choices=choices(Happening))
    at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    # Said only of what may or may not stop the pump, such as an alarm.
    pump_stopped = models.BooleanField(null=True, blank=True)
    # A restart after four hours or more was supervised and premedicated.
    supervised = models.BooleanField(default=False)
    # The event this row says better, or takes back.
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    withdrawn = models.BooleanField(default=False)
    # What an imported event is called where it comes from.
    source_key = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "source_key"],
                condition=~Q(source_key=""),
                name="event_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False) | Q(corrects__isnull=False),
                name="only_corrections_withdraw",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
                name="event_corrects_another",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "at"], name="events_in_order")]


class HangCheck(Record):
    """The first person's reading of the pump, waiting for the second person's."""

    SCOPE: ClassVar = {"site": "bag__course__site", "patient": "bag__course__patient"}

    bag = models.ForeignKey(Bag, models.PROTECT, related_name="hang_checks")
    replaces = models.ForeignKey(
        Bag, models.PROTECT, null=True, blank=True, related_name="+"
    )
    hung_at = models.DateTimeField()
    rate_ml_h = models.DecimalField(max_digits=7, decimal_places=3)
    volume_ml = models.DecimalField(max_digits=7, decimal_places=2)
    ends_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bag"],
                condition=Q(confirmed_at=None, withdrawn_at=None),
                name="one_open_check_a_bag",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="two_different_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmation_whole_or_none",
            ),
        ]
