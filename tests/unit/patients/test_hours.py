"""The working hours of a site, as they are written and as they are refused."""

import pytest

from patients.domain.hours import HoursNotUnderstood, read_hours


def test_hours_become_minutes_in_order():
    stored = {"0": [["13:00", "17:30"], ["08:00", "12:00"]], "6": [["20:00", "24:00"]]}

    assert read_hours(stored) == {0: ((480, 720), (780, 1050)), 6: ((1200, 1440),)}


def test_no_hours_are_no_hours():
    assert read_hours({}) == {}
    assert read_hours({"5": []}) == {5: ()}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"7": [["08:00", "17:00"]]},
        {"Monday": [["08:00", "17:00"]]},
        {"0": "08:00-17:00"},
        {"0": [["17:00", "08:00"]]},
        {"0": [["08:00", "08:00"]]},
        {"0": [["8:00", "17:00"]]},
        {"0": [["08:00", "25:00"]]},
        {"0": [["08:00"]]},
        {"0": [[480, 1020]]},
        {"0": [["08:00", "12:00"], ["12:00", "17:00"]]},
        {"0": [["08:00", "12:00"], ["11:00", "17:00"]]},
    ],
)
def test_what_is_no_hours_is_refused(stored):
    with pytest.raises(HoursNotUnderstood):
        read_hours(stored)
