"""Which rule applies to a toxicity, what is missing, what is offered; never applied."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.toxicity import (
    Action,
    Choice,
    Missing,
    Scale,
    ToxicityEvent,
    ToxicityFacts,
    ToxicityFactsNotSane,
    Verdict,
    assess,
)

NOW = dt.datetime(2026, 3, 10, 10, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
RULES = catalogue.shipped_toxicity().rules


def facts(event: str, grade: int | None = None, **more) -> ToxicityFacts:
    told = {
        "onset_at": NOW - 3 * DAY,
        "now": NOW,
        "weight_kg": Decimal(70),
        "scale": Scale.ASTCT if grade else None,
        "level": "full",
        "low_level": "low",
        **more,
    }
    return ToxicityFacts(event=ToxicityEvent(event), grade=grade, **told)


def held(event: str, grade: int, days: float = 3, **more) -> ToxicityFacts:
    return facts(event, grade, stopped_since=NOW - days * DAY, **more)


def settled(event: str, grade: int, days: float = 3, to: int = 0, **more):
    told = {"grade_now": to, "settled_at": NOW - dt.timedelta(hours=6), **more}
    return held(event, grade, days, onset_at=NOW - days * DAY, **told)


@pytest.mark.parametrize(
    ("told", "offered"),
    [
        (facts("CRS", 3), Choice.INTERRUPT),
        (settled("CRS", 3), Choice.RESTART_LOW),
        (settled("CRS", 3, to=1), Choice.HOLD_ON),
        (facts("CRS", 4), Choice.STOP),
        (held("CRS", 4), Choice.STOP),
        (settled("NEUROTOXICITY", 3, to=1), Choice.RESTART_LOW),
        (settled("NEUROTOXICITY", 3, days=2.9, to=1), Choice.HOLD_ON),
        (settled("NEUROTOXICITY", 3, to=2), Choice.HOLD_ON),
        (settled("NEUROTOXICITY", 3, level="low", to=1), Choice.STOP),
        (settled("NEUROTOXICITY", 3, days=8, to=1), Choice.STOP),
        (facts("NEUROTOXICITY", 4), Choice.STOP),
        (settled("OTHER", 3, to=1), Choice.RESTART_LOW),
        (settled("OTHER", 3, days=15, to=2), Choice.STOP),
        (facts("SEIZURE", seizures=2), Choice.STOP),
        (facts("NEUTROPENIA"), Choice.INTERRUPT),
    ],
)
def test_a_rule_offers_one_thing(told, offered):
    found = assess(RULES, told)

    assert found.verdict == Verdict.RULE
    assert found.offered == (offered,)
    assert found.missing == ()
    assert not found.departs(offered)
    assert all(found.departs(other) for other in set(Choice) - {offered})


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (facts("CRS", 2), "crs-1-2"),
        (facts("ICANS", 3), "icans"),
        (facts("NEUROTOXICITY", 3, weight_kg=Decimal("44.9")), "neuro-3-below-45"),
        (facts("OTHER", 3, weight_kg=Decimal(20)), "other-below-45"),
    ],
)
def test_a_cell_that_was_not_visible_offers_nothing(told, key):
    found = assess(RULES, told)

    assert found.verdict == Verdict.NO_RULE
    assert [one.key for one in found.rules] == [key]
    assert found.offered == ()
    assert all(found.departs(choice) for choice in Choice)


def test_a_grade_without_any_row_has_no_rule():
    found = assess(RULES, facts("NEUROTOXICITY", 2))

    assert (found.verdict, found.rules) == (Verdict.NO_RULE, ())


@pytest.mark.parametrize("kg", ["44.99", "45"])
def test_the_row_is_that_of_the_weight(kg):
    (row,) = assess(RULES, facts("CRS", 3, weight_kg=Decimal(kg))).rules

    assert row.key == ("crs-3-from-45" if kg == "45" else "crs-3-below-45")


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (facts("CRS"), (Missing.GRADE,)),
        (held("CRS", 3), (Missing.GRADE_NOW,)),
        (held("CRS", 3, grade_now=0), (Missing.SETTLED_AT,)),
        (facts("SEIZURE"), (Missing.SEIZURES,)),
        (settled("NEUROTOXICITY", 3, to=1, level=None), (Missing.LEVEL,)),
        (facts("LIVER"), (Missing.TRANSAMINASES_X_ULN, Missing.BILIRUBIN_X_ULN)),
    ],
)
def test_without_a_fact_it_cannot_be_assessed(told, missing):
    found = assess(RULES, told)

    assert found.verdict == Verdict.CANNOT_ASSESS
    assert found.missing == missing
    assert Choice.RESTART_LOW not in found.offered


@pytest.mark.parametrize(
    ("alt", "bilirubin", "verdict", "offered"),
    [
        ("5.1", None, Verdict.RULE, (Choice.INTERRUPT,)),
        ("5", "3.1", Verdict.RULE, (Choice.INTERRUPT,)),
        ("5", "3", Verdict.NOT_MET, (Choice.CONTINUE,)),
        ("5", None, Verdict.CANNOT_ASSESS, ()),
        (None, "4", Verdict.RULE, (Choice.INTERRUPT,)),
    ],
)
def test_the_liver_limits_are_passed_above_and_not_at_them(
    alt, bilirubin, verdict, offered
):
    told = {Missing.TRANSAMINASES_X_ULN: alt, Missing.BILIRUBIN_X_ULN: bilirubin}
    multiples = {key: Decimal(value) for key, value in told.items() if value}
    found = assess(RULES, facts("LIVER", multiples=multiples))

    assert (found.verdict, found.offered) == (verdict, offered)


def test_stopping_is_offered_whatever_else_is_not_known():
    found = assess(RULES, facts("NEUROTOXICITY", 3, level=None))

    assert found.offered == (Choice.INTERRUPT,)
    assert found.missing == (Missing.LEVEL,)


@pytest.mark.parametrize("event", ["INFECTION", "PANCREATITIS", "SEIZURE", "LIVER"])
@pytest.mark.parametrize(("grade", "departs"), [(2, False), (3, True), (4, True)])
def test_to_go_on_with_a_severe_toxicity_always_needs_a_reason(event, grade, departs):
    normal = {
        Missing.TRANSAMINASES_X_ULN: Decimal(1),
        Missing.BILIRUBIN_X_ULN: Decimal(1),
    }
    told = facts(event, grade, scale=Scale.CTCAE_5, seizures=1, multiples=normal)

    assert assess(RULES, told).departs(Choice.CONTINUE) is departs


def test_the_earliest_end_of_a_hold_is_shown():
    found = assess(RULES, settled("NEUROTOXICITY", 3, days=1, to=1))

    assert found.hold_until == NOW + 2 * DAY


def test_beyond_seven_days_no_restart_is_offered():
    same = assess(RULES, settled("CRS", 3, days=7))
    new = assess(RULES, settled("CRS", 3, days=7.01))

    assert same.offered == (Choice.RESTART_LOW,)
    assert not same.needs_new_cycle
    assert Choice.RESTART_LOW not in new.offered
    assert new.needs_new_cycle


def test_a_settled_toxicity_counts_until_it_settled():
    late = settled("NEUROTOXICITY", 3, days=7, to=1)

    assert assess(RULES, late).offered == (Choice.RESTART_LOW,)
    assert assess(RULES, replace(late, onset_at=NOW - 8 * DAY)).offered == (
        Choice.STOP,
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"onset_at": NOW + DAY}, "onset_at"),
        ({"settled_at": NOW - 4 * DAY}, "settled_at"),
        ({"settled_at": NOW + DAY}, "settled_at"),
        ({"scale": None}, "scale"),
        ({"grade": 5}, "grade"),
        ({"grade_now": 4}, "grade_now"),
    ],
)
def test_what_contradicts_itself_is_refused(wrong, field):
    with pytest.raises(ToxicityFactsNotSane) as refusal:
        replace(facts("CRS", 3), **wrong)

    assert refusal.value.field == field


def test_every_row_names_its_source_or_is_a_hole():
    unsourced = [
        one.key for one in RULES if not one.is_hole and not one.statement.sources
    ]

    assert unsourced == []
    assert {one.action for one in RULES} == {*Action, None}
    assert all(one.is_hole == (one.statement.mark == "NF") for one in RULES)
