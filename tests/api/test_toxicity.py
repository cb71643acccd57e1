"""Toxicity over REST: what the rules say, a physician's decision, and a new cycle."""

import datetime as dt

import pytest

from infusion import models
from patients.api.fields import instant_text
from tests.api.clients import code_of
from tests.factories import infusion as factories
from tests.factories.patients import MeasurementFactory

DECIDING = {"choice", "stopped_at", "reason", "shown"}


@pytest.fixture
def course(world, travel):
    """A course that runs since the world began, sixty hours ago."""
    nurse, second = world.actor("NURSE"), world.actor("SECOND_NURSE")
    row = factories.order(world.patient, world.actor("PHYSICIAN"), world.now)
    factories.start(row, nurse, world.now)
    factories.hang(row, nurse, second, world.now)
    travel(hours=60)
    return row


def at(world, **span) -> str:
    return instant_text(world.now + dt.timedelta(**span))


def crs(world, **changed):
    told = {
        "event": "CRS",
        "grade": 3,
        "scale": "ASTCT",
        "onset_at": at(world, hours=58),
    }
    return {**told, **changed}


def decide(world, course, by="PHYSICIAN", **changed):
    course.refresh_from_db()
    return world.api(by).post(
        f"courses/{course.id}/toxicity/decisions",
        seen(world, course, crs(world, **changed)),
        version=course.version,
    )


def seen(world, course, told):
    """Look at the rule and return what is told with the token of what was shown."""
    asked = {key: one for key, one in told.items() if key not in DECIDING}
    looked = world.api("NURSE").post(f"courses/{course.id}/toxicity/assessment", asked)
    return {"shown": looked.json().get("token", "?"), **told}


def test_the_rule_is_shown_with_its_source_mark_and_version(world, course):
    answer = world.api("NURSE").post(
        f"courses/{course.id}/toxicity/assessment", crs(world)
    )

    assert answer.status_code == 200
    found = answer.json()
    assert (found["table"], found["version"], found["jurisdiction"]) == (
        "toxicity", "1.0.0", "US",
    )  # fmt: skip
    assert (found["verdict"], found["offered"]) == ("RULE", ["INTERRUPT"])
    assert found["level_at_onset"] == "low"
    (rule,) = found["rules"]
    assert (rule["mark"], rule["sources"]) == ("B", ["HCP-RR-adj"])
    assert rule["text"]["zh_hans"].startswith("停药")
    assert not models.ToxicityDecision.objects.exists()


def test_a_hole_is_shown_as_a_hole(world, course):
    answer = world.api("PHYSICIAN").post(
        f"courses/{course.id}/toxicity/assessment", crs(world, event="ICANS")
    )

    (rule,) = answer.json()["rules"]
    assert (rule["action"], rule["mark"]) == (None, "NF")
    assert answer.json()["offered"] == []


def test_a_decision_is_kept_and_listed(world, course):
    first = decide(world, course, choice="INTERRUPT", stopped_at=at(world, hours=59))

    assert first.status_code == 201, first.json()
    listed = world.api("NURSE").get(f"courses/{course.id}/toxicity/decisions").json()
    (one,) = listed["decisions"]
    assert one == first.json()["decision"]
    assert (one["choice"], one["departs"]) == ("INTERRUPT", False)
    assert listed["course_version"] == first.json()["course_version"]


