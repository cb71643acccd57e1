"""A value of a site that would not count is refused where it is written."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.patients import SiteFactory, UserFactory


@pytest.fixture
def office():
    user = UserFactory(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def save(office, site, policy):
    path = reverse("admin:patients_site_change", args=[site.pk])
    sent = {
        "name": site.name,
        "code": site.code,
        "time_zone": site.time_zone,
        "country": site.country,
        "working_hours": "{}",
        "policy": json.dumps(policy),
        "days-TOTAL_FORMS": "0",
        "days-INITIAL_FORMS": "0",
    }
    return office.post(path, sent)


def test_a_ladder_that_cannot_be_read_is_refused_with_the_reason(office):
    site = SiteFactory()
    written = {"value": "NURSE 15 PIGEON", "signed_by": "RN B"}

    page = save(office, site, {"alert_pump_stopped_ladder": written})

    assert (
        "alert_pump_stopped_ladder (A pump that stands still" in page.content.decode()
    )
    site.refresh_from_db()
    assert site.policy == {}


def test_values_that_are_no_object_are_refused(office):
    site = SiteFactory()

    page = save(office, site, ["NURSE 15"])

    assert "Write the values as" in page.content.decode()


def test_a_signed_ladder_is_stored(office):
    site = SiteFactory()
    written = {"value": "NURSE 15 SMS>EMAIL", "signed_by": "RN B"}

    answer = save(office, site, {"alert_pump_stopped_ladder": written})

    assert answer.status_code == 302
    site.refresh_from_db()
    assert site.policy["alert_pump_stopped_ladder"]["value"] == "NURSE 15 SMS>EMAIL"
