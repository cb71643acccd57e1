"""No step on what is gone, and none twice."""

import pytest

from infusion import models
from tests.api.clients import code_of
from tests.api.course_steps.bodies import order_of
from tests.factories import infusion as factories


def test_a_step_without_a_version_is_428(world, course):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle", {"premedication_given": True}
    )

    assert code_of(answer) == (428, "precondition_required")


@pytest.mark.parametrize(
    "tag", ["*", 'W/"1"', '"1", "2"', "1", '"x"', '"-1"', '"1-"', '""']
)
def test_a_version_that_is_none_is_400(world, course, tag):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle",
        {"premedication_given": True},
        if_match=tag,
    )

    assert code_of(answer) == (400, "precondition_malformed")


def test_a_version_that_is_gone_is_412(world, course):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/start-cycle", {"premedication_given": True}, version=999
    )

    assert code_of(answer) == (412, "version_stale")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "idempotency_key_missing"),
        ("x" * 129, "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("a\tb", "idempotency_key_invalid"),
    ],
)
def test_a_change_needs_a_good_key(world, key, code):
    factories.weigh(world.patient, world.now)
    headers = {"idempotency_key": key} if key else {"idempotency_key": ""}

    answer = world.api("PHYSICIAN").raw(
        "POST",
        f"/api/v1/patients/{world.patient.id}/courses",
        '{"regimen_key": "us-label-rr", "start_at": "2199-01-01T00:00:00Z"}',
        **headers,
    )

    assert code_of(answer) == (400, code)


def test_the_same_key_twice_orders_once(world):
    factories.weigh(world.patient, world.now)
    physician, body = world.api("PHYSICIAN"), order_of(world.now)
    path = f"patients/{world.patient.id}/courses"

    first = physician.post(path, body, key="order-1")
    again = physician.post(path, dict(reversed(body.items())), key="order-1")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert models.Course.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(world):
    factories.weigh(world.patient, world.now)
    physician, path = world.api("PHYSICIAN"), f"patients/{world.patient.id}/courses"
    physician.post(path, order_of(world.now), key="order-1")

    answer = physician.post(path, order_of(world.now, cycles=1), key="order-1")

    assert code_of(answer) == (422, "idempotency_key_reused")


def test_after_a_refusal_the_same_key_may_be_used_again(world):
    physician, path = world.api("PHYSICIAN"), f"patients/{world.patient.id}/courses"
    refused = physician.post(path, order_of(world.now), key="order-1")
    factories.weigh(world.patient, world.now)

    done = physician.post(path, order_of(world.now), key="order-1")

    assert (refused.status_code, done.status_code) == (422, 201)


def test_a_course_that_has_not_changed_answers_304(world, course):
    nurse = world.api("NURSE")
    etag = nurse.get(f"courses/{course.id}").headers["ETag"]

    answer = nurse.get(f"courses/{course.id}", if_none_match=f"W/{etag}")

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert nurse.get(f"courses/{course.id}", if_none_match='"0"').status_code == 200
