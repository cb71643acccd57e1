"""Texts a site writes itself: one person words them, another stands behind them too."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusion.domain.checkins import AdviceKind
from infusion.domain.states import OVERLAY_STEPS, OverlayStatus
from infusion.models.base import VersionedRecord, choices, only_steps


class SiteText(VersionedRecord):
    """A text in both languages; of its kind at a site at most one is in force."""

    SCOPE: ClassVar = {"site": "site"}
    # Policy asks every object whose patient it belongs to: none.
    patient_id: ClassVar[None] = None
    site_id: uuid.UUID

    number = models.PositiveIntegerField()
    en = models.CharField(max_length=500)
    zh = models.CharField(max_length=500)
    status = models.CharField(
        max_length=10, choices=choices(OverlayStatus), default=OverlayStatus.DRAFT
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


@pghistory.track(append_only=True)
class AdviceText(SiteText):
    """What a site tells whoever has answered; two people stand behind it."""

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="advice")
    kind = models.CharField(max_length=5, choices=choices(AdviceKind))

    class Meta:
        triggers = [only_steps(OVERLAY_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind", "number"], name="advice_once"
            ),
            models.UniqueConstraint(
                fields=["site", "kind"],
                condition=Q(status="IN_FORCE"),
                name="one_advice_in_force",
            ),
            models.UniqueConstraint(
                fields=["site", "kind"],
                condition=Q(status="DRAFT"),
                name="one_advice_draft",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")),
                name="another_person_approves",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="advice_in_force_is_approved",
            ),
        ]


@pghistory.track(append_only=True)
class QuestionWording(SiteText):
    """How a site words a question that is only asked once two people signed it.

    ``question`` names the questionnaire and the question: "neuro.place".
    """

    site = models.ForeignKey("patients.Site", models.PROTECT, related_name="wordings")
    question = models.CharField(max_length=90)
    # Until when it was asked in these words; None while it is, or before it was.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(OVERLAY_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "question", "number"], name="wording_once"
            ),
            models.UniqueConstraint(
                fields=["site", "question"],
                condition=Q(status="IN_FORCE"),
                name="one_wording_in_force",
            ),
            models.UniqueConstraint(
                fields=["site", "question"],
                condition=Q(status="DRAFT"),
                name="one_wording_draft",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("drafted_by")),
                name="another_person_signs_wording",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="wording_in_force_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["SUPERSEDED", "WITHDRAWN"]) | Q(ended_at=None),
                name="wording_ends_once_it_is_over",
            ),
        ]
