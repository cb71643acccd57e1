"""What a site tells families and how it words questions, over REST."""

import pytest

from tests.api.clients import code_of
from tests.factories import checkins as factories

pytestmark = pytest.mark.django_db
_SURE = {"confidence": "SURE"}
WORDS = {"en": "Ring us now.", "zh_hans": "请立即致电。"}


def test_words_of_two_people_take_the_place_of_the_shipped_ones(world, running):
    nurse, physician = world.api("NURSE"), world.api("PHYSICIAN")
    path = f"sites/{world.site.pk}/advice"

    before = nurse.get(path).json()["texts"]
    made = nurse.post(path, {**WORDS, "kind": "GREEN"}).json()
    own = nurse.post(f"advice/{made['id']}/approve", version=1)
    stale = physician.post(f"advice/{made['id']}/approve", version=7)
    physician.post(f"advice/{made['id']}/approve", version=1)
    sent = _answered(world, running).json()
    physician.post(f"advice/{made['id']}/withdraw", version=2)
    after = _answered(world, running).json()

    assert [(one["about"], one["is_signed"], one["mark"]) for one in before] == [
        ("GREEN", False, "I"),
        ("AMBER", False, "I"),
        ("RED", False, "I"),
    ]
    assert code_of(own) == (409, "second_person_needed")
    assert code_of(stale)[0] == 412
    assert sent["advice"] == {**WORDS, "is_signed": True, "mark": "I"}
    assert after["advice"]["is_signed"] is False
    assert after["advice"]["zh_hans"].startswith("您的回答")


def test_the_place_in_ice_is_on_the_sheet_once_it_is_signed(world, running):
    nurse, path = world.api("NURSE"), f"sites/{world.site.pk}/wordings"
    due = factories.check_in(running, world.now, forms=["neuro"])

    (before,) = nurse.get(path).json()["texts"]
    sheet = _questions(world, due)
    made = nurse.post(path, {**WORDS, "question": "neuro.place"}).json()
    world.api("PHYSICIAN").post(f"wordings/{made['id']}/sign", version=1)
    worded = _questions(world, due)
    other = nurse.post(path, {**WORDS, "question": "neuro.year"})
    half = nurse.post(path, {"en": "x", "zh_hans": "", "question": "neuro.place"})

    assert (before["about"], before["text"], before["mark"]) == (
        "neuro.place",
        None,
        "NF",
    )
    assert "place" not in sheet
    assert worded["place"] == WORDS
    assert code_of(other) == (422, "question_not_to_word")
    assert code_of(half) == (422, "advice_incomplete")


def _questions(world, due):
    found = world.api("CAREGIVER").get(f"check-ins/{due.pk}/sheet").json()
    return {one["key"]: one["text"] for one in found["forms"][0]["questions"]}


def _answered(world, running):
    """Answer a check-in without any sign."""
    due = factories.check_in(running, world.now, forms=["confidence"])
    form = {"key": "confidence", "version": "1.0.0", "answers": _SURE}
    sent = {"id": str(due.pk), "given_at": world.now.isoformat(), "forms": [form]}
    return world.api("CAREGIVER").post(f"check-ins/{due.pk}/answers", sent)
