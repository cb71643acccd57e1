"""Synthetic courses through the real services, on a real PostgreSQL."""

import pytest
from django.db import connection

from infusion import models
from infusion.catalogue import get_regimen
from infusion.domain.alerts import Cause
from infusion.domain.triage import Colour
from infusion.simulation import bags, duty, family, sweeping
from infusion.simulation.life import Plot
from infusion.simulation.onward import weeks_of
from infusion.simulation.running import CourseBroken, live
from infusion.simulation.stories import Ending, Illness
from infusion.simulation.world import load_world, make_world
from patients.models import User
from tests.integration.simulation.invented import (
    CHILD,
    CRS,
    DAY,
    HOUR,
    STOP,
    Absent,
    Invented,
    Prompt,
)


@pytest.fixture
def world():
    made = make_world(weeks=6)
    assert load_world() == made
    return made


def plot(days, regimen="us-label-mrd"):
    return Plot(seed=7, regimen=regimen, cycles=1, days=days)


def test_a_course_goes_from_the_ward_home_and_back_and_leaves_nothing(world):
    people = User.objects.count()
    patient = Invented(illnesses=(CRS,), stops=(STOP,))

    story = live(world, patient, Prompt(), plot(days=6))

    assert story.ended_why is Ending.OUT_OF_TIME
    assert story.days_on_ward > 4
    assert story.days_at_home > 0.5
    assert story.stops[0] == DAY
    (crs,) = story.illnesses
    assert (crs.illness, crs.at_home_at_onset) == (Illness.CRS, True)
    assert crs.red_after < DAY
    assert crs.recorded_grades[0] >= 1
    reds = [one for one in story.alerts if one.cause is Cause.CHECK_IN_RED]
    assert reds[0].taken_after >= HOUR / 6
    assert (reds[0].had_reason, reds[0].is_exhausted) == (True, False)
    assert story.check_ins[0].colour is Colour.GREEN
    assert not models.Course.objects.exists()
    assert not models.Message.objects.exists()
    assert User.objects.count() == people
    assert connection.run_on_commit == []


def test_silence_that_nobody_takes_climbs_out_and_the_same_course_tells_the_same(world):
    patient = Invented(silent_on=4)

    story, again = (live(world, patient, Absent(), plot(days=5)) for _ in range(2))

    assert story == again
    assert [one.answered_after for one in story.check_ins].count(None) > 0
    assert {one.cause for one in story.alerts} >= {
        Cause.CHECK_IN_TO_RING,
        Cause.CHECK_IN_MISSED,
    }
    assert any(one.is_exhausted for one in story.alerts)


def test_a_young_child_gets_home_and_a_caregiver_answers(world):
    story = live(world, Invented(profile=CHILD), Prompt(), plot(days=5))

    assert story.group == "CHILD"
    assert story.days_at_home > 0.5
    assert story.check_ins[0].answered_after == HOUR / 4


def test_what_never_may_be_is_told_with_seed_and_patient(world, monkeypatch):
    # As if the beat stood still: nothing that is due is looked at.
    for module in (bags, duty, family, sweeping):
        monkeypatch.setattr(module, "wake", lambda life: None)
    late = Invented(index=3)
    late.change_off_by = lambda planned: 3 * HOUR

    with pytest.raises(CourseBroken) as broken:
        live(world, late, Prompt(), plot(days=9))

    assert str(broken.value).startswith("seed 7, patient 3, at 7 days, ")
    assert "without an alert" in str(broken.value)
    assert not models.Course.objects.exists()


def test_a_refusal_is_told_with_what_was_done(world):
    with pytest.raises(CourseBroken, match=r"patient 0, .*: regimen_incomplete"):
        live(world, Invented(), Prompt(), plot(days=2, regimen="aall1331"))


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_whole_course_takes_the_expected_way_at_a_fork_and_goes_to_its_end():
    regimen = "us-label-rr"
    world = make_world(weeks=weeks_of(get_regimen(regimen), None))
    whole = Plot(seed=7, regimen=regimen, cycles=None, days=800)

    story = live(world, Invented(), Prompt(), whole)

    assert story.ended_why is Ending.DONE
    # Five cycles of 42 days, three of 84, and 28 of the last.
    assert 490 <= story.days < 495
