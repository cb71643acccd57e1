"""Patients, readings, addresses and caregivers over REST."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients import models
from tests.api.clients import Api, code_of
from tests.factories.patients import (
    CaregiverLinkFactory,
    ContactPointFactory,
    MeasurementFactory,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
)

NEW = {"mrn": "A-1", "family_name": "单", "given_name": "雄信", "sex": "male"}


@pytest.fixture
def site():
    return SiteFactory(country="US", time_zone="America/New_York")


@pytest.fixture
def nurse(site):
    return Api(MembershipFactory(site=site).user)


@pytest.fixture
def patient(site):
    return PatientFactory(site=site)


def patch(api, path, body, **headers):
    return api.raw("PATCH", f"/api/v1/{path}", json.dumps(body), **headers)


class TestSites:
    def test_staff_see_their_sites(self, nurse, site):
        SiteFactory()
        rows = nurse.get("sites").json()["results"]

        assert [row["id"] for row in rows] == [str(site.id)]

    def test_a_caregiver_sees_where_the_patient_is_treated(self, patient, site):
        carer = Api(CaregiverLinkFactory(patient=patient).user)

        assert [row["code"] for row in carer.get("sites").json()["results"]] == [
            site.code
        ]

    def test_strangers_are_kept_out(self):
        assert Api().get("sites").status_code == 401
        assert code_of(Api(UserFactory()).get("sites")) == (403, "not_allowed")


class TestListing:
    def test_pages_meet_every_patient_once(self, nurse, site):
        made = {str(PatientFactory(site=site).id) for _ in range(5)}
        PatientFactory()
        seen, query = [], "page_size=2"
        while query:
            page = nurse.get(f"patients?{query}").json()
            seen += [row["id"] for row in page["results"]]
            models.Patient.objects.filter(id=seen[0]).update(sort_key="changed")
            query = (page["next"] or "").partition("?")[2]

        assert len(seen) == 5
        assert set(seen) == made

    def test_the_list_is_searched_and_narrowed(self, nurse, site):
        found = PatientFactory(site=site, family_name="张", given_name="三")
        PatientFactory(site=site, is_active=False)

        def ids(query):
            rows = nurse.get(f"patients?{query}").json()["results"]
            return [row["id"] for row in rows]

        assert ids("search=zhangsan") == [str(found.id)]
        assert ids("active=true") == [str(found.id)]
        assert len(ids(f"site={site.id}")) == 2
        assert ids(f"site={uuid.uuid4()}") == []
        assert ids("search=nobody") == []

    @pytest.mark.parametrize(
        "query",
        ["search=%00", "site=x", "active=perhaps", "page_size=0", "cursor=x", "nope=1"],
    )
    def test_nonsense_is_a_problem(self, nurse, query):
        assert nurse.get(f"patients?{query}").status_code == 400

    def test_queries_do_not_grow_with_the_page(self, nurse, site):
        PatientFactory(site=site)
        with CaptureQueriesContext(connection) as of_one:
            assert len(nurse.get("patients").json()["results"]) == 1
        for _ in range(19):
            PatientFactory(site=site)

        with CaptureQueriesContext(connection) as of_twenty:
            assert len(nurse.get("patients").json()["results"]) == 20

        assert len(of_twenty) == len(of_one) <= 10


class TestRegistering:
    def test_a_patient_is_made_in_the_zone_of_the_site(self, nurse, site):
        answer = nurse.post("patients", {**NEW, "site_id": str(site.id)})

        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        row = answer.json()
        assert (row["display_name"], row["time_zone"]) == (
            "单雄信",
            "America/New_York",
        )
        assert nurse.get(f"patients/{row['id']}").json() == row

    def test_the_same_key_makes_one_patient(self, nurse, site):
        body = {**NEW, "site_id": str(site.id)}
        first, again = (nurse.post("patients", body, key="k1") for _ in range(2))

        assert first.json() == again.json()
        assert again.headers["Idempotent-Replayed"] == "true"
        assert models.Patient.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "status", "code", "field"),
        [
            ({"mrn": None}, 400, "invalid", "mrn"),
            ({"mrn": "  "}, 400, "invalid", "mrn"),
            ({"mrn": 5}, 400, "invalid", "mrn"),
            ({"sex": "f"}, 400, "invalid", "sex"),
            ({"surprise": 1}, 400, "invalid", "surprise"),
            ({"family_name": "a\x00"}, 400, "invalid", "family_name"),
            ({"time_zone": "Mars"}, 422, "not_supported", "time_zone"),
            ({"birth_date": "2999-01-01"}, 422, "birth_in_the_future", "birth_date"),
        ],
    )
    def test_nonsense_is_refused_with_its_field(
        self, nurse, site, change, status, code, field
    ):
        answer = nurse.post("patients", {**NEW, "site_id": str(site.id), **change})

        assert code_of(answer) == (status, code)
        assert [each["field"] for each in answer.json()["errors"]] == [field]
        assert not models.Patient.objects.exists()

    def test_a_taken_record_number_is_refused(self, nurse, site, patient):
        body = {**NEW, "mrn": patient.mrn, "site_id": str(site.id)}

        assert code_of(nurse.post("patients", body))[1] == "mrn_taken"

    def test_another_site_does_not_exist(self, nurse):
        body = {**NEW, "site_id": str(SiteFactory().id)}

        assert code_of(nurse.post("patients", body)) == (404, "not_found")

    def test_a_pharmacist_may_not(self, site):
        pharmacist = Api(MembershipFactory(site=site, role="PHARMACIST").user)
        body = {**NEW, "site_id": str(site.id)}

        assert code_of(pharmacist.post("patients", body)) == (403, "not_allowed")


class TestOnePatient:
    def test_an_unchanged_patient_is_not_sent_again(self, nurse, patient):
        path = f"patients/{patient.id}"

        assert nurse.get(path, if_none_match='"1"').status_code == 304
        assert nurse.get(path, if_none_match='"0"').status_code == 200

    def test_a_change_needs_the_version_it_was_made_to(self, nurse, patient):
        path, body = f"patients/{patient.id}", {"family_name": "Roe"}

        assert code_of(patch(nurse, path, body)) == (428, "precondition_required")
        changed = patch(nurse, path, body, if_match='"1"')
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert changed.json()["given_name"] == patient.given_name
        assert code_of(patch(nurse, path, body, if_match='"1"')) == (
            412,
            "version_stale",
        )

    @pytest.mark.parametrize(
        "tail",
        ["", "/measurements", "/contact-points", "/caregivers"],
    )
    def test_out_of_reach_is_not_found(self, nurse, tail):
        other = PatientFactory()

        for found in (other.id, uuid.uuid4()):
            answer = nurse.get(f"patients/{found}{tail}")
            assert code_of(answer) == (404, "not_found")

    def test_a_caregiver_reads_and_does_not_write(self, patient):
        carer = Api(CaregiverLinkFactory(patient=patient).user)
        path = f"patients/{patient.id}"

        assert carer.get(path).status_code == 200
        assert code_of(patch(carer, path, {}, if_match='"1"')) == (403, "not_allowed")


class TestMeasurements:
    def post(self, api, patient, **change):
        body = {
            "kind": "WEIGHT_KG",
            "value": "70.5",
            "taken_at": "2026-01-01T08:00:00+08:00",
        }
        return api.post(f"patients/{patient.id}/measurements", {**body, **change})

    def test_a_reading_is_recorded_in_utc(self, nurse, patient):
        answer = self.post(nurse, patient)

        assert answer.status_code == 201
        row = answer.json()
        assert (row["value"], row["unit"], row["taken_at"]) == (
            "70.5",
            "kg",
            "2026-01-01T00:00:00Z",
        )
        listed = nurse.get(f"patients/{patient.id}/measurements").json()["results"]
        assert listed == [row]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"value": "154", "unit": "lb"}, "unit_not_supported"),
            ({"value": "154 lb"}, "unit_not_supported"),
            ({"value": "0"}, "value_impossible"),
            ({"value": "-1"}, "value_impossible"),
            ({"value": "NaN"}, "not_a_number"),
            ({"taken_at": "2199-01-01T00:00:00Z"}, "in_the_future"),
            ({"taken_at": "2026-01-01T08:00:00"}, "invalid"),
            ({"kind": "PULSE"}, "invalid"),
        ],
    )
    def test_what_is_no_reading_is_refused(self, nurse, patient, change, code):
        assert code_of(self.post(nurse, patient, **change))[1] == code
        assert not models.Measurement.objects.exists()

    def test_a_caregiver_does_not_weigh(self, patient):
        carer = Api(CaregiverLinkFactory(patient=patient).user)
        MeasurementFactory(patient=patient)

        assert code_of(self.post(carer, patient)) == (403, "not_allowed")
        path = f"patients/{patient.id}/measurements"
        assert len(carer.get(path).json()["results"]) == 1


class TestContactPoints:
    def test_an_address_is_added_verified_and_silenced(self, nurse, patient):
        path = f"patients/{patient.id}/contact-points"
        body = {"channel": "SMS", "value": "(202) 456-1111", "quiet_from": "22:00"}

        assert code_of(nurse.post(path, body))[1] == "quiet_hours_incomplete"
        made = nurse.post(path, {**body, "quiet_to": "07:00"}).json()
        assert (made["value"], made["verified_at"]) == ("+12024561111", None)
        assert nurse.post(f"{path}/{made['id']}/verify").json()["verified_at"]
        assert nurse.post(f"{path}/{made['id']}/opt-out").json()["opted_out_at"]
        assert len(nurse.get(path).json()["results"]) == 1

    def test_the_address_of_another_patient_is_not_found(self, nurse, patient, site):
        other = ContactPointFactory(patient__site=site)
        path = f"patients/{patient.id}/contact-points/{other.id}/opt-out"

        assert code_of(nurse.post(path)) == (404, "not_found")


class TestCaregivers:
    def test_a_caregiver_is_invited_confirmed_and_revoked(self, nurse, patient):
        path = f"patients/{patient.id}/caregivers"
        carer = UserFactory(email="carer@example.org")
        body = {"email": "Carer@example.org", "kind": "PARTNER"}
        body["starts_on"] = "2026-01-01"

        made = nurse.post(path, body).json()
        assert (made["user_id"], made["state"]) == (str(carer.id), "PENDING")
        assert Api(carer).get(f"patients/{patient.id}").status_code == 403
        confirmed = nurse.post(f"{path}/{made['id']}/confirm").json()
        assert confirmed["state"] == "CONFIRMED"
        assert Api(carer).get(f"patients/{patient.id}").status_code == 200
        revoked = Api(carer).post(f"{path}/{made['id']}/revoke").json()
        assert revoked["state"] == "REVOKED"
        assert code_of(nurse.post(f"{path}/{made['id']}/confirm"))[1] == (
            "link_move_refused"
        )

    def test_an_unknown_address_is_not_found(self, nurse, patient):
        body = {"email": "nobody@example.org", "kind": "PARTNER"}
        body["starts_on"] = "2026-01-01"
        answer = nurse.post(f"patients/{patient.id}/caregivers", body)

        assert code_of(answer) == (404, "not_found")
