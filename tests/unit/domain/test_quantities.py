from decimal import Decimal

import pytest

from infusion.domain.quantities import (
    NotAboveZero,
    NotANumber,
    Quantity,
    TooPrecise,
    Unit,
    UnitNotSupported,
    UnitsDiffer,
    ValueImpossible,
    plain,
    read_positive,
)


def mcg(value: str) -> Quantity:
    return Quantity(Decimal(value), Unit.MCG)


def test_quantities_of_one_unit_add_subtract_and_compare():
    assert mcg("9") + mcg("19") == mcg("28")
    assert mcg("28") - mcg("9") == mcg("19")
    assert mcg("9") < mcg("28")
    assert mcg("28") <= mcg("28")
    assert mcg("9").scaled(Decimal(7)) == mcg("63")
    assert str(mcg("28.00")) == "28 ug"


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_units_never_mix(operation):
    daily = Quantity(Decimal(9), Unit.MCG_PER_DAY)

    with pytest.raises(UnitsDiffer) as refusal:
        getattr(mcg("9"), operation)(daily)

    assert refusal.value.params == {"left": "ug", "right": "ug/d"}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, "9", None])
def test_a_quantity_is_a_finite_decimal(value):
    with pytest.raises(NotANumber):
        Quantity(value, Unit.KG)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("70", "70"),
        (" 70 kg ", "70"),
        ("70kg", "70"),
        ("70 KG", "70"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("9999.99", "9999.99"),
        ("5.4000", "5.4"),
        ("5.40", "5.40"),
    ],
)
def test_a_weight_is_read_with_or_without_its_unit(text, value):
    assert read_positive(text, Unit.KG, field="weight") == Quantity(
        Decimal(value), Unit.KG
    )


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("154 lb", UnitNotSupported),
        ("154lb", UnitNotSupported),
        ("70 g", UnitNotSupported),
        ("0", NotAboveZero),
        ("-3 kg", NotAboveZero),
        ("", NotANumber),
        ("heavy", NotANumber),
        ("7e", NotANumber),
        ("1,5", NotANumber),
        ("-Infinity", UnitNotSupported),
        ("NaN", NotANumber),
        ("1e999999999999999999999", NotANumber),
        ("70 80", UnitNotSupported),
        ("1e2", NotANumber),
        ("1e-999999", NotANumber),
        ("9e9999", NotANumber),
        ("1_000", NotANumber),
        ("٧٠", NotANumber),
        ("10000", ValueImpossible),
        ("9" * 400, ValueImpossible),
        ("0.000000001", TooPrecise),
        ("70.001", TooPrecise),
    ],
)
def test_a_weight_that_is_none_is_refused(text, refusal):
    with pytest.raises(refusal) as refused:
        read_positive(text, Unit.KG, field="weight")

    assert refused.value.field == "weight"


def test_a_unit_with_one_spelling_is_read_by_it():
    found = read_positive("10 mL/h", Unit.ML_PER_HOUR, field="rate")

    assert found == Quantity(Decimal(10), Unit.ML_PER_HOUR)


@pytest.mark.parametrize(
    ("value", "text"), [("0.60", "0.6"), ("28", "28"), ("1E+2", "100"), ("5.0", "5")]
)
def test_plain_numbers_have_no_exponent_and_no_trailing_zero(value, text):
    assert plain(Decimal(value)) == text
