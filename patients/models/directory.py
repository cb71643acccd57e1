"""Organisations, places and professionals as the outside world knows them (FHIR)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.base import Record


class ImportedRecord(Record):
    """A row that mirrors one outside record, found again by system and value."""

    source_system = models.CharField(max_length=200, default="", blank=True)
    source_id = models.CharField(max_length=128)
    # SHA-256 of the outside record: equal means nothing has changed.
    source_digest = models.CharField(max_length=64, default="", blank=True)
    # Business identifiers as "system|value": logical references are found by these.
    identifiers = ArrayField(
        models.CharField(max_length=400), verbose_name=_("identifiers"), default=list
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"], name="%(class)s_source_once"
            ),
        ]
        indexes = [GinIndex(fields=["identifiers"], name="%(class)s_by_identifier")]


class Organization(ImportedRecord):
    """A hospital, practice or agency."""

    name = models.CharField(_("name"), max_length=300)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class Location(ImportedRecord):
    """A place where care happens."""

    name = models.CharField(_("name"), max_length=300)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True
    )

    def __str__(self) -> str:
        return self.name


class Practitioner(ImportedRecord):
    """A professional in the outside directory; not an account."""

    family_name = models.CharField(_("family name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=200, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class PractitionerRole(ImportedRecord):
    """What a professional does for an organisation, and where."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="roles")
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True
    )
    locations = models.ManyToManyField(Location, blank=True)
    code = models.CharField(_("code"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.practitioner}: {self.title}"
