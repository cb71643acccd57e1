"""Blocks and decisions over REST: what clients get wrong, and all of it once."""

import threading
import uuid

import pytest
from django.db import connection

from patients import clock
from patients.api.fields import instant_text
from tests.api.clients import code_of
from tests.api.walk.bodies import DAY, block, today
from tests.factories import infusion as factories
from tests.factories.walks import A041703, holes


def test_a_block_is_recorded_and_a_decision_asks_for_its_facts(world, walked, travel):
    nurse, physician = world.api("NURSE"), world.api("PHYSICIAN")
    path = f"courses/{walked.id}"
    version = nurse.get(path).json()["version"]
    now = travel(days=30)
    first = (now - 29 * DAY).date().isoformat()
    last = (now - 2 * DAY).date().isoformat()
    body = {"block": "ia", "step": "START", "on": first}

    started = nurse.post(f"{path}/blocks", body, version=version)
    assert started.status_code == 200, started.json()
    ended = nurse.post(
        f"{path}/blocks",
        {**body, "step": "FINISH", "on": last},
        version=started.json()["version"],
    )
    assert ended.status_code == 200, ended.json()
    assert ended.headers["ETag"] == f'"{ended.json()["version"]}"'

    asked = physician.get(f"{path}/decisions").json()
    assert asked["standing"]["due"] == "DECISION"
    kinds = {row["kind"]: row for row in asked["facts_asked"]}
    assert set(kinds) == {"CYTOREDUCTION", "REMISSION"}
    assert {"value": "YES", "in_words": "yes"} in kinds["CYTOREDUCTION"]["values"]
    version = ended.json()["version"]
    missing = physician.post(f"{path}/decisions", {"to": "ib"}, version=version)
    assert code_of(missing) == (422, "facts_missing")
    assert "CYTOREDUCTION" in missing.json()["detail"]
    facts = [
        {"kind": "CYTOREDUCTION", "value": "YES", "taken_on": last},
        {"kind": "REMISSION", "value": "CR", "taken_on": last},
    ]
    taken = physician.post(
        f"{path}/decisions", {"to": "ib", "facts": facts}, version=version
    )
    assert taken.status_code == 200, taken.json()
    (row,) = physician.get(f"{path}/decisions").json()["decisions"]
    assert (row["to"], row["verdict"]) == ("ib", "OPEN")
    assert row["facts"][0]["in_words"] == "Cytoreduction: yes"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"block": "nowhere"}, 422, "block_unknown"),
        ({"block": "ib"}, 409, "block_not_next"),
        ({"step": "BEGIN"}, 400, "invalid"),
        ({"on": "2026-06-01T08:00:00"}, 400, "invalid"),
        ({"on": None}, 400, "invalid"),
        ({"on": "0001-01-01"}, 400, "invalid"),
        ({"on": "2199-01-01"}, 422, "in_the_future"),
        ({"block": 1}, 400, "invalid"),
        ({"unknown": 1}, 400, "invalid"),
        ({"reason": "x" * 501}, 400, "invalid"),
    ],
)
def test_a_block_that_can_not_be_recorded(world, walked, change, status, code):
    body = block(world, **{"step": "START", **change})

    answer = world.api("NURSE").post(
        f"courses/{walked.id}/blocks", body, version=walked.version
    )

    assert code_of(answer) == (status, code)
    assert walked.blocks.get().status == "PLANNED"


@pytest.mark.parametrize(
    ("fact", "status", "code"),
    [
        ({"kind": "MRD", "value": "0.0001"}, 422, "unit_not_supported"),
        ({"kind": "MRD", "value": "0.01", "unit": "%"}, 422, "unit_not_supported"),
        ({"kind": "REMISSION", "value": "PERHAPS"}, 422, "fact_not_usable"),
        ({"kind": "SHOE_SIZE", "value": "42"}, 400, "invalid"),
        ({"kind": "REMISSION", "value": 1}, 400, "invalid"),
        ({"kind": "REMISSION"}, 400, "invalid"),
        ({"kind": "AGE_YEARS", "value": "50", "unit": "a"}, 422, "fact_not_usable"),
        (
            {"kind": "REMISSION", "value": "CR", "taken_on": "2199-01-01"},
            422,
            "in_the_future",
        ),
        (
            {"kind": "REMISSION", "value": "CR", "taken_on": "2026-06-01T00:00"},
            400,
            "invalid",
        ),
    ],
)
def test_a_fact_of_the_wrong_kind_decides_nothing(world, walked, fact, status, code):
    body = {
        "to": "ib",
        "facts": [{"taken_on": today(world).isoformat(), **fact}],
    }

    answer = world.api("PHYSICIAN").post(
        f"courses/{walked.id}/decisions", body, version=walked.version
    )

    assert code_of(answer) == (status, code)
    assert not walked.decisions.exists()


def test_a_stale_version_a_missing_one_and_another_site(world, walked):
    nurse, path = world.api("NURSE"), f"courses/{walked.id}/blocks"
    body = block(world)

    assert code_of(nurse.post(path, body)) == (428, "precondition_required")
    stale = nurse.post(path, body, version=walked.version - 1)
    assert code_of(stale) == (412, "version_stale")
    stranger = world.api("OTHER_NURSE").post(path, body, version=walked.version)
    assert code_of(stranger) == (404, "not_found")
    patient = world.api("PATIENT").post(path, body, version=walked.version)
    assert code_of(patient) == (403, "not_allowed")


