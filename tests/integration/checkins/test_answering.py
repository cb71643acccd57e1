"""Answers that come in time, late, early, twice or wrong: read, kept and alerted."""

import datetime as dt
import uuid

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.domain.checkins import Way
from infusion.domain.findings import OnlyClinical, Source
from infusion.domain.questionnaires import (
    AnswerInTheFuture,
    AnswerNotOnForm,
)
from infusion.domain.readiness.facts import FactImpossible
from infusion.domain.submissions import AnswersDiffer, NobodyAnswered
from infusion.services import alert_sweeps
from infusion.services import checkins_answering as answering
from patients.domain.refusals import NotFound
from patients.policy import NotAllowed
from tests.factories.submissions import bare_course, due, form, sent
from tests.factories.wards import HOUR, ward

MINUTE = dt.timedelta(minutes=1)


def answer(here, row, submission, *, at=None, actor=None):
    return answering.answer_check_in(
        actor=actor or here.patient_actor,
        check_in_id=row.id,
        given=submission,
        now=at or submission.given_at,
    )


def alerts():
    return list(models.Alert.objects.order_by("id").values_list("cause", "status"))


def test_all_well_is_green_and_reaches_nobody(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now + MINUTE))

    row.refresh_from_db()
    assert (row.status, row.colour, row.look_by) == ("ANSWERED", "GREEN", None)
    assert answers.source == Source.PATIENT
    assert answers.result.fired == []
    assert answers.forms == ["daily-adult 1.0.0"]
    assert alerts() == []


def test_a_fever_is_red_and_told_in_the_same_transaction(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now, form(temperature="38.4")))

    row.refresh_from_db()
    assert (row.colour, row.looked_at) == ("RED", None)
    fired = {one["rule"]: one for one in answers.result.fired}
    fever = fired["fever"]
    assert fever["answers"][0]["verbatim"] == "38.4"
    assert (fever["mark"], bool(fever["sources"])) == ("S", True)
    assert alerts() == [("CHECK_IN_RED", "OPEN")]
    told = models.Message.objects.filter(kind="alert_raised")
    assert [one.user_id for one in told] == [here.nurse.user_id]


def test_one_amber_asks_for_a_person_within_the_time_of_the_site(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now, form(antipyretic="YES")))

    row.refresh_from_db()
    assert row.colour == "AMBER"
    assert row.look_by == answers.result.look_by == here.now + 4 * HOUR
    assert alerts() == [("CHECK_IN_AMBER", "OPEN")]


def test_what_is_left_out_is_never_well(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now, form(temperature="")))

    assert answers.result.colour == "RED"
    assert [one["is_unanswered"] for one in answers.result.fired] == [True]


def test_a_form_that_was_asked_and_not_sent_is_wholly_unanswered(here):
    row = due(here.course, here.now, forms=["daily-adult", "pump-line"])

    answers = answer(here, row, sent(here.now))

    assert answers.result.colour == "RED"
    assert answers.forms == ["daily-adult 1.0.0", "pump-line 1.0.0"]


def test_every_grade_keeps_its_scale_and_version(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now, form(temperature="38.4")))

    grades = {(one["term"], one["scale"]): one for one in answers.result.grades}
    assert grades["CRS", "ASTCT"]["verdict"] == "POSSIBLE"
    assert grades["ICANS", "ASTCT"]["verdict"] == "CANNOT_ASSESS"
    # Grown up by the date of birth: CAPD says nothing.
    assert ("ICANS_CHILD", "ASTCT") not in grades
    assert all(one["version"] for one in answers.result.grades)


def test_the_same_sent_twice_is_taken_once(here):
    row = due(here.course, here.now)
    submission = sent(here.now, form(temperature="38.4"))

    first = answer(here, row, submission)
    again = answer(here, row, submission, at=here.now + HOUR)

    assert again.pk == first.pk
    assert models.CheckInAnswers.objects.count() == 1
    assert alerts() == [("CHECK_IN_RED", "OPEN")]


def test_other_answers_under_the_same_id_are_refused_and_nothing_changes(here):
    row = due(here.course, here.now)
    first = sent(here.now)
    answer(here, row, first)
    other = sent(here.now, form(temperature="39"), client_id=first.client_id)

    with pytest.raises(AnswersDiffer):
        answer(here, row, other)

    row.refresh_from_db()
    assert row.colour == "GREEN"


def test_an_id_of_another_patient_tells_nothing(here):
    theirs = ward(here.now)
    theirs.course = bare_course(theirs)
    submission = sent(here.now, way=Way.BEDSIDE)
    answer(theirs, due(theirs.course, here.now), submission, actor=theirs.nurse)

    with pytest.raises(AnswersDiffer):
        answer(here, due(here.course, here.now), submission, actor=here.nurse)


