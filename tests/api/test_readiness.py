"""The way home over REST: read, record, waive, sign, discharge, hand over."""

import datetime as dt

import pytest

from infusion.selectors.readiness import load_readiness
from tests.api.clients import code_of
from tests.factories import infusion as factories
from tests.factories import readiness as ready

DAY = dt.timedelta(days=1)


def at(instant: dt.datetime) -> str:
    return instant.isoformat()


@pytest.fixture
def settled(world, travel):
    """Return a course three days in, with every criterion met."""
    # The course begins today, whatever day of the week that is.
    world.site.policy = {
        "importance_off_days": {
            "value": "0",
            "signed_by": "Dr A",
            "signed_on": "2026-03-01",
        }
    }
    world.site.save()
    course = factories.order(
        world.patient, world.actor("PHYSICIAN"), world.now, "us-label-mrd"
    )
    nurse = world.actor("NURSE")
    factories.start(course, nurse, travel(hours=1, minutes=1))
    factories.hang(course, nurse, world.actor("SECOND_NURSE"), travel(minutes=1))
    now = travel(days=3, hours=1)
    return ready.make_ready(course, nurse, now)


def path(course) -> str:
    return f"courses/{course.id}/readiness"


def version(course) -> int:
    course.refresh_from_db()
    return course.version


def test_the_checklist_says_its_state_its_sources_and_its_digest(world, settled):
    answer = world.api("NURSE").get(path(settled)).json()

    assert answer["verdict"] == "READY"
    assert len(answer["digest"]) == 64
    assert answer["signers"] == ["PHYSICIAN", "NURSE"]
    by_key = {one["key"]: one for one in answer["criteria"]}
    assert len(by_key) == 26
    fever = by_key["TC03"]
    assert fever["published"]["mark"] == "NF"
    numbers = {one["key"]: one for one in fever["numbers"]}
    assert numbers["fever_free_hours"]["needs_sign_off"] is True
    assert fever["findings"][0]["fact"]["number"] == "36.8"
    assert by_key["TC04"]["waivable_by"] == []


def test_the_family_reads_no_checklist_and_strangers_find_none(world, settled):
    assert code_of(world.api("PATIENT").get(path(settled))) == (403, "not_allowed")
    assert code_of(world.api("OTHER_NURSE").get(path(settled))) == (404, "not_found")


def test_facts_are_recorded_all_or_none(world, settled):
    nurse = world.api("NURSE")
    now = nurse.get(path(settled)).json()["at"]
    wrong = nurse.post(
        f"{path(settled)}/facts",
        {
            "taken_at": now,
            "facts": [
                {"kind": "TEMPERATURE", "number": "38.6", "unit": "Cel"},
                {"kind": "TEMPERATURE", "number": "101.5", "unit": "[degF]"},
            ],
        },
    )
    assert code_of(wrong) == (422, "fact_unit_wrong")
    assert nurse.get(path(settled)).json()["verdict"] == "READY"

    right = nurse.post(
        f"{path(settled)}/facts",
        {
            "taken_at": now,
            "facts": [{"kind": "TEMPERATURE", "number": "38.6", "unit": "Cel"}],
        },
    )
    assert (right.status_code, right.json()["verdict"]) == (201, "NOT_READY")
    later = dt.datetime.fromisoformat(right.json()["earliest_at"])
    assert later - dt.datetime.fromisoformat(now) == DAY


def test_one_key_records_once(world, settled):
    nurse = world.api("NURSE")
    body = {
        "taken_at": nurse.get(path(settled)).json()["at"],
        "facts": [{"kind": "ECOG", "number": 2}],
    }
    before = settled.readiness_facts.count()
    for _ in range(2):
        assert nurse.post(f"{path(settled)}/facts", body, key="one").status_code == 201

    assert settled.readiness_facts.count() == before + 1


def test_a_signature_is_taken_back_once(world, settled):
    nurse, physician = world.api("NURSE"), world.api("PHYSICIAN")
    sign = f"{path(settled)}/signatures"
    digest = nurse.get(path(settled)).json()["digest"]
    nurse.post(sign, {"digest": digest})

    early = physician.post(f"{sign}/withdrawal", {})
    assert code_of(early) == (409, "not_signed_by_you")
    for _ in range(2):
        back = nurse.post(f"{sign}/withdrawal", {}, key="back")
        assert back.status_code == 200
        assert [one["status"] for one in back.json()["sign_offs"]] == ["VOID"]
    again = nurse.post(f"{sign}/withdrawal", {})
    assert code_of(again) == (409, "not_signed_by_you")


def test_signed_by_two_and_sent_home(world, settled):
    nurse, physician = world.api("NURSE"), world.api("PHYSICIAN")
    digest = nurse.get(path(settled)).json()["digest"]
    sign = f"{path(settled)}/signatures"
    home = f"courses/{settled.id}/discharge"
    body = {
        "from_at": nurse.get(path(settled)).json()["at"],
        "pump_serial": ready.SERIAL,
        "volume_left_ml": "40",
    }
    assert nurse.post(sign, {"digest": digest}).status_code == 201
    assert code_of(nurse.post(sign, {"digest": digest})) == (409, "signed_by_you")
    early = nurse.post(home, body, version=version(settled))
    assert code_of(early) == (409, "not_ready_for_home")
    both = physician.post(sign, {"digest": digest})
    assert both.json()["sign_offs"][0]["status"] == "SIGNED"

    left = nurse.post(home, body, version=version(settled))

    assert left.status_code == 200, left.json()
    sheet = nurse.get(f"courses/{settled.id}/handover").json()
    assert sheet["departure"]["pump_serial"] == ready.SERIAL
    assert sheet["departure"]["override_reason"] == ""
    assert len(sheet["departure"]["signed_by"]) == 2
    assert (sheet["restart_rule"], sheet["never_flush"]) == ("RUNNING", True)
    assert sheet["hanging"]["rate_ml_h"] == "0.6"
    assert sheet["pump"]["help_line"] == "+1 800 555 0199"
    back = nurse.post(
        f"courses/{settled.id}/readmit",
        {"from_at": body["from_at"], "reason": "fever", "keeps_home_pump": True},
        version=version(settled),
    )
    assert code_of(back) == (409, "home_pump_not_allowed")


def test_a_waiver_over_rest(world, settled):
    nurse, physician = world.api("NURSE"), world.api("PHYSICIAN")
    nurse.post(
        f"{path(settled)}/facts",
        {
            "taken_at": nurse.get(path(settled)).json()["at"],
            "facts": [{"kind": "TRAVEL_TIME", "number": 75, "unit": "min"}],
        },
    )
    body = {"criterion": "TC13", "reason": "Lives beside the ambulance station"}
    waivers = f"{path(settled)}/waivers"
    assert code_of(nurse.post(waivers, body)) == (403, "waiver_role")
    hard = {"criterion": "TC04", "reason": "x"}
    assert code_of(physician.post(waivers, hard)) == (409, "criterion_hard")

    waived = physician.post(waivers, body)

    line = next(one for one in waived.json()["criteria"] if one["key"] == "TC13")
    assert (line["state"], line["waiver"]["reason"]) == ("WAIVED", body["reason"])


def test_without_a_cycle_there_is_no_checklist(world, settled):
    settled.cycles.update(status="STOPPED")

    assert load_readiness(settled, world.now) is None
    assert code_of(world.api("NURSE").get(path(settled))) == (404, "not_found")
