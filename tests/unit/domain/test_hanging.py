from dataclasses import replace
from decimal import Decimal

import pytest

from infusion.domain import hanging
from infusion.domain.hanging import Candidate, PumpReading, Tolerances
from infusion.domain.states import BagStatus
from tests.spec.world import START, hours, ledger

BAG = Candidate(
    status=BagStatus.DELIVERED,
    same_course=True,
    rate_ml_h=Decimal("1.8"),
    volume_ml=Decimal("129.6"),
    daily_dose_mcg=Decimal(28),
    use_by=START + hours(168),
    hanging_code=None,
    replaces_code=None,
)
WITHIN = Tolerances(end=hours(1 / 6), volume_ml=Decimal("0.5"))
READING = PumpReading(
    rate_ml_h=Decimal("1.8"), volume_ml=Decimal(130), ends_at=START + hours(72)
)


def test_a_delivered_bag_of_this_patient_may_go_up():
    assert hanging.check_bag(BAG, START) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"same_course": False}, hanging.BagOfAnotherPatient),
        ({"status": BagStatus.PLANNED}, hanging.BagNotDelivered),
        ({"status": BagStatus.HUNG}, hanging.BagAlreadyHung),
        ({"status": BagStatus.FINISHED}, hanging.BagAlreadyHung),
        ({"status": BagStatus.DISCARDED}, hanging.BagDiscarded),
        ({"status": BagStatus.CANCELLED}, hanging.BagDiscarded),
        ({"use_by": START}, hanging.BagExpired),
        ({"hanging_code": "A"}, hanging.AnotherBagHanging),
        ({"replaces_code": "A"}, hanging.NotTheHangingBag),
        ({"hanging_code": "A", "replaces_code": "B"}, hanging.NotTheHangingBag),
    ],
)
def test_a_bag_that_must_not_go_up_is_refused(changes, refusal):
    with pytest.raises(refusal):
        hanging.check_bag(replace(BAG, **changes), START)


def test_a_bag_that_replaces_the_hanging_one_may_go_up():
    change = replace(BAG, hanging_code="A", replaces_code="A")

    assert hanging.check_bag(change, START) is None


def test_an_instant_lies_between_what_is_recorded_and_now():
    assert hanging.check_instant(START, START, START) is None
    assert hanging.check_instant(START, START, None) is None
    with pytest.raises(hanging.HangInTheFuture):
        hanging.check_instant(START + hours(1), START, None)
    with pytest.raises(hanging.HangTooEarly):
        hanging.check_instant(START, START, START + hours(1))


@pytest.mark.parametrize(
    ("told", "emptied", "changed"),
    [("start 0", None, 100), ("start 0", 24, 24), ("start 0", 24, 27.9),
     ("start 0, pause 24:00", 24, 40)],
)  # fmt: skip
def test_a_short_gap_is_a_plain_bag_change(told, emptied, changed):
    at = None if emptied is None else START + hours(emptied)

    assert hanging.check_gap(ledger(told), at, START + hours(changed)) is None


def test_a_bag_empty_for_four_hours_asks_for_supervision():
    with pytest.raises(hanging.RestartNeedsSupervision):
        hanging.check_gap(ledger("start 0"), START + hours(24), START + hours(28))


def test_a_reading_that_agrees_with_the_label_is_taken():
    assert hanging.check_reading(BAG, READING, START, WITHIN) is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"rate_ml_h": Decimal("2.5")}, hanging.RateDiffers),
        ({"volume_ml": Decimal("172.8")}, hanging.VolumeDiffers),
        ({"ends_at": START + hours(96)}, hanging.EndDiffers),
        ({"ends_at": START + hours(72.2)}, hanging.EndDiffers),
    ],
)
def test_a_reading_that_does_not_is_refused(changes, refusal):
    with pytest.raises(refusal):
        hanging.check_reading(BAG, replace(READING, **changes), START, WITHIN)


def test_the_rate_alone_does_not_tell_a_72_from_a_96_hour_bag():
    of_the_other_bag = replace(
        READING, volume_ml=Decimal("172.8"), ends_at=START + hours(96)
    )

    assert of_the_other_bag.rate_ml_h == BAG.rate_ml_h
    with pytest.raises(hanging.VolumeDiffers):
        hanging.check_reading(BAG, of_the_other_bag, START, WITHIN)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate_ml_h": Decimal("0.6")}, "rate_ml_h"),
        ({"volume_ml": Decimal(129)}, "volume_ml"),
        ({"ends_at": START + hours(71)}, "ends_at"),
    ],
)
def test_two_people_who_read_differently_are_told_where(changes, field):
    with pytest.raises(hanging.SecondCheckDiffers) as refusal:
        hanging.check_same(READING, replace(READING, **changes), WITHIN)

    assert refusal.value.field == field


def test_two_people_who_read_the_same_agree():
    assert hanging.check_same(READING, READING, WITHIN) is None
