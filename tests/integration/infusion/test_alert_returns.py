"""What is not silenced: a cause that comes back, one beside another, an owner who left."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.selectors.alerts import count_waiting
from infusion.services import alert_sweeps, alerts, interruptions
from patients import models as people
from patients.policy import Actor
from patients.services.assignments import NotOnStaff
from tests.factories.messages import Scene, in_hours
from tests.factories.patients import (
    CareAssignmentFactory,
    MembershipFactory,
    staff_actor,
)
from tests.factories.wards import HOUR, MONDAY, ward

MINUTE = dt.timedelta(minutes=1)


def sweep(now):
    return alert_sweeps.sweep_alerts(now=now)


def of(cause):
    return list(models.Alert.objects.filter(cause=cause).order_by("id"))


def told():
    rows = models.Message.objects.filter(kind="alert_raised").order_by("event_at", "id")
    return list(rows.values_list("user_id", flat=True))


def take(actor, one, now):
    return alerts.take_alert(
        actor=actor, alert_id=one.id, expected_version=one.version, now=now
    )


def end_as_done(actor, one, now):
    mine = take(actor, one, now)
    return alerts.resolve_alert(
        actor=actor,
        alert_id=mine.id,
        expected_version=mine.version,
        outcome="DONE",
        now=now,
    )


def fail(scene, at):
    message = models.Message.objects.first() or scene.owe(status="SENT")
    models.MessageAttempt.objects.bulk_create(
        models.MessageAttempt(message=message, at=at, channel="SMS", outcome="RETRY")
        for _number in range(10)
    )


@pytest.fixture
def scene():
    found = Scene()
    user = MembershipFactory(site=found.site, role="ADMIN").user
    found.admin = Actor(
        user_id=user.id, site_roles={found.site.id: frozenset({"ADMIN"})}
    )
    return found


def test_a_channel_that_fails_again_months_after_somebody_mended_it_is_told(scene):
    start = in_hours(0)
    fail(scene, start)
    sweep(start)
    end_as_done(scene.admin, of(Cause.PROVIDER_FAILING)[0], start + MINUTE)
    sweep(start + 2 * MINUTE)
    assert len(of(Cause.PROVIDER_FAILING)) == 1

    later = start + dt.timedelta(days=60)
    fail(scene, later)
    sweep(later)
    sweep(later)

    assert [one.status for one in of(Cause.PROVIDER_FAILING)] == ["RESOLVED", "OPEN"]


def test_who_was_told_of_something_else_then_was_not_told_of_this(scene):
    scene.owe(status="FAILED")
    nurse = {"person_kind": "STAFF", "user": scene.staff()}
    visit = {"kind": "visit_24h", "event": "VISIT", "subject_kind": "VISIT"}
    scene.owe(status="SENT", **visit, **nurse)

    sweep(in_hours(0))

    assert len(of(Cause.NOBODY_REACHED)) == 1


@pytest.fixture
def taken():
    """Return a ward whose stopped pump is an alert that one of its nurses has."""
    here = ward()
    here.course = here.running()
    here.admin = MembershipFactory(site=here.site, role="ADMIN").user
    stop = MONDAY + 5 * HOUR
    interruptions.pause(
        actor=here.nurse,
        course_id=here.course.id,
        at=stop,
        reason="BATTERY",
        now=stop,
    )
    here.since = stop + 2 * HOUR
    sweep(here.since)
    take(here.other_nurse, models.Alert.objects.get(), here.since + MINUTE)
    models.Message.objects.filter(kind="alert_raised").delete()
    return here


def leave(user_id):
    people.Membership.objects.filter(user_id=user_id).update(is_active=False)


def test_an_alert_whose_owner_has_left_is_told_to_who_is_there(taken):
    leave(taken.other_nurse.user_id)

    sweep(taken.since + HOUR)

    assert taken.admin.id in told()


def test_an_alert_whose_owner_has_left_waits_and_climbs_from_the_first_rung(taken):
    models.Shift.objects.create(
        site=taken.site,
        role="PHYSICIAN",
        user_id=taken.physician.user_id,
        from_at=MONDAY,
        to_at=MONDAY + 28 * 24 * HOUR,
    )
    assert count_waiting(taken.nurse) == 0
    leave(taken.other_nurse.user_id)
    left = taken.since + 5 * MINUTE

    sweep(left)
    sweep(left + MINUTE)

    one = models.Alert.objects.get()
    assert (one.status, one.owner_id, one.rung) == ("OPEN", None, 1)
    assert count_waiting(taken.nurse) == 1
    assert told() == [taken.physician.user_id]
    kinds = list(one.steps.order_by("at", "id").values_list("kind", flat=True))
    assert kinds[-2:] == ["LEFT_ALONE", "CLIMBED"]
    # The physician leaves it, too: the administrators.
    sweep(left + 15 * MINUTE)
    assert told()[-1] == taken.admin.id


def test_an_alert_whose_owner_has_left_can_be_taken_by_another(taken):
    with pytest.raises(alerts.AlertClosed):
        take(taken.nurse, models.Alert.objects.get(), taken.since + 2 * MINUTE)
    leave(taken.other_nurse.user_id)

    found = take(taken.nurse, models.Alert.objects.get(), taken.since + HOUR)

    assert (found.status, found.owner_id) == ("TAKEN", taken.nurse.user_id)


def test_a_change_that_nobody_took_stays_an_alert_until_it_is_overdue():
    course = ward().running()
    rows = models.Visit.objects.filter(cycle__course=course, kind="BAG_CHANGE")
    rows.update(placement="HOME", assigned_to=None)
    at = rows.order_by("planned_at").first().planned_at
    sweep(at - HOUR)

    sweep(at + 5 * MINUTE)

    assert of(Cause.CHANGE_UNOWNED)[0].status != "RESOLVED"


def hand_over(here, user_id):
    one = models.Alert.objects.get()
    return alerts.hand_over_alert(
        actor=here.other_nurse,
        alert_id=one.id,
        expected_version=one.version,
        user_id=user_id,
        now=here.since + 2 * MINUTE,
    )


def test_nobody_is_given_an_alert_that_they_cannot_see(taken):
    visitor = staff_actor(taken.site, "HOME_NURSE")

    with pytest.raises(NotOnStaff):
        hand_over(taken, visitor.user_id)

    CareAssignmentFactory(patient=taken.patient, user_id=visitor.user_id)
    assert hand_over(taken, visitor.user_id).owner_id == visitor.user_id


def test_an_alert_of_who_looks_after_the_patient_no_more_is_nobodys(taken):
    visitor = staff_actor(taken.site, "HOME_NURSE")
    given = CareAssignmentFactory(patient=taken.patient, user_id=visitor.user_id)
    hand_over(taken, visitor.user_id)
    given.delete()

    sweep(taken.since + 2 * HOUR)

    assert taken.admin.id in told()


def test_an_overdue_bag_that_still_hangs_comes_back_however_often_it_is_ended():
    here = ward()
    due = here.running().bags.get(status="HUNG").planned_take_down_at
    overdue = due + 15 * MINUTE
    sweep(overdue)
    for hours in range(3):
        at = overdue + hours * HOUR
        end_as_done(here.nurse, of(Cause.BAG_CHANGE_OVERDUE)[-1], at)

        sweep(at + 59 * MINUTE)
        assert len(of(Cause.BAG_CHANGE_OVERDUE)) == hours + 1
        sweep(at + 60 * MINUTE)
        assert len(of(Cause.BAG_CHANGE_OVERDUE)) == hours + 2


def test_a_pump_that_stands_after_its_last_time_is_no_quieter_for_being_ended(taken):
    one = models.Alert.objects.get()
    alerts.resolve_alert(
        actor=taken.other_nurse,
        alert_id=one.id,
        expected_version=one.version,
        outcome="FALSE_ALARM",
        now=taken.since + 2 * HOUR,
    )
    models.Alert.objects.update(stage=3)

    sweep(taken.since + 3 * HOUR - MINUTE)
    assert len(of(Cause.PUMP_STOPPED)) == 1
    sweep(taken.since + 3 * HOUR)

    assert [one.status for one in of(Cause.PUMP_STOPPED)][1:] == ["EXHAUSTED"]
