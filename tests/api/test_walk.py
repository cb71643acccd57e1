"""The walk and the completion of regimens over REST: what clients get wrong, and all of it once."""

import datetime as dt
import json
import threading
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection

from infusion import models
from patients import clock
from patients.api.fields import instant_text
from tests.api.clients import Api, code_of
from tests.factories import infusion as factories
from tests.factories.walks import A041703, completion, holes, signed

DAY = dt.timedelta(days=1)


@pytest.fixture
def ward_of(world):
    """Return the people of the site as the factories know them."""
    return SimpleNamespace(
        site=world.site,
        pharmacist=world.actor("PHARMACIST"),
        physician=world.actor("PHYSICIAN"),
        now=world.now,
    )


@pytest.fixture
def walked(world, ward_of):
    """Return a course under A041703 that begins today with inotuzumab."""
    signed(ward_of)
    physician = world.actor("PHYSICIAN")
    return factories.order(world.patient, physician, world.now, A041703)


def today(world):
    # The patient's clock: New York is never a day ahead of UTC.
    return (world.now - DAY).date()


def block(world, **more):
    return {
        "block": "ia",
        "step": "ELSEWHERE",
        "on": today(world).isoformat(),
        **more,
    }


def values(**changes):
    return [
        {"place": place, **(value | changes)} for place, value in completion().items()
    ]


# --- Reading -------------------------------------------------------------------------


def test_the_list_says_what_is_complete_and_what_is_missing(world, ward_of):
    api = world.api("NURSE")
    rows = {row["key"]: row for row in api.get("regimens").json()["results"]}
    assert rows["us-label-rr"]["is_complete"]
    assert not rows[A041703]["is_complete"]
    assert [one["place"] for one in rows[A041703]["missing"]] == holes()

    signed(ward_of)

    rows = api.get(f"regimens?site={world.site.id}").json()["results"]
    ours = next(row for row in rows if row["key"] == A041703)
    assert (ours["is_complete"], ours["is_completed_by_site"]) == (True, True)
    assert ours["version"].endswith("+site.1")
    elsewhere = api.get(f"regimens?site={world.other_site.id}")
    assert code_of(elsewhere) == (404, "not_found")


def test_a_regimen_has_its_graph_its_numbers_and_their_sources(world):
    found = world.api("NURSE").get(f"regimens/{A041703}").json()

    blocks = {row["key"]: row for row in found["blocks"]}
    assert [way["to"] for way in blocks["ia"]["next"]] == ["ib", "ic", "ii-1"]
    facts = {row["path"]: row for row in found["facts"]}
    length = next(row for path, row in facts.items() if path.endswith("ia.length_days"))
    assert (length["value"], length["mark"], length["sources"]) == ("21", "S", ["R-31"])
    assert any(row["needs_sign_off"] for row in found["facts"])


def test_the_days_of_a_course_that_is_not_ordered(world):
    api = world.api("NURSE")

    found = api.get(f"regimens/{A041703}/outlook?start=2027-01-04").json()

    first, fork = found["rounds"][0], found["rounds"][0]["ways"]
    assert (first["starts_on"], first["ends_on"]) == ("2027-01-04", "2027-01-24")
    assert [way["to"] for way in fork] == ["ib", "ic", "ii-1"]
    assert fork[2]["conditions"][0]["in_words"] == "Cytoreduction: no"
    last = [row for row in found["rounds"] if row["block"].startswith("iii")][-1]
    assert (last["firmness"], last["starts_on"]) == ("UNKNOWN", None)
    assert not models.Course.objects.exists()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "invalid"),
        ("?start=soon", 400, "invalid"),
        ("?start=2027-01-04T08:00:00", 400, "invalid"),
        ("?start=9999-12-31", 400, "invalid"),
        ("?start=2027-01-04&block=nowhere", 422, "block_unknown"),
        ("?start=2027-01-04&opening=allo-hsct", 422, "block_unknown"),
        ("?start=2027-01-04&site=1", 400, "invalid"),
        ("?start=2027-01-04&unknown=1", 400, "invalid"),
    ],
)
def test_an_outlook_that_can_not_be_asked_for(world, query, status, code):
    answer = world.api("NURSE").get(f"regimens/{A041703}/outlook{query}")

    assert code_of(answer) == (status, code)


