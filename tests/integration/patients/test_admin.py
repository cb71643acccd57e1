"""Site administrators look after the records of their own site."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from patients import models
from tests.factories.patients import (
    CaregiverLinkFactory,
    ContactPointFactory,
    MeasurementFactory,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
)

OURS = [model for model in admin.site._registry if model._meta.app_label == "patients"]
PATIENTS = reverse("admin:patients_patient_changelist")


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def administrator(site):
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, site=site, role="ADMIN")
    return client_of(user)


@pytest.fixture
def superuser():
    return client_of(UserFactory(is_staff=True, is_superuser=True))


def change_form(patient, **change):
    shown = {
        "mrn": patient.mrn,
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "birth_date": "1980-05-17",
        "sex": patient.sex,
        "language": "en",
        "time_zone": patient.time_zone,
        "seen_version": patient.version,
    }
    for prefix in ("measurements", "consents", "allergies", "central_lines"):
        shown |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return {**shown, **change}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_opens_for_a_superuser(superuser, model):
    name = f"admin:patients_{model._meta.model_name}_changelist"

    assert superuser.get(reverse(name), {"q": "x"}).status_code in {200, 302}


def test_only_patients_of_the_own_site_are_shown(administrator, superuser, site):
    mine, other = PatientFactory(site=site), PatientFactory()

    shown = administrator.get(PATIENTS).content.decode()
    assert mine.mrn in shown
    assert other.mrn not in shown
    assert other.mrn in superuser.get(PATIENTS).content.decode()
    url = reverse("admin:patients_patient_change", args=[other.id])
    assert administrator.get(url).status_code == 302


@pytest.mark.parametrize("role", ["NURSE", "AUDITOR"])
def test_other_roles_have_no_business_here(site, role):
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, site=site, role=role)

    assert client_of(user).get(PATIENTS).status_code == 403


def test_a_patient_is_found_by_pinyin(administrator, site):
    PatientFactory(site=site, mrn="ZH-1", family_name="单", given_name="雄信")
    PatientFactory(site=site, mrn="OTHER")

    shown = administrator.get(PATIENTS, {"q": "shan xiong"}).content.decode()
    assert "ZH-1" in shown
    assert "OTHER" not in shown


def test_a_patient_is_amended_by_the_service(administrator, site):
    patient = PatientFactory(site=site)
    MeasurementFactory(patient=patient)
    url = reverse("admin:patients_patient_change", args=[patient.id])
    assert administrator.get(url).status_code == 200
    form = change_form(patient, family_name="曾", given_name="国藩")
    form |= {"measurements-TOTAL_FORMS": 0}
    administrator.post(url, form)

    patient.refresh_from_db()
    assert (patient.sort_key, patient.version) == ("zeng guo fan", 2)
    last = patient.events.order_by("pgh_id").last()
    assert "actor" in last.pgh_context.metadata


def test_a_stale_form_changes_nothing_and_says_so(administrator, site):
    patient = PatientFactory(site=site, version=2)
    url = reverse("admin:patients_patient_change", args=[patient.id])
    form = change_form(patient, family_name="Roe", seen_version=1)
    answer = administrator.post(url, form, follow=True)

    patient.refresh_from_db()
    assert patient.family_name == "Doe"
    assert "version_stale" in answer.content.decode()


def test_a_patient_is_registered_by_the_service(administrator, site):
    url = reverse("admin:patients_patient_add")
    assert administrator.get(url).status_code == 200
    form = change_form(PatientFactory.build(site=site, mrn="NEW"), site=site.id)
    administrator.post(url, form)

    assert models.Patient.objects.get(mrn="NEW").sort_key.startswith("doe")


def test_a_patient_is_never_registered_elsewhere(administrator):
    other = SiteFactory()
    form = change_form(PatientFactory.build(site=other, mrn="NEW"), site=other.id)
    administrator.post(reverse("admin:patients_patient_add"), form)

    assert not models.Patient.objects.exists()


def test_caregivers_and_addresses_move_by_actions(administrator, site):
    link = CaregiverLinkFactory(patient__site=site, state="PENDING")
    foreign = CaregiverLinkFactory(state="PENDING")
    point = ContactPointFactory(patient=link.patient)
    for name, row, action in [
        ("caregiverlink", link, "confirm"),
        ("caregiverlink", foreign, "confirm"),
        ("contactpoint", point, "stop"),
    ]:
        url = reverse(f"admin:patients_{name}_changelist")
        administrator.post(url, {"action": action, "_selected_action": [row.pk]})

    for row in (link, foreign, point):
        row.refresh_from_db()
    assert (link.state, foreign.state) == ("CONFIRMED", "PENDING")
    assert point.opted_out_at


def test_history_is_shown_to_the_site_only(administrator, superuser):
    PatientFactory()
    url = reverse("admin:patients_patientevent_changelist")

    assert (
        "insert"
        not in administrator.get(url)
        .content.decode()
        .split("<main")[-1]
        .split("result_list")[-1]
    )
    assert superuser.get(url).status_code == 200


def test_nothing_is_deleted_here(superuser):
    patient = PatientFactory()
    url = reverse("admin:patients_patient_delete", args=[patient.id])

    assert superuser.post(url, {"post": "yes"}).status_code == 403


def test_accounts_are_for_superusers(administrator, superuser):
    url = reverse("admin:patients_user_changelist")

    assert administrator.get(url).status_code == 403
    assert superuser.get(url).status_code == 200
    assert superuser.get(reverse("admin:patients_user_add")).status_code == 200


def test_an_administrator_looks_at_the_own_site_and_changes_nothing(
    administrator, superuser, site
):
    other = SiteFactory(name="Elsewhere")
    own_page = reverse("admin:patients_site_change", args=[site.id])
    other_page = reverse("admin:patients_site_change", args=[other.id])

    listed = administrator.get(reverse("admin:patients_site_changelist"))
    assert other.name not in listed.content.decode()
    assert administrator.get(own_page).status_code == 200
    assert administrator.post(own_page, {"name": "Mine"}).status_code == 403
    assert administrator.get(other_page).status_code == 302
    assert administrator.get(reverse("admin:patients_site_add")).status_code == 403
    roles = reverse("admin:patients_membership_add")
    assert administrator.get(roles).status_code == 403
    assert superuser.get(other_page).status_code == 200


def test_devices_are_listed_for_the_own_site_without_what_writes_to_them(
    administrator, site
):
    nurse = MembershipFactory(site=site, role="NURSE").user
    for user, label in ((nurse, "Ward phone"), (UserFactory(), "Strange phone")):
        models.PushSubscription.objects.create(
            user=user,
            endpoint=f"https://push.example.org/{label}",
            p256dh="public-key",
            auth="shared-secret",
            label=label,
        )
    device = models.PushSubscription.objects.get(user=nurse)

    page = reverse("admin:patients_pushsubscription_changelist")
    listed = administrator.get(page).content.decode()
    page = reverse("admin:patients_pushsubscription_change", args=[device.id])
    shown = administrator.get(page).content.decode()

    assert "Ward phone" in listed
    assert "Strange phone" not in listed
    assert "Ward phone" in shown
    for secret in ("push.example.org", "public-key", "shared-secret"):
        assert secret not in listed + shown
