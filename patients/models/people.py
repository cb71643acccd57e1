"""Patients, those who help them, and how to reach them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from patients.domain.links import MOVES
from patients.domain.names import PersonName
from patients.models.base import Record, VersionedRecord
from patients.models.history import trackers
from patients.models.sites import Site, check_time_zone


class Sex(models.TextChoices):
    """Administrative sex, as FHIR R4 codes it."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Unknown")


@pghistory.track(*trackers(), append_only=True)
class Patient(VersionedRecord):
    """A person under the care of one site."""

    SCOPE = {"site": "site", "patient": "id"}

    site = models.ForeignKey(Site, models.PROTECT, related_name="patients")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="patient",
    )
    mrn = models.CharField(_("medical record number"), max_length=64)
    mrn_system = models.CharField(max_length=200, default="", blank=True)
    family_name = models.CharField(_("family name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=200, blank=True)
    # Lower-case pinyin or Latin: "zhang san"; and its initials: "zs".
    sort_key = models.CharField(max_length=400, editable=False, default="")
    initials = models.CharField(max_length=40, editable=False, default="")
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(
        _("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[check_time_zone]
    )
    # The instant of death may be unknown, the fact is not.
    is_deceased = models.BooleanField(_("deceased"), default=False)
    deceased_at = models.DateTimeField(_("died at"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    source_system = models.CharField(max_length=200, default="", blank=True)
    source_id = models.CharField(max_length=128, default="", blank=True)
    source_digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "mrn"], name="mrn_once_a_site"),
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~Q(source_id=""),
                name="patient_source_once",
            ),
            models.CheckConstraint(condition=~Q(mrn=""), name="mrn_not_empty"),
            models.CheckConstraint(
                condition=Q(deceased_at=None) | Q(is_deceased=True),
                name="died_at_only_of_the_deceased",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "sort_key", "id"], name="patient_by_name"),
            # Without its spaces: "zhangsan" and "zhang san" are the same question.
            GinIndex(
                OpClass(
                    Replace("sort_key", Value(" "), Value("")), name="gin_trgm_ops"
                ),
                name="patient_name_search",
            ),
            models.Index(
                fields=["initials"],
                name="patient_initials_search",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(
                OpClass(Upper("mrn"), name="varchar_pattern_ops"),
                name="patient_mrn_search",
            ),
        ]

    @property
    def name(self) -> PersonName:
        """Return the name as a value."""
        return PersonName(family=self.family_name, given=self.given_name)

    def __str__(self) -> str:
        return self.name.display


class CaregiverKind(models.TextChoices):
    """What the caregiver is to the patient."""

    PARENT = "PARENT", _("Parent")
    PARTNER = "PARTNER", _("Partner")
    CHILD = "CHILD", _("Adult child")
    GUARDIAN = "GUARDIAN", _("Legal guardian")
    OTHER = "OTHER", _("Other")


class LinkState(models.TextChoices):
    """Where a caregiver link stands."""

    PENDING = "PENDING", _("Pending")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    DENIED = "DENIED", _("Denied")
    EXPIRED = "EXPIRED", _("Expired")
    REVOKED = "REVOKED", _("Revoked")


@pghistory.track(*trackers(), append_only=True)
class CaregiverLink(Record):
    """A person may act for a patient between two dates."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="caregiver_links")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="caregiver_links"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CaregiverKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=LinkState.choices, default=LinkState.PENDING
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user"],
                condition=Q(state__in=["PENDING", "CONFIRMED"]),
                name="one_open_caregiver_link",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="caregiver_link_dates_ordered",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="caregiver_link_moves",
                field="state",
                transitions=[
                    (state, wanted)
                    for state, moves in MOVES.items()
                    for wanted in sorted(moves)
                ],
            ),
        ]


class CareAssignment(Record):
    """A member of staff looks after a patient; home nurses see only these patients."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user"],
                condition=Q(ends_on=None),
                name="one_open_assignment",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="assignment_dates_ordered",
            ),
        ]


class Channel(models.TextChoices):
    """How a message reaches a person."""

    EMAIL = "EMAIL", _("Email")
    SMS = "SMS", _("Text message")
    # Only people call it: no message is ever sent over this one.
    PHONE = "PHONE", _("Telephone call")
    PUSH = "PUSH", _("Push message")
    WECHAT = "WECHAT", _("WeChat")
    IN_APP = "IN_APP", _("In the app")
    CONSOLE = "CONSOLE", _("Console")


@pghistory.track(*trackers(), append_only=True)
class ContactPoint(Record):
    """One address of a patient or of a user, and when it may be used."""

    patient = models.ForeignKey(
        Patient, models.CASCADE, null=True, blank=True, related_name="contact_points"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="contact_points",
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    value = models.CharField(_("address or number"), max_length=254)
    rank = models.PositiveSmallIntegerField(_("order of use"), default=1)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    # Wall-clock times in the patient's zone; the span may cross midnight.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)
    opted_out_at = models.DateTimeField(_("opted out at"), null=True, blank=True)
    # Where it was imported from; empty when entered here.
    source_system = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient=None) ^ Q(user=None),
                name="contact_point_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["patient", "channel", "value"], name="patient_contact_once"
            ),
            models.UniqueConstraint(
                fields=["user", "channel", "value"], name="user_contact_once"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_hours_both_or_none",
            ),
        ]