def test_the_same_key_twice_records_once(world, walked):
    nurse, path = world.api("NURSE"), f"courses/{walked.id}/blocks"
    body = block(world)
    key = uuid.uuid4().hex

    first = nurse.post(path, body, version=walked.version, key=key)
    again = nurse.post(path, body, version=walked.version, key=key)

    assert first.status_code == again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert walked.blocks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_at_once_one_records_the_block(world, walked):
    path, body = (
        f"courses/{walked.id}/blocks",
        block(world),
    )
    start, answers = threading.Barrier(2), []

    def work(kind):
        api = world.api(kind)
        start.wait(5)
        answer = api.post(path, body, version=walked.version)
        answers.append(answer.status_code)
        connection.close()

    threads = [
        threading.Thread(target=work, args=(kind,))
        for kind in ("NURSE", "SECOND_NURSE")
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)

    assert sorted(answers) == [200, 412]
    assert walked.blocks.count() == 1


def test_an_order_under_an_incomplete_regimen_names_what_is_missing(world):
    factories.weigh(world.patient, world.now)
    api = world.api("PHYSICIAN")
    start = (world.now + DAY).isoformat()
    path = f"patients/{world.patient.id}"
    body = {"regimen_key": A041703, "start_at": start}

    answer = api.post(f"{path}/courses", body)

    assert code_of(answer) == (422, "regimen_incomplete")
    assert holes()[0] in answer.json()["detail"]
    preview = api.post(f"{path}/course-preview", body).json()
    assert [one["place"] for one in preview["missing"]] == holes()
    assert preview["outlook"][0]["block"] == "ia"


def test_a_version_is_compared_and_only_what_was_shown_is_confirmed(world, walked):
    api, path = world.api("PHYSICIAN"), f"courses/{walked.id}/regimen-version"
    seen = api.get(path).json()
    assert (seen["changes"], seen["can_change"]) == ([], False)

    body = {"version": seen["after"], "digest": seen["digest"], "reason": "new"}
    same = api.post(path, body, version=walked.version)
    assert code_of(same) == (409, "regimen_version_same")
    other = api.post(path, {**body, "digest": "0" * 64}, version=walked.version)
    assert code_of(other) == (409, "regimen_version_gone")
    broken = api.post(path, {**body, "digest": "no"}, version=walked.version)
    assert code_of(broken) == (400, "invalid")
    nurse = world.api("NURSE").post(path, body, version=walked.version)
    assert code_of(nurse) == (403, "not_allowed")


def test_a_course_is_stopped_between_cycles_by_a_physician(world, walked):
    path = f"courses/{walked.id}/stop"
    body = {"reason": "withdrawn consent"}

    nurse = world.api("NURSE").post(path, body, version=walked.version)
    assert code_of(nurse) == (403, "not_allowed")
    stopped = world.api("PHYSICIAN").post(path, body, version=walked.version)

    assert stopped.json()["status"] == "CANCELLED"
    again = world.api("PHYSICIAN").post(
        f"courses/{walked.id}/reentry", {"start_at": (world.now + DAY).isoformat()}
    )
    assert code_of(again) == (409, "no_reentry")


def test_a_stopped_course_is_left_later_and_says_which_exits_need_a_reason(
    world, running
):
    physician, path = world.api("PHYSICIAN"), f"courses/{running.id}"
    etag = physician.get(path).headers["ETag"]
    end = {"at": instant_text(clock.now()), "reason": "ADVERSE_EVENT"}
    stopped = physician.post(f"{path}/end-cycle", end, if_match=etag)
    assert stopped.json()["status"] == "STOPPED"
    choices = physician.get(f"{path}/decisions").json()["choices"]
    assert {one["to"]: (one["is_exit"], one["is_off_path"]) for one in choices} == {
        "no-remission": (True, True),
        "relapse": (True, True),
        "allo-hsct": (True, True),
    }

    way = {"to": "allo-hsct", "facts": [], "response": "YES"}
    etag = stopped.headers["ETag"]
    silent = physician.post(f"{path}/decisions", way, if_match=etag)
    assert code_of(silent) == (422, "reason_needed")
    left = physician.post(
        f"{path}/decisions", {**way, "reason": "donor found"}, if_match=etag
    )

    assert (left.json()["status"], left.json()["exit_key"]) == ("LEFT", "allo-hsct")


def test_a_cycle_nobody_has_planned_is_provisional_and_says_why(world, running):
    rounds = world.api("NURSE").get(f"courses/{running.id}/outlook").json()["rounds"]

    told = [(row["block"], row["firmness"], row["reasons"]) for row in rounds[:2]]
    assert told[0] == ("c1", "FIRM", [])
    block, firmness, (reason,) = told[1]
    assert (block, firmness) == ("c2", "PROVISIONAL")
    assert (reason["why"], reason["block"]) == ("NOT_STARTED", "c2")


@pytest.mark.parametrize("verb", ["decisions", "gate"])
def test_more_facts_than_there_are_kinds_are_refused(world, walked, verb):
    fact = {"kind": "CYTOREDUCTION", "value": "YES", "taken_on": str(today(world))}
    body = {"to": "ib"} if verb == "decisions" else {"block": "ia"}

    answer = world.api("PHYSICIAN").post(
        f"courses/{walked.id}/{verb}", {**body, "facts": [fact] * 51}, version=1
    )

    assert code_of(answer) == (400, "invalid")
    (error,) = answer.json()["errors"]
    assert error["field"].startswith("facts")
    assert error["code"] == "max_length"
