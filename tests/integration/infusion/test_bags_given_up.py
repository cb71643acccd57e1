"""What becomes of bags when the plan changes, and of those that are thrown away."""

import datetime as dt
from decimal import Decimal

import pytest

from infusion.domain.bag_life import (
    DiscardNoteMissing,
)
from infusion.domain.events import ReasonUnknown
from infusion.domain.hanging import (
    BagDiscarded,
)
from infusion.domain.states import StepNotAllowed
from infusion.selectors.courses import read_course
from infusion.services import bags, compounding, cycles, interruptions, scheduling
from infusion.services.discharging import VolumeImpossible
from infusion.services.planning import ordered_twin
from tests.factories.pharmacies import (
    compounded,
    ordered,
    recording_ward,
    to_dispatch,
)
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


def test_a_made_bag_is_thrown_away_with_reason_and_what_was_left():
    here, _ = recording_ward()
    bag = planned_bags(here.order())[0]
    with pytest.raises(StepNotAllowed):
        bags.discard_bag(
            actor=here.pharmacist, bag_id=bag.id, reason="LEAKED", now=MONDAY
        )
    ordered(here, bag)
    compounded(here, bag)
    bad = [
        ({"reason": "leaks"}, ReasonUnknown),
        ({"reason": "OTHER", "note": "  "}, DiscardNoteMissing),
        ({"reason": "DAMAGED", "remaining_ml": Decimal("9999")}, VolumeImpossible),
        ({"reason": "DAMAGED", "remaining_ml": Decimal("-1")}, VolumeImpossible),
    ]
    for said, why in bad:
        with pytest.raises(why):
            bags.discard_bag(actor=here.pharmacist, bag_id=bag.id, now=MONDAY, **said)

    gone = bags.discard_bag(
        actor=here.pharmacist,
        bag_id=bag.id,
        reason="CHECK_FAILED",
        note="label of another dose",
        remaining_ml=bag.volume_ml,
        now=MONDAY,
    )

    assert (gone.status, gone.discard_reason) == ("DISCARDED", "CHECK_FAILED")
    assert (gone.discarded_ml, gone.discarded_at) == (bag.volume_ml, MONDAY)
    # Another one takes its place on the plan.
    assert planned_bags(bag.course)[0].daily_dose_mcg == bag.daily_dose_mcg


def test_what_is_left_in_the_hanging_bag_follows_the_clock():
    here = ward()
    course = here.running()
    later = MONDAY + 10 * HOUR

    state = read_course(course.id, later)

    bag = state.hanging
    whole = bag.volume_ml - 10 * bag.rate_ml_h
    assert bag.left_ml - (read_course(course.id, MONDAY).hanging.left_ml) == (
        whole - bag.volume_ml
    )
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=later,
        reason="BAG_PROBLEM",
        now=later,
    )
    still = read_course(course.id, later + 2 * HOUR).hanging
    assert still.left_ml == bag.left_ml


def test_an_order_moves_in_time_with_its_bag():
    here = ward()
    course = here.order(start_at=MONDAY + HOUR)
    bag = ordered(here, planned_bags(course)[1])
    before = bag.planned_hang_at

    scheduling.move_start(
        actor=here.physician,
        course_id=course.id,
        start_at=MONDAY + DAY + HOUR,
        now=MONDAY,
    )

    bag.refresh_from_db()
    assert (bag.status, bag.planned_hang_at) == ("ORDERED", before + DAY)


def test_an_order_the_plan_gives_up_is_withdrawn_and_a_made_bag_is_named():
    here, _ = recording_ward()
    course = here.order(start_at=MONDAY)
    _, second, third, _ = planned_bags(course)
    for bag in (second, third):
        ordered(here, bag)
    compounded(here, second)
    here.site.policy |= {
        "recipes_not_stocked": {
            "value": "us-7d",
            "signed_by": "A",
            "signed_on": "2026-05-01",
        }
    }
    here.site.save()

    scheduling.move_start(
        actor=here.physician,
        course_id=course.id,
        start_at=MONDAY + 13 * DAY,
        now=MONDAY,
    )

    second.refresh_from_db()
    third.refresh_from_db()
    # Made yesterday, it would be past its cold limit before its dose is due.
    assert second.status == "COMPOUNDED"
    assert (third.status, third.ordered_at) == ("CANCELLED", MONDAY)
    named = {one.code for one in read_course(course.id, MONDAY).unmet}
    assert "bag_not_usable" in named


def test_rather_an_unordered_bag_is_given_up_than_an_ordered_one():
    here = ward()
    planned, another, last = planned_bags(here.running())
    ordered(here, last)
    last.refresh_from_db()
    spare = [another, last]

    assert ordered_twin(spare, planned) == last
    assert spare == [another, planned]


def test_when_a_cycle_is_called_off_orders_are_withdrawn_and_made_bags_thrown_away():
    here, _ = recording_ward()
    course = here.order()
    first, second, *_ = planned_bags(course)
    for bag in (first, second):
        ordered(here, bag)
    compounded(here, first)

    scheduling.cancel_cycle(
        actor=here.physician, course_id=course.id, reason="fever", now=MONDAY
    )

    for bag in (first, second):
        bag.refresh_from_db()
    assert (first.status, first.discard_reason) == ("DISCARDED", "STOPPED")
    assert second.status == "CANCELLED"


def test_a_bag_made_for_a_cycle_that_is_over_only_goes_to_the_bin():
    here, other = recording_ward()
    course = here.order(start_at=MONDAY)
    first, second, third, _ = planned_bags(course)
    to_dispatch(here, other, first)
    bags.deliver_bag(actor=here.nurse, bag_id=first.id, now=MONDAY)
    here.start(course, MONDAY)
    here.hang(first, MONDAY)
    for bag in (second, third):
        ordered(here, bag)
    compounded(here, second)
    cycles.end_cycle(
        actor=here.physician,
        course_id=course.id,
        at=MONDAY + HOUR,
        reason="DISEASE",
        now=MONDAY + HOUR,
    )

    third.refresh_from_db()
    assert third.status == "CANCELLED"
    with pytest.raises(BagDiscarded):
        compounding.check_compounded(actor=other, bag_id=second.id, now=MONDAY + HOUR)
    thrown = bags.discard_bag(
        actor=other, bag_id=second.id, reason="STOPPED", now=MONDAY + HOUR
    )
    assert thrown.status == "DISCARDED"
