"""The back office shows infusion records and changes none of them."""

import datetime as dt

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from infusion import models
from patients.models import User
from tests.factories.patients import MembershipFactory, SiteFactory
from tests.factories.walks import signed

RECORDS = [
    models.Course,
    models.Cycle,
    models.CourseBlock,
    models.Decision,
    models.RegimenChange,
    models.RegimenOverlay,
    models.OverlaySignature,
    models.Bag,
    models.InfusionEvent,
    models.HangCheck,
    models.Placement,
    models.PlanVersion,
    models.Visit,
    models.Message,
    models.Shift,
    models.ShiftSwap,
    models.Alert,
    models.AlertStep,
]


@pytest.fixture
def office():
    client = Client()
    client.force_login(User.objects.create_superuser("office@example.org"))
    return client


def written(ward):
    """Write at least one record of every kind."""
    course = ward.running()
    signed(ward)
    models.Decision.objects.create(
        course=course,
        from_block=course.blocks.get(),
        to="allo-hsct",
        facts=[],
        shown=[],
        verdict="OPEN",
        regimen_version="1",
        decided_by_id=ward.physician.user_id,
        decided_at=ward.now,
    )
    alerted(ward, course)
    models.RegimenChange.objects.create(
        course=course,
        before=course.snapshot,
        after=course.snapshot,
        reason="new label",
        changed_by_id=ward.physician.user_id,
        changed_at=ward.now,
    )


def alerted(ward, course):
    """Write an alert with a step, and a shift on offer."""
    alert = models.Alert.objects.create(
        site=ward.site,
        course=course,
        cause="PUMP_STOPPED",
        subject="one",
        since=ward.now,
        raised_at=ward.now,
    )
    alert.steps.create(kind="RAISED", at=ward.now)
    shift = models.Shift.objects.create(
        site=ward.site,
        role="NURSE",
        user_id=ward.nurse.user_id,
        from_at=ward.now,
        to_at=ward.now + dt.timedelta(hours=8),
    )
    shift.swaps.create(
        shift_version=1,
        proposed_by_id=ward.nurse.user_id,
        proposed_to_id=ward.other_nurse.user_id,
        proposed_at=ward.now,
    )


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_a_record_can_be_read_and_not_changed(ward, office, model):
    written(ward)
    name = f"admin:infusion_{model._meta.model_name}"
    row = model.objects.first()
    page = reverse(f"{name}_change", args=[row.pk])

    assert office.get(reverse(f"{name}_changelist")).status_code == 200
    assert office.get(page).status_code == 200
    assert office.post(page, {"status": "CANCELLED"}).status_code == 403
    assert office.get(reverse(f"{name}_add")).status_code == 403
    assert office.get(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_an_administrator_reads_the_records_of_the_own_site_only(ward, model):
    written(ward)
    row = model.objects.first()
    page = reverse(f"admin:infusion_{model._meta.model_name}_change", args=[row.pk])
    own, other = Client(), Client()
    for client, site in ((own, ward.site), (other, SiteFactory())):
        user = MembershipFactory(site=site, role="ADMIN", user__is_staff=True).user
        client.force_login(user)

    assert own.get(page).status_code == 200
    assert own.post(page, {"status": "CANCELLED"}).status_code == 403
    assert other.get(page).status_code == 302


def test_every_infusion_record_of_the_back_office_is_read_only():
    ours = {
        model: page
        for model, page in admin.site._registry.items()
        if model.__module__.startswith("infusion.models")
    }

    assert set(RECORDS) <= set(ours)
    for page in ours.values():
        assert not page.has_change_permission(None)
        assert not page.has_delete_permission(None)
