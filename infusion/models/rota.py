"""Who is on call when, and who offered a shift to whom."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from infusion.domain.rota import OnCallRole
from infusion.domain.states import SWAP_STEPS, SwapStatus
from infusion.models.bags import TstzRange
from infusion.models.base import Record, VersionedRecord, choices, only_steps


@pghistory.track(append_only=True)
class Shift(VersionedRecord):
    """A span of one role at one site, held by somebody or waiting for one.

    A shift that is taken out stays as a row: who was on call is asked for later.
    """

    SCOPE: ClassVar = {"site": "site"}
    # Policy asks every object whose patient it belongs to: none.
    patient_id: ClassVar[None] = None

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="shifts")
    role = models.CharField(max_length=12, choices=choices(OnCallRole))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shifts",
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_at__gt=F("from_at")), name="shift_ordered"
            ),
            ExclusionConstraint(
                name="shifts_never_overlap",
                expressions=[
                    (
                        TstzRange(F("from_at"), F("to_at"), Value("[)")),
                        RangeOperators.OVERLAPS,
                    ),
                    ("site", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                ],
                condition=Q(removed_at=None),
            ),
        ]
        indexes = [models.Index(fields=["site", "to_at"], name="shift_by_site")]


@pghistory.track(append_only=True)
class ShiftSwap(Record):
    """Somebody offers a shift to somebody else, who takes it or not."""

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="swaps")
    # The shift as it was when it was offered: a later change voids the offer.
    shift_version = models.PositiveIntegerField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    proposed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    status = models.CharField(
        max_length=9, choices=choices(SwapStatus), default=SwapStatus.PROPOSED
    )
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(SWAP_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=Q(status="PROPOSED"),
                name="one_open_swap_a_shift",
            ),
        ]
