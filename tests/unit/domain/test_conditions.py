from decimal import Decimal

import pytest

from infusion.domain.conditions import (
    Condition,
    FactKind,
    FactNotUsable,
    KnownFact,
    Operator,
    all_hold,
)


def fact(kind: str, value: str, assay: str = "") -> KnownFact:
    return KnownFact(kind=FactKind(kind), value=value, assay=assay)


def condition(kind: str, operator: str, *values: str, assays=()) -> Condition:
    return Condition(
        kind=FactKind(kind), operator=Operator(operator), values=values, assays=assays
    )


CLEAN = condition("MRD", "BELOW", "0.0001", assays=("FLOW",))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("REMISSION", "PARTIAL"),
        ("MRD", "LOW"),
        ("MRD", "-0.1"),
        ("MRD", "NaN"),
        ("NEUTROPHILS", "1e999999"),
        ("PLATELETS", "1" * 21),
        ("PLATELETS", "٣"),
        ("PLATELETS", "1_000"),
        ("AGE_YEARS", "old"),
        ("AGE_YEARS", ""),
        ("DONOR", "yes"),
        ("RISK_GROUP", " "),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_refused(kind, value):
    with pytest.raises(FactNotUsable) as refusal:
        fact(kind, value)

    assert refusal.value.field == kind


@pytest.mark.parametrize(
    ("kind", "value", "number"),
    [
        ("MRD", "1e-4", Decimal("0.0001")),
        ("MRD", "NEGATIVE", None),
        ("AGE_YEARS", "60", Decimal(60)),
        ("PLATELETS", "100.5", Decimal("100.5")),
        ("REMISSION", "CRH", None),
        ("RISK_GROUP", "very high", None),
    ],
)
def test_a_value_is_a_word_or_a_number(kind, value, number):
    assert fact(kind, value).number == number


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("BELOW", ()),
        ("BELOW", ("0.1", "0.2")),
        ("BELOW", ("NEGATIVE",)),
        ("IS", ("LOW",)),
        ("IS", ()),
    ],
)
def test_a_comparison_that_can_never_be_answered_is_refused(operator, values):
    with pytest.raises(FactNotUsable):
        condition("MRD", operator, *values)


@pytest.mark.parametrize(
    ("asked", "known", "holds"),
    [
        (CLEAN, [], None),
        (CLEAN, [fact("MRD", "0.00001", "FLOW")], True),
        (CLEAN, [fact("MRD", "0.0001", "FLOW")], False),
        # Another assay settles nothing, and neither does a word without a number.
        (CLEAN, [fact("MRD", "0", "PCR")], None),
        (CLEAN, [fact("MRD", "NEGATIVE", "FLOW")], True),
        (CLEAN, [fact("MRD", "POSITIVE", "FLOW")], None),
        (CLEAN, [fact("MRD", "INDETERMINATE", "FLOW")], None),
        # The last reading counts.
        (CLEAN, [fact("MRD", "0.1", "FLOW"), fact("MRD", "0", "FLOW")], True),
        (condition("MRD", "AT_LEAST", "0.001"), [fact("MRD", "0.001")], True),
        (condition("MRD", "AT_LEAST", "0.001"), [fact("MRD", "NEGATIVE")], False),
        (condition("MRD", "IS", "NEGATIVE"), [fact("MRD", "0.0005")], None),
        (condition("MRD", "IS", "NEGATIVE"), [fact("MRD", "POSITIVE")], False),
        (condition("AGE_YEARS", "IS", "60"), [fact("AGE_YEARS", "61")], False),
        (condition("AGE_YEARS", "AT_LEAST", "55"), [fact("AGE_YEARS", "54.9")], False),
        (condition("REMISSION", "IS", "CR", "CRI"), [fact("REMISSION", "CRI")], True),
        (condition("REMISSION", "IS", "CR", "CRI"), [fact("REMISSION", "NONE")], False),
        (condition("REMISSION", "IS", "CR"), [fact("DONOR", "YES")], None),
    ],
)
def test_a_condition_is_true_false_or_not_known(asked, known, holds):
    assert asked.holds(known) is holds


def test_one_false_condition_wins_over_not_knowing_the_other():
    adult = condition("AGE_YEARS", "AT_LEAST", "18")

    assert all_hold([], []) is True
    assert all_hold([CLEAN, adult], [fact("AGE_YEARS", "17")]) is False
    assert all_hold([CLEAN, adult], [fact("AGE_YEARS", "18")]) is None
    both = [fact("AGE_YEARS", "18"), fact("MRD", "0", "FLOW")]
    assert all_hold([CLEAN, adult], both) is True
