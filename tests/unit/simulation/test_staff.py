"""The people on duty of a synthetic site."""

import datetime as dt
import statistics

import pytest

from infusion.catalogue.simulation import shipped_numbers
from infusion.domain.alerts import Cause
from infusion.domain.checkins import Look
from infusion.domain.ladders import Severity
from infusion.simulation.behaving import Deed
from infusion.simulation.staff import OnDuty
from infusion.simulation.stories import Illness

NUMBERS = shipped_numbers()
DUTY = OnDuty(seed=7, numbers=NUMBERS)
MIDNIGHT = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def takings(severity: Severity, hour: int, many: int = 400):
    told = MIDNIGHT + hour * HOUR
    return [
        DUTY.takes(patient, Cause.CHECK_IN_RED, severity, told).taken_after
        for patient in range(many)
    ]


def middle(severity: Severity, hour: int) -> dt.timedelta:
    return statistics.median(one for one in takings(severity, hour) if one is not None)


def test_red_is_taken_sooner_than_amber_and_by_day_sooner_than_at_night():
    assert middle(Severity.RED, 12) < middle(Severity.AMBER, 12)
    assert middle(Severity.RED, 12) < middle(Severity.RED, 3)


@pytest.mark.parametrize(
    ("hour", "is_night"), [(21, False), (22, True), (3, True), (6, True), (7, False)]
)
def test_the_night_goes_over_midnight(hour, is_night):
    assert DUTY.is_night(MIDNIGHT + hour * HOUR) is is_night


def test_now_and_then_nobody_reacts_and_what_is_only_shown_nobody_takes():
    reds = takings(Severity.RED, 12)

    assert 0 < reds.count(None) < 40
    assert set(takings(Severity.INFO, 12, 20)) == {None}


def test_asked_again_the_same_people_say_the_same():
    told = MIDNIGHT + 5 * HOUR
    first = DUTY.takes(3, Cause.CALL_WANTED, Severity.AMBER, told)
    DUTY.looks(3, 1, HOUR)

    assert DUTY.takes(3, Cause.CALL_WANTED, Severity.AMBER, told) == first
    assert DUTY.takes(4, Cause.CALL_WANTED, Severity.AMBER, told) != first


@pytest.mark.parametrize(
    ("grade", "look"),
    [
        (0, Look.NOTHING_NEEDED),
        (1, Look.WATCHED),
        (2, Look.PHYSICIAN_TOLD),
        (3, Look.SENT_TO_HOSPITAL),
        (4, Look.SENT_TO_HOSPITAL),
    ],
)
def test_who_is_rung_is_looked_after_by_the_true_grade(grade, look):
    found = {DUTY.looks(patient, grade, HOUR) for patient in range(200)}

    assert found == {look, Look.NOT_REACHED}


@pytest.mark.parametrize("illness", list(Illness))
def test_the_rows_of_the_label_decide_what_is_done(illness):
    done = [DUTY.does(illness, grade) for grade in range(5)]

    assert done == [
        Deed.NOTHING,
        Deed.NOTHING,
        Deed.NOTHING,
        Deed.HOLD_AND_ADMIT,
        Deed.GIVE_UP,
    ]
