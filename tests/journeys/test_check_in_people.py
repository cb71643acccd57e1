"""Who answers, how, and who has it then: telephone, offline, other languages, two nurses."""

import datetime as dt

import pytest

from tests.journeys.families import AtHome, answer, has_a_phone
from tests.journeys.running import wait_until
from tests.journeys.test_spine import when

MINUTE = dt.timedelta(minutes=1)
HOTLINE = "+1 212 555 0100"


@pytest.fixture(scope="module")
def john(service):
    """Return an English family outside the risk windows."""
    return AtHome(service, "carter", "caregiver")


def test_who_reads_neither_language_asks_to_be_rung(service, screens):
    maria = AtHome(service, "lopez", "caregiver2")
    nurses_phone = has_a_phone(service, "nurse")
    with screens.somebody("caregiver2", "/my/", on_phone=True) as phone:
        ring = phone.reads(".ring-me button")
        assert "Please ring me" in ring
        assert "请给我回电" in ring
        phone.send(".ring-me button")
        assert "Somebody will ring you" in phone.reads()
        assert phone.fits()
    alert = maria.alert("CALL_WANTED")
    assert alert["severity"] == "RED"
    wait_until(lambda: service.arrived(nurses_phone))

    with screens.somebody("nurse", f"/alerts/{alert['id']}") as desk:
        desk.follow("a.button.main[href^='/check-ins/']")
        desk.follow("a[href$='/check-ins/enter']")
        desk.page.select_option("[name=source]", "CAREGIVER")
        desk.page.select_option("[name=spoken]", "es")
        desk.page.fill("[name='daily-adult.temperature']", "36.8")
        desk.send("main form button.main")
        assert "by telephone" in desk.reads()
        assert "Spanish" in desk.reads()
    wish = next(one for one in maria.asked() if one["kind"] == "CALL_WANTED")
    path = f"check-ins/{wish['id']}"
    looked = maria.nurse.post(f"{path}/looks", seen=path, what="NOTHING_NEEDED")
    assert looked.status == 201, looked
    assert maria.alerts("CALL_WANTED")[0]["status"] == "RESOLVED"


def test_what_is_said_on_the_telephone_is_equal_in_the_record(john):
    said = {"headache": "MILD", "temperature": "37.2"}
    told = john.tells(said)
    path = f"check-ins/{told['check_in_id']}"
    now = john.clock.now()
    entered = answer(john.nurse, path, now, said, way="TELEPHONE", source="CAREGIVER")
    assert entered.status == 201, entered
    by_app, by_telephone = record_of(john, told), record_of(john, entered.body)

    assert by_app.pop("way") == "SELF"
    assert by_telephone.pop("way") == "TELEPHONE"
    assert by_app == by_telephone
    assert by_app["colour"] == "AMBER"


def record_of(family, sent):
    """Return what the record holds of answers, without who, when and its ids."""
    row = family.nurse.get(f"check-ins/{sent['check_in_id']}")
    given = next(one for one in row["answers"] if one["id"] == sent["id"])
    result = given["result"]
    own = ("forms", "values", "language", "source", "way")
    return {name: given[name] for name in own} | {
        "colour": result["colour"],
        "fired": [(one["rule"], one["colour"]) for one in result["fired"]],
        "grades": [(one["term"], one["verdict"]) for one in result["grades"]],
    }


def test_a_red_answered_offline_is_an_alert_when_it_arrives(john, screens):
    before = {one["id"] for one in john.alerts("CHECK_IN_RED")}
    with screens.somebody("caregiver", my(john), on_phone=True) as phone:
        phone.follow("a[href$='/tell']")
        phone.page.context.set_offline(offline=True)
        answered = john.clock.now()
        phone.answer({"chills": "YES", "temperature": "38.1"})
        assert HOTLINE in phone.reads("#red")
        phone.hand_in()
        phone.page.wait_for_selector("[data-outcome=waits]:visible")
        assert "Saved on this phone, not yet sent" in phone.reads()
        john.clock.move(40 * MINUTE)
        assert {one["id"] for one in john.alerts("CHECK_IN_RED")} == before
        phone.page.context.set_offline(offline=False)
        phone.page.wait_for_selector("[data-outcome=received-red]:visible")
    raised = [one for one in john.alerts("CHECK_IN_RED") if one["id"] not in before]
    assert len(raised) == 1
    row = next(one for one in john.asked() if one["colour"] == "RED")
    given = row["answers"][0]
    late = when(given["received_at"]) - when(given["given_at"])
    assert 39 * MINUTE < late < 41 * MINUTE
    assert abs(when(given["given_at"]) - answered) < MINUTE
    with screens.somebody("nurse", f"/check-ins/{row['id']}") as desk:
        assert "arrived" in desk.reads()


def my(family):
    return f"/my/?patient={family.patient}"


def test_of_two_nurses_who_take_one_alert_one_has_it(john, screens):
    before = {one["id"] for one in john.alerts("CHECK_IN_RED")}
    john.tells({"tremor": "YES"})
    wait_until(lambda: {one["id"] for one in john.alerts("CHECK_IN_RED")} - before)
    alert = next(one for one in john.alerts("CHECK_IN_RED") if one["id"] not in before)
    path = f"/alerts/{alert['id']}"
    take = "main button[value=take]"
    with (
        screens.somebody("nurse", path) as first,
        screens.somebody("nurse2", path) as second,
    ):
        first.send(take)
        assert "Recorded." in first.reads()
        second.send(take)
        told = second.reads()
    assert "Somebody was faster" in told
    assert "Nora Nurse" in told
    assert (
        john.nurse.get(f"alerts/{alert['id']}")["owner_id"]
        == (john.nurse.get("me")["id"])
    )