def test_the_same_key_decides_once(world, course):
    course.refresh_from_db()
    api = world.api("PHYSICIAN")
    path = f"courses/{course.id}/toxicity/decisions"
    body = seen(world, course, crs(world, choice="INTERRUPT"))
    for _ in range(2):
        answer = api.post(path, body, version=course.version, key="once")
        assert answer.status_code == 201

    assert models.ToxicityDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"choice": "CONTINUE"}, "reason_needed"),
        ({"choice": "RESTART_LOW", "reason": "Low."}, "not_paused"),
        ({"choice": "INTERRUPT", "event": "RASH"}, "invalid"),
        ({"choice": "INTERRUPT", "grade": 5}, "invalid"),
        ({"choice": "SWITCH"}, "invalid"),
        ({"choice": "INTERRUPT", "shown": "f" * 64}, "rule_not_shown"),
        ({"choice": "INTERRUPT", "scale": None}, "invalid"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_stored(
    world, course, body, code
):
    assert code_of(decide(world, course, **body))[1] == code
    assert not models.ToxicityDecision.objects.exists()
    assert not models.InfusionEvent.objects.filter(kind="HOLD_ORDERED").exists()


def test_a_grade_without_its_scale_is_refused(world, course):
    told = crs(world, choice="INTERRUPT", shown="?")
    del told["scale"]
    course.refresh_from_db()
    answer = world.api("PHYSICIAN").post(
        f"courses/{course.id}/toxicity/decisions", told, version=course.version
    )

    assert code_of(answer) == (422, "toxicity_facts_not_sane")


def test_a_decision_over_an_older_course_is_refused(world, course):
    course.refresh_from_db()
    answer = world.api("PHYSICIAN").post(
        f"courses/{course.id}/toxicity/decisions",
        crs(world, choice="INTERRUPT", shown="?"),
        version=course.version - 1,
    )

    assert answer.status_code == 412


def test_a_new_cycle_asks_every_answer(world, course, travel):
    decide(world, course, choice="INTERRUPT")
    travel(days=8)
    api, path = world.api("PHYSICIAN"), f"courses/{course.id}/replace-cycle"
    course.refresh_from_db()
    now = world.now + dt.timedelta(hours=60, days=8)
    MeasurementFactory(patient=world.patient, taken_at=now - dt.timedelta(hours=1))
    body = {
        "start_at": instant_text(now + dt.timedelta(days=1)),
        "repeats": True,
        "begins_low": True,
        "reason": "Eight days.",
    }
    for left_out in body:
        less = {key: value for key, value in body.items() if key != left_out}
        assert code_of(api.post(path, less, version=course.version)) == (400, "invalid")

    done = api.post(path, body, version=course.version)

    assert done.status_code == 200, done.json()
    assert done.json()["status"] == "ACTIVE"
    assert course.cycles.filter(status="PLANNED").count() == 1


def recorded(world, course, **changed):
    """Record an adverse event that was graded 3 and then 1."""
    api = world.api("NURSE")
    told = {"event": "CRS", "scale": "ASTCT", "scale_version": "1.0.0"}
    onset = {"onset_at": at(world, hours=58), "seriousness": "SERIOUS"}
    made = api.post(
        f"courses/{course.id}/adverse-events",
        told | onset | {"at": at(world, hours=58), "grade": 3} | changed,
    ).json()
    again = {"at": at(world, hours=59), "grade": 1, "scale": "ASTCT"}
    return api.post(
        f"adverse-events/{made['id']}/grades", again, version=made["version"]
    ).json()


def test_the_rules_are_asked_of_an_adverse_event_and_the_decision_leads_back(
    world, course
):
    event = recorded(world, course)
    asked = {key: one for key, one in event["toxicity"].items() if one is not None}
    url = asked.pop("url").removeprefix("/api/v1/")

    looked = world.api("PHYSICIAN").post(url, asked).json()
    course.refresh_from_db()
    made = world.api("PHYSICIAN").post(
        f"courses/{course.id}/toxicity/decisions",
        asked | {"choice": "INTERRUPT", "shown": looked["token"]},
        version=course.version,
    )
    found = world.api("NURSE").get(f"adverse-events/{event['id']}").json()

    assert (asked["grade"], asked["grade_now"], asked["scale"]) == (3, 1, "ASTCT")
    assert made.status_code == 201
    assert made.json()["decision"]["adverse_event_id"] == event["id"]
    assert found["decision_ids"] == [made.json()["decision"]["id"]]


def test_nobody_decides_from_an_adverse_event_that_is_none_or_withdrawn(world, course):
    event = recorded(world, course)
    gone = world.api("NURSE").post(
        f"adverse-events/{event['id']}/withdrawal",
        {"note": "wrong patient"},
        version=event["version"],
    )

    closed = decide(world, course, choice="INTERRUPT", adverse_event_id=event["id"])
    none = decide(world, course, choice="INTERRUPT", adverse_event_id=str(course.id))

    assert gone.json()["toxicity"] is None
    assert code_of(closed) == (409, "adverse_event_closed")
    assert code_of(none) == (404, "not_found")
    assert not models.ToxicityDecision.objects.exists()