def test_the_family_sees_the_days_and_not_the_findings(world, walked):
    for kind, is_staff in (("NURSE", True), ("PATIENT", False), ("CAREGIVER", False)):
        found = world.api(kind).get(f"courses/{walked.id}/outlook").json()
        assert found["rounds"][0]["block"] == "ia"
        assert ("facts" in found) is is_staff
        assert ("decisions" in found) is is_staff


def test_a_condition_reads_in_the_language_of_the_reader(world, walked):
    reader = Api(world.people["NURSE"], language="zh-hans")

    found = reader.get(f"courses/{walked.id}/outlook").json()

    words = found["rounds"][0]["ways"][0]["conditions"][0]["in_words"]
    assert words
    assert words.isascii() is False


# --- Walking -------------------------------------------------------------------------


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


# --- Completing ----------------------------------------------------------------------


def test_two_persons_complete_a_regimen_over_rest(world):
    pharmacist, physician = world.api("PHARMACIST"), world.api("PHYSICIAN")
    path = f"sites/{world.site.id}/overlays"

    drafted = pharmacist.post(path, {"regimen_key": A041703, "values": values()})
    assert drafted.status_code == 201, drafted.json()
    overlay = f"overlays/{drafted.json()['id']}"
    assert drafted.json()["missing"] == []
    first = pharmacist.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=1)
    assert first.status_code == 200, first.json()
    twice = pharmacist.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=2)
    assert code_of(twice) == (409, "already_signed")
    alone = pharmacist.post(f"{overlay}/sign", {"role": "PHYSICIAN"}, version=2)
    assert code_of(alone) == (403, "not_allowed")
    second = physician.post(f"{overlay}/sign", {"role": "PHYSICIAN"}, version=2)

    assert second.json()["status"] == "IN_FORCE"
    assert [one["role"] for one in second.json()["signatures"]] == [
        "PHARMACIST",
        "PHYSICIAN",
    ]
    rows = world.api("NURSE").get(f"{path}?regimen={A041703}").json()["results"]
    assert [row["id"] for row in rows] == [second.json()["id"]]
    body = {"regimen_key": A041703, "start_at": (world.now + DAY).isoformat()}
    ordered = physician.post(f"patients/{world.patient.id}/courses", body)
    assert ordered.json()["regimen_version"] == second.json()["effective_version"]


def test_a_change_over_rest_takes_the_signature_away(world):
    api = world.api("PHARMACIST")
    path = f"sites/{world.site.id}/overlays"
    drafted = api.post(path, {"regimen_key": A041703, "values": values()}).json()
    overlay = f"overlays/{drafted['id']}"
    api.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=1)

    changed = api.raw(
        "PATCH",
        f"/api/v1/{overlay}",
        json.dumps({"values": values(value="21")}),
        if_match='"2"',
    )

    assert changed.status_code == 200, changed.json()
    assert changed.json()["signatures"] == []
    assert {one["value"] for one in changed.json()["values"]} == {"21"}
    stale = api.post(f"{overlay}/sign", {"role": "PHARMACIST"}, version=2)
    assert code_of(stale) == (412, "version_stale")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"regimen_key": "nowhere"}, 422, "regimen_unknown"),
        ({"values": []}, 400, "invalid"),
        ({"values": [{"place": "x", "value": "1"}]}, 400, "invalid"),
        ({"values": [{"place": "x", "value": "1", "source": "s"}]}, 422, ""),
        ({"values": values() + values()}, 400, "invalid"),
        ({"values": values(value="many")}, 422, "overlay_value_refused"),
        ({"values": values(unit="h")}, 422, "overlay_value_refused"),
        ({"values": values(source="")}, 400, "invalid"),
        ({"values": "all"}, 400, "invalid"),
    ],
)
def test_a_completion_that_does_not_fit_is_refused(world, change, status, code):
    body = {"regimen_key": A041703, "values": values(), **change}

    answer = world.api("PHARMACIST").post(f"sites/{world.site.id}/overlays", body)

    assert code_of(answer) == (status, code or "overlay_value_refused")
    assert not models.RegimenOverlay.objects.exists()


def test_the_reason_reads_in_the_language_of_the_reader(world):
    body = {"regimen_key": A041703, "values": values(value="many")}
    path = f"sites/{world.site.id}/overlays"

    told = [
        Api(world.people["PHARMACIST"], language=language).post(path, body).json()
        for language in ("en", "zh-hans")
    ]

    assert told[0]["errors"][0]["field"] == holes()[0]
    assert told[0]["detail"] != told[1]["detail"]


# --- Versions ------------------------------------------------------------------------


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
