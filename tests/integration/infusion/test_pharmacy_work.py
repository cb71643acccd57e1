"""The work list of the pharmacy: what to order, make, check and send, and by when."""

import datetime as dt

import pytest

from infusion.domain.bag_life import PharmacyWork, leaves_by
from infusion.selectors.pharmacy import list_work, with_due
from infusion.services import bags, compounding, scheduling
from tests.factories import patients as people
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
YES = {"value": "YES", "signed_by": "A. Apotheker", "signed_on": "2026-05-01"}
ROUNDS = {
    "pharmacy_days": YES | {"value": "WORKDAYS"},
    "pharmacy_times": YES | {"value": "11:00 15:00"},
    "pharmacy_lead_hours": YES | {"value": "3"},
}


def works(actor, now=MONDAY, **asked):
    rows = with_due(list(list_work(actor, now=now, **asked)), now)
    return [(one.work, one.bag_id) for one in rows]


def recording(**values):
    here = ward()
    here.site.policy = {"pharmacy_records_steps": YES, **values}
    here.site.save()
    return here, people.staff_actor(here.site, "PHARMACIST")


def test_each_bag_waits_for_its_next_step_until_it_is_sent():
    here, other = recording()
    course = here.order(start_at=MONDAY + HOUR)
    bag, later, *_ = planned_bags(course)

    def now_first():
        return works(here.pharmacist)[0]

    assert now_first() == (PharmacyWork.ORDER, bag.id)
    compounding.order_bag(actor=other, bag_id=bag.id, now=MONDAY)
    assert now_first() == (PharmacyWork.COMPOUND, bag.id)
    compounding.compound_bag(actor=other, bag_id=bag.id, prepared_at=MONDAY, now=MONDAY)
    assert now_first() == (PharmacyWork.CHECK, bag.id)
    compounding.check_compounded(actor=here.pharmacist, bag_id=bag.id, now=MONDAY)
    assert now_first() == (PharmacyWork.DISPATCH, bag.id)
    compounding.dispatch_bag(actor=other, bag_id=bag.id, now=MONDAY)
    assert now_first() == (PharmacyWork.ORDER, later.id)


def test_where_steps_are_not_recorded_only_orders_wait():
    here = ward()
    course = here.order(start_at=MONDAY + HOUR)
    bag, later, *_ = planned_bags(course)
    compounding.order_bag(actor=here.pharmacist, bag_id=bag.id, now=MONDAY)

    assert works(here.pharmacist) == [(PharmacyWork.ORDER, later.id)]


def test_only_the_next_fortnight_unless_asked_for_more():
    here = ward()
    four = planned_bags(here.order(start_at=MONDAY + HOUR))

    assert len(works(here.pharmacist)) == 2
    assert len(works(here.pharmacist, until=MONDAY + 30 * DAY)) == len(four)


def test_a_withdrawn_order_is_told_until_its_hour_has_gone():
    here = ward()
    course = here.order(start_at=MONDAY + HOUR)
    bag = planned_bags(course)[0]
    compounding.order_bag(actor=here.pharmacist, bag_id=bag.id, now=MONDAY)

    scheduling.cancel_cycle(
        actor=here.physician, course_id=course.id, reason="fever", now=MONDAY
    )

    assert works(here.pharmacist) == [(PharmacyWork.WITHDRAWN, bag.id)]
    assert works(here.pharmacist, work="ORDER") == []
    assert works(here.pharmacist, now=MONDAY + HOUR) == []


def test_nobody_sees_the_work_of_another_site():
    here = ward()
    here.order()
    stranger = people.staff_actor(people.SiteFactory(), "PHARMACIST")

    assert works(stranger) == []


def test_a_bag_must_leave_with_the_last_round_that_comes_in_time():
    # The hang is on Monday at 11:00 in New York: rounds at 11:00 and 15:00 on workdays.
    here, _ = recording(**ROUNDS)
    here.order(start_at=MONDAY + 7 * DAY + HOUR)

    (first, *_) = with_due(list(list_work(here.pharmacist, now=MONDAY)), MONDAY)

    friday = dt.datetime(2026, 6, 5, 19, 0, tzinfo=dt.UTC)
    assert (first.planned_hang_at, first.due_at) == (MONDAY + 7 * DAY + HOUR, friday)
    assert not first.is_late
    saturday = with_due(
        list(list_work(here.pharmacist, now=friday + DAY)), friday + DAY
    )
    assert saturday[0].is_late


def test_the_list_needs_the_same_few_queries_for_one_bag_and_for_many(
    django_assert_max_num_queries,
):
    here, _ = recording(**ROUNDS)
    for _ in range(3):
        here.neighbour().order(start_at=MONDAY + HOUR)
    with django_assert_max_num_queries(6):
        rows = list(list_work(here.pharmacist, now=MONDAY))
        assert len(with_due(rows, MONDAY)) == 6


@pytest.mark.parametrize(
    ("rounds", "hours"), [([], -4), ([-20, -4, -3], -4), ([-20, -3], -20), ([-1], -4)]
)
def test_without_a_round_in_time_it_leaves_the_time_of_the_way_before(rounds, hours):
    slots = [MONDAY + one * HOUR for one in rounds]
    assert leaves_by(MONDAY, slots, 4 * HOUR) == MONDAY + hours * HOUR


def test_a_delivered_bag_waits_for_no_pharmacy():
    here = ward()
    course = here.order(start_at=MONDAY + HOUR)
    bag, later, *_ = planned_bags(course)
    bags.deliver_bag(
        actor=here.nurse, bag_id=bag.id, prepared_at=MONDAY - HOUR, now=MONDAY
    )

    assert works(here.pharmacist) == [(PharmacyWork.ORDER, later.id)]
