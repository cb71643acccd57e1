"""The place in ICE is asked once a site has worded it and a second person signed."""

import pytest

from infusion import models
from infusion.domain.states import StepNotAllowed
from infusion.selectors.checkin_pages import forms_to_tell, sheet_of
from infusion.selectors.checkins import forms_of, signed_questions
from infusion.services import wordings
from infusion.services.checkins_answering import answer_check_in
from infusion.services.site_texts import (
    AdviceIncomplete,
    SecondPersonNeeded,
    TextDraftOpen,
)
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from tests.factories.submissions import due, form, sent
from tests.factories.wards import HOUR, ward

PLACE = "neuro.place"
RIGHT = {
    "consciousness": "AWAKE",
    **dict.fromkeys(("year", "month", "city", "command", "sentence", "count"), "RIGHT"),
    "objects": "THREE",
}


def draft(here, *, actor=None, en="Whose home is this?", **more):
    given = {"question": PLACE, "zh": "这是谁的家？", **more}
    return wordings.draft_wording(
        actor=actor or here.nurse, site_id=here.site.id, en=en, now=here.now, **given
    )


def sign(here, row, actor=None, **more):
    return wordings.sign_wording(
        actor=actor or here.physician, wording_id=row.id, now=here.now, **more
    )


def withdraw(here, row, now):
    return wordings.withdraw_wording(actor=here.nurse, wording_id=row.id, now=now)


def answered(here, *, at, **more):
    """Answer a neuro check in which everything is right."""
    row = due(here.course, at, forms=["neuro"])
    neuro = form("neuro", **RIGHT, **more)
    return answer_check_in(
        actor=here.caregiver, check_in_id=row.id, given=sent(at, neuro), now=at
    )


def ice(answers):
    """Return the points of ICE as the grade of ICANS read them."""
    found = {one["code"]: one["value"] for one in answers.result.findings}
    keys = ("YEAR", "MONTH", "CITY", "PLACE", "OBJECTS", "COMMAND", "SENTENCE", "COUNT")
    return [found.get(f"ICE_{key}") for key in keys]


def test_nobody_is_asked_before_a_second_person_has_signed(here):
    row = draft(here)

    assert signed_questions(here.site.id) == frozenset()
    with pytest.raises(SecondPersonNeeded):
        sign(here, row, here.nurse)
    sign(here, row)

    assert signed_questions(here.site.id) == {"place"}


def test_the_question_is_asked_in_the_words_of_the_site(here):
    sign(here, draft(here))
    row = due(here.course, here.now, forms=["neuro"])

    (asked,) = forms_of(row)
    sheet = sheet_of(here.course, (asked,), here.now)

    place = next(one for one in sheet["forms"][0]["questions"] if one["key"] == "place")
    assert place["text"] == {"en": "Whose home is this?", "zh": "这是谁的家？"}
    told = forms_to_tell(here.course, here.now)
    assert "neuro" not in {one.key for one in told}


def test_a_home_check_reaches_ten_once_it_is_signed_and_not_before(here):
    before = answered(here, at=here.now)
    sign(here, draft(here))
    after = answered(here, at=here.now + HOUR, place="RIGHT")

    assert ice(before) == ["1", "1", "1", None, "3", "1", "1", "1"]
    assert ice(after) == ["1", "1", "1", "1", "3", "1", "1", "1"]
    assert (before.signed, after.signed) == ([], ["place"])
    assert after.result.colour == "GREEN"


def test_signed_and_left_out_is_never_right(here):
    sign(here, draft(here))

    answers = answered(here, at=here.now + HOUR)

    assert answers.result.colour == "AMBER"
    assert [one["is_unanswered"] for one in answers.result.fired] == [True]


def test_what_was_loaded_before_the_words_were_taken_back_is_still_read(here):
    row = sign(here, draft(here))
    withdraw(here, row, here.now + HOUR)

    late = answered(here, at=here.now + 2 * HOUR, place="WRONG")
    without = answered(here, at=here.now + 3 * HOUR)

    assert signed_questions(here.site.id) == frozenset()
    assert (late.signed, without.signed) == (["place"], [])
    with pytest.raises(StepNotAllowed):
        withdraw(here, row, here.now + HOUR)


def test_a_phone_whose_clock_is_behind_is_read_as_well(here):
    sign(here, draft(here))

    answers = answered(here, at=here.now - HOUR / 60, place="RIGHT")

    assert answers.signed == ["place"]


def test_new_words_take_the_place_of_those_before(here):
    first = sign(here, draft(here))
    second = sign(here, draft(here, en="Where are you?"))

    first.refresh_from_db()
    assert (first.status, first.ended_at) == ("SUPERSEDED", here.now)
    (asked,) = forms_of(due(here.course, here.now, forms=["neuro"]))
    texts = {one.key: one.text.en for one in asked.questions}
    assert (texts["place"], second.number) == ("Where are you?", 2)


def test_only_what_ships_without_words_is_worded(here):
    with pytest.raises(wordings.QuestionNotToWord):
        draft(here, question="neuro.year")
    with pytest.raises(AdviceIncomplete):
        draft(here, zh=" ")


def test_who_may_not_or_looked_too_early_signs_nothing(here):
    row = draft(here)

    with pytest.raises(NotAllowed):
        draft(here, actor=here.caregiver)
    with pytest.raises(NotFound):
        sign(here, row, ward(here.now).physician)
    with pytest.raises(VersionOutdated):
        sign(here, row, expected_version=7)
    assert signed_questions(here.site.id) == frozenset()


def test_who_begins_a_draft_at_the_same_moment_as_another_is_told(here, monkeypatch):
    save = models.QuestionWording.save

    def after_another(row, *given, **more):
        monkeypatch.setattr(models.QuestionWording, "save", save)
        draft(here, en="Another text.")
        save(row, *given, **more)

    monkeypatch.setattr(models.QuestionWording, "save", after_another)

    with pytest.raises(TextDraftOpen):
        draft(here)
