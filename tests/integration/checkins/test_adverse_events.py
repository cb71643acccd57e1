"""Adverse events: each grade is kept with its scale, and nothing is undone."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.adverse_events import (
    ActionTaken,
    GradeNotOnScale,
    GradeWithoutScale,
    Relation,
    Seriousness,
)
from infusion.domain.states import StepNotAllowed
from infusion.domain.toxicity import Scale, ToxicityEvent
from infusion.services import adverse_events as events
from infusion.services import checkins_answering
from infusion.services.common import InTheFuture, NotFound, VersionOutdated
from patients.policy import NotAllowed
from tests.factories.submissions import HOUR, bare_course, due, form, sent
from tests.factories.wards import ward


def noticed(here, **more):
    values = {
        "event": ToxicityEvent.CRS,
        "onset_at": here.now - HOUR,
        "seriousness": Seriousness.NOT_SERIOUS,
        **more,
    }
    return events.Noticed(**values)


def graded(at, grade=1, **more):
    values = {"scale": Scale.ASTCT, "scale_version": "1.0.0", **more}
    return events.Graded(at=at, grade=grade, **values)


def record(here, *, actor=None, **more):
    return events.record_adverse_event(
        actor=actor or here.nurse,
        course_id=here.course.id,
        noticed=noticed(here, **more),
        graded=graded(here.now),
        now=here.now,
    )


def again(here, row, grade, *, after=HOUR, **more):
    return events.grade_again(
        actor=here.nurse,
        adverse_event_id=row.id,
        graded=graded(here.now + after, grade),
        now=here.now + after,
        **more,
    )


def resolve(here, row, *, after=2 * HOUR):
    return events.resolve_adverse_event(
        actor=here.nurse,
        adverse_event_id=row.id,
        at=here.now + after,
        now=here.now + after,
    )


def test_grades_over_time_are_rows_that_nobody_changes(here):
    row = record(here)
    again(here, row, 3, relation=Relation.PROBABLE, seriousness=Seriousness.SERIOUS)
    resolve(here, row)

    row.refresh_from_db()
    entries = row.entries.order_by("at").values_list("kind", "grade", "verdict")
    assert list(entries) == [
        ("RECORDED", 1, "GRADED"),
        ("GRADED", 3, "GRADED"),
        ("RESOLVED", None, ""),
    ]
    assert (row.status, row.relation) == ("RESOLVED", "PROBABLE")
    assert row.resolved_at == here.now + 2 * HOUR


def test_what_comes_back_is_the_same_event_again(here):
    row = record(here)
    resolve(here, row)

    again(here, row, 2, after=5 * HOUR)

    row.refresh_from_db()
    assert (row.status, row.resolved_at) == ("OPEN", None)
    with pytest.raises(VersionOutdated):
        again(here, row, 2, after=6 * HOUR, expected_version=1)


def test_that_it_cannot_be_assessed_is_said(here):
    row = events.record_adverse_event(
        actor=here.nurse,
        course_id=here.course.id,
        noticed=noticed(here),
        graded=events.Graded(at=here.now, actions=(ActionTaken.ADMISSION,)),
        now=here.now,
    )

    (entry,) = row.entries.all()
    assert (entry.grade, entry.verdict) == (None, "CANNOT_ASSESS")
    assert entry.actions == ["ADMISSION"]


def test_it_keeps_the_result_that_offered_it(here):
    check_in = due(here.course, here.now)
    answers = checkins_answering.answer_check_in(
        actor=here.patient_actor,
        check_in_id=check_in.id,
        given=sent(here.now, form(temperature="38.4")),
        now=here.now,
    )

    row = record(here, from_result_id=answers.result.id)

    assert (row.source, row.from_result) == ("TRIAGE", answers.result)


def test_a_result_of_another_course_offers_nothing(here):
    theirs = ward(here.now)
    check_in = due(bare_course(theirs), here.now)
    result = models.CheckInResult.objects.create(
        answers=models.CheckInAnswers.objects.create(
            check_in=check_in,
            client_id=check_in.id,
            digest="0" * 64,
            forms=[],
            values={},
            language="en",
            source="NURSE",
            way="BEDSIDE",
            recorded_by_id=theirs.nurse.user_id,
            given_at=here.now,
            received_at=here.now,
        ),
        colour="GREEN",
        rules="triage 1.0.0",
        fired=[],
        grades=[],
        made_at=here.now,
    )

    with pytest.raises(events.ResultOfAnother):
        record(here, from_result_id=result.id)


def test_what_is_withdrawn_stays_and_takes_nothing_more(here):
    row = record(here)
    events.withdraw_adverse_event(
        actor=here.nurse, adverse_event_id=row.id, note="other patient", now=here.now
    )

    row.refresh_from_db()
    assert (row.status, row.entries.count()) == ("WITHDRAWN", 2)
    with pytest.raises(events.AdverseEventClosed):
        again(here, row, 2)


@pytest.mark.parametrize(
    ("grading", "refusal"),
    [
        ({"grade": 2, "scale": None}, GradeWithoutScale),
        ({"grade": 7}, GradeNotOnScale),
        ({"at": dt.timedelta(hours=1)}, InTheFuture),
        ({"at": dt.timedelta(hours=-2)}, events.EventEndsBefore),
    ],
    ids=["scale", "seven", "future", "before"],
)
def test_a_grade_that_says_nothing_is_refused(here, grading, refusal):
    at = here.now + grading.pop("at", dt.timedelta(0))

    with pytest.raises(refusal):
        events.record_adverse_event(
            actor=here.nurse,
            course_id=here.course.id,
            noticed=noticed(here),
            graded=graded(at, **grading),
            now=here.now,
        )

    assert models.AdverseEvent.objects.count() == 0


def test_resolved_twice_and_resolved_by_others_are_refused(here):
    row = record(here)
    resolve(here, row)

    with pytest.raises(StepNotAllowed):
        resolve(here, row)
    with pytest.raises(NotAllowed):
        record(here, actor=here.pharmacist)
    with pytest.raises(NotFound):
        record(here, actor=ward(here.now).nurse)
