"""A mute that nobody thinks of warns; an alarm for staff is never muted."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.services import alert_sweeps, interruptions, muting
from tests.factories.wards import HOUR, ward

UNTIL = 72 * HOUR


@pytest.fixture
def here():
    """A ward of a patient whose family is muted for three days."""
    found = ward()
    found.course = found.running()
    found.mute = muting.mute(
        actor=found.nurse,
        patient_id=found.patient.id,
        reason="FAMILY_WISH",
        until=found.now + UNTIL,
        now=found.now,
    ).mute
    return found


def sweep(here, after):
    now = here.now + after
    muting.end_mutes(now=now)
    alert_sweeps.sweep_alerts(now=now)
    found = models.Alert.objects.filter(cause=Cause.MUTE_ENDING).order_by("id")
    return [(one.status, one.stage) for one in found]


def keep_back(here):
    message = here.course.messages.filter(person_kind="PATIENT").first()
    if message is None:
        message = here.course.messages.first()
    models.KeptBack.objects.create(message=message, mute=here.mute, at=here.now)


def test_the_end_is_announced_and_told_again_with_what_was_kept_back(here):
    keep_back(here)

    assert sweep(here, UNTIL - 25 * HOUR) == []
    assert [stage for _, stage in sweep(here, UNTIL - 24 * HOUR)] == [1]
    assert [stage for _, stage in sweep(here, UNTIL)] == [2]
    here.mute.refresh_from_db()
    assert here.mute.ended_how == "EXPIRED"
    assert sweep(here, UNTIL + 25 * HOUR) == [("RESOLVED", 2)]


def test_a_mute_that_kept_nothing_back_ends_its_warning_with_it(here):
    sweep(here, UNTIL - HOUR)

    assert sweep(here, UNTIL + dt.timedelta(minutes=1)) == [("RESOLVED", 1)]


def test_who_unmutes_or_moves_the_end_is_warned_no_more(here):
    sweep(here, UNTIL - HOUR)
    muting.move_end(
        actor=here.nurse,
        mute_id=here.mute.id,
        expected_version=1,
        until=here.now + UNTIL + 100 * HOUR,
        now=here.now + UNTIL - HOUR,
    )

    assert sweep(here, UNTIL - HOUR) == [("RESOLVED", 1)]
    muting.unmute(
        actor=here.nurse,
        mute_id=here.mute.id,
        expected_version=2,
        now=here.now + UNTIL,
    )
    assert sweep(here, UNTIL + 90 * HOUR) == [("RESOLVED", 1)]


def test_a_pump_that_stands_still_climbs_whatever_is_muted(here):
    interruptions.pause(
        actor=here.nurse,
        course_id=here.course.id,
        at=here.now + HOUR,
        reason="OCCLUSION",
        now=here.now + HOUR,
    )

    sweep(here, 3 * HOUR + dt.timedelta(minutes=1))

    alert = models.Alert.objects.get(cause=Cause.PUMP_STOPPED)
    assert alert.status in {"OPEN", "EXHAUSTED"}
    told = models.Message.objects.filter(kind="alert_raised", subject_id=alert.id)
    assert set(told.values_list("status", flat=True)) <= {"PENDING"}
    assert alert.steps.exclude(kind="RAISED").exists()
