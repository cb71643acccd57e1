"""Another dose on the pump than the one due is an alert until it is right (HAZ-95)."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.selectors import dose_alerts
from infusion.services import alert_sweeps
from infusion.services.events import Report, record_event
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
STEP = MONDAY + 7 * DAY


@pytest.fixture
def here():
    """Return a ward whose patient went over to the full dose at hour 168 by the clock."""
    found = ward()
    found.course = found.running()
    (low,) = found.course.bags.filter(status="HUNG")
    while low.planned_take_down_at < STEP:
        low = change(found, low, low.planned_take_down_at)
    found.bag = change(found, low, STEP)
    return found


def change(here, old, at):
    new = here.deliver(planned_bags(here.course)[0], at)
    here.hang(new, at, replaces=old)
    new.refresh_from_db()
    return new


def tell_a_stop_of_two_hours(here, now):
    """Two hours of the first day were not given: the low dose is due for two more."""
    stop = Report(
        kind="PAUSE", at=MONDAY + DAY, until=MONDAY + DAY + 2 * HOUR, reason="PROCEDURE"
    )
    record_event(actor=here.nurse, course_id=here.course.id, report=stop, now=now)


def alerts_at(now):
    alert_sweeps.sweep_alerts(now=now)
    rows = models.Alert.objects.filter(cause=Cause.DOSE_ON_PUMP).order_by("id")
    return list(rows)


def test_the_dose_that_is_due_is_no_alert(here):
    assert alerts_at(STEP + HOUR / 2) == []


def test_another_dose_than_the_one_due_is_told_at_once_and_ends_when_it_is_due(here):
    told = STEP + HOUR / 2
    tell_a_stop_of_two_hours(here, told)

    (alert,) = alerts_at(told)
    (_again,) = alerts_at(told + HOUR)

    assert (alert.severity, alert.since, alert.subject) == (
        "RED",
        told,
        str(here.bag.id),
    )
    # No plan is made again: time alone makes the full dose right.
    (alert,) = alerts_at(STEP + 3 * HOUR)
    assert (alert.status, alert.outcome) == ("RESOLVED", "CAUSE_ENDED")


def test_a_course_that_cannot_be_planned_is_believed_what_its_last_plan_named(
    here, monkeypatch
):
    tell_a_stop_of_two_hours(here, STEP + HOUR / 2)

    def broken(*_args):
        raise ValueError

    monkeypatch.setattr(dose_alerts, "plan_course", broken)

    assert len(alerts_at(STEP + HOUR)) == 1
