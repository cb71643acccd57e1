"""What happens around an infusion: told late, twice, out of order, and said better."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain import events
from infusion.domain.clock import LedgerBroken
from infusion.domain.hanging import RestartNeedsSupervision
from infusion.selectors.courses import read_course
from infusion.services import bags, interruptions
from infusion.services.common import InTheFuture, NotFound
from infusion.services.events import (
    Report,
    correct_event,
    record_event,
    withdraw_event,
)
from infusion.services.ledgers import EventTooEarly
from patients.policy import NotAllowed
from patients.selectors.actors import get_actor
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def tell(here, course, kind, at, *, by=None, now=None, **rest):
    return record_event(
        actor=by or here.nurse,
        course_id=course.id,
        report=Report(kind=kind, at=at, **rest),
        now=now or at,
    )


def clock(course, at):
    return read_course(course.id, at).current_cycle.clock


def running(regimen="us-label-mrd"):
    here = ward()
    return here, here.running(regimen)


def change(here, course, at):
    old = course.bags.get(status="HUNG")
    new = here.deliver(planned_bags(course)[0], at - HOUR)
    here.hang(new, at, replaces=old)


def test_an_alarm_that_stopped_the_pump_is_a_stop_and_one_that_did_not_is_none():
    here, course = running()
    tell(here, course, "ALARM", MONDAY + HOUR, reason="BATTERY", pump_stopped=False)
    assert clock(course, MONDAY + 2 * HOUR).is_running

    tell(
        here, course, "ALARM", MONDAY + 3 * HOUR, reason="OCCLUSION", pump_stopped=True
    )

    found = clock(course, MONDAY + 5 * HOUR)
    assert (found.is_running, found.delivered_hours) == (False, 3)
    assert [gap.reason for gap in found.gaps] == ["OCCLUSION"]


def test_a_stop_from_before_the_last_bag_change_is_told_with_its_restart():
    here, course = running()
    change(here, course, MONDAY + 6 * DAY)
    later = MONDAY + 7 * DAY

    tell(
        here,
        course,
        "ALARM",
        MONDAY + DAY,
        reason="AIR_IN_LINE",
        pump_stopped=True,
        until=MONDAY + DAY + 2 * HOUR,
        now=later,
    )

    found = clock(course, later)
    assert (found.is_running, found.delivered_hours) == (True, 166)
    assert found.projected_end_at == MONDAY + 28 * DAY + 2 * HOUR


def test_after_a_late_stop_the_bags_since_are_counted_again():
    here, course = running()
    empty, late = MONDAY + 7 * DAY, MONDAY + 7 * DAY + 2 * HOUR
    change(here, course, late)
    assert clock(course, late).delivered_hours == 168
    assert clock(course, late).gaps[0].paused_at == empty

    stop = {"at": MONDAY + DAY, "until": MONDAY + DAY + HOUR}
    tell(here, course, "PAUSE", reason="PROCEDURE", now=late, **stop)

    found = clock(course, late)
    # The bag was not empty when it came down, but past its use-by of seven days.
    assert found.delivered_hours == 167
    assert [gap.paused_at for gap in found.gaps] == [MONDAY + DAY, empty]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 0, 1), (3, 2, 1, 0)])
def test_the_clock_is_the_same_in_whatever_order_the_news_arrives(order):
    here, course = running()
    now = MONDAY + 3 * DAY
    news = [
        {"kind": "PAUSE", "at": MONDAY + 5 * HOUR, "reason": "OTHER"}
        | {"until": MONDAY + 6 * HOUR},
        {"kind": "DISCONNECTED", "at": MONDAY + DAY, "until": MONDAY + DAY + HOUR},
        {"kind": "WRONG_RATE", "at": MONDAY + 8 * HOUR, "pump_stopped": False},
        {"kind": "ALARM", "at": MONDAY + 2 * DAY, "reason": "OCCLUSION"}
        | {"pump_stopped": True, "until": MONDAY + 2 * DAY + 3 * HOUR},
    ]

    for index in order:
        tell(here, course, now=now, **news[index])

    found = clock(course, now)
    assert found.delivered_hours == 72 - 5
    assert len(found.gaps) == 3


def test_what_is_told_twice_is_stored_once():
    here, course = running()
    told = {"reason": "OCCLUSION", "pump_stopped": True}
    first = tell(here, course, "ALARM", MONDAY + HOUR, **told)
    version = read_course(course.id, MONDAY + 2 * HOUR).version

    again = tell(here, course, "ALARM", MONDAY + HOUR, now=MONDAY + 2 * HOUR, **told)

    assert again.id == first.id
    assert models.InfusionEvent.objects.filter(kind="ALARM").count() == 1
    assert read_course(course.id, MONDAY + 2 * HOUR).version == version


def test_an_imported_event_is_known_by_its_name_there():
    here, course = running()
    for at in (MONDAY + HOUR, MONDAY + 2 * HOUR):
        tell(here, course, "DISCONNECTED", at, source_key="pump-7/12", now=MONDAY + DAY)

    assert models.InfusionEvent.objects.filter(kind="DISCONNECTED").count() == 1


def test_a_correction_shortens_the_stop_and_keeps_what_was_said_first():
    here, course = running()
    stop = MONDAY + HOUR
    told = tell(here, course, "PAUSE", stop, reason="OCCLUSION")
    back = stop + 4 * HOUR + 10 * MINUTE
    resume = {"actor": here.nurse, "course_id": course.id, "at": back, "now": back}
    with pytest.raises(RestartNeedsSupervision):
        interruptions.resume(supervised=False, **resume)

    better = Report(kind="PAUSE", at=stop + 30 * MINUTE, reason="OCCLUSION")
    correct_event(
        actor=here.nurse, course_id=course.id, event_id=told.id, report=better, now=back
    )
    interruptions.resume(supervised=False, **resume)

    (gap,) = clock(course, back).gaps
    assert gap.resumed_at - gap.paused_at == 3 * HOUR + 40 * MINUTE
    told.refresh_from_db()
    assert told.at == stop


def test_an_event_that_did_not_happen_is_taken_back_and_stays_to_be_seen():
    here, course = running()
    told = tell(here, course, "DISCONNECTED", MONDAY + HOUR)

    withdraw_event(
        actor=here.nurse, course_id=course.id, event_id=told.id, now=MONDAY + 2 * HOUR
    )

    found = clock(course, MONDAY + 2 * HOUR)
    assert (found.is_running, found.delivered_hours) == (True, 2)
    assert models.InfusionEvent.objects.filter(kind="DISCONNECTED").count() == 2


def test_a_stop_whose_restart_stays_is_not_taken_back():
    here, course = running()
    stop = {"at": MONDAY + HOUR, "until": MONDAY + 2 * HOUR}
    told = tell(here, course, "DISCONNECTED", now=MONDAY + DAY, **stop)

    with pytest.raises(events.RunsOverlap):
        withdraw_event(
            actor=here.nurse, course_id=course.id, event_id=told.id, now=MONDAY + DAY
        )

    assert models.InfusionEvent.objects.filter(withdrawn=True).count() == 0


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"kind": "DISCONNECTED", "at": MONDAY - HOUR}, EventTooEarly),
        ({"kind": "DISCONNECTED", "at": MONDAY + 2 * DAY}, InTheFuture),
        ({"kind": "EXPLODED", "at": MONDAY + HOUR}, events.HappeningUnknown),
        ({"kind": "PAUSE", "at": MONDAY + HOUR, "reason": "X"}, events.ReasonUnknown),
        ({"kind": "BAG_LEAKED", "at": MONDAY + HOUR}, events.EffectNotSaid),
        ({"kind": "RESUME", "at": MONDAY + HOUR}, events.RunsOverlap),
        ({"kind": "START", "at": MONDAY + HOUR}, events.EventFixed),
        ({"kind": "STOP", "at": MONDAY + HOUR}, events.EventFixed),
        (
            {"kind": "DISCONNECTED", "at": MONDAY + HOUR, "until": MONDAY},
            events.RestartBeforeStop,
        ),
        ({"kind": "DISCONNECTED", "at": MONDAY}, LedgerBroken),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_nothing(told, refusal):
    here, course = running()

    with pytest.raises(refusal):
        tell(here, course, now=MONDAY + DAY, **told)

    assert models.InfusionEvent.objects.count() == 1
    assert clock(course, MONDAY + DAY).delivered_hours == 24


def test_the_event_of_another_course_is_not_found():
    here, course = running()
    there = here.neighbour()
    other = there.running("us-label-mrd")
    told = tell(there, other, "DISCONNECTED", MONDAY + HOUR)

    with pytest.raises(NotFound):
        withdraw_event(
            actor=here.nurse, course_id=course.id, event_id=told.id, now=MONDAY + DAY
        )


def test_nothing_is_turned_into_a_restart_by_a_correction():
    here, course = running()
    told = tell(here, course, "WRONG_RATE", MONDAY + HOUR, pump_stopped=False)

    with pytest.raises(events.EventFixed):
        correct_event(
            actor=here.nurse,
            course_id=course.id,
            event_id=told.id,
            report=Report(kind="RESUME", at=MONDAY + 2 * HOUR),
            now=MONDAY + DAY,
        )


def test_a_caregiver_tells_an_alarm_and_leaves_the_restart_to_the_staff():
    here, course = running()
    link = here.patient.caregiver_links.get()
    caregiver = get_actor(link.user_id, MONDAY.date())
    told = {"reason": "OCCLUSION", "pump_stopped": True}

    tell(here, course, "ALARM", MONDAY + HOUR, by=caregiver, **told)

    assert clock(course, MONDAY + 2 * HOUR).stopped_since == MONDAY + HOUR
    with pytest.raises(NotAllowed):
        tell(here, course, "RESUME", MONDAY + 2 * HOUR, by=caregiver)


def test_a_restart_by_an_event_obeys_the_four_hour_rule():
    here, course = running()
    tell(here, course, "DISCONNECTED", MONDAY + HOUR)

    with pytest.raises(RestartNeedsSupervision):
        tell(here, course, "RESUME", MONDAY + 5 * HOUR)
    tell(here, course, "RESUME", MONDAY + 5 * HOUR, supervised=True)

    assert clock(course, MONDAY + 6 * HOUR).delivered_hours == 2


def test_death_ends_the_course_and_no_reminder_is_left():
    here, course = running()

    tell(here, course, "DIED", MONDAY + DAY, now=MONDAY + DAY + HOUR)

    course.refresh_from_db()
    assert course.status == "STOPPED"
    assert course.cycles.get().end_reason == "DEATH"
    assert not course.messages.filter(status="PENDING").exists()
    assert not models.Visit.objects.filter(status="BOOKED").exists()
    assert (
        read_course(course.id, MONDAY + 2 * DAY).cycles[0].clock.delivered_hours == 24
    )


def test_a_bag_that_leaks_is_thrown_away_and_its_rest_never_counts():
    here, course = running()
    leak = MONDAY + 5 * DAY
    tell(here, course, "BAG_LEAKED", leak, pump_stopped=True)
    bag = course.bags.get(status="HUNG")
    bags.discard_bag(actor=here.nurse, bag_id=bag.id, reason="LEAKED", now=leak + HOUR)
    new = here.deliver(planned_bags(course)[0], leak + HOUR)
    here.hang(new, leak + 3 * HOUR)
    tell(here, course, "RESUME", leak + 3 * HOUR)

    found = clock(course, leak + 5 * HOUR)
    assert found.delivered_hours == 5 * 24 + 2
    assert [gap.reason for gap in found.gaps] == ["BAG_PROBLEM"]


def test_a_long_stop_without_an_adverse_event_follows_the_signed_value_of_the_site():
    here, course = running()
    tell(here, course, "DISCONNECTED", MONDAY + HOUR)
    back = MONDAY + 8 * DAY
    told = {"actor": here.nurse, "course_id": course.id, "at": back, "now": back}

    with pytest.raises(interruptions.GapRuleMissing):
        interruptions.resume(supervised=True, **told)
    sign(here, "same_cycle_days_without_event", "5")
    with pytest.raises(interruptions.NewCycleNeeded):
        interruptions.resume(supervised=True, **told)
    sign(here, "longest_stop_days", "6")
    with pytest.raises(interruptions.StopTooLong):
        interruptions.resume(supervised=True, **told)


def sign(here, key, value):
    signed = {"value": value, "signed_by": "Dr. Lee", "signed_at": "2026-05-01"}
    here.site.policy = {**here.site.policy, key: signed}
    here.site.save()