def test_a_second_person_may_answer_as_well_and_the_worse_counts(here):
    row = due(here.course, here.now)
    answer(here, row, sent(here.now, form(temperature="38.4")))

    answer(here, row, sent(here.now + MINUTE), actor=here.caregiver)

    row.refresh_from_db()
    assert row.colour == "RED"
    assert {one.source for one in row.answers.all()} == {"PATIENT", "CAREGIVER"}


def test_a_red_that_was_synced_forty_minutes_late_keeps_its_time(here):
    row = due(here.course, here.now)
    late = here.now + 40 * MINUTE

    answers = answer(here, row, sent(here.now, form(tremor="YES")), at=late)

    row.refresh_from_db()
    assert (answers.given_at, answers.received_at) == (here.now, late)
    assert (row.answered_at, row.coloured_at) == (here.now, late)
    assert models.Alert.objects.get().since == late


def test_answers_to_what_was_missed_are_taken_and_end_the_alert(here):
    row = due(here.course, here.now)
    alert_sweeps.sweep_alerts(now=here.now + 2 * HOUR)
    assert alerts() == [("CHECK_IN_MISSED", "OPEN")]
    models.CheckIn.objects.update(status="MISSED")

    answer(here, row, sent(here.now + 3 * HOUR))
    alert_sweeps.sweep_alerts(now=here.now + 3 * HOUR)

    row.refresh_from_db()
    assert (row.status, row.colour) == ("ANSWERED", "GREEN")
    assert alerts() == [("CHECK_IN_MISSED", "RESOLVED")]


def test_answers_to_what_was_cancelled_meanwhile_are_not_lost(here):
    row = due(here.course, here.now, status="CANCELLED", reason="cycle_stopped")

    answer(here, row, sent(here.now, form(seizure="YES")))

    row.refresh_from_db()
    assert (row.status, row.colour, row.reason) == ("ANSWERED", "RED", "")
    assert alerts() == [("CHECK_IN_RED", "OPEN")]


def test_answers_go_to_the_one_that_took_the_place_of_a_cancelled_one(here):
    old = due(here.course, here.now, key="day-1", status="CANCELLED")
    new = due(here.course, here.now, key="day-1")

    answers = answer(here, old, sent(here.now))

    assert answers.check_in_id == new.pk


def test_an_early_answer_leaves_the_later_question_due(here):
    row = due(here.course, here.now + 6 * HOUR)

    answers = answer(here, row, sent(here.now, form(temperature="38.4")))

    row.refresh_from_db()
    assert row.status == "DUE"
    assert (answers.check_in.kind, answers.result.colour) == ("UNPLANNED", "RED")


def test_a_phone_a_little_ahead_answers_now_and_one_far_ahead_is_refused(here):
    row = due(here.course, here.now)

    answers = answer(here, row, sent(here.now + 2 * MINUTE), at=here.now)

    assert answers.given_at == here.now
    with pytest.raises(AnswerInTheFuture):
        answer(here, row, sent(here.now + HOUR), at=here.now)


def test_unplanned_answers_that_cover_what_is_due_answer_it(here):
    row = due(here.course, here.now)

    answers = answering.answer_unplanned(
        actor=here.patient_actor,
        course_id=here.course.id,
        given=sent(here.now + MINUTE, form(), form("pump-line")),
        now=here.now + MINUTE,
    )

    assert answers.check_in_id == row.pk


def test_a_later_answer_ends_an_earlier_silence(here):
    missed = due(here.course, here.now, status="MISSED")
    skipped = due(here.course, here.now + HOUR)
    other = due(here.course, here.now + HOUR, key="neuro", forms=["neuro"])

    row = due(here.course, here.now + 2 * HOUR)
    answer(here, row, sent(here.now + 2 * HOUR))

    for one in (missed, skipped, other):
        one.refresh_from_db()
    assert (missed.status, missed.looked_at is None) == ("MISSED", False)
    assert (skipped.status, skipped.looked_at is None) == ("MISSED", False)
    # Another kind of question was not answered by it.
    assert (other.status, other.looked_at) == ("DUE", None)


def test_a_trend_compares_with_what_was_found_before(here):
    first, second = due(here.course, here.now), due(here.course, here.now + 6 * HOUR)
    before = answer(here, first, sent(here.now, form(temperature="36.5")))

    answers = answer(here, second, sent(here.now + 6 * HOUR, form(temperature="37.6")))

    (rising,) = answers.result.fired
    assert rising["rule"] == "temperature-rising"
    assert [one["value"] for one in rising["before"]] == ["36.5"]
    assert answers.result.earlier == [before.pk]


