"""ICE falls from ten to eight to six in a Chinese home: seen, graded, recorded."""

import datetime as dt

import pytest

from tests.journeys.conftest import call
from tests.journeys.families import AtHome, answer
from tests.journeys.running import wait_until
from tests.journeys.test_spine import at

MINUTE = dt.timedelta(minutes=1)
PLACE = {"en": "Which room of your home is this?", "zh_hans": "这里是家里的哪个房间？"}
EIGHT = {"month": "WRONG", "count": "WRONG"}
SIX = {**EIGHT, "year": "WRONG", "city": "WRONG", "temperature": "36.7"}


@pytest.fixture(scope="module")
def wang(service):
    """Return a family in Beijing time whose pages are Chinese."""
    return AtHome(service, "王", "jiashu", ("hushi", "hushi2"))


def test_ice_falls_from_ten_to_eight_to_six(service, screens, wang):
    assert "place" not in asked_of(wang, next_morning(wang))
    the_site_words_the_place(wang)
    morning = wang.due()[-1]
    assert "place" in asked_of(wang, morning)
    assert ice(wang, morning, {}) == ("GREEN", set())
    second = ice(wang, next_morning(wang), EIGHT)
    assert second == ("RED", {"ice-below-ten", "ice-falling", "ice-falling-fast"})
    row = the_phone_shows_red(wang, screens, next_morning(wang))
    event = a_nurse_reads_why_and_records_it(wang, screens, row)
    a_physician_grades_it(wang, screens, service.person("yisheng"), event)


def next_morning(wang):
    """Wait for the check-in of the next morning and return it."""
    wang.clock.move_to(wang.local(8, days=1) + MINUTE)
    wait_until(lambda: has_neuro(wang.due()))
    return wang.due()[-1]


def has_neuro(due):
    return bool(due) and "neuro" in due[-1]["forms"]


def asked_of(wang, row):
    sheet = wang.carer.get(f"check-ins/{row['id']}/sheet")
    return {one["key"] for form in sheet["forms"] for one in form["questions"]}


def ice(wang, row, said):
    """Return the colour of answers and the rules that fired on them."""
    path = f"check-ins/{row['id']}"
    sent = answer(wang.carer, path, wang.clock.now(), said)
    assert sent.status == 201, sent
    result = wang.nurse.get(path)["answers"][-1]["result"]
    return result["colour"], {one["rule"] for one in result["fired"]}


def the_site_words_the_place(wang):
    site = wang.nurse.get(wang.path)["site_id"]
    draft = wang.nurse.post(f"sites/{site}/wordings", question="neuro.place", **PLACE)
    assert draft.status == 201, draft
    alone = sign(wang.nurse, draft.body)
    assert alone.body["code"] == "second_person_needed", alone
    signed = sign(wang.second, draft.body)
    assert signed.status == 200, signed


def sign(who, draft):
    headers = {
        "Idempotency-Key": f"{draft['id']}-{who.token[:8]}",
        "If-Match": f'"{draft["version"]}"',
    }
    path = f"/api/v1/wordings/{draft['id']}/sign"
    return call(who.address, "POST", path, {}, headers, token=who.token)


def the_phone_shows_red(wang, screens, morning):
    path = f"check-ins/{morning['id']}"
    with screens.somebody("jiashu", f"/my/{path}", "zh", on_phone=True) as phone:
        phone.answer(SIX, stop_at="pump-line.alarm")
        red = phone.reads("#red")
        assert "ICE ≤6" in red
        assert "+86 27 5555 0100" in red
        phone.answer({})
        phone.hand_in()
        phone.page.wait_for_selector("[data-outcome=received-red]:visible")
        assert phone.fits()
    row = wang.nurse.get(path)
    assert row["colour"] == "RED"
    return row


def a_nurse_reads_why_and_records_it(wang, screens, row):
    with screens.somebody("hushi", f"/check-ins/{row['id']}", "zh") as desk:
        desk.unfold()
        page = desk.reads()
        assert "ICE 较前下降 ≥2 分" in page
        assert "级别 2 · 至多 4" in page
        assert PLACE["zh_hans"] in page
        assert desk.fits()
    result = row["answers"][-1]["result"]
    icans = next(one for one in result["grades"] if one["term"] == "ICANS")
    assert (icans["verdict"], icans["grade"], icans["at_most"]) == ("POSSIBLE", 2, 4)
    recorded = wang.nurse.post(
        f"{wang.path}/adverse-events",
        event="ICANS",
        onset_at=row["answered_at"],
        at=row["answered_at"],
        seriousness="NOT_SERIOUS",
        grade=icans["grade"],
        scale=icans["scale"],
        scale_version=icans["version"],
        verdict=icans["verdict"],
    )
    assert recorded.status == 201, recorded
    return recorded.body


def a_physician_grades_it(wang, screens, physician, event):
    path = f"adverse-events/{event['id']}"
    last = event["entries"][-1]
    graded = physician.post(
        f"{path}/grades",
        seen=path,
        at=at(wang.clock.now()),
        grade=3,
        scale=last["scale"],
        scale_version=last["scale_version"],
        verdict="GRADED",
        actions=["HOLD"],
    )
    assert graded.status in {200, 201}, graded
    with screens.somebody("yisheng", f"/{path}", "zh") as desk:
        page = desk.reads()
        assert "ICANS" in page
        assert desk.fits()
    grades = [one["grade"] for one in wang.nurse.get(path)["entries"]]
    assert grades == [2, 3]
