"""Answers to another version of a form: kept word for word, and somebody rings."""

import uuid

import pytest

from infusion import models
from infusion.domain.checkins import Look
from infusion.domain.questionnaires import AnswerInTheFuture
from infusion.domain.submissions import AnswersDiffer
from infusion.services import checkins_answering as answering
from infusion.services.checkins_looking import look_at_check_in
from infusion.services.checkins_unread import AnswersUnread
from patients.domain.refusals import NotFound
from tests.factories import checkins
from tests.factories.checkins import UNREADABLE
from tests.factories.submissions import bare_course, due, form, sent
from tests.factories.wards import HOUR, ward


def answer(here, row, submission, *, at=None, actor=None):
    return answering.answer_check_in(
        actor=actor or here.patient_actor,
        check_in_id=row.id,
        given=submission,
        now=at or submission.given_at,
    )


def alerts():
    return list(models.Alert.objects.order_by("id").values_list("cause", "status"))


OLD = form(version="0.9.0", temperature="101.5", chills="A_LOT", hair="BLUE")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (OLD, "form_differs"),
        (form(version="2.0.0"), "form_differs"),
        (form("a-form-of-another-time-with-a-very-long-name", "1.0.0"), "form_unknown"),
    ],
    ids=["older", "newer", "unknown"],
)
def test_another_version_is_kept_word_for_word_and_somebody_rings(here, given, why):
    row = due(here.course, here.now)

    with pytest.raises(AnswersUnread):
        answer(here, row, sent(here.now, given))

    kept = models.UnreadAnswers.objects.get()
    assert (kept.values, kept.forms) == ({given.key: given.answers}, [given.name])
    assert (kept.meant, kept.why, kept.source) == (row, why, "PATIENT")
    assert alerts() == [("ANSWERS_UNREAD", "OPEN")]
    told = models.Message.objects.filter(kind="alert_raised")
    assert [one.user_id for one in told] == [here.nurse.user_id]
    # What is due stays due: it is answered in the present version, or missed.
    row.refresh_from_db()
    assert (row.status, row.answers.count()) == ("DUE", 0)


def test_the_same_sent_twice_is_one_row_and_one_alert(here):
    row = due(here.course, here.now)
    given = sent(here.now, OLD)

    for at in (here.now, here.now + HOUR):
        with pytest.raises(AnswersUnread):
            answer(here, row, given, at=at)
    with pytest.raises(AnswersDiffer):
        answer(
            here, row, sent(here.now, form(version="0.8.0"), client_id=given.client_id)
        )

    assert models.UnreadAnswers.objects.count() == 1
    assert alerts() == [("ANSWERS_UNREAD", "OPEN")]


def test_more_of_them_wait_in_one_check_in_until_somebody_has_looked(here):
    row = due(here.course, here.now)
    for _ in range(2):
        with pytest.raises(AnswersUnread):
            answer(here, row, sent(here.now, OLD))
    waiting = models.CheckIn.objects.get(kind="UNREAD")

    look_at_check_in(
        actor=here.nurse,
        check_in_id=waiting.id,
        expected_version=waiting.version,
        what=Look.PHYSICIAN_TOLD,
        now=here.now + HOUR,
    )

    assert (waiting.unread.count(), waiting.version) == (2, 2)
    assert alerts() == [("ANSWERS_UNREAD", "RESOLVED")]


def test_the_same_answers_to_the_present_version_are_read_under_the_same_id(here):
    row, client_id = due(here.course, here.now), uuid.uuid4()
    with pytest.raises(AnswersUnread):
        answer(here, row, sent(here.now, OLD, client_id=client_id))

    answers = answer(here, row, sent(here.now, client_id=client_id))

    assert answers.result.colour == "GREEN"


def test_unasked_answers_and_corrections_are_kept_as_well(here):
    first = answer(here, due(here.course, here.now), sent(here.now))
    given = {"actor": here.patient_actor, "now": here.now}

    with pytest.raises(AnswersUnread):
        answering.answer_unplanned(
            course_id=here.course.id, given=sent(here.now, OLD), **given
        )
    with pytest.raises(AnswersUnread):
        answering.correct_answers(
            answers_id=first.id, given=sent(here.now, OLD), **given
        )

    kept = models.UnreadAnswers.objects.order_by("id")
    assert [one.meant for one in kept] == [None, first.check_in]


def test_nobody_keeps_anything_for_another_patient_or_of_tomorrow(here):
    other = ward(here.now)
    row = due(bare_course(other), here.now)

    with pytest.raises(NotFound):
        answer(here, row, sent(here.now, OLD))
    with pytest.raises(AnswerInTheFuture):
        answer(
            here, due(here.course, here.now), sent(here.now + HOUR, OLD), at=here.now
        )

    assert not models.UnreadAnswers.objects.exists()


@pytest.mark.parametrize("finding", UNREADABLE)
def test_what_was_found_by_another_version_keeps_nobody_from_answering(here, finding):
    before = due(here.course, here.now)
    checkins.answers(before, here.patient_actor.user_id, here.now, finding)
    row = due(here.course, here.now + HOUR)
    answers = answer(here, row, sent(here.now + HOUR, form(temperature="38.4")))

    assert answers.result.colour == "RED"
    assert answers.result.earlier == []