def test_a_trend_is_found_by_whichever_answers_come_last(here):
    first, second = due(here.course, here.now), due(here.course, here.now + 6 * HOUR)
    noon = here.now + 6 * HOUR
    answer(here, second, sent(noon, form(temperature="37.6")))
    late = sent(here.now, form(temperature="36.5"))

    answers = answer(here, first, late, at=noon + HOUR)

    (rising,) = answers.result.fired
    assert (rising["rule"], answers.result.colour) == ("temperature-rising", "AMBER")
    assert [one["value"] for one in rising["answers"]] == ["37.6"]
    assert [one["value"] for one in rising["before"]] == ["36.5"]
    assert alerts() == [("CHECK_IN_AMBER", "OPEN")]


def test_a_correction_stays_beside_the_first_and_heals_nothing(here):
    row = due(here.course, here.now)
    wrong = answer(here, row, sent(here.now, form(temperature="39.8")))

    right = answering.correct_answers(
        actor=here.patient_actor,
        answers_id=wrong.id,
        given=sent(here.now + MINUTE),
        now=here.now + MINUTE,
    )

    row.refresh_from_db()
    assert (right.corrects_id, right.result.colour) == (wrong.pk, "GREEN")
    assert row.colour == "RED"
    with pytest.raises(answering.AnswersCorrected):
        answering.correct_answers(
            actor=here.patient_actor,
            answers_id=wrong.id,
            given=sent(here.now + 2 * MINUTE),
            now=here.now + 2 * MINUTE,
        )


def test_what_a_nurse_hears_on_the_telephone_is_equal_in_the_record(here):
    row = due(here.course, here.now)
    said = sent(here.now, way=Way.TELEPHONE, source=Source.CAREGIVER)

    answers = answer(here, row, said, actor=here.nurse)

    assert (answers.source, answers.way) == ("CAREGIVER", "TELEPHONE")
    assert answers.recorded_by_id == here.nurse.user_id
    assert answers.result.findings[0]["source"] == "CAREGIVER"


def test_a_nurse_says_who_spoke_and_a_family_enters_for_nobody_else(here):
    row = due(here.course, here.now)

    with pytest.raises(NobodyAnswered):
        answer(here, row, sent(here.now, way=Way.TELEPHONE), actor=here.nurse)
    with pytest.raises(NobodyAnswered):
        answer(here, row, sent(here.now), actor=here.nurse)
    with pytest.raises(NotAllowed):
        answer(here, row, sent(here.now, way=Way.PAPER, source=Source.PATIENT))


def test_the_course_of_another_family_does_not_exist(here):
    theirs = ward(here.now)
    row = due(bare_course(theirs), here.now)

    with pytest.raises(NotFound):
        answer(here, row, sent(here.now))
    with pytest.raises(NotFound):
        answering.answer_check_in(
            actor=here.patient_actor,
            check_in_id=uuid.uuid4(),
            given=sent(here.now),
            now=here.now,
        )


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        (form(temperature="101.5"), FactImpossible),
        (form(nonsense="YES"), AnswerNotOnForm),
        (form(chills="PERHAPS"), AnswerNotOnForm),
        (form("handwriting", handwriting="SAME"), OnlyClinical),
        (form(temperature_time="2036-01-01T00:00:00+00:00"), AnswerInTheFuture),
    ],
    ids=["fahrenheit", "question", "option", "nurse", "future"],
)
def test_what_cannot_be_read_is_refused_and_the_question_stays_due(
    here, answers, refusal
):
    row = due(here.course, here.now)

    with pytest.raises(refusal):
        answer(here, row, sent(here.now, answers))

    row.refresh_from_db()
    assert (row.status, row.answers.count()) == ("DUE", 0)


def test_a_nurse_compares_the_handwriting(here):
    answers = answering.answer_unplanned(
        actor=here.nurse,
        course_id=here.course.id,
        given=sent(
            here.now, form("handwriting", handwriting="SHAKIER"), way=Way.BEDSIDE
        ),
        now=here.now,
    )

    assert (answers.source, answers.result.colour) == ("NURSE", "AMBER")


def test_a_wish_to_be_rung_is_red_once(here):
    first = answering.ask_for_call(
        actor=here.caregiver, course_id=here.course.id, now=here.now
    )
    again = answering.ask_for_call(
        actor=here.caregiver, course_id=here.course.id, now=here.now + MINUTE
    )

    assert (first.pk, first.colour) == (again.pk, "RED")
    assert alerts() == [(Cause.CALL_WANTED, "OPEN")]


def test_a_course_whose_plan_cannot_be_read_loses_no_red_answer(here):
    row = due(here.course, here.now)
    # When to ask again can't be told without a clock on the wall.
    models.Course.objects.filter(pk=here.course.pk).update(time_zone="Nowhere")

    answers = answer(here, row, sent(here.now, form(temperature="38.4")))

    assert answers.result.colour == "RED"
    assert alerts() == [("CHECK_IN_RED", "OPEN")]
