"""Events over REST: told by nurse and family, listed, corrected, taken back, refused."""

import datetime as dt

import pytest

from patients.api.fields import instant_text
from tests.api.clients import code_of
from tests.factories import infusion as factories


@pytest.fixture
def course(world, travel):
    """A course that runs since the world began, three hours ago."""
    nurse, second = world.actor("NURSE"), world.actor("SECOND_NURSE")
    row = factories.order(world.patient, world.actor("PHYSICIAN"), world.now)
    factories.start(row, nurse, world.now)
    factories.hang(row, nurse, second, world.now)
    travel(hours=3)
    return f"courses/{row.id}"


def at(world, **span) -> str:
    return instant_text(world.now + dt.timedelta(**span))


def hours(clock, *names) -> list[float]:
    """Return hours of the clock, without the seconds the test itself took."""
    return [round(float(clock[f"{name}_hours"]), 1) for name in names]


def occlusion(world, **changed):
    told = {"kind": "ALARM", "reason": "OCCLUSION", "pump_stopped": True}
    return {**told, "at": at(world, hours=2), **changed}


def test_a_caregiver_tells_an_alarm_and_the_clock_stops(world, course):
    told = world.api("CAREGIVER").post(f"{course}/events", occlusion(world))

    assert told.status_code == 201
    body = told.json()
    assert body["event"]["mdc"] == "MDC_EVT_FLUID_LINE_OCCL"
    assert body["event"]["effect"] == "STOPS"
    assert "recorded_by_name" not in body["event"]
    clock = body["clock"]
    assert (clock["is_running"], clock["stopped_since"]) == (False, at(world, hours=2))
    assert hours(clock, "delivered", "missed") == [2, 1]
    assert clock["way_on"] == "RESUME"
    assert clock["restart_limit_at"] == at(world, hours=6)


def test_a_caregiver_leaves_the_restart_and_the_correction_to_the_staff(world, course):
    api = world.api("CAREGIVER")
    told = api.post(f"{course}/events", occlusion(world)).json()
    path = f"events/{told['event']['id']}"
    resume = {"kind": "RESUME", "at": at(world, hours=3)}

    for answer in (
        api.post(f"{course}/events", resume),
        api.post(f"{path}/correction", occlusion(world), version=1),
        api.post(f"{path}/withdrawal", version=1),
    ):
        assert code_of(answer) == (403, "not_allowed")


def test_a_nurse_corrects_and_takes_back_and_everything_stays_listed(world, course):
    nurse = world.api("NURSE")
    told = nurse.post(f"{course}/events", occlusion(world, note="by phone"))
    path = f"events/{told.json()['event']['id']}"
    version = told.json()["course_version"]

    stale = nurse.post(f"{path}/correction", occlusion(world), version=version - 1)
    assert code_of(stale) == (412, "version_stale")
    better = occlusion(world, at=at(world, hours=2, minutes=30))
    corrected = nurse.post(f"{path}/correction", better, version=version)
    assert hours(corrected.json()["clock"], "delivered") == [2.5]
    version = corrected.json()["course_version"]
    gone = nurse.post(f"{path}/withdrawal", {"note": "other pump"}, version=version)
    assert hours(gone.json()["clock"], "delivered") == [3]
    assert gone.json()["clock"]["is_running"] is True

    listed = nurse.get(f"{course}/events").json()["events"]
    alarms = [one for one in listed if one["kind"] == "ALARM"]
    assert len(alarms) == 3
    assert [one["counts"] for one in alarms] == [False, False, False]
    assert {one["note"] for one in alarms} == {"by phone", "", "other pump"}


def test_a_stop_that_is_over_is_told_with_its_restart(world, course):
    told = world.api("NURSE").post(
        f"{course}/events",
        {
            "kind": "DISCONNECTED",
            "at": at(world, hours=1),
            "until": at(world, hours=1, minutes=20),
        },
    )

    clock = told.json()["clock"]
    assert (clock["is_running"], len(clock["gaps"])) == (True, 1)
    assert told.headers["ETag"] == f'"{told.json()["course_version"]}"'


def test_the_same_news_twice_is_one_event(world, course):
    first = world.api("CAREGIVER").post(f"{course}/events", occlusion(world))
    again = world.api("NURSE").post(f"{course}/events", occlusion(world))

    assert first.json()["event"]["id"] == again.json()["event"]["id"]


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"at": {"hours": -2}}, (422, "event_too_early")),
        ({"at": {"hours": 4}}, (422, "in_the_future")),
        ({"reason": "LUNCH"}, (422, "reason_unknown")),
        ({"pump_stopped": None}, (422, "effect_not_said")),
        ({"kind": "EXPLODED"}, (400, "invalid")),
        ({"kind": "RESUME", "reason": ""}, (422, "runs_overlap")),
        ({"kind": "START", "reason": ""}, (409, "event_fixed")),
        ({"until": {"hours": 1}}, (422, "restart_before_stop")),
    ],
)
def test_what_can_not_be_is_refused_with_its_reason(world, course, changed, answer):
    for name in {"at", "until"} & set(changed):
        changed = {**changed, name: at(world, **changed[name])}
    before = world.api("NURSE").get(f"{course}/events").json()

    found = world.api("NURSE").post(f"{course}/events", occlusion(world, **changed))

    assert code_of(found) == answer
    assert world.api("NURSE").get(f"{course}/events").json() == before


def test_a_stop_of_four_hours_takes_the_restart_at_home_away(world, course, travel):
    nurse = world.api("NURSE")
    nurse.post(f"{course}/events", occlusion(world))
    travel(hours=3)

    clock = nurse.get(f"{course}/plan").json()["cycles"][0]["clock"]

    assert clock["way_on"] == "SUPERVISED"
    resume = {"kind": "RESUME", "at": at(world, hours=6)}
    refused = nurse.post(f"{course}/events", resume)
    assert code_of(refused) == (422, "restart_needs_supervision")
