"""Only answers that can change what is asked are followed by another look ahead."""

import pytest

from infusion import models
from infusion.services.checkins_answering import answer_check_in, correct_answers
from tests.factories.submissions import HOUR, due, form, sent


@pytest.fixture
def owed(here):
    """When the course is looked at again, if nothing happens before."""
    at = here.now + 5 * HOUR
    models.CadenceDebt.objects.create(course=here.course, due_at=at)
    return at


def looked_ahead(here, owed):
    debts = models.CadenceDebt.objects.filter(course=here.course)
    return not debts.filter(due_at=owed).exists()


def answered(here, row, **answers):
    at = here.now + HOUR / 2
    return answer_check_in(
        actor=here.patient_actor,
        check_in_id=row.pk,
        given=sent(at, form(**answers)),
        now=at,
    )


def test_green_answers_to_what_was_planned_change_nothing(here, owed):
    answered(here, due(here.course, here.now))

    assert not looked_ahead(here, owed)


def test_a_sign_is_followed(here, owed):
    answered(here, due(here.course, here.now), temperature="39.5")

    assert looked_ahead(here, owed)


def test_green_answers_to_what_follows_from_a_sign_end_it(here, owed):
    answered(here, due(here.course, here.now, kind="FOLLOW_UP"))

    assert looked_ahead(here, owed)


def test_green_answers_count_while_somebody_is_still_to_be_asked_again(here, owed):
    due(here.course, here.now + 9 * HOUR, kind="FOLLOW_UP")
    answered(here, due(here.course, here.now))

    assert looked_ahead(here, owed)


def test_a_correction_is_looked_at(here, owed):
    first = answered(here, due(here.course, here.now))
    at = here.now + HOUR
    correct_answers(
        actor=here.patient_actor, answers_id=first.pk, given=sent(at, form()), now=at
    )

    assert looked_ahead(here, owed)
