"""People and places for tests."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from patients import models
from patients.domain.names import PersonName
from patients.policy import Actor
from patients.selectors.actors import get_actor
from patients.services.naming import filing_keys


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Person{n}")
    password = factory.django.Password("a-long-enough-password")


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = models.Site

    name = factory.Sequence(lambda n: f"Site {n}")
    code = factory.Sequence(lambda n: f"site-{n}")
    time_zone = "America/New_York"
    country = "US"


class SiteDayFactory(DjangoModelFactory):
    class Meta:
        model = models.SiteDay

    site = factory.SubFactory(SiteFactory)
    date = dt.date(2026, 12, 24)
    kind = models.SiteDayKind.HOLIDAY


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    user = factory.SubFactory(UserFactory)
    site = factory.SubFactory(SiteFactory)
    role = models.Role.NURSE


class PatientFactory(DjangoModelFactory):
    class Meta:
        model = models.Patient

    site = factory.SubFactory(SiteFactory)
    mrn = factory.Sequence(lambda n: f"MRN{n:06}")
    family_name = "Doe"
    given_name = factory.Sequence(lambda n: f"Jane{n}")
    birth_date = dt.date(1980, 5, 17)
    sex = models.Sex.FEMALE
    time_zone = factory.SelfAttribute("site.time_zone")
    sort_key = factory.LazyAttribute(lambda row: _keys(row).sort_key)
    initials = factory.LazyAttribute(lambda row: _keys(row).initials)


class CaregiverLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.CaregiverLink

    patient = factory.SubFactory(PatientFactory)
    user = factory.SubFactory(UserFactory)
    kind = models.CaregiverKind.PARTNER
    state = models.LinkState.CONFIRMED
    starts_on = dt.date(2026, 1, 1)


class CareAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = models.CareAssignment

    patient = factory.SubFactory(PatientFactory)
    user = factory.SubFactory(UserFactory)
    starts_on = dt.date(2026, 1, 1)


class ContactPointFactory(DjangoModelFactory):
    class Meta:
        model = models.ContactPoint

    patient = factory.SubFactory(PatientFactory)
    channel = models.Channel.EMAIL
    value = factory.Sequence(lambda n: f"contact{n}@example.org")


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.Consent

    patient = factory.SubFactory(PatientFactory)
    scope = models.ConsentScope.REMINDERS
    given_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    recorded_by = factory.SubFactory(UserFactory)


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = models.Measurement

    patient = factory.SubFactory(PatientFactory)
    kind = models.MeasurementKind.WEIGHT_KG
    value = Decimal("70.00")
    taken_at = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
    taken_by = factory.SubFactory(UserFactory)


def staff_actor(
    site: models.Site,
    role: str = models.Role.NURSE,
    today: dt.date = dt.date(2026, 6, 1),
) -> Actor:
    """Make an account with one role at a site, and load it as an actor."""
    membership = MembershipFactory(site=site, role=role)
    return get_actor(membership.user_id, today)


def _keys(row: object):
    return filing_keys(PersonName(family=row.family_name, given=row.given_name))
