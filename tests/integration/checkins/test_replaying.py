"""Stored answers are read again under rules that are not in force yet."""

import datetime as dt
import uuid

import pytest

from infusion import models
from infusion.catalogue.triage import triage_at_site
from infusion.domain.triage import Colour
from infusion.selectors.replaying import Asked, replay
from infusion.services import checkins_answering
from tests.factories import checkins
from tests.factories import triage as written
from tests.factories.checkins import UNREADABLE
from tests.factories.submissions import bare_course, due, form, sent
from tests.factories.wards import HOUR, ward

GREEN, AMBER, RED = Colour


def answer(here, at, **answers):
    return checkins_answering.answer_check_in(
        actor=here.patient_actor,
        check_in_id=due(here.course, at).id,
        given=sent(at, form(**answers)),
        now=at,
    )


def read_again(here, body=None, most=None, hours=24):
    return replay(
        here.site,
        triage_at_site(body or written.body(), 1),
        Asked(
            since=here.now,
            until=here.now + 100 * HOUR,
            grade=2,
            hours=hours,
            most=most,
        ),
    )


@pytest.fixture
def told(here):
    """A day: well, a rising temperature, a fever, a fever reducer."""
    temperatures = ["36.5", "37.6", "38.6"]
    for number, temperature in enumerate(temperatures):
        answer(here, here.now + 4 * number * HOUR, temperature=temperature)
    answer(here, here.now + 12 * HOUR, antipyretic="YES", temperature="37.0")
    return here


def test_the_same_rules_give_the_colours_of_the_record(told):
    recorded = list(
        models.CheckInResult.objects.order_by("made_at").values_list(
            "colour", flat=True
        )
    )

    found = read_again(told).replay

    assert recorded == [GREEN, AMBER, RED, AMBER]
    assert found.before.colours == {GREEN: 1, AMBER: 2, RED: 1}
    assert found.changed == ()
    assert {pair: n for pair, n in found.matrix.items() if n} == {
        (GREEN, GREEN): 1,
        (AMBER, AMBER): 2,
        (RED, RED): 1,
    }


def test_other_rules_change_colours_and_nothing_is_written(told):
    counts = [each.objects.count() for each in (models.CheckInResult, models.Alert)]
    body = written.without("temperature-rising")
    written.rule(body, "fever-hidden")["colour"]["value"] = "RED"

    found = read_again(told, body).replay

    assert sorted((one.before, one.after) for one in found.changed) == [
        (AMBER, GREEN),
        (AMBER, RED),
    ]
    rising = next(one for one in found.rules if one.key == "temperature-rising")
    assert (rising.fired_before, rising.fired_after, rising.after) == (2, 0, None)
    after = [each.objects.count() for each in (models.CheckInResult, models.Alert)]
    assert after == counts


def test_only_the_latest_are_read_where_there_are_too_many(told):
    found = read_again(told, most=2)

    assert (found.replay.answers, found.left_out) == (2, 2)
    assert found.since == told.now + 8 * HOUR
    # What lies before the span is still compared with: the rise is a rise.
    rising = next(one for one in found.replay.rules if one.key == "temperature-rising")
    assert rising.fired_before == 1


def test_of_corrected_answers_only_the_correction_counts(here):
    wrong = answer(here, here.now, temperature="38.6")
    checkins_answering.correct_answers(
        actor=here.patient_actor,
        answers_id=wrong.id,
        given=sent(here.now + HOUR, form(temperature="36.8")),
        now=here.now + HOUR,
    )

    assert read_again(here).replay.before.colours[RED] == 0


def test_an_adverse_event_counts_from_when_it_reached_the_grade(told):
    at = told.now + 13 * HOUR
    event = checkins.adverse_event(told.course, told.nurse.user_id, told.now)
    for hours, grade in ((0, 1), (13, 2), (20, 3)):
        models.AdverseEventEntry.objects.create(
            adverse_event=event,
            kind="GRADE",
            grade=grade,
            scale="ASTCT",
            at=told.now + hours * HOUR,
            recorded_at=at + 20 * HOUR,
            by_id=told.nurse.user_id,
        )

    within_six = read_again(told, hours=6).replay.foreseen_before
    within_two = read_again(told, hours=2).replay.foreseen_before

    assert (within_six.events, within_six.red, within_six.amber) == (1, 1, 0)
    assert (within_two.red, within_two.amber) == (0, 1)


@pytest.mark.parametrize("finding", UNREADABLE)
def test_what_this_version_cannot_read_is_counted_and_hides_nothing(told, finding):
    row = due(told.course, told.now + 20 * HOUR)
    kept = checkins.answers(row, told.patient_actor.user_id, told.now + 20 * HOUR)
    models.CheckInResult.objects.bulk_create(
        [
            models.CheckInResult(
                answers=again(kept),
                colour="GREEN",
                rules="triage 0.9.0",
                findings=[finding],
                fired=[],
                grades=[],
                made_at=told.now,
            )
        ]
    )

    found = read_again(told)

    assert (found.unreadable, found.replay.answers) == (1, 5)


def again(answers):
    """Return other answers to the same check-in, without a result."""
    answers.pk = answers.id = uuid.uuid4()
    answers.client_id = uuid.uuid4()
    answers._state.adding = True
    answers.save(force_insert=True)
    return answers


def test_another_site_is_not_read(told):
    other = ward()
    other.course = bare_course(other)
    checkins.answers(
        due(other.course, told.now), other.nurse.user_id, told.now + dt.timedelta(1)
    )

    assert read_again(told).replay.answers == 4
