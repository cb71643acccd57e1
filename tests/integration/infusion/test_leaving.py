"""A course that was stopped is left later, such as for a transplant, on real rows."""

import datetime as dt

import pytest
from django.db import ProgrammingError
from django.db.transaction import atomic

from infusion import models
from infusion.domain.standings import Due
from infusion.selectors.outlook import read_outlook
from infusion.services import cycles, reentry
from infusion.services.deciding import ResponseNeeded
from infusion.services.facts import ReasonNeeded
from infusion.services.rounds import CourseOver
from tests.factories.walks import decided
from tests.factories.wards import MONDAY, ward

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def here():
    return ward()


def keys(course):
    rows = course.blocks.exclude(status="CANCELLED").order_by("sequence")
    return [(row.block_key, row.ordinal, row.status) for row in rows]


def stopped_early(here, regimen):
    """Return a course whose first cycle was stopped after five days, and a later day."""
    course = here.running(regimen)
    at = MONDAY + 5 * DAY
    cycles.end_cycle(
        actor=here.physician,
        course_id=course.id,
        at=at,
        reason="STOPPED",
        now=at,
    )
    course.refresh_from_db()
    assert course.status == "STOPPED"
    return course, at + 30 * DAY


def test_a_stopped_course_is_left_for_the_transplant_that_follows(here):
    course, now = stopped_early(here, "us-label-mrd")
    standing = read_outlook(course.id, now).standing
    assert standing.due == Due.NOTHING
    assert {one.to for one in standing.choices} == {"allo-hsct", "no-response"}

    with pytest.raises(ResponseNeeded):
        decided(here, course, "allo-hsct", now)
    with pytest.raises(CourseOver):
        decided(here, course, "blina-2", now, response="YES", reason="again")
    decided(here, course, "allo-hsct", now, response="YES")

    course.refresh_from_db()
    assert (course.status, course.exit_key) == ("LEFT", "allo-hsct")
    assert keys(course) == [("blina-1", 1, "STOPPED"), ("allo-hsct", 1, "COMPLETED")]
    assert read_outlook(course.id, now).standing.choices == ()
    with pytest.raises(CourseOver):
        decided(here, course, "allo-hsct", now, response="YES")
    assert reentry.reentry_of(course) == "post-hsct"


def test_an_exit_the_regimen_does_not_lead_to_asks_for_the_reason(here):
    course, now = stopped_early(here, "us-label-rr")

    with pytest.raises(ReasonNeeded):
        decided(here, course, "allo-hsct", now, response="YES")
    decided(here, course, "allo-hsct", now, response="YES", reason="donor found")

    decision = course.decisions.get()
    assert (decision.from_block.block_key, decision.verdict) == ("c1", "UNKNOWN")
    assert decision.reason == "donor found"
    course.refresh_from_db()
    assert course.status == "LEFT"


def test_the_database_lets_a_cancelled_course_go_nowhere(here):
    course = here.order("us-label-mrd")
    models.Course.objects.filter(id=course.id).update(status="CANCELLED")

    with pytest.raises(ProgrammingError, match="Invalid transition"), atomic():
        models.Course.objects.filter(id=course.id).update(
            status="LEFT", exit_key="allo-hsct"
        )
    with pytest.raises(CourseOver):
        decided(here, course, "allo-hsct", MONDAY, response="YES")
