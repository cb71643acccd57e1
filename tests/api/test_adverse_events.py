"""Adverse events over REST and FHIR: recorded, graded again, over, withdrawn."""

import json

import pytest
from fhir.resources.R4B.adverseevent import AdverseEvent

from tests.api.clients import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(world, running):
    """Return a function that records a CRS."""

    def send(**changes):
        at = world.now.isoformat()
        body = {
            "event": "CRS",
            "onset_at": at,
            "at": at,
            "seriousness": "NOT_SERIOUS",
            "grade": 1,
            "scale": "ASTCT",
            "scale_version": "1.0.0",
        }
        body |= changes
        api = world.api("NURSE")
        return api.post(f"courses/{running.pk}/adverse-events", body)

    return send


def test_grades_are_kept_over_time(world, record, running):
    api, made = world.api("NURSE"), record().json()
    path, at = f"adverse-events/{made['id']}", world.now.isoformat()

    worse = {"at": at, "grade": 2, "scale": "ASTCT", "actions": ["ADMISSION"]}
    again = api.post(f"{path}/grades", worse, version=made["version"])
    over = api.post(f"{path}/resolution", {"at": at}, version=again.json()["version"])

    found = api.get(path).json()
    listed = api.get(f"courses/{running.pk}/adverse-events").json()["results"]
    assert (again.status_code, over.status_code) == (200, 200)
    assert [one["grade"] for one in found["entries"]] == [1, 2, None]
    assert (found["status"], found["recorded_from"]) == ("RESOLVED", "NURSE")
    assert [one["id"] for one in listed] == [made["id"]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scale": None}, "grade_without_scale"),
        ({"grade": 5}, "grade_not_on_scale"),
        ({"onset_at": "2099-01-01T00:00:00Z"}, "in_the_future"),
        (
            {"from_result_id": "0197a0c2-6f0e-7c11-9d2f-0a5b3c4d5e6f"},
            "result_of_another",
        ),
    ],
)
def test_what_cannot_be_is_refused(record, changes, code):
    status, found = code_of(record(**changes))

    assert (status in {409, 422}, found) == (True, code)


def test_somebody_was_faster(world, record):
    made = record().json()

    answer = world.api("NURSE").post(
        f"adverse-events/{made['id']}/withdrawal", {"note": "wrong patient"}, version=0
    )

    assert answer.status_code == 412


def test_it_leaves_as_fhir_with_its_grades(world, record, running):
    made = record(relation="PROBABLE", term="Fever after the start").json()
    api = world.api("PHYSICIAN")

    one = json.loads(api.get(f"fhir/AdverseEvent/{made['id']}").content)
    many = json.loads(api.get(f"fhir/AdverseEvent?course={running.pk}").content)

    AdverseEvent.model_validate(one)
    assert many["total"] == 1
    assert many["entry"][0]["resource"] == one
    assert one["outcome"]["coding"][0]["code"] == "ongoing"
    cause = one["suspectEntity"][0]["causality"][0]["assessment"]["coding"][0]["code"]
    assert cause == "Probably-Likely"
    grade = {part["url"]: part for part in one["extension"][0]["extension"]}
    assert grade["grade"]["valueInteger"] == 1
    assert (grade["scale"]["valueCode"], grade["version"]["valueString"]) == (
        "ASTCT",
        "1.0.0",
    )


def test_a_family_sees_none_of_it(world, record):
    made = record().json()

    for path in (f"adverse-events/{made['id']}", f"fhir/AdverseEvent/{made['id']}"):
        assert world.api("CAREGIVER").get(path).status_code == 403
