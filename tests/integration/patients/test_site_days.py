"""The days of a site: entered by its administrators, counted over the calendar."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients import models
from patients.selectors.days_off import days_off_of
from tests.factories.patients import (
    MembershipFactory,
    SiteDayFactory,
    SiteFactory,
    UserFactory,
)
from tests.integration.patients.test_admin import client_of

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2027, 1, 31)
CHRISTMAS, EVE = dt.date(2026, 12, 25), dt.date(2026, 12, 24)
ADD = reverse("admin:patients_siteday_add")


@pytest.fixture
def site(db):
    return SiteFactory(holiday_calendar="US")


@pytest.fixture
def administrator(site):
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, site=site, role="ADMIN")
    return client_of(user)


def test_the_site_departs_from_its_calendar(site):
    SiteDayFactory(site=site, date=EVE, kind="HOLIDAY")
    SiteDayFactory(site=site, date=CHRISTMAS, kind="WORKDAY")
    SiteDayFactory(date=dt.date(2026, 12, 23))

    found = days_off_of(site, FIRST, LAST)

    assert EVE in found.holidays
    assert CHRISTMAS in found.workdays
    assert CHRISTMAS not in found.holidays
    assert dt.date(2026, 12, 23) not in found.holidays
    assert dt.date(2026, 11, 26) in found.holidays


def test_days_off_take_one_query(site):
    with CaptureQueriesContext(connection) as asked:
        days_off_of(site, FIRST, LAST)

    assert len(asked) == 1


def test_a_year_becomes_sure_when_the_site_enters_its_workdays():
    site = SiteFactory(holiday_calendar="CN", time_zone="Asia/Shanghai")
    far = (dt.date(2090, 1, 5), dt.date(2090, 1, 20))
    assert days_off_of(site, *far).unsure_years == {2090}
    SiteDayFactory(site=site, date=dt.date(2090, 2, 12), kind="HOLIDAY")
    assert days_off_of(site, *far).unsure_years == {2090}

    SiteDayFactory(site=site, date=dt.date(2090, 2, 11), kind="WORKDAY")

    assert days_off_of(site, *far).unsure_years == frozenset()


def test_planning_goes_on_when_a_calendar_is_unknown_after_all():
    site = SiteFactory(holiday_calendar="ATLANTIS")
    day = SiteDayFactory(site=site, date=EVE)

    found = days_off_of(site, FIRST, LAST)

    assert found.holidays == {day.date}
    assert found.unsure_years == {2026, 2027}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holiday_calendar": "ATLANTIS"}, "holiday_calendar"),
        ({"holiday_calendar": "GB-LONDON"}, "holiday_calendar"),
        ({"working_hours": {"0": ["08:00-17:00"]}}, "working_hours"),
    ],
)
def test_what_cannot_be_is_refused_when_the_site_is_entered(change, field):
    given = {"name": "A", "code": "a", "time_zone": "Asia/Hong_Kong", "country": "HK"}
    with pytest.raises(ValidationError) as refused:
        models.Site(**given, **change).clean_fields()
    assert set(refused.value.message_dict) == {field}

    models.Site(
        **given,
        holiday_calendar="HK",
        working_hours={"0": [["08:00", "17:00"]]},
    ).clean_fields()


def test_a_day_has_one_kind_at_a_site(site):
    SiteDayFactory(site=site, date=EVE)
    SiteDayFactory(date=EVE)

    with pytest.raises(IntegrityError), transaction.atomic():
        SiteDayFactory(site=site, date=EVE, kind="WORKDAY")
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteDayFactory(site=site, date=CHRISTMAS, kind="PARTY")


def test_an_administrator_enters_days_of_the_own_site_only(administrator, site):
    asked = {"date": "2026-12-24", "kind": "HOLIDAY", "note": "clinic closed"}

    elsewhere = administrator.post(ADD, {"site": SiteFactory().pk, **asked})
    assert elsewhere.status_code == 200
    assert not models.SiteDay.objects.exists()
    assert administrator.post(ADD, {"site": site.pk, **asked}).status_code == 302
    assert models.SiteDay.objects.get().site == site


def test_days_of_another_site_are_out_of_reach(administrator):
    other = SiteDayFactory()
    for step in ("change", "delete"):
        url = reverse(f"admin:patients_siteday_{step}", args=[other.pk])
        administrator.post(
            url, {"post": "yes", "date": "2026-12-24", "kind": "WORKDAY"}
        )

    other.refresh_from_db()
    assert other.kind == "HOLIDAY"


@pytest.mark.parametrize("role", ["NURSE", "COORDINATOR", "AUDITOR"])
def test_other_roles_do_not_enter_days(site, role):
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, site=site, role=role)

    asked = {"site": site.pk, "date": "2026-12-24", "kind": "HOLIDAY"}
    assert client_of(user).post(ADD, asked).status_code == 403
    assert not models.SiteDay.objects.exists()


def test_the_page_of_a_site_shows_its_days(site):
    SiteDayFactory(site=site, date=EVE, note="clinic closed")
    superuser = client_of(UserFactory(is_staff=True, is_superuser=True))

    url = reverse("admin:patients_site_change", args=[site.pk])
    assert "clinic closed" in superuser.get(url).content.decode()
