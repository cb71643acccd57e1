"""One bag after the other, each read by two people."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain import hanging
from infusion.domain.hanging import PumpReading
from infusion.selectors.courses import read_course
from infusion.services import bags, interruptions
from infusion.services.hanging import confirm_hang, enter_hang
from tests.factories.wards import HOUR, MONDAY, planned_bags, reading_of, ward

DAY = dt.timedelta(days=1)


def test_a_bag_change_hangs_the_next_dose_and_finishes_the_old_bag():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    at = MONDAY + 7 * DAY - HOUR / 2
    here.deliver(second, at - HOUR)

    here.hang(second, at, replaces=first)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.taken_down_at) == ("FINISHED", at)
    assert (second.status, str(second.daily_dose_mcg)) == ("HUNG", "28.000")
    assert second.use_by == at + 7 * DAY
    end = read_course(course.id, at).current_cycle.infusion_ends_at
    assert end == MONDAY + 28 * DAY


def test_a_bag_left_empty_stops_the_clock_and_the_change_records_the_gap():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    late = MONDAY + 7 * DAY + 2 * HOUR
    here.deliver(second, late - HOUR)

    state = read_course(course.id, late)
    assert state.current_cycle.clock.delivered_hours == 168
    here.hang(second, late, replaces=first)

    (gap,) = read_course(course.id, late).current_cycle.clock.gaps
    assert (gap.paused_at, gap.resumed_at) == (MONDAY + 7 * DAY, late)
    assert gap.reason == "BAG_EMPTY"


def test_a_bag_left_empty_for_four_hours_can_not_just_be_changed():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second = planned_bags(course)[0]
    late = MONDAY + 7 * DAY + 4 * HOUR
    here.deliver(second, late - HOUR)

    with pytest.raises(hanging.RestartNeedsSupervision):
        here.hang(second, late, replaces=first)


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        ("not delivered", hanging.BagNotDelivered),
        ("already hung", hanging.BagAlreadyHung),
        ("another dose", hanging.BagOfAnotherDose),
        ("another patient", hanging.BagOfAnotherPatient),
        ("another site", hanging.BagUnknown),
        ("unknown", hanging.BagUnknown),
        ("not replaced", hanging.AnotherBagHanging),
        ("expired", hanging.BagExpired),
    ],
)
def test_a_bag_that_must_not_go_up_is_refused(prepare, refusal):
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    second, third = planned_bags(course)[:2]
    at = MONDAY + 7 * DAY - HOUR
    replaces, code = first.code, second.code
    if prepare == "already hung":
        code = first.code
    elif prepare == "another dose":
        here.deliver(second, MONDAY + HOUR)
        at = MONDAY + 3 * DAY
    elif prepare in {"another patient", "another site"}:
        other = here.neighbour() if prepare == "another patient" else ward()
        stranger = other.order(start_at=MONDAY)
        code = other.deliver(planned_bags(stranger)[0], MONDAY + HOUR).code
    elif prepare == "unknown":
        code = "0000000000000000"
    elif prepare == "not replaced":
        here.deliver(second, at - HOUR)
        replaces = None
    elif prepare == "expired":
        here.deliver(second, at - HOUR)
        models.Bag.objects.filter(id=second.id).update(
            prepared_at=at - 20 * DAY, cold_until=at - 6 * DAY
        )

    with pytest.raises(refusal):
        enter_hang(
            actor=here.nurse,
            course_id=course.id,
            bag_code=code,
            replaces_code=replaces,
            hung_at=at,
            reading=reading_of(second, at),
            now=at,
        )

    first.refresh_from_db()
    third.refresh_from_db()
    assert (first.status, third.status) == ("HUNG", "PLANNED")
    assert models.HangCheck.objects.filter(confirmed_at=None).count() == 0


def test_the_second_person_must_be_another_and_must_read_the_same():
    here = ward()
    course = here.order(start_at=MONDAY)
    bag = here.deliver(planned_bags(course)[0], MONDAY)
    here.start(course, MONDAY)
    reading = reading_of(bag, MONDAY)
    check = enter_hang(
        actor=here.nurse,
        course_id=course.id,
        bag_code=bag.code,
        replaces_code=None,
        hung_at=MONDAY,
        reading=reading,
        now=MONDAY,
    )
    wrong = PumpReading(
        rate_ml_h=reading.rate_ml_h * 10,
        volume_ml=reading.volume_ml,
        ends_at=reading.ends_at,
    )

    with pytest.raises(hanging.SamePersonTwice):
        confirm_hang(actor=here.nurse, check_id=check.id, reading=reading, now=MONDAY)
    with pytest.raises(hanging.SecondCheckDiffers):
        confirm_hang(
            actor=here.other_nurse, check_id=check.id, reading=wrong, now=MONDAY
        )

    bag.refresh_from_db()
    assert bag.status == "DELIVERED"


def test_a_bag_that_runs_can_not_be_discarded():
    here = ward()
    course = here.running()
    bag = course.bags.get(status="HUNG")

    with pytest.raises(bags.PauseFirst):
        bags.discard_bag(
            actor=here.nurse, bag_id=bag.id, reason="LEAKED", now=MONDAY + HOUR
        )
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=MONDAY + HOUR,
        reason="BAG_PROBLEM",
        now=MONDAY + HOUR,
    )
    bags.discard_bag(
        actor=here.nurse, bag_id=bag.id, reason="LEAKED", now=MONDAY + HOUR
    )

    fresh = planned_bags(course)
    # 167 hours of the low dose are still to come: one more bag of 9 mcg a day.
    assert [str(one.daily_dose_mcg) for one in fresh] == [
        "9.000",
        "28.000",
        "28.000",
        "28.000",
    ]
