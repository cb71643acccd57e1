"""Who does not answer is rung; what somebody looked at asks for nobody any more."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.checkins import Look, Way
from infusion.domain.photos import NotAPhoto, PhotoNotAsked, PhotoTooLarge
from infusion.selectors.checkins import baseline_photo, due_check_ins, to_look_at
from infusion.services import alert_sweeps, alerts, checkins_answering
from infusion.services.checkins_looking import NothingToLookAt, look_at_check_in
from infusion.services.checkins_missing import mark_missed
from infusion.services.checkins_photos import add_photo
from infusion.services.common import VersionOutdated
from infusion.services.photo_drawing import drawn_anew
from patients.domain.refusals import NotFound
from patients.policy import NotAllowed
from tests.factories.checkins import JPEG
from tests.factories.submissions import HOUR, bare_course, due, form, sent
from tests.factories.wards import ward

MINUTE = dt.timedelta(minutes=1)


def answer(here, row, *forms, at):
    return checkins_answering.answer_check_in(
        actor=here.patient_actor, check_in_id=row.id, given=sent(at, *forms), now=at
    )


def look(here, row, what=Look.WATCHED, *, at=None, actor=None, **more):
    return look_at_check_in(
        actor=actor or here.nurse,
        check_in_id=row.id,
        what=what,
        now=at or here.now + 5 * HOUR,
        **more,
    )


def sweep(here, after):
    mark_missed(now=here.now + after)
    alert_sweeps.sweep_alerts(now=here.now + after)
    rows = models.Alert.objects.order_by("id")
    return [(one.cause, one.status, one.stage) for one in rows]


def test_silence_is_a_call_then_an_alert_then_told_again(here):
    first = due(here.course, here.now)
    due(here.course, here.now + 6 * HOUR)

    assert sweep(here, HOUR - MINUTE) == []
    assert sweep(here, HOUR) == [("CHECK_IN_TO_RING", "OPEN", 1)]
    assert sweep(here, 2 * HOUR) == [
        ("CHECK_IN_TO_RING", "RESOLVED", 1),
        ("CHECK_IN_MISSED", "OPEN", 1),
    ]
    first.refresh_from_db()
    assert first.status == "MISSED"
    # One alert a patient, however often nobody answers.
    assert sweep(here, 8 * HOUR)[1:] == [("CHECK_IN_MISSED", "OPEN", 2)]


def test_a_silence_that_a_person_ended_comes_back(here):
    due(here.course, here.now)
    due(here.course, here.now + 6 * HOUR)
    sweep(here, 2 * HOUR)
    (alert,) = models.Alert.objects.all()
    taken = alerts.take_alert(
        actor=here.nurse,
        alert_id=alert.id,
        expected_version=alert.version,
        now=here.now + 2 * HOUR,
    )
    alerts.resolve_alert(
        actor=here.nurse,
        alert_id=alert.id,
        expected_version=taken.version,
        outcome="DONE",
        now=here.now + 2 * HOUR,
    )

    assert sweep(here, 2 * HOUR + MINUTE) == [("CHECK_IN_MISSED", "RESOLVED", 1)]
    # Nobody has answered since: that it was done has stood for long enough.
    assert sweep(here, 3 * HOUR)[1:] == [("CHECK_IN_MISSED", "OPEN", 1)]
    assert sweep(here, 8 * HOUR)[1:] == [("CHECK_IN_MISSED", "OPEN", 2)]


def test_a_red_that_a_person_ended_without_a_look_comes_back(here):
    row = due(here.course, here.now)
    answer(here, row, form(temperature="38.4"), at=here.now)
    (alert,) = models.Alert.objects.all()
    taken = alerts.take_alert(
        actor=here.nurse,
        alert_id=alert.id,
        expected_version=alert.version,
        now=here.now,
    )
    alerts.resolve_alert(
        actor=here.nurse,
        alert_id=alert.id,
        expected_version=taken.version,
        outcome="FALSE_ALARM",
        now=here.now + 2 * HOUR,
    )

    assert len(sweep(here, 3 * HOUR - MINUTE)) == 1
    assert sweep(here, 3 * HOUR)[1:] == [("CHECK_IN_RED", "OPEN", 1)]


def test_the_alerts_of_silence_need_no_other_sweep(here):
    due(here.course, here.now)

    alert_sweeps.sweep_alerts(now=here.now + 3 * HOUR)

    assert models.Alert.objects.get().cause == "CHECK_IN_MISSED"


def test_who_was_reached_was_reached_about_all_of_it(here):
    first, second = due(here.course, here.now), due(here.course, here.now + 2 * HOUR)
    later = due(here.course, here.now + 9 * HOUR)
    sweep(here, 5 * HOUR)

    look(here, first, Look.NOT_REACHED)
    assert sweep(here, 5 * HOUR)[0][1] == "OPEN"
    look(here, first, Look.WATCHED, note=" at the neighbours ")

    assert [one[1] for one in sweep(here, 5 * HOUR)] == ["RESOLVED"]
    second.refresh_from_db()
    later.refresh_from_db()
    assert second.looked_at == here.now + 5 * HOUR
    assert later.looked_at is None
    assert [one.note for one in first.looks.order_by("at", "id")] == [
        "",
        "at the neighbours",
    ]


def test_a_look_ends_the_alert_of_a_red_at_once(here):
    row = due(here.course, here.now)
    answer(here, row, form(temperature="38.4"), at=here.now)
    assert list(to_look_at(models.CheckIn.objects.all())) == [row]

    look(here, row, Look.PHYSICIAN_TOLD)

    (alert,) = models.Alert.objects.all()
    assert (alert.status, alert.outcome) == ("RESOLVED", "CAUSE_ENDED")
    assert list(to_look_at(models.CheckIn.objects.all())) == []
    assert [one[1] for one in sweep(here, 6 * HOUR)] == ["RESOLVED"]


def test_worse_answers_after_a_look_ask_again(here):
    row = due(here.course, here.now)
    answer(here, row, form(temperature="38.4"), at=here.now)
    look(here, row)

    answer(here, row, form(seizure="YES"), at=here.now + 6 * HOUR)

    row.refresh_from_db()
    assert (row.colour, row.looked_at) == ("RED", None)
    assert models.Alert.objects.filter(status="OPEN").count() == 1


def test_an_amber_nobody_looked_at_in_time_is_told_again(here):
    row = due(here.course, here.now)
    answer(here, row, form(antipyretic="YES"), at=here.now)

    assert sweep(here, 4 * HOUR - MINUTE) == [("CHECK_IN_AMBER", "OPEN", 1)]
    assert sweep(here, 4 * HOUR) == [("CHECK_IN_AMBER", "OPEN", 2)]


def test_nobody_looks_at_what_asks_for_nobody(here):
    green, to_come = due(here.course, here.now), due(here.course, here.now + 9 * HOUR)
    answer(here, green, at=here.now)

    for row in (green, to_come):
        with pytest.raises(NothingToLookAt):
            look(here, row)
    with pytest.raises(VersionOutdated):
        look(here, due(here.course, here.now), expected_version=7)


def test_a_family_looks_at_nothing_and_strangers_see_nothing(here):
    row = due(here.course, here.now)

    with pytest.raises(NotAllowed):
        look(here, row, actor=here.caregiver)
    with pytest.raises(NotFound):
        look(here, row, actor=ward(here.now).nurse)


def test_what_was_cancelled_or_looked_at_is_not_missed_again(here):
    due(here.course, here.now, status="CANCELLED", reason="cycle_stopped")
    row = due(here.course, here.now)
    look(here, row, at=here.now + MINUTE)

    assert sweep(here, 9 * HOUR) == []
    row.refresh_from_db()
    # It was missed all the same; only nobody has to ring about it.
    assert (row.status, mark_missed(now=here.now + 9 * HOUR)) == ("MISSED", 0)


def test_the_family_is_shown_what_it_can_still_answer(here):
    missed = due(here.course, here.now, status="MISSED")
    now = due(here.course, here.now + HOUR)
    due(here.course, here.now + 9 * HOUR)

    assert due_check_ins(here.course.id, here.now + 2 * HOUR) == [missed, now]


def test_a_photo_is_kept_once_and_the_first_is_the_baseline(here):
    row = due(here.course, here.now, forms=["neuro"])
    answers = answer(here, row, at=here.now)
    values = {"answers_id": answers.id, "question": "neuro.sentence-photo"}

    first = add_photo(actor=here.patient_actor, body=JPEG, now=here.now, **values)
    again = add_photo(actor=here.patient_actor, body=JPEG, now=here.now, **values)

    assert first.pk == again.pk
    assert (first.media_type, bytes(first.body)) == ("image/jpeg", drawn_anew(JPEG))
    later = answer(here, row, at=here.now + HOUR)
    add_photo(
        actor=here.patient_actor,
        answers_id=later.id,
        question="neuro.sentence-photo",
        body=JPEG,
        now=here.now + HOUR,
    )
    assert baseline_photo(here.course.id, "neuro.sentence-photo") == first


@pytest.mark.parametrize(
    ("question", "body", "refusal"),
    [
        ("neuro.sentence-photo", b"MZ\x90 not a picture", NotAPhoto),
        ("neuro.sentence-photo", JPEG[:40], NotAPhoto),
        ("neuro.sentence-photo", b"<svg onload=alert(1)>", NotAPhoto),
        ("neuro.sentence-photo", JPEG + bytes(5 * 1024 * 1024), PhotoTooLarge),
        ("neuro.year", JPEG, PhotoNotAsked),
        ("pump-line.site-photo", JPEG, PhotoNotAsked),
    ],
    ids=["program", "torn", "script", "large", "choice", "other-form"],
)
def test_a_photo_that_is_refused_loses_no_answer(here, question, body, refusal):
    row = due(here.course, here.now, forms=["neuro"])
    answers = answer(here, row, at=here.now)

    with pytest.raises(refusal):
        add_photo(
            actor=here.patient_actor,
            answers_id=answers.id,
            question=question,
            body=body,
            now=here.now,
        )

    assert (row.answers.count(), answers.photos.count()) == (1, 0)


def test_a_photo_of_another_patient_has_no_place(here):
    theirs = ward(here.now)
    row = due(bare_course(theirs), here.now)
    answers = checkins_answering.answer_check_in(
        actor=theirs.nurse,
        check_in_id=row.id,
        given=sent(here.now, way=Way.BEDSIDE),
        now=here.now,
    )

    with pytest.raises(NotFound):
        add_photo(
            actor=here.patient_actor,
            answers_id=answers.id,
            question="neuro.sentence-photo",
            body=JPEG,
            now=here.now,
        )
