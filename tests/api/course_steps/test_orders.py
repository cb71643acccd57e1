"""Orders over REST, and every way one is refused."""

import datetime as dt

import pytest

from patients.models import Measurement
from tests.api.clients import code_of
from tests.api.course_steps.bodies import counts, order_of
from tests.factories import infusion as factories


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"regimen_key": "no-such"}, 422, "regimen_unknown", "regimen"),
        ({"start_at": "2020-01-01T00:00:00Z"}, 422, "start_in_the_past", "start_at"),
        ({"start_at": "2027-01-01T00:00:00"}, 400, "naive_time", "start_at"),
        ({"start_at": "0256-01-01T00:00:00+16:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": "0001-01-01T00:00:00+10:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": "9999-12-31T23:00:00-10:00"}, 400, "out_of_range", "start_at"),
        ({"start_at": 7}, 400, "invalid", "start_at"),
        ({"cycles": 98}, 422, "cycle_not_in_regimen", "cycles"),
        ({"cycles": 0}, 400, "min_value", "cycles"),
        ({"status": "ACTIVE"}, 400, "unknown_field", "status"),
        ({"patient_id": "x"}, 400, "unknown_field", "patient_id"),
    ],
)
def test_an_order_that_cannot_stand(world, changed, status, code, field):
    factories.weigh(world.patient, world.now)
    before = counts()

    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now, **changed)
    )

    problem = answer.json()
    assert (answer.status_code, problem["errors"][0]["code"]) == (status, code)
    assert problem["errors"][0]["field"] == field
    assert counts() == before


def test_without_a_weight_nothing_can_be_ordered(world):
    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (422, "weight_missing")


def test_a_weight_of_three_years_ago_is_too_old(world):
    factories.weigh(world.patient, world.now - dt.timedelta(days=3 * 365))

    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (422, "weight_too_old")


def test_a_patient_has_one_open_course(world, course):
    answer = world.api("PHYSICIAN").post(
        f"patients/{world.patient.id}/courses", order_of(world.now)
    )

    assert code_of(answer) == (409, "course_already_open")


def test_a_preview_stores_nothing(world):
    factories.weigh(world.patient, world.now)
    before = counts()

    answer = world.api("NURSE").post(
        f"patients/{world.patient.id}/course-preview", order_of(world.now)
    )

    assert answer.status_code == 200
    assert counts() == before


def test_a_weight_is_never_changed_by_an_order(world, course):
    assert Measurement.objects.filter(patient=world.patient).count() == 1
