"""What is known before a patient goes home, who waived what, and who signed."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from infusion.domain.states import SIGN_OFF_STEPS, SignOffStatus
from infusion.models.bags import Bag
from infusion.models.base import Record, append_only, choices, only_steps
from infusion.models.courses import Course, Cycle, Placement, PlanVersion, Visit


class ReadinessFact(Record):
    """One fact about a patient who may go home. Append-only.

    A correction is a row of its own that names the one it corrects; the corrected one no
    longer counts. ``is_withdrawn`` says that it should never have been recorded.
    """

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="readiness_facts", db_index=False
    )
    kind = models.CharField(max_length=40)
    item = models.CharField(max_length=40, blank=True)
    number = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    # Of a laboratory value: where normal ends there, in the same unit.
    upper_limit = models.DecimalField(
        max_digits=9, decimal_places=3, null=True, blank=True
    )
    unit = models.CharField(max_length=20, blank=True)
    answer = models.BooleanField(null=True, blank=True)
    text = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    caregiver = models.ForeignKey(
        "patients.CaregiverLink",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    taken_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
    )
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")),
                name="readiness_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__lte=F("recorded_at")),
                name="readiness_fact_not_ahead",
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawn=False) | Q(corrects__isnull=False),
                name="only_a_fact_is_withdrawn",
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "kind", "-taken_at"], name="readiness_by_kind"
            )
        ]


class ReadinessWaiver(Record):
    """Somebody lets a soft criterion pass in one cycle, and says why. Append-only."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="readiness_waivers")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="readiness_waivers")
    criterion = models.CharField(max_length=8)
    # The roles in which it was given.
    roles = ArrayField(models.CharField(max_length=16))
    reason = models.CharField(max_length=500)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]


@pghistory.track(append_only=True)
class SignOff(Record):
    """Two people say that a patient may go home; a worse fact ends it."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="sign_offs")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="sign_offs")
    status = models.CharField(
        max_length=8, choices=choices(SignOffStatus), default=SignOffStatus.OPEN
    )
    opened_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    # The criteria that became worse: keys, never texts.
    voided_for = ArrayField(models.CharField(max_length=8), default=list, blank=True)

    class Meta:
        triggers = [only_steps(SIGN_OFF_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(status__in=["OPEN", "SIGNED"]),
                name="one_live_sign_off_a_cycle",
            ),
            models.CheckConstraint(
                condition=Q(status="VOID", voided_at__isnull=False)
                | (~Q(status="VOID") & Q(voided_at=None)),
                name="void_sign_offs_have_an_instant",
            ),
        ]


class ReadinessSignature(Record):
    """One person's signature over the exact facts that were shown. Append-only."""

    sign_off = models.ForeignKey(SignOff, models.PROTECT, related_name="signatures")
    # First or second: the database holds both places to two different people.
    place = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=16)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()
    # SHA-256 of facts, waivers and criteria, and what it stands for.
    digest = models.CharField(max_length=64)
    checklist_version = models.CharField(max_length=20)
    # Criterion -> state, and site value -> number, as they were shown.
    states = models.JSONField()
    numbers = models.JSONField()
    fact_ids = models.JSONField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["sign_off", "signed_by"], name="nobody_signs_twice"
            ),
            models.UniqueConstraint(
                fields=["sign_off", "place"], name="each_place_signed_once"
            ),
            models.CheckConstraint(
                condition=Q(place__in=[1, 2]), name="two_places_to_sign"
            ),
        ]


class Reassessment(Record):
    """A course whose signatures must be looked at again by a due time.

    Stored with what made it due, so that no task has to be remembered by the broker;
    ``lease_until`` is set while a worker has it.
    """

    course = models.OneToOneField(Course, models.PROTECT, related_name="reassessment")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="reassessment_due")]


class Discharge(Record):
    """A patient left the ward with the infusion running. Append-only."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="discharges")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="discharges")
    placement = models.OneToOneField(
        Placement, models.PROTECT, related_name="discharge"
    )
    # Missing when a physician decided without it, with the reason at the placement.
    sign_off = models.ForeignKey(
        SignOff, models.PROTECT, null=True, blank=True, related_name="discharges"
    )
    # The plan everything on the hand-over sheet comes from.
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    pump_serial = models.CharField(max_length=100)
    # The bag that goes home with the patient, and what was left in it.
    bag = models.ForeignKey(Bag, models.PROTECT, related_name="+")
    volume_read_ml = models.DecimalField(max_digits=7, decimal_places=2)
    volume_computed_ml = models.DecimalField(max_digits=7, decimal_places=2)
    first_home_bag = models.ForeignKey(
        Bag, models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(volume_read_ml__gte=0), name="volume_left_not_below_0"
            ),
        ]


class Readmission(Record):
    """A patient came back to the ward; the infusion clock ran on. Append-only."""

    SCOPE: ClassVar = {"site": "course__site", "patient": "course__patient"}

    course = models.ForeignKey(Course, models.PROTECT, related_name="readmissions")
    placement = models.OneToOneField(
        Placement, models.PROTECT, related_name="readmission"
    )
    keeps_home_pump = models.BooleanField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        triggers = [append_only()]
