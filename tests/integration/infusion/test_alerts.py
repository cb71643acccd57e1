"""Alerts on real rows: raised once, climbing, taken by one, ended by the facts."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from infusion import models
from infusion.services import alert_steps, alert_sweeps, alerts, interruptions
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from patients.selectors.actors import get_actor
from tests.factories.patients import MembershipFactory
from tests.factories.wards import HOUR, MONDAY, ward

STOP = MONDAY + 5 * HOUR
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def here():
    place = ward()
    place.course = place.running()
    place.admin = MembershipFactory(site=place.site, role="ADMIN").user
    return place


def on_call(here, role, actor):
    models.Shift.objects.create(
        site=here.site,
        role=role,
        user_id=actor.user_id,
        from_at=MONDAY,
        to_at=MONDAY + 28 * 24 * HOUR,
    )


def stop(here, reason="BATTERY"):
    interruptions.pause(
        actor=here.nurse, course_id=here.course.id, at=STOP, reason=reason, now=STOP
    )


def sweep(after):
    return alert_sweeps.sweep_alerts(now=STOP + after)


def alert():
    return models.Alert.objects.get()


def told():
    rows = models.Message.objects.filter(kind="alert_raised").order_by("event_at")
    return list(rows.values_list("user_id", "status"))


def take(actor, one, at=2 * HOUR):
    return alerts.take_alert(
        actor=actor, alert_id=one.id, expected_version=one.version, now=STOP + at
    )


def test_a_pump_that_stands_still_is_an_alert_after_two_hours(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)

    assert sweep(2 * HOUR - MINUTE).raised == 0
    assert sweep(2 * HOUR).raised == 1

    one = alert()
    assert (one.cause, one.since, one.status) == ("PUMP_STOPPED", STOP, "OPEN")
    assert told() == [(here.nurse.user_id, "PENDING")]


def test_the_same_cause_is_raised_once_however_often_it_is_looked_at(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)

    for _number in range(3):
        sweep(2 * HOUR)

    assert len(told()) == 1
    assert alert().steps.count() == 2


def test_a_hold_ordered_for_an_adverse_event_is_no_forgotten_stop(here):
    stop(here, "ADVERSE_EVENT")

    assert sweep(3 * HOUR).raised == 0


def test_an_alert_that_nobody_takes_climbs_to_the_administrators(here):
    on_call(here, "NURSE", here.nurse)
    on_call(here, "PHYSICIAN", here.physician)
    stop(here)

    for minutes in (0, 15, 29, 30, 45):
        sweep(2 * HOUR + minutes * MINUTE)

    people = [user_id for user_id, _ in told()]
    assert people == [here.nurse.user_id, here.physician.user_id, here.admin.id]
    again = STOP + 2 * HOUR + (30 + 30) * MINUTE
    assert (alert().status, alert().climb_at.replace(microsecond=0)) == (
        "EXHAUSTED",
        again,
    )


def test_with_nobody_on_call_the_administrators_are_told_at_once(here):
    stop(here)

    sweep(2 * HOUR)

    assert [user_id for user_id, _ in told()] == [here.admin.id]
    assert alert().status == "EXHAUSTED"


def test_who_takes_an_alert_stops_it_and_what_was_still_to_be_told(here):
    on_call(here, "NURSE", here.nurse)
    on_call(here, "PHYSICIAN", here.physician)
    stop(here)
    sweep(2 * HOUR)

    take(here.other_nurse, alert())
    sweep(2 * HOUR + 20 * MINUTE)

    one = alert()
    assert (one.status, one.owner_id) == ("TAKEN", here.other_nurse.user_id)
    assert told() == [(here.nurse.user_id, "CANCELLED")]


def test_before_the_four_hours_are_over_the_owner_is_told_again(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)
    sweep(2 * HOUR)
    take(here.nurse, alert())

    sweep(3 * HOUR)
    sweep(3 * HOUR + 30 * MINUTE)
    sweep(3 * HOUR + 40 * MINUTE)

    assert [status for _, status in told()] == ["CANCELLED", "PENDING", "PENDING"]
    assert {user_id for user_id, _ in told()} == {here.nurse.user_id}


def test_a_pump_that_runs_again_ends_its_alert_visibly(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)
    sweep(2 * HOUR)
    again = STOP + 2 * HOUR + MINUTE
    interruptions.resume(
        actor=here.nurse,
        course_id=here.course.id,
        at=again,
        supervised=False,
        now=again,
    )

    sweep(2 * HOUR + 2 * MINUTE)

    one = alert()
    assert (one.status, one.outcome) == ("RESOLVED", "CAUSE_ENDED")
    last = one.steps.order_by("at").last()
    assert (last.kind, last.by_id) == ("RESOLVED", None)
    assert told() == [(here.nurse.user_id, "CANCELLED")]


def test_what_a_person_ended_comes_back_at_the_next_time_of_the_cause(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)
    sweep(2 * HOUR)
    one = take(here.nurse, alert())
    end(here.nurse, one)

    assert sweep(2 * HOUR + 50 * MINUTE).raised == 0
    assert sweep(3 * HOUR).raised == 1
    assert models.Alert.objects.filter(status="OPEN").get().stage == 2


def test_an_overdue_bag_change_is_an_alert_until_the_bag_is_changed(here):
    on_call(here, "NURSE", here.nurse)
    hanging = here.course.bags.get(status="HUNG")
    due = hanging.planned_take_down_at

    assert alert_sweeps.sweep_alerts(now=due + 14 * MINUTE).raised == 0
    alert_sweeps.sweep_alerts(now=due + 15 * MINUTE)
    overdue = models.Alert.objects.get(cause="BAG_CHANGE_OVERDUE")
    assert overdue.since == due

    bag = here.course.bags.filter(status="PLANNED").order_by("sequence").first()
    at = due + 20 * MINUTE
    here.deliver(bag, at)
    here.hang(bag, at, replaces=hanging)
    alert_sweeps.sweep_alerts(now=at + MINUTE)

    overdue.refresh_from_db()
    assert (overdue.status, overdue.outcome) == ("RESOLVED", "CAUSE_ENDED")


def test_only_who_has_an_alert_hands_it_over_or_ends_it(here):
    stop(here)
    sweep(2 * HOUR)
    one = take(here.nurse, alert())

    with pytest.raises(alerts.AlertNotYours):
        end(here.other_nurse, one)
    with pytest.raises(alerts.AlertClosed):
        take(here.other_nurse, one)
    with pytest.raises(alerts.OutcomeUnknown):
        end(here.nurse, one, outcome="OTHER")
    with pytest.raises(alerts.OutcomeUnknown):
        end(here.nurse, one, outcome="CAUSE_ENDED")
    handed = alerts.hand_over_alert(
        actor=here.nurse,
        alert_id=one.id,
        expected_version=one.version,
        user_id=here.physician.user_id,
        now=STOP + 2 * HOUR + MINUTE,
    )
    end(here.physician, handed, outcome="OTHER", note="Rang the family.")

    assert told()[-1][0] == here.physician.user_id
    assert alert().steps.order_by("at", "id").last().note == "Rang the family."


def test_an_alert_of_another_site_does_not_exist(here):
    stop(here)
    sweep(2 * HOUR)
    stranger = ward()
    auditor = MembershipFactory(site=here.site, role="AUDITOR").user

    with pytest.raises(NotFound):
        take(stranger.nurse, alert())
    with pytest.raises(NotAllowed):
        take(get_actor(auditor.id, MONDAY.date()), alert())


def test_a_sweep_killed_between_two_steps_loses_and_doubles_nothing(here, monkeypatch):
    on_call(here, "NURSE", here.nurse)
    stop(here)

    def killed(*_args, **_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(alert_steps, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep(2 * HOUR)
    assert not models.Alert.objects.exists()

    sweep(2 * HOUR + MINUTE)
    assert len(told()) == 1


def test_one_course_that_cannot_be_read_does_not_silence_the_others(here):
    on_call(here, "NURSE", here.nurse)
    stop(here)
    sweep(2 * HOUR)
    neighbour = here.neighbour()
    other = neighbour.running()
    interruptions.pause(
        actor=here.nurse, course_id=other.id, at=STOP, reason="BATTERY", now=STOP
    )
    # A ledger that cannot be: the cycle ends, and the pump is started again.
    for hours, kind in ((1, "STOP"), (2, "RESUME")):
        models.InfusionEvent.objects.create(
            cycle=here.course.cycles.get(status="STARTED"),
            kind=kind,
            at=STOP + hours * HOUR / 10,
            recorded_by_id=here.nurse.user_id,
        )

    assert sweep(2 * HOUR + MINUTE).raised == 1

    kept = models.Alert.objects.get(course=here.course)
    assert kept.status == "OPEN"


def test_a_ward_where_all_is_well_costs_the_same_however_many_run(
    here, django_assert_num_queries
):
    neighbour = here.neighbour()
    neighbour.running()

    with django_assert_num_queries(16):
        done = sweep(HOUR)

    assert done == alert_sweeps.AlertSweep()


def end(actor, one, outcome="DONE", note=""):
    return alerts.resolve_alert(
        actor=actor,
        alert_id=one.id,
        expected_version=one.version,
        outcome=outcome,
        note=note,
        now=STOP + 2 * HOUR + 5 * MINUTE,
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_at_once_one_takes_the_alert(here):
    stop(here)
    sweep(2 * HOUR)
    one, together = alert(), threading.Barrier(2)

    def run(actor):
        together.wait()
        try:
            take(actor, one)
        except (VersionOutdated, alerts.AlertClosed) as refusal:
            return refusal.code
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(run, [here.nurse, here.other_nurse]))

    assert sorted(ends) == ["taken", "version_stale"]
    owner = [here.nurse, here.other_nurse][ends.index("taken")]
    assert alert().owner_id == owner.user_id
