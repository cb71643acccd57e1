"""A course walks the graph of its regimen from the first block to the way out."""

import pytest

from infusion.domain.standings import Due
from infusion.selectors.courses import read_course
from infusion.selectors.outlook import read_outlook
from infusion.services import reentry
from infusion.services.deciding import ResponseNeeded
from infusion.services.reentry import NoReentry
from infusion.services.rounds import (
    CourseOver,
    DecisionNeeded,
)
from tests.factories.walks import (
    decided,
    fact,
    given_block,
    order_next,
    run_cycle,
)
from tests.factories.wards import HOUR, MONDAY
from tests.integration.infusion.walking.scenes import (
    DAY,
    FIRST,
    IA_ENDS,
    entered,
    keys,
    reduced,
    remission,
)

pytestmark = pytest.mark.django_db


def test_from_inotuzumab_over_two_decisions_to_the_transplant(here, course):
    assert keys(course) == [("ia", 1, "PLANNED")]
    assert not course.cycles.exists()
    assert read_course(course.id, MONDAY).current_cycle is None

    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    course.refresh_from_db()
    assert course.status == "ACTIVE"
    with pytest.raises(DecisionNeeded):
        order_next(here, course, now + 12 * HOUR)
    decided(here, course, "ic", now, reduced(now), remission(now, "NONE"))
    now = given_block(here, course, "ic", IA_ENDS + DAY, IA_ENDS + 28 * DAY)

    first = order_next(here, course, now + 12 * HOUR)
    assert (first.number, first.block_key) == (1, "ii-1")
    end = run_cycle(here, course, first.planned_start_at)
    second = order_next(here, course, end + 14 * DAY)
    assert (second.number, second.block_key) == (2, "ii-2")
    end = run_cycle(here, course, second.planned_start_at)

    outlook = read_outlook(course.id, end)
    assert outlook.standing.due == Due.DECISION
    assert outlook.cycles_given == 2
    decided(here, course, "iii-three", end, remission(end), fact("RESPONSE", "NO", end))
    third = order_next(here, course, end + 14 * DAY)
    assert (third.block_key, third.ordinal, third.number) == ("iii-three", 1, 3)
    assert keys(course) == [
        ("ia", 1, "COMPLETED"),
        ("ic", 1, "COMPLETED"),
        ("ii-1", 1, "COMPLETED"),
        ("ii-2", 1, "COMPLETED"),
        ("iii-three", 1, "PLANNED"),
    ]
    row = course.decisions.order_by("-decided_at").first()
    assert row.regimen_version.endswith("+site.1")
    assert {one["to"] for one in row.shown} == {
        "iii-two",
        "iii-three",
        "off-protocol",
    }


def test_no_remission_after_course_two_leaves_the_protocol(here):
    course = entered(here, "ii-2")
    end = run_cycle(here, course, MONDAY + HOUR)

    with pytest.raises(ResponseNeeded):
        decided(here, course, "off-protocol", end, remission(end, "NONE"))
    decided(
        here,
        course,
        "off-protocol",
        end,
        remission(end, "NONE"),
        response="NO",
        reason="refractory",
    )

    course.refresh_from_db()
    assert (course.status, course.exit_key) == ("LEFT", "off-protocol")
    assert keys(course)[-1] == ("off-protocol", 1, "COMPLETED")
    outlook = read_outlook(course.id, end)
    assert outlook.standing.due == Due.NOTHING
    assert outlook.items[-1].block.key == "off-protocol"
    with pytest.raises(NoReentry):
        reentry.order_again(
            actor=here.physician, course_id=course.id, start_at=end + DAY, now=end
        )
    with pytest.raises(CourseOver):
        decided(here, course, "off-protocol", end, remission(end), response="NO")
