"""Where care is given and who works there."""

import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.days_off import HolidayCalendarUnknown, check_calendar
from patients.domain.hours import HoursNotUnderstood, read_hours
from patients.models.base import Record
from patients.models.history import trackers


def check_time_zone(value: str) -> None:
    """Refuse a name that is not an IANA time zone.

    :raises ValidationError: when the zone is unknown.
    """
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone"), params={"zone": value})


def check_holiday_calendar(value: str) -> None:
    """Refuse a calendar without known holidays.

    :raises ValidationError: when there is none of that name.
    """
    try:
        check_calendar(value)
    except HolidayCalendarUnknown:
        raise ValidationError(
            _(
                "No public holidays are known for %(calendar)s. Write a country, or a country and its part, such as US, GB-ENG, HK or CN."
            ),
            params={"calendar": value},
        ) from None


def check_working_hours(value: object) -> None:
    """Refuse hours that cannot be read.

    :raises ValidationError: when they are not hours of weekdays.
    """
    try:
        read_hours(value)
    except HoursNotUnderstood:
        raise ValidationError(
            _(
                'Write the hours of each weekday, 0 being Monday, such as {"0": [["08:00", "17:00"]]}. A day that is missing is closed.'
            )
        ) from None


# Returns a sentence for each stored value that would not count.
ValueCheck = Callable[[Mapping[str, Any]], list[str]]
# Patients knows no infusion: whoever uses the values says what they may be.
VALUE_CHECKS: list[ValueCheck] = []


class Role(models.TextChoices):
    """What a person does at a site."""

    NURSE = "NURSE", _("Nurse")
    PHYSICIAN = "PHYSICIAN", _("Physician")
    PHARMACIST = "PHARMACIST", _("Pharmacist")
    COORDINATOR = "COORDINATOR", _("Coordinator")
    HOME_NURSE = "HOME_NURSE", _("Home nurse")
    ADMIN = "ADMIN", _("Administrator")
    AUDITOR = "AUDITOR", _("Auditor")


class Site(Record):
    """A hospital or centre that runs courses."""

    SCOPE = {"site": "id"}

    name = models.CharField(_("name"), max_length=200)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[check_time_zone]
    )
    country = models.CharField(_("country"), max_length=2)
    holiday_calendar = models.CharField(
        _("holiday calendar"),
        max_length=16,
        blank=True,
        validators=[check_holiday_calendar],
        help_text=_("Country, or country and subdivision: US, GB-ENG, CN"),
    )
    # Weekday 0 (Monday) to 6 -> list of [from, to] wall-clock times, "08:00".
    working_hours = models.JSONField(
        _("working hours"), default=dict, blank=True, validators=[check_working_hours]
    )
    on_call_name = models.CharField(_("on-call contact"), max_length=200, blank=True)
    on_call_phone = models.CharField(_("on-call telephone"), max_length=40, blank=True)
    # Policy key -> {"value", "signed_by", "signed_on"}; see infusion.catalogue policy.
    policy = models.JSONField(_("policy values"), default=dict, blank=True)
    organization = models.ForeignKey(
        "patients.Organization", models.SET_NULL, null=True, blank=True
    )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse values that would be stored and would not count.

        :raises ValidationError: naming each.
        """
        super().clean()
        if not isinstance(self.policy, dict):
            text = _('Write the values as {"key": {"value": ..., "signed_by": ...}}.')
            raise ValidationError({"policy": text})
        found = [text for check in VALUE_CHECKS for text in check(self.policy)]
        if found:
            raise ValidationError({"policy": found})


@pghistory.track(*trackers(), append_only=True)
class Membership(Record):
    """A person holds one role at one site."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    site = models.ForeignKey(Site, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "role"], name="one_membership_a_role"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.site}"


class SiteDayKind(models.TextChoices):
    """What a site makes of a day."""

    HOLIDAY = "HOLIDAY", _("Holiday")
    WORKDAY = "WORKDAY", _("Workday")


@pghistory.track(*trackers(), append_only=True)
class SiteDay(Record):
    """A day on which a site departs from its holiday calendar."""

    SCOPE = {"site": "site"}

    site = models.ForeignKey(Site, models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=SiteDayKind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("day of a site")
        verbose_name_plural = _("days of sites")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "date"], name="one_kind_a_site_day"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SiteDayKind.values), name="site_day_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.date} · {self.get_kind_display()}"
