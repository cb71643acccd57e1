"""What became of a visit and whether it was in time are two fields, over REST."""

import datetime as dt

import pytest

from infusion import models
from patients import clock
from tests.api.world import make_world
from tests.factories import infusion as factories

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def world(travel):
    """Begin on a Monday afternoon: a plan keeps off nights and weekends."""
    now = clock.now()
    day = now.date() + dt.timedelta(days=7 - now.weekday())
    monday = dt.datetime.combine(day, dt.time(14), dt.UTC)
    return make_world(travel_to(travel, monday))


def travel_to(travel, instant):
    """Move the clock to an instant; return it."""
    return travel(seconds=(instant - clock.now()).total_seconds())


def timing_of(world, course, visit, kind="NURSE"):
    """Return status and timing as the list and as the plan tell them: the same."""
    api = world.api(kind)
    start = visit.planned_at - dt.timedelta(days=1)
    rows = api.get(f"visits?from={start:%Y-%m-%dT%H:%M:%SZ}").json()["results"]
    plan = api.get(f"courses/{course.id}/plan").json()["visits"]
    pairs = [
        [(row["status"], row["timing"]) for row in found if row["id"] == str(visit.id)]
        for found in (rows, plan)
    ]
    assert pairs[0] == pairs[1]
    return pairs[0][0]


def test_a_bag_change_comes_is_overdue_and_then_done_and_late(world, running, travel):
    visit = models.Visit.objects.filter(
        cycle__course=running, kind="BAG_CHANGE"
    ).earliest("planned_at")
    assert timing_of(world, running, visit) == ("BOOKED", "UPCOMING")

    # Made an hour before: a bag of 7 days made a week ahead would not keep to its end.
    now = travel_to(travel, visit.planned_at - 10 * MINUTE)
    factories.deliver(visit.bag, world.actor("NURSE"), now)
    assert timing_of(world, running, visit) == ("BOOKED", "DUE")
    now = travel_to(travel, visit.planned_at + 20 * MINUTE)
    assert timing_of(world, running, visit, "PATIENT") == ("BOOKED", "OVERDUE")

    nurse, second = world.actor("NURSE"), world.actor("SECOND_NURSE")
    factories.hang(running, nurse, second, now)

    assert timing_of(world, running, visit) == ("FULFILLED", "LATE")


def test_the_site_says_how_late_is_late(world, running, travel):
    visit = models.Visit.objects.filter(
        cycle__course=running, kind="BAG_CHANGE"
    ).earliest("planned_at")
    travel_to(travel, visit.planned_at + 20 * MINUTE)
    assert timing_of(world, running, visit) == ("BOOKED", "OVERDUE")

    world.site.policy = {
        "overdue_after_minutes": {
            "value": "30",
            "signed_by": "A",
            "signed_on": "2026-01-01",
        }
    }
    world.site.save()

    assert timing_of(world, running, visit) == ("BOOKED", "DUE")
