"""A bag from its order to the pump, where the pharmacy records its steps and where not."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from infusion import models
from infusion.domain.bag_life import (
    PharmacyStepLeftOut,
    PharmacyStepsNotRecorded,
)
from infusion.domain.hanging import (
    BagExpired,
    BagNotDelivered,
    SamePersonTwice,
)
from infusion.domain.states import BAG_STEPS, BagStatus, StepNotAllowed
from infusion.services import bags, compounding, cycles
from infusion.services.common import InTheFuture, VersionOutdated
from infusion.services.ledgers import EventTooEarly
from patients.policy import NotAllowed
from tests.factories import patients as people
from tests.factories.pharmacies import (
    MADE_AT,
    compounded,
    ordered,
    recording_ward,
    to_dispatch,
)
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


def test_a_bag_is_ordered_made_checked_sent_delivered_and_hung():
    here, other = recording_ward()
    course = here.order(start_at=MONDAY)
    bag = planned_bags(course)[0]

    to_dispatch(here, other, bag)
    bags.deliver_bag(actor=here.nurse, bag_id=bag.id, now=MONDAY + HOUR)
    cycles.start_cycle(
        actor=here.nurse,
        course_id=course.id,
        premedication_given=True,
        now=MONDAY + HOUR,
    )
    hung = here.hang(bag, MONDAY + HOUR)

    assert (hung.status, hung.lot) == ("HUNG", "LOT7")
    assert hung.ordered_at == hung.checked_at == hung.dispatched_at == MONDAY
    assert (hung.prepared_at, hung.delivered_at) == (MONDAY - HOUR, MONDAY + HOUR)
    assert (hung.compounded_by_id, hung.checked_by_id) == (
        here.pharmacist.user_id,
        other.user_id,
    )
    steps = list(hung.events.order_by("pgh_id").values_list("status", flat=True))
    assert [one for n, one in enumerate(steps) if one not in steps[:n]] == [
        "PLANNED",
        "ORDERED",
        "COMPOUNDED",
        "CHECKED",
        "DISPATCHED",
        "DELIVERED",
        "HUNG",
    ]


def test_the_two_use_by_clocks_begin_with_the_making():
    here, _ = recording_ward()
    bag = planned_bags(here.order(start_at=MONDAY))[0]
    before = ordered(here, bag).use_by

    made = compounded(here, bag, prepared_at=MADE_AT)

    # Seven-day bags keep 14 days in the cold and 7 days out of it.
    assert made.cold_until == MADE_AT + 14 * DAY
    assert made.use_by == made.planned_hang_at + 7 * DAY == before
    compounding.check_compounded(
        actor=people.staff_actor(here.site, "PHARMACIST"), bag_id=bag.id, now=MONDAY
    )
    sent = compounding.dispatch_bag(
        actor=here.pharmacist,
        bag_id=bag.id,
        out_of_cold_at=MONDAY - HOUR,
        now=MONDAY,
    )
    assert sent.use_by == MONDAY - HOUR + 7 * DAY


@pytest.mark.parametrize("is_ordered", [False, True])
def test_where_the_pharmacy_records_its_steps_none_is_left_out(is_ordered):
    here, _ = recording_ward()
    bag = planned_bags(here.order())[0]
    if is_ordered:
        ordered(here, bag)

    with pytest.raises(PharmacyStepLeftOut):
        here.deliver(bag, MONDAY)

    bag.refresh_from_db()
    assert bag.delivered_at is None


@pytest.mark.parametrize("is_ordered", [False, True])
def test_where_it_does_not_a_planned_bag_is_delivered(is_ordered):
    here = ward()
    bag = planned_bags(here.order())[0]
    if is_ordered:
        ordered(here, bag)
        with pytest.raises(PharmacyStepsNotRecorded):
            compounded(here, bag)

    assert here.deliver(bag, MONDAY).status == "DELIVERED"


def test_every_step_needs_the_one_before():
    here, other = recording_ward()
    bag = planned_bags(here.order())[0]
    with pytest.raises(StepNotAllowed):
        compounded(here, bag)
    ordered(here, bag)
    with pytest.raises(StepNotAllowed):
        compounding.check_compounded(actor=other, bag_id=bag.id, now=MONDAY)
    compounded(here, bag)
    with pytest.raises(StepNotAllowed):
        compounding.dispatch_bag(actor=other, bag_id=bag.id, now=MONDAY)
    with pytest.raises(StepNotAllowed):
        bags.deliver_bag(actor=here.nurse, bag_id=bag.id, now=MONDAY)


def test_nobody_checks_the_bag_they_made():
    here, _ = recording_ward()
    bag = planned_bags(here.order())[0]
    ordered(here, bag)
    compounded(here, bag)

    with pytest.raises(SamePersonTwice):
        compounding.check_compounded(actor=here.pharmacist, bag_id=bag.id, now=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Bag.objects.filter(id=bag.id).update(
            status="CHECKED", checked_by=here.pharmacist.user_id
        )


def test_only_a_pharmacist_makes_bags():
    here, _ = recording_ward()
    bag = planned_bags(here.order())[0]
    for who in (here.nurse, here.physician):
        with pytest.raises(NotAllowed):
            compounding.order_bag(actor=who, bag_id=bag.id, now=MONDAY)


def test_a_making_in_the_future_or_too_long_ago_is_refused():
    here, _ = recording_ward()
    bag = planned_bags(here.order())[0]
    ordered(here, bag)
    for prepared_at, why in (
        (MONDAY + HOUR, InTheFuture),
        (MONDAY - 14 * DAY, BagExpired),
    ):
        with pytest.raises(why):
            compounded(here, bag, prepared_at=prepared_at)
    bag.refresh_from_db()
    assert (bag.status, bag.prepared_at, bag.lot) == ("ORDERED", None, "")


def test_a_bag_that_spoiled_in_the_pharmacy_goes_no_further():
    here, other = recording_ward()
    bag = planned_bags(here.order(start_at=MONDAY + 3 * DAY))[0]
    ordered(here, bag)
    compounded(here, bag)
    with pytest.raises(BagExpired):
        compounding.check_compounded(
            actor=other, bag_id=bag.id, now=MONDAY - HOUR + 14 * DAY
        )
    compounding.check_compounded(actor=other, bag_id=bag.id, now=MONDAY)

    with pytest.raises(EventTooEarly):
        compounding.dispatch_bag(
            actor=other, bag_id=bag.id, out_of_cold_at=MADE_AT, now=MONDAY
        )
    with pytest.raises(BagExpired):
        compounding.dispatch_bag(
            actor=other,
            bag_id=bag.id,
            out_of_cold_at=MONDAY,
            now=MONDAY + 7 * DAY,
        )


def test_what_the_pharmacy_said_of_the_making_is_not_said_again_otherwise():
    here, other = recording_ward()
    bag = planned_bags(here.order())[0]
    to_dispatch(here, other, bag)
    with pytest.raises(bags.MakingDiffers):
        bags.deliver_bag(
            actor=here.nurse, bag_id=bag.id, prepared_at=MADE_AT, now=MONDAY
        )
    same = bags.deliver_bag(
        actor=here.nurse, bag_id=bag.id, prepared_at=MONDAY - HOUR, now=MONDAY
    )
    assert same.status == "DELIVERED"


def test_where_nothing_is_recorded_the_delivery_says_when_the_bag_was_made():
    here = ward()
    bag = planned_bags(here.order())[0]
    with pytest.raises(bags.MakingUnknown):
        bags.deliver_bag(actor=here.nurse, bag_id=bag.id, now=MONDAY)


def test_two_pharmacists_at_once_make_one_bag():
    here, other = recording_ward()
    bag = planned_bags(here.order())[0]
    seen = ordered(here, bag).version
    compounded(here, bag)
    with pytest.raises(VersionOutdated):
        compounding.compound_bag(
            actor=other,
            bag_id=bag.id,
            expected_version=seen,
            prepared_at=MONDAY,
            now=MONDAY,
        )


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_bag_on_its_way_can_not_be_hung(steps):
    here, other = recording_ward()
    course = here.order(start_at=MONDAY)
    first, second, *_ = planned_bags(course)
    to_dispatch(here, other, first)
    bags.deliver_bag(actor=here.nurse, bag_id=first.id, now=MONDAY)
    here.start(course, MONDAY)
    ordered(here, second)
    if steps > 1:
        compounded(here, second)
    if steps > 2:
        compounding.check_compounded(actor=other, bag_id=second.id, now=MONDAY)
    if steps > 3:
        compounding.dispatch_bag(actor=other, bag_id=second.id, now=MONDAY)
    second.refresh_from_db()

    with pytest.raises(BagNotDelivered):
        here.hang(second, MONDAY)


@pytest.mark.parametrize("before", list(BagStatus))
def test_the_database_refuses_every_step_that_is_not_listed(before):
    here = ward()
    bag = planned_bags(here.order())[0]
    row = models.Bag.objects.filter(id=bag.id)
    for step in way_to(before):
        row.update(
            status=step,
            prepared_at=MADE_AT,
            cold_until=MONDAY + DAY,
            hung_at=MONDAY if step in {"HUNG", "FINISHED"} else None,
            use_by=MONDAY + DAY,
        )

    for after in set(BagStatus) - BAG_STEPS[before] - {before}:
        why = pytest.raises(DatabaseError, match="Invalid transition")
        with why, transaction.atomic():
            row.update(status=after)


def way_to(wanted):
    """Return the shortest way from PLANNED to a status."""
    ways = [[BagStatus.PLANNED]]
    for way in ways:
        if way[-1] == wanted:
            return way[1:]
        ways += [[*way, after] for after in sorted(BAG_STEPS[way[-1]])]
    raise AssertionError(wanted)


def test_a_made_bag_has_its_clock_in_the_database():
    here = ward()
    bag = planned_bags(here.order())[0]
    row = models.Bag.objects.filter(id=bag.id)
    row.update(status="ORDERED")
    why = pytest.raises(IntegrityError, match="made_bags_have_their_clock")
    with why, transaction.atomic():
        row.update(status="COMPOUNDED")
