"""What people do to a course in the wrong order, late, or with a slip of the finger."""

import json

import pytest

from infusion.domain.conditions import FactNotUsable
from infusion.domain.walks import Firmness, Reason, Why
from infusion.selectors.outlook import read_outlook
from infusion.services import walking
from infusion.services.free_days import FreeIntervalNotOver
from infusion.services.versions import GivenRoundsWouldChange
from tests.factories.walks import DAY, decided, fact, order_next, run_cycle
from tests.factories.wards import HOUR, MONDAY, ward
from tests.integration.infusion.test_regimen_versions import (
    change,
    changed_file,
    preview,
)

pytestmark = pytest.mark.django_db
RR = "us-label-rr"


@pytest.fixture
def here():
    return ward()


def after_a_cycle(here, regimen):
    """Return a course whose first cycle is over, and when it ended."""
    course = here.order(regimen)
    return course, run_cycle(here, course, MONDAY + HOUR)


def test_a_cycle_does_not_begin_before_one_given_elsewhere_was_over(here):
    course, end = after_a_cycle(here, "us-label-mrd")
    began, over = (end + 14 * DAY).date(), (end + 56 * DAY).date()
    walking.record_block(
        actor=here.nurse,
        course_id=course.id,
        block="blina-2",
        step="ELSEWHERE",
        on=began,
        ended_on=over,
        now=end + 57 * DAY,
    )

    with pytest.raises(FreeIntervalNotOver) as refusal:
        order_next(here, course, end + 55 * DAY)

    assert refusal.value.params["earliest"] == over.isoformat()
    assert order_next(here, course, end + 57 * DAY).number == 3


def test_what_has_not_begun_is_not_expected_in_the_past(here):
    course, end = after_a_cycle(here, "us-label-mrd")
    due = end.date() + 14 * DAY

    soon = read_outlook(course.id, end).items[1]
    late = read_outlook(course.id, end + 60 * DAY)

    waits = (Reason(why=Why.NOT_STARTED, block="blina-2"),)
    assert (soon.starts_on, soon.reasons) == (due, waits)
    today = late.on
    assert today > due
    assert [one.starts_on for one in late.items[1:3]] == [today, today + 42 * DAY]
    for one in late.items[1:]:
        assert one.firmness == Firmness.PROVISIONAL
        assert one.reasons == waits


def test_a_version_without_the_block_decided_upon_is_refused(here, monkeypatch):
    course, end = after_a_cycle(here, RR)
    order_next(here, course, end + 14 * DAY)
    end = run_cycle(here, course, end + 14 * DAY)
    decided(here, course, "consolidation", end, fact("REMISSION", "CR", end))
    data = changed_file(monkeypatch)
    changed_file(monkeypatch, blocks=renamed(data["blocks"], "consolidation"))

    seen = preview(here, course)
    assert seen.altered == ("blocks.after-two.next", "blocks.consolidation")
    with pytest.raises(GivenRoundsWouldChange):
        change(here, course, seen)
    assert read_outlook(course.id, end).standing.block.key == "consolidation"


def renamed(rows, key):
    """Return the blocks with another key for one of them."""
    text = json.dumps(rows, default=str)
    return json.loads(text.replace(f'"{key}"', f'"{key}-new"'))


@pytest.mark.parametrize(
    ("kind", "value", "unit"),
    [
        ("MARROW_BLASTS", "101", "%"),
        ("MRD", "1.5", "1"),
        ("PLATELETS", "1e99", "10*9/L"),
    ],
)
def test_a_number_that_can_not_be_is_refused(here, kind, value, unit):
    course, end = after_a_cycle(here, "us-label-mrd")

    with pytest.raises(FactNotUsable) as refusal:
        decided(here, course, "allo-hsct", end, fact(kind, value, end, unit))

    assert refusal.value.field == kind
