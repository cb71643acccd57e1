"""Dated clinical facts about a patient; nothing here is overwritten."""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models.base import Record
from patients.models.history import trackers
from patients.models.people import Patient


class ConsentScope(models.TextChoices):
    """What a patient agrees to."""

    HOME_INFUSION = "HOME_INFUSION", _("Infusion at home")
    REMINDERS = "REMINDERS", _("Reminders")
    CAREGIVER_ACCESS = "CAREGIVER_ACCESS", _("Access for caregivers")


@pghistory.track(*trackers(), append_only=True)
class Consent(Record):
    """A patient, or a guardian, agreed to something."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="consents")
    scope = models.CharField(_("scope"), max_length=20, choices=ConsentScope.choices)
    given_at = models.DateTimeField(_("given at"))
    given_by_guardian = models.BooleanField(_("given by a guardian"), default=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "scope"],
                condition=Q(withdrawn_at=None),
                name="one_standing_consent_a_scope",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_dates_ordered",
            ),
        ]


class MeasurementKind(models.TextChoices):
    """What was measured; the unit is part of the kind."""

    WEIGHT_KG = "WEIGHT_KG", _("Weight (kg)")
    HEIGHT_CM = "HEIGHT_CM", _("Height (cm)")


class Measurement(Record):
    """A weight or a height, when it was taken and by whom.

    Rows are never changed: of two rows for one instant, the later recorded one counts.
    """

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="measurements")
    kind = models.CharField(_("kind"), max_length=10, choices=MeasurementKind.choices)
    value = models.DecimalField(_("value"), max_digits=6, decimal_places=2)
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            # The upper bound also keeps out NaN, which PostgreSQL sorts above all.
            models.CheckConstraint(
                condition=Q(value__gt=0) & Q(value__lte=Decimal("9999.99")),
                name="measurement_possible",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MeasurementKind.values),
                name="measurement_kind_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["patient", "kind", "-taken_at", "-id"],
                name="measurement_latest",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="measurement_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]


class Allergy(Record):
    """A substance the patient must not meet."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="allergies")
    substance = models.CharField(_("substance"), max_length=300)
    code_system = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=64, blank=True)
    criticality = models.CharField(_("criticality"), max_length=20, blank=True)
    clinical_status = models.CharField(_("status"), max_length=20, blank=True)
    verification_status = models.CharField(_("certainty"), max_length=20, blank=True)
    reactions = models.JSONField(_("reactions"), default=list, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    source_system = models.CharField(max_length=200, default="", blank=True)
    source_id = models.CharField(max_length=128, default="", blank=True)
    source_digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        verbose_name_plural = _("allergies")
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~Q(source_id=""),
                name="allergy_source_once",
            ),
        ]


class PatientDevice(Record):
    """A device a patient carries or uses, as an outside record names it."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="devices")
    name = models.CharField(_("name"), max_length=300)
    status = models.CharField(_("status"), max_length=20, blank=True)
    serial_number = models.CharField(_("serial number"), max_length=100, blank=True)
    lot_number = models.CharField(_("lot number"), max_length=100, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    source_system = models.CharField(max_length=200, default="", blank=True)
    source_id = models.CharField(max_length=128, default="", blank=True)
    source_digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~Q(source_id=""),
                name="device_source_once",
            ),
        ]


class LineKind(models.TextChoices):
    """The central line the infusion runs through."""

    PICC = "PICC", _("PICC")
    PORT = "PORT", _("Implanted port")
    TUNNELLED = "TUNNELLED", _("Tunnelled catheter")
    OTHER = "OTHER", _("Other")


class CentralLine(Record):
    """A central venous line with its lumens and dates."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="central_lines")
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind.choices)
    lumens = models.PositiveSmallIntegerField(_("lumens"), default=1)
    placed_on = models.DateField(_("placed on"))
    removed_on = models.DateField(_("removed on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lumens__gte=1) & Q(lumens__lte=3),
                name="one_to_three_lumens",
            ),
        ]
