"""The last bag of a cycle: what a stop on the last day does to it, and what it does not."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.domain.bag_life import UNMADE
from infusion.services import alert_sweeps, interruptions
from infusion.services.events import Report, record_event, withdraw_event
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
END = MONDAY + 28 * DAY


def change(here, by=0 * HOUR):
    """Hang the next bag at its time, or so much later."""
    hung, bag = here.course.bags.get(status="HUNG"), planned_bags(here.course)[0]
    at = bag.planned_hang_at + by
    here.deliver(bag, at - HOUR)
    here.hang(bag, at, replaces=hung)


def overdue_at(now):
    """Return since when the alerts of an instant say that a bag change is overdue."""
    alert_sweeps.sweep_alerts(now=now)
    rows = models.Alert.objects.filter(cause=Cause.BAG_CHANGE_OVERDUE)
    return [row.since for row in rows]


def booked(course):
    rows = models.Visit.objects.filter(cycle__course=course, status="BOOKED")
    return [(row.kind, row.planned_at) for row in rows]


@pytest.mark.parametrize("minutes", [10, 60, 200])
def test_a_stop_on_the_last_day_moves_the_end_and_asks_for_no_bag(minutes):
    here = ward()
    here.course = here.running("us-label-mrd")
    # The last bag goes up ten hours late: so much is left in it at the end.
    for by in (0, 0, -12, 10):
        change(here, by * HOUR)
    since, end = END - 8 * HOUR, END + dt.timedelta(minutes=minutes)
    until = since + (end - END)
    pump = {"actor": here.nurse, "course_id": here.course.id}

    interruptions.pause(**pump, at=since, reason="OCCLUSION", now=since)
    interruptions.resume(**pump, at=until, supervised=False, now=until)

    assert here.course.bags.get(status="HUNG").planned_take_down_at == end
    assert booked(here.course) == [("DISCONNECT", end)]
    assert not here.course.bags.filter(status__in=UNMADE).exists()
    assert overdue_at(end - HOUR) == overdue_at(end) == []


def test_a_bag_that_went_up_after_the_end_is_overdue_though_it_is_not_dry():
    here = ward()
    here.course = here.running("us-label-mrd")
    told = {"actor": here.nurse, "course_id": here.course.id}
    for _ in range(3):
        change(here)
    since = END - 2 * DAY
    stop = Report(kind="PAUSE", at=since, until=since + 2 * HOUR, reason="PROCEDURE")
    record_event(**told, report=stop, now=END - DAY)
    # The two hours that are missing, hung an hour late.
    change(here, HOUR)
    hung_at, now = END + HOUR, END + 2 * HOUR
    assert here.course.bags.get(status="HUNG").planned_take_down_at == END + 3 * HOUR

    # There was no such stop: the infusion had its hours when that bag went up.
    for kind in ("RESUME", "PAUSE"):
        row = models.InfusionEvent.objects.get(kind=kind, corrects=None)
        withdraw_event(**told, event_id=row.id, now=now)

    down_at = here.course.bags.get(status="HUNG").planned_take_down_at
    assert dt.timedelta(0) < down_at - hung_at <= dt.timedelta(minutes=1)
    assert booked(here.course) == [("DISCONNECT", hung_at)]
    assert not here.course.bags.filter(status__in=UNMADE).exists()
    assert overdue_at(now) == [down_at]
