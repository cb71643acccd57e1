"""Synthetic courses through the real services, on a real PostgreSQL."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.checkins import Look
from infusion.domain.questionnaires import Form
from infusion.simulation.behaving import Deed, Profile, Taking
from infusion.simulation.life import Plot
from infusion.simulation.running import live
from infusion.simulation.world import make_world

HOUR = dt.timedelta(hours=1)


class Well:
    """A patient to whom nothing happens."""

    index = 3
    illnesses = ()
    stops = ()
    profile = Profile(
        group="ADULT",
        age=40,
        weight_kg=70,
        height_cm=170,
        language="en",
        answers_by_caregiver=False,
    )

    def grade(self, illness, since):
        return 0

    def needs_somebody(self, since):
        return False

    def answers(self, form, since, at, signed=frozenset()):
        answers = {}
        for question in form.questions:
            if question in form.asked(answers, signed):
                if question.form is Form.CHOICE:
                    answers[question.key] = question.options[0].key
                elif question.form is Form.NUMBER:
                    answers[question.key] = "36.7"
        return answers

    def answers_after(self, due):
        return HOUR / 4

    def change_off_by(self, planned):
        return dt.timedelta(0)


class Prompt:
    """People who take everything within minutes."""

    def takes(self, patient, cause, severity, told):
        return Taking(taken_after=HOUR / 6, resolved_after=HOUR / 3)

    def looks(self, patient, grade, since):
        return Look.NOTHING_NEEDED

    def does(self, illness, grade):
        return Deed.NOTHING


@pytest.fixture
def world():
    return make_world(weeks=12)


def test_a_course_is_lived_and_leaves_nothing(world):
    plot = Plot(seed=7, regimen="us-label-mrd", cycles=1, days=60)

    story = live(world, Well(), Prompt(), plot)

    assert story.changes
    assert not models.Course.objects.exists()
