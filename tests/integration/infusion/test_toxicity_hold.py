"""A hold for a toxicity ends by a physician's word, whoever stands at the pump."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.toxicity import Choice, Scale, ToxicityEvent
from infusion.selectors.toxicity import ToxicityAsked
from infusion.services.events import Report, correct_event, record_event, withdraw_event
from infusion.services.interruptions import HoldStands, OverdoseTooRecent, resume
from infusion.services.toxicity import decide_toxicity
from tests.factories.wards import HOUR, MONDAY, ward
from tests.integration.infusion.test_toxicity import shown

ONSET = MONDAY + 60 * HOUR
AGAIN = ONSET + 2 * HOUR


def decide(here, course, choice, at, **more):
    asked = ToxicityAsked(
        event=ToxicityEvent.CRS, grade=3, scale=Scale.ASTCT, onset_at=ONSET
    )
    return decide_toxicity(
        actor=here.physician,
        course_id=course.id,
        asked=asked,
        shown=shown(course, asked, at),
        choice=Choice(choice),
        now=at,
        **more,
    )


def restart(here, course, at=AGAIN):
    resume(actor=here.nurse, course_id=course.id, at=at, supervised=True, now=at)


def restart_by_event(here, course, at=AGAIN):
    report = Report(kind="RESUME", at=at, supervised=True)
    record_event(actor=here.nurse, course_id=course.id, report=report, now=at)


@pytest.mark.parametrize("way", [restart, restart_by_event])
def test_a_hold_for_a_toxicity_is_not_ended_at_the_pump(way):
    here = ward()
    course = here.running()
    decide(here, course, "INTERRUPT", ONSET)
    told = models.InfusionEvent.objects.count()

    with pytest.raises(HoldStands):
        way(here, course)

    assert models.InfusionEvent.objects.count() == told


def test_a_hold_is_not_talked_away_but_its_instant_may_be_said_better():
    here = ward()
    course = here.running()
    decide(here, course, "INTERRUPT", ONSET)
    held = models.InfusionEvent.objects.get(kind="HOLD_ORDERED")
    asked = {"actor": here.nurse, "course_id": course.id, "event_id": held.id}
    told = {"kind": "HOLD_ORDERED", "reason": "CRS"}

    with pytest.raises(HoldStands):
        withdraw_event(**asked, now=AGAIN)
    running_on = Report(at=ONSET, pump_stopped=False, **told)
    with pytest.raises(HoldStands):
        correct_event(**asked, report=running_on, now=AGAIN)
    later = Report(at=ONSET + HOUR, pump_stopped=True, **told)
    correct_event(**asked, report=later, now=AGAIN)
    with pytest.raises(HoldStands):
        restart(here, course)


def test_after_a_physician_said_to_go_on_the_nurse_restarts():
    here = ward()
    course = here.running()
    decide(here, course, "INTERRUPT", ONSET)
    decide(here, course, "CONTINUE", ONSET + HOUR, reason="It was a drug fever.")

    restart(here, course)

    assert models.InfusionEvent.objects.filter(kind="RESUME").count() == 1


def test_a_later_stop_for_a_battery_is_no_hold():
    here = ward()
    course = here.running()
    decide(here, course, "INTERRUPT", ONSET)
    decide(here, course, "CONTINUE", ONSET + HOUR, reason="It was a drug fever.")
    restart(here, course)
    stop = AGAIN + dt.timedelta(days=1)
    report = Report(
        kind="ALARM", at=stop, reason="BATTERY", pump_stopped=True, until=None
    )
    record_event(actor=here.nurse, course_id=course.id, report=report, now=stop)

    restart(here, course, stop + HOUR)

    assert models.InfusionEvent.objects.filter(kind="RESUME").count() == 2


def flushed(here):
    """Return a course whose line was flushed a day after the start, the pump stopped."""
    course = here.running()
    report = Report(kind="FLUSHED", at=MONDAY + 24 * HOUR, pump_stopped=True)
    record_event(
        actor=here.nurse, course_id=course.id, report=report, now=MONDAY + 24 * HOUR
    )
    return course


@pytest.mark.parametrize("way", [restart, restart_by_event])
def test_after_a_flush_the_pump_stands_still_for_twelve_hours(way):
    here = ward()
    course = flushed(here)

    for hours in (1, 11.9):
        with pytest.raises(OverdoseTooRecent):
            way(here, course, MONDAY + (24 + hours) * HOUR)
    way(here, course, MONDAY + 36 * HOUR)

    assert models.InfusionEvent.objects.filter(kind="RESUME").count() == 1


def test_a_physician_may_judge_a_flush_otherwise():
    here = ward()
    course = flushed(here)
    at = MONDAY + 25 * HOUR

    resume(actor=here.physician, course_id=course.id, at=at, supervised=True, now=at)

    assert models.InfusionEvent.objects.filter(kind="RESUME").count() == 1
