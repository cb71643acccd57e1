"""What is known of a patient is checked when it is put together."""

import datetime as dt

import pytest

from patients.domain.profiles import PatientProfile, check_born
from patients.domain.refusals import Refusal

GOOD = {"mrn": "1", "family_name": "Doe", "time_zone": "Europe/London"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mrn": " "}, "missing"),
        ({"family_name": ""}, "missing"),
        ({"mrn": "x" * 65}, "too_long"),
        ({"given_name": "a\x00b"}, "not_storable"),
        ({"sex": "f"}, "not_supported"),
        ({"language": "fr"}, "not_supported"),
        ({"time_zone": "Mars/Olympus"}, "not_supported"),
    ],
)
def test_nonsense_is_refused(change, code):
    with pytest.raises(Refusal) as caught:
        PatientProfile(**{**GOOD, **change})

    assert str(caught.value) == code
    assert caught.value.field == next(iter(change))
    # The reason never repeats what was entered.
    assert not set(change.values()) & set(caught.value.params.values())


def test_a_birth_is_not_in_the_future():
    today = dt.date(2026, 6, 1)

    check_born(today, today)
    with pytest.raises(Refusal):
        check_born(today + dt.timedelta(days=1), today)
