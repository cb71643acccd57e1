"""A planned cycle is moved or taken back; one that falls short is completed on purpose."""

import datetime as dt

import pytest

from infusion import models
from patients.api.fields import instant_text
from tests.api.clients import code_of
from tests.factories import infusion as factories


def at(now, **span) -> str:
    return instant_text(now + dt.timedelta(**span))


def take(api, course, step, body, **extra):
    path = f"courses/{course.id}"
    etag = api.get(path).headers["ETag"]
    return api.post(f"{path}/{step}", body, if_match=etag, **extra)


def test_a_moved_start_moves_the_plan(world, course):
    start = at(world.now, hours=30)
    moved = take(world.api("PHYSICIAN"), course, "move-start", {"start_at": start})
    plan = world.api("NURSE").get(f"courses/{course.id}/plan").json()

    assert moved.status_code == 200, moved.json()
    assert plan["cycles"][0]["starts_at"] == start
    assert plan["bags"][0]["hang_at"] == start


def test_a_start_moved_into_the_past_is_refused(world, course):
    answer = take(
        world.api("PHYSICIAN"),
        course,
        "move-start",
        {"start_at": at(world.now, days=-2)},
    )

    assert code_of(answer) == (422, "start_in_the_past")


def test_with_its_first_cycle_the_course_is_cancelled(world, course):
    physician = world.api("PHYSICIAN")
    body = {"reason": "The patient has a fever"}
    done = take(physician, course, "cancel-cycle", body, key="c-1")
    again = physician.post(
        f"courses/{course.id}/cancel-cycle", body, key="c-1", version=1
    )

    assert (done.status_code, done.json()["status"]) == (200, "CANCELLED")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert models.Cycle.objects.get(course=course).status == "CANCELLED"
    assert not models.Bag.objects.filter(course=course, status="PLANNED").exists()
    ordered = physician.post(
        f"patients/{world.patient.id}/courses",
        {"regimen_key": "us-label-rr", "start_at": at(world.now, hours=2)},
    )
    assert ordered.status_code == 201, ordered.json()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 201}])
def test_a_cancelled_order_has_its_reason(world, course, body):
    answer = take(world.api("PHYSICIAN"), course, "cancel-cycle", body)

    assert code_of(answer) == (400, "invalid")


@pytest.mark.parametrize(
    ("step", "body"),
    [("move-start", {"start_at": "2199-01-01T00:00:00Z"}), ("cancel-cycle", None)],
)
def test_a_cycle_that_has_begun_is_neither_moved_nor_taken_back(
    world, started, step, body
):
    answer = take(world.api("PHYSICIAN"), started, step, body or {"reason": "Late"})

    assert code_of(answer) == (409, "no_planned_cycle")


@pytest.mark.parametrize("step", ["move-start", "cancel-cycle"])
def test_a_planned_cycle_is_changed_only_on_the_version_that_was_seen(
    world, course, step
):
    answer = world.api("PHYSICIAN").post(f"courses/{course.id}/{step}", {})

    assert code_of(answer) == (428, "precondition_required")


def test_a_start_that_has_gone_by_is_told(world, course, travel):
    travel(hours=3)
    plan = world.api("NURSE").get(f"courses/{course.id}/plan").json()

    assert {"code": "start_overdue", "params": {"cycle": "1"}} in plan["unmet"]


def test_only_a_physician_completes_a_cycle_that_falls_short(world, running, travel):
    now = travel(hours=1)
    body = {
        "at": at(now, minutes=-1),
        "reason": "COMPLETED",
        "shortfall_reason": "The line was lost an hour early",
    }

    nurse = take(world.api("NURSE"), running, "end-cycle", body)
    silent = take(
        world.api("PHYSICIAN"), running, "end-cycle", body | {"shortfall_reason": " "}
    )
    done = take(world.api("PHYSICIAN"), running, "end-cycle", body)

    assert code_of(nurse) == (422, "hours_missing")
    assert silent.status_code in {400, 422}
    assert done.status_code == 200, done.json()
    assert done.json()["cycles"][0]["status"] == "COMPLETED"
    cycle = models.Cycle.objects.get(course=running)
    assert cycle.end_reason == "The line was lost an hour early"


@pytest.mark.parametrize("path", ["", "/plan"])
def test_the_premedication_of_a_cycle_names_trigger_and_age_band(world, course, path):
    cycle = world.api("PATIENT").get(f"courses/{course.id}{path}").json()["cycles"][0]
    rules = {(each["trigger"], each["age_band"]) for each in cycle["premedication"]}

    assert ("CYCLE_START", "ADULT") in rules
    assert ("RESTART", "CHILD") in rules
    assert all(each["text"]["en"] for each in cycle["premedication"])
    assert all(each["text"]["zh_hans"] for each in cycle["premedication"])


def test_a_go_without_premedication_is_refused(world, course, travel):
    now = travel(hours=1, minutes=1)
    factories.deliver(factories.next_bag(course), world.actor("NURSE"), now)
    answer = take(
        world.api("NURSE"), course, "start-cycle", {"premedication_given": False}
    )

    assert code_of(answer) == (422, "premedication_not_confirmed")
