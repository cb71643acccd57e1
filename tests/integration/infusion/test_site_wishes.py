"""What a site has set about planning reaches the plan of every course."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from infusion import models
from infusion.domain.planner.outcomes import Lift
from infusion.domain.states import BagStatus, VisitStatus
from infusion.selectors.courses import read_course
from infusion.selectors.planning import load_rows, plan_request
from infusion.services import interruptions
from infusion.services.courses import order_course, preview_course
from infusion.services.planning import canonical, replan
from patients.models import Site
from tests.factories import infusion as factories
from tests.factories.patients import PatientFactory, SiteFactory, staff_actor
from tests.factories.wards import MONDAY, ward

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = {str(day): [["08:00", "17:00"]] for day in range(5)}
DAY = dt.timedelta(days=1)
# A Thursday: a bag of 72 h comes down on Sunday.
THURSDAY = dt.datetime(2026, 5, 7, 10, tzinfo=NEW_YORK)
SATURDAY = THURSDAY + 2 * DAY
NOW = THURSDAY - dt.timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return SiteFactory(
        time_zone="America/New_York", working_hours=OFFICE, holiday_calendar="US"
    )


@pytest.fixture
def patient(site):
    found = PatientFactory(site=site)
    factories.weigh(found, NOW)
    return found


def order(patient, start_at=THURSDAY):
    return order_course(
        actor=staff_actor(patient.site, "PHYSICIAN"),
        patient_id=patient.id,
        regimen_key=factories.REGIMEN,
        start_at=start_at,
        now=NOW,
    )


def booked(course):
    rows = models.Visit.objects.filter(
        cycle__course=course, status=VisitStatus.BOOKED
    ).order_by("planned_at")
    return [row.planned_at.astimezone(NEW_YORK) for row in rows]


def importance(site, **values):
    policy = {
        f"importance_{key}": {"value": str(value), "signed_by": "RPh A"}
        for key, value in values.items()
    }
    Site.objects.filter(id=site.id).update(policy=policy)


def test_a_course_is_planned_for_the_days_of_its_site(patient):
    course = order(patient)

    assert not [at for at in booked(course) if at.weekday() > 4]
    # Memorial Day is a holiday.
    assert dt.date(2026, 5, 25) not in {at.date() for at in booked(course)}
    bill = read_course(course.id, NOW).current_cycle.bill
    assert (bill.outside, bill.off_days) == (0, 0)
    assert bill.bags == len(booked(course)) - 1
    assert bill.vials >= bill.bags


def test_another_importance_makes_another_plan(site, patient):
    """Bags of a week from a Saturday on: fewest, and each of them on a Saturday."""
    course = order(patient, start_at=SATURDAY)
    week_days = [at.weekday() for at in booked(course)]
    importance(site, outside=0, off_days=0)

    replan(course, cause="asked", actor_id=None, now=NOW)

    # The start, the dose step and the disconnect cannot be elsewhere.
    assert week_days.count(SATURDAY.weekday()) == 3
    assert [at.weekday() for at in booked(course)] == [SATURDAY.weekday()] * 5


def test_a_preview_is_the_plan_that_is_ordered(patient):
    preview = preview_course(
        actor=staff_actor(patient.site, "PHYSICIAN"),
        patient_id=patient.id,
        regimen_key=factories.REGIMEN,
        start_at=THURSDAY,
        now=NOW,
    )
    seen = [one["at"] for one in preview["cycles"][0]["visits"]]

    assert [dt.datetime.fromisoformat(at) for at in seen] == booked(order(patient))


def test_unsigned_wishes_are_named(patient):
    named = {one.path for one in read_course(order(patient).id, NOW).unverified}

    assert any("importance_outside" in path for path in named)


def test_a_plan_made_again_touches_no_row(patient):
    course = order(patient)
    seen = _rows(course)

    replan(course, cause="asked", actor_id=None, now=NOW + dt.timedelta(minutes=7))

    assert _rows(course) == seen


def test_the_request_is_written_down_without_sets_of_days(patient):
    course = order(patient)
    request = plan_request(load_rows(course), NOW)

    text = canonical(request)

    # The order of a set of days differs from process to process.
    assert request.wishes.calendar.holidays
    assert "frozenset({datetime" not in text
    assert "datetime.date(2026, 5, 25)" in text


def _rows(course):
    visits = models.Visit.objects.filter(cycle__course=course)
    bags = course.bags.exclude(status=BagStatus.CANCELLED)
    return (
        sorted(visits.values_list("id", "planned_at", "version", "status")),
        sorted(bags.values_list("id", "planned_hang_at", "version", "status")),
    )


def test_a_pause_of_35_minutes_leaves_the_fortnight_alone():
    """The bag on the pump comes down as booked; the minutes lost are made up at the end."""
    here = ward()
    Site.objects.filter(id=here.site.id).update(
        working_hours=OFFICE, holiday_calendar="US"
    )
    course = here.running()
    nurse = here.nurse.user_id
    models.Visit.objects.filter(status="BOOKED").update(assigned_to_id=nurse)
    before = _booked_rows(course)
    paused_at = MONDAY + DAY
    resumed_at = paused_at + dt.timedelta(minutes=35)
    told = {"actor": here.nurse, "course_id": course.id}
    interruptions.pause(**told, at=paused_at, reason="OCCLUSION", now=paused_at)
    interruptions.resume(**told, at=resumed_at, supervised=False, now=resumed_at)

    after = _booked_rows(course)

    moved = [key for key in before if after.get(key) != before[key]]
    assert [kind for _, kind in moved] in ([], ["DISCONNECT"])
    assert {row[2] for row in after.values()} <= {nurse, None}
    assert len(after) <= len(before) + 1


def _booked_rows(course):
    rows = models.Visit.objects.filter(cycle__course=course, status="BOOKED")
    return {
        (row.id, row.kind): (row.planned_at, row.bag_id, row.assigned_to_id)
        for row in rows
    }


def without(site, keys):
    policy = {"recipes_not_stocked": {"value": keys, "signed_by": "RPh A"}}
    Site.objects.filter(id=site.id).update(policy=policy)


def test_a_bag_the_pharmacy_does_not_make_is_not_planned_and_is_missed(site, patient):
    """From a Thursday, bags of a day or two alone need somebody on the weekend."""
    without(site, "us-72h us-96h us-7d")
    course = order(patient)
    cycle = read_course(course.id, NOW).current_cycle

    assert {bag.recipe_key for bag in cycle.bags} <= {"us-24h", "us-48h"}
    helpful = {
        hint.recipe_key for hint in cycle.hints if hint.code == Lift.NEEDS_RECIPE.value
    }
    assert helpful & {"us-72h", "us-96h", "us-7d"}


def test_a_recipe_nobody_knows_is_no_setting(site, patient):
    without(site, "us-72h us-73h")

    assert "us-7d" in {bag.recipe_key for bag in order(patient).bags.all()}
