"""How an alert climbs on real rows: empty chairs, the end of the ladder, two at once."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from infusion import models
from infusion.services import alert_sweeps, alerts, interruptions
from patients.domain.refusals import VersionOutdated
from tests.factories.patients import CareAssignmentFactory, MembershipFactory
from tests.factories.wards import HOUR, MONDAY, ward

STOP = MONDAY + 5 * HOUR
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def here():
    place = ward()
    place.course = place.running()
    place.admin = MembershipFactory(site=place.site, role="ADMIN").user
    interruptions.pause(
        actor=place.nurse,
        course_id=place.course.id,
        at=STOP,
        reason="BATTERY",
        now=STOP,
    )
    return place


def sign(here, **values):
    here.site.policy = {
        key: {"value": value, "signed_by": "RN B"} for key, value in values.items()
    }
    here.site.save()


def on_call(here, role, actor):
    models.Shift.objects.create(
        site=here.site,
        role=role,
        user_id=actor.user_id,
        from_at=MONDAY,
        to_at=MONDAY + 28 * 24 * HOUR,
    )


def sweep(*minutes):
    for each in minutes:
        alert_sweeps.sweep_alerts(now=STOP + 2 * HOUR + each * MINUTE)


def told():
    rows = models.Message.objects.filter(kind="alert_raised").order_by("event_at", "id")
    return list(rows.values_list("user_id", flat=True))


def alert():
    return models.Alert.objects.get()


def take(actor, one, minutes=10):
    return alerts.take_alert(
        actor=actor,
        alert_id=one.id,
        expected_version=one.version,
        now=STOP + 2 * HOUR + minutes * MINUTE,
    )


def test_a_rung_without_a_person_is_passed_at_once(here):
    on_call(here, "PHYSICIAN", here.physician)

    sweep(0)

    assert told() == [here.physician.user_id]
    assert alert().rung == 1


def test_a_site_climbs_its_own_ladder(here):
    sign(here, alert_pump_stopped_ladder="ASSIGNED 5; EVERY_NURSE 5")
    CareAssignmentFactory(patient=here.patient, user_id=here.other_nurse.user_id)

    sweep(0, 5, 10)

    first, then = told()[:2], told()[2:]
    nurses = {here.nurse.user_id, here.other_nurse.user_id}
    assert (set(first), set(then[:2])) == (nurses, nurses)
    assert then[2:] == [here.admin.id]


def test_a_red_alert_is_told_again_until_a_person_takes_it(here):
    on_call(here, "NURSE", here.nurse)

    # The nurse, the administrators, and both again every half an hour.
    sweep(0, 15, 45)
    assert told()[:2] == [here.nurse.user_id, here.admin.id]
    assert sorted(told()[2:]) == sorted([here.nurse.user_id, here.admin.id])
    take(here.nurse, alert(), 46)
    sweep(50)

    assert len(told()) == 4
    assert alert().status == "TAKEN"


def test_an_amber_alert_is_told_to_the_administrators_once(here):
    sign(here, alert_pump_stopped_severity="AMBER", pump_stopped_second_minutes="240")
    on_call(here, "NURSE", here.nurse)

    sweep(0, 15, 45, 75, 85)

    assert told() == [here.nurse.user_id, here.admin.id]
    assert (alert().status, alert().climb_at) == ("EXHAUSTED", None)


def test_who_took_an_alert_and_forgot_it_is_reminded(here):
    sign(here, pump_stopped_second_minutes="240", pump_stopped_third_minutes="240")
    on_call(here, "NURSE", here.nurse)
    sweep(0)
    take(here.other_nurse, alert())

    sweep(69)
    assert told() == [here.nurse.user_id]
    sweep(70, 71)

    assert told() == [here.nurse.user_id, here.other_nurse.user_id]


def test_an_alert_with_nobody_at_all_stays_open_and_says_so(here):
    here.admin.delete()

    sweep(0)

    assert told() == []
    assert alert().status == "EXHAUSTED"
    last = alert().steps.order_by("at", "id").last()
    assert (last.kind, last.told) == ("EXHAUSTED", 0)


@pytest.mark.django_db(transaction=True)
def test_who_takes_an_alert_while_its_cause_ends_keeps_its_name(here):
    sweep(0)
    one = alert()
    again = STOP + 2 * HOUR + MINUTE
    interruptions.resume(
        actor=here.nurse,
        course_id=here.course.id,
        at=again,
        supervised=False,
        now=again,
    )
    taken = threading.Event()

    def nurse():
        try:
            with transaction.atomic():
                take(here.nurse, one)
                taken.set()
                # The sweep comes now, and waits for us.
                threading.Event().wait(0.3)
        finally:
            connection.close()

    def service():
        taken.wait()
        try:
            sweep(11)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(nurse), pool.submit(service)]:
            work.result()

    ended = alert()
    assert (ended.status, ended.outcome) == ("RESOLVED", "CAUSE_ENDED")
    assert ended.owner_id == here.nurse.user_id
    kinds = list(ended.steps.order_by("at", "id").values_list("kind", flat=True))
    assert kinds[-2:] == ["TAKEN", "RESOLVED"]


def test_who_comes_after_the_cause_has_ended_is_told_so(here):
    sweep(0)
    one = alert()
    again = STOP + 2 * HOUR + MINUTE
    interruptions.resume(
        actor=here.nurse,
        course_id=here.course.id,
        at=again,
        supervised=False,
        now=again,
    )
    sweep(2)

    with pytest.raises(VersionOutdated):
        take(here.nurse, one)
    with pytest.raises(alerts.AlertClosed):
        take(here.nurse, alert())
