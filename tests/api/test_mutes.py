"""Mutes and follow-ups of messages over REST."""

import datetime as dt

import pytest

from infusion import models


@pytest.fixture
def until(world):
    return (world.now + dt.timedelta(days=2)).isoformat()


@pytest.fixture
def muted(world, course, until):
    asked = {"reason": "FAMILY_WISH", "until": until}
    path = f"patients/{world.patient.id}/mutes"
    return world.api("NURSE").post(path, asked).json()


def test_a_patient_is_muted_once_listed_and_unmuted(world, muted, until):
    nurse, second = world.api("NURSE"), world.api("SECOND_NURSE")
    path = f"patients/{world.patient.id}/mutes"

    again = second.post(path, {"reason": "IN_HOSPITAL", "until": until})
    assert (again.status_code, again.json()["id"]) == (200, muted["id"])
    assert [one["id"] for one in second.get(path).json()["results"]] == [muted["id"]]
    assert (muted["reason"], muted["kept_back"]) == ("FAMILY_WISH", 0)

    stale = second.post(f"mutes/{muted['id']}/unmute", version=9)
    assert stale.status_code == 412
    ended = nurse.post(f"mutes/{muted['id']}/unmute", version=1).json()
    assert (ended["ended_how"], ended["version"]) == ("UNMUTED", 2)
    twice = second.post(f"mutes/{muted['id']}/unmute", version=1)
    assert (twice.status_code, twice.json()) == (200, ended)


def test_a_mute_of_a_course_is_moved_within_the_limit_of_the_site(world, course, until):
    nurse = world.api("NURSE")
    asked = {"reason": "OTHER", "until": until, "course_id": str(course.id)}
    path = f"patients/{world.patient.id}/mutes"

    assert nurse.post(path, asked).json()["code"] == "mute_reason_missing"
    made = nurse.post(path, asked | {"note": "They ring us"}).json()
    later = {"until": (world.now + dt.timedelta(days=40)).isoformat()}
    refused = nurse.post(f"mutes/{made['id']}/until", later, version=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "mute_too_long")
    assert "14 days" in refused.json()["detail"]
    sooner = {"until": (world.now + dt.timedelta(hours=3)).isoformat()}
    moved = nurse.post(f"mutes/{made['id']}/until", sooner, version=1).json()
    assert moved["version"] == nurse.get(f"mutes/{made['id']}").json()["version"] == 2


def test_the_family_neither_mutes_nor_traces(world, course, until):
    message = course.messages.first()
    for kind in ("PATIENT", "CAREGIVER"):
        api = world.api(kind)
        path = f"patients/{world.patient.id}/mutes"
        body = {"reason": "FAMILY_WISH", "until": until}
        assert api.post(path, body).status_code == 403
        assert api.get(f"messages/{message.id}").status_code == 403
        assert api.post(f"messages/{message.id}/resend", version=1).status_code == 403


@pytest.fixture
def message(world, course):
    """Return a message to somebody who has left, that reached nobody."""
    row = course.messages.filter(status="PENDING").first()
    values = {
        "status": "FAILED",
        "reason": "no_way_left",
        "person_kind": "STAFF",
        "patient": None,
        "user": world.people["NOBODY"],
    }
    models.Message.objects.filter(id=row.id).update(status="SENDING")
    models.Message.objects.filter(id=row.id).update(**values)
    return row


def test_a_call_is_noted_once_and_moves_the_version(world, message):
    nurse, path = world.api("NURSE"), f"messages/{message.id}"
    found = nurse.get(path)
    version = found.json()["version"]
    assert found.headers["ETag"] == f'"{version}"'
    body = {"was_reached": True, "note": "Knows it"}

    answers = [
        nurse.post(f"{path}/calls", body, version=version, key="one")
        for _number in range(2)
    ]
    stale = world.api("SECOND_NURSE").post(f"{path}/calls", body, version=version)

    assert [each.status_code for each in answers] == [201, 201]
    assert stale.status_code == 412
    shown = nurse.get(path).json()
    assert [one["note"] for one in shown["calls"]] == ["Knows it"]
    listed = nurse.get(f"courses/{message.course_id}/messages?page_size=200").json()
    rung = [one["id"] for one in listed["results"] if one["was_rung"]]
    assert rung == [str(message.id)]


def test_a_resend_to_somebody_who_left_is_refused_with_the_reason(world, message):
    nurse, path = world.api("NURSE"), f"messages/{message.id}"
    version = nurse.get(path).json()["version"]

    assert nurse.post(f"{path}/resend").status_code == 428
    refused = nurse.post(f"{path}/resend", version=version)

    assert (refused.status_code, refused.json()["code"]) == (409, "resend_nobody")
    assert not models.Resending.objects.exists()
