"""Changes of a plan over REST: preview, confirm, refuse."""

import pytest

from tests.factories import infusion as factories


@pytest.fixture
def planned(world):
    return factories.order(world.patient, world.actor("PHYSICIAN"), world.now)


def deferred(world, hours=48, **rest):
    to = world.now + factories.dt.timedelta(hours=hours)
    return {
        "verb": "DEFER",
        "scope": "LATER",
        "reason": "The port is not in.",
        "to": to.isoformat(),
        **rest,
    }


def test_a_change_is_previewed_then_made_and_made_once(world, planned):
    api, path = world.api("PHYSICIAN"), f"courses/{planned.id}/changes"
    seen = api.post(f"{path}/preview", deferred(world))
    assert seen.status_code == 200, seen.json()
    shown = seen.json()
    (cycle,) = shown["cycles"]
    assert cycle["fate"] == "MOVED"
    assert cycle["after"]["starts_at"] > cycle["before"]["starts_at"]
    assert all(one["fate"] != "SAME" for one in shown["visits"])
    assert shown["waste"] == []

    made = api.post(path, deferred(world, token=shown["token"]))
    again = api.post(path, deferred(world, token=shown["token"]))

    assert made.status_code == 200, made.json()
    assert made.json()["version"] > shown["course_version"]
    assert (again.status_code, again.json()["code"]) == (409, "preview_outdated")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"scope": "STEP"}, 422, "scope_not_offered"),
        ({"place": "HOME"}, 422, "parameter_not_used"),
        ({"verb": "HOLD", "scope": "CYCLE"}, 422, "change_incomplete"),
        ({"verb": "SING"}, 400, "invalid"),
        ({"reason": ""}, 400, "invalid"),
    ],
)
def test_what_a_change_cannot_mean_is_refused(world, planned, asked, status, code):
    api = world.api("PHYSICIAN")
    answer = api.post(
        f"courses/{planned.id}/changes/preview", {**deferred(world), **asked}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "token", ["", "x", "1.2.3", f"1.1.{'0' * 64}.{'0' * 64}", f"1.{'9' * 17}.0.0"]
)
def test_a_token_that_is_none_changes_nothing(world, planned, token):
    answer = world.api("PHYSICIAN").post(
        f"courses/{planned.id}/changes", deferred(world, token=token)
    )

    assert answer.status_code in {400, 409}
    assert planned.version == type(planned).objects.get(id=planned.id).version


def test_a_nurse_may_not_defer(world, planned):
    answer = world.api("NURSE").post(
        f"courses/{planned.id}/changes/preview", deferred(world)
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_coordinator_moves_a_visit_and_a_pharmacist_swaps_a_bag(world, running):
    visit = running.cycles.get().visits.filter(kind="BAG_CHANGE").earliest("planned_at")
    path = f"courses/{running.id}/changes/preview"
    to = visit.planned_at - factories.dt.timedelta(hours=2)
    move = {
        "verb": "MOVE_VISIT",
        "scope": "STEP",
        "reason": "The nurse is away.",
        "visit_id": str(visit.id),
        "to": to.isoformat(),
    }
    swap = {
        "verb": "SWAP_RECIPE",
        "scope": "CYCLE",
        "reason": "No long bags.",
        "recipe": "us-48h",
    }

    moved = world.api("COORDINATOR").post(path, move)
    swapped = world.api("PHARMACIST").post(path, swap)

    assert moved.status_code == 200, moved.json()
    assert str(visit.id) in {one["id"] for one in moved.json()["visits"]}
    assert swapped.status_code == 200, swapped.json()
    added = [one for one in swapped.json()["bags"] if one["fate"] == "ADDED"]
    assert {one["recipe_key"] for one in added} <= {"us-48h"}
    assert world.api("PHARMACIST").post(path, move).status_code == 403


def test_a_confirmed_change_is_listed_with_its_reason(world, planned):
    api, path = world.api("PHYSICIAN"), f"courses/{planned.id}/changes"
    assert api.get(path).json()["changes"] == []
    seen = api.post(f"{path}/preview", deferred(world)).json()
    assert api.get(path).json()["changes"] == []
    made = api.post(path, deferred(world, token=seen["token"]))

    answer = world.api("AUDITOR").get(path)

    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert body["course_version"] == made.json()["version"]
    (change,) = body["changes"]
    assert (change["verb"], change["scope"]) == ("DEFER", "LATER")
    assert change["reason"] == "The port is not in."
    assert set(change["parameters"]) == {"to"}
    assert change["made_by_name"]
    assert change["plan_number"] > 1


@pytest.mark.parametrize("kind", ["PATIENT", "CAREGIVER"])
def test_the_family_does_not_read_why_staff_changed_a_plan(world, planned, kind):
    answer = world.api(kind).get(f"courses/{planned.id}/changes")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


OMIT = {"verb": "OMIT", "scope": "STEP", "reason": "The patient asked for it."}


def test_the_low_step_is_not_left_out(world, planned):
    low = world.api("PHYSICIAN").post(f"courses/{planned.id}/changes/preview", OMIT)
    assert (low.status_code, low.json()["code"]) == (422, "low_step_omitted")


def test_a_block_is_left_out_and_said_so(world):
    course = factories.order(
        world.patient, world.actor("PHYSICIAN"), world.now, "us-label-mrd"
    )
    path = f"courses/{course.id}/changes"
    api = world.api("PHYSICIAN")
    refused = world.api("NURSE").post(f"{path}/preview", OMIT)
    seen = api.post(f"{path}/preview", OMIT)
    assert refused.status_code == 403
    assert seen.status_code == 200, seen.json()
    shown = seen.json()
    before, after = shown["waits_for_before"], shown["waits_for_after"]
    assert before["due"] == "CYCLE_START"
    assert after["due"] == "CYCLE_ORDER"

    made = api.post(path, {**OMIT, "token": shown["token"]})

    assert made.status_code == 200, made.json()
    rounds = api.get(f"courses/{course.id}/outlook").json()["rounds"]
    assert rounds[0]["status"] == "OMITTED"
