"""A reading is refused when it can't be one."""

import datetime as dt
from decimal import Decimal

import pytest

from patients.domain.measurements import (
    HEIGHT_CM,
    WEIGHT_KG,
    check_range,
    parse_reading,
    parse_value,
)
from patients.domain.refusals import Refusal

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def code_of(call, *args, **kwargs) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return str(caught.value), caught.value.field


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Decimal("70.5"), None, "70.50"),
        ("70.5", "kg", "70.50"),
        (" 70 kg ", None, "70.00"),
        ("0.01", None, "0.01"),
        ("9999.99", None, "9999.99"),
        (70, None, "70.00"),
        ("7E1", None, "70.00"),
    ],
)
def test_a_weight_is_read_in_kilograms(value, unit, expected):
    assert str(parse_value(WEIGHT_KG, value, unit)) == expected


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        ("154 lb", None, "unit_not_supported"),
        ("154lb", None, "unit_not_supported"),
        ("154", "[lb_av]", "unit_not_supported"),
        ("70", "cm", "unit_not_supported"),
        ("0", None, "value_impossible"),
        ("-1", None, "value_impossible"),
        ("10000", None, "value_impossible"),
        ("1E+999999", None, "value_impossible"),
        ("NaN", None, "not_a_number"),
        ("sNaN", None, "not_a_number"),
        ("Infinity", None, "not_a_number"),
        ("-inf", None, "not_a_number"),
        ("", None, "not_a_number"),
        ("heavy", None, "not_a_number"),
        ("1_000", None, "not_a_number"),
        ("70,5", None, "not_a_number"),
        ("70.505", None, "too_precise"),
        ("1E-9999999", None, "too_precise"),
        (True, None, "not_a_number"),
    ],
)
def test_what_is_no_weight_is_refused(value, unit, code):
    assert code_of(parse_value, WEIGHT_KG, value, unit) == (code, "value")


def test_an_unsupported_unit_says_which_one_is_expected():
    with pytest.raises(Refusal) as caught:
        parse_value(HEIGHT_CM, "70", "[in_i]")

    assert caught.value.params == {"expected": "cm"}
    assert str(caught.value) == "unit_not_supported"


@pytest.mark.parametrize(
    ("taken_at", "code"),
    [
        (dt.datetime(2026, 6, 1, 12, 0, 1, tzinfo=dt.UTC), "in_the_future"),
        (dt.datetime(2026, 6, 1, 11), "naive_time"),  # noqa: DTZ001
    ],
)
def test_a_reading_has_been_taken(taken_at, code):
    found = code_of(
        parse_reading, kind=WEIGHT_KG, value="70", taken_at=taken_at, now=NOW
    )
    assert found == (code, "taken_at")


def test_an_unknown_kind_is_refused():
    assert code_of(parse_value, "PULSE", "70", None)[0] == "measurement_kind_unknown"


def test_a_site_range_holds_both_ends():
    reading = parse_reading(kind=WEIGHT_KG, value="70", taken_at=NOW, now=NOW)

    check_range(reading, Decimal(70), Decimal(70))
    found = code_of(check_range, reading, Decimal(71), Decimal(80))
    assert found == ("outside_site_range", "value")
