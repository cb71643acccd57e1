"""Ready to go home: what each criterion makes of the facts, and when that changes."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.readiness import (
    Criterion,
    Fact,
    Facts,
    Form,
    State,
    Verdict,
    Waiver,
    assess,
)
from tests.spec.examples import Chapter
from tests.spec.world import START, minutes

CAREGIVER = "caregiver"

STATES = Chapter(
    key="readiness-states",
    title=("A criterion and its facts", "条件与事实"),
    rule=(
        (
            "Three values: met, not met, not known; a fact that is too old is expired. "
            "Facts are written with the hours and minutes before now at which they were "
            "taken. The numbers are the shipped proposals; a site signs its own."
        ),
        "三值：满足、不满足、未知；事实过旧即为已过期。每个事实后为距现在的时:分。数值为出厂建议，由机构签署自己的数值。",
    ),
    source="regimen report 2.2 TC01 to TC26, defaults [I]; ASTCT fever [A]; hold limits [A]",
    columns=("criterion", "facts", "state", "could be met in"),
    rows=(
        ("TC01", "OBSERVED_UNTIL in 5:00", "NOT_MET", "5:00"),
        ("TC01", "OBSERVED_UNTIL in 0:00", "MET", "0:00"),
        ("TC02", "STEPS_TO_COME 0", "MET", "0:00"),
        ("TC02", "STEPS_TO_COME 1", "NOT_KNOWN", "0:00"),
        ("TC02", "STEPS_TO_COME 1, STEP_SUPERVISED no 1:00", "NOT_MET", "0:00"),
        ("TC02", "STEPS_TO_COME 1, STEP_SUPERVISED yes 1:00", "MET", "0:00"),
        ("TC03", "", "NOT_KNOWN", "24:00"),
        ("TC03", "TEMPERATURE 38.0 3:00, TEMPERATURE 36.9 1:00", "NOT_MET", "21:00"),
        (
            "TC03",
            (
                "TEMPERATURE 38.4 25:00, TEMPERATURE 37.2 18:00, TEMPERATURE 36.8 11:00, "
                "TEMPERATURE 37.9 4:00"
            ),
            "MET",
            "0:00",
        ),
        ("TC03", "TEMPERATURE 36.8 20:00, TEMPERATURE 36.8 10:00", "EXPIRED", "24:00"),
        ("TC03", "TEMPERATURE 36.8 10:00, TEMPERATURE 36.8 3:00", "NOT_KNOWN", "14:00"),
        ("TC04", "CRS_GRADE 0 11:59", "MET", "0:00"),
        ("TC04", "CRS_GRADE 0 12:00", "EXPIRED", "0:00"),
        ("TC04", "CRS_GRADE 1 1:00", "NOT_MET", "0:00"),
        ("TC05", "ICANS_GRADE 0 1:00, ICE 10 1:00", "MET", "0:00"),
        ("TC05", "ICANS_GRADE 0 1:00, ICE 9 1:00", "NOT_KNOWN", "0:00"),
        (
            "TC05",
            "ICANS_GRADE 0 1:00, ICE 9 1:00, ICE_BASELINE 9 90:00",
            "MET",
            "0:00",
        ),
        (
            "TC05",
            "ICANS_GRADE 0 1:00, ICE 8 1:00, ICE_BASELINE 9 90:00",
            "NOT_MET",
            "0:00",
        ),
        ("TC06", "ECOG 2 1:00", "MET", "0:00"),
        ("TC06", "ECOG 3 1:00", "NOT_MET", "0:00"),
        ("TC07", "BLASTS 5 1:00", "NOT_MET", "0:00"),
        (
            "TC09",
            "AST 200/40 1:00, ALT 200/40 1:00, BILIRUBIN 60/20 1:00",
            "MET",
            "0:00",
        ),
        (
            "TC09",
            "AST 201/40 1:00, ALT 200/40 1:00, BILIRUBIN 60/20 1:00",
            "NOT_MET",
            "0:00",
        ),
        ("TC10", "NEUTROPHILS 1.2 1:00, LYMPHOCYTES 0.4 1:00", "NOT_KNOWN", "0:00"),
        ("TC12", "CAREGIVER_PRESENT 0:00-71:59", "NOT_MET", "0:00"),
        ("TC12", "CAREGIVER_PRESENT 0:00-72:00", "MET", "0:00"),
        (
            "TC12",
            "CAREGIVER_PRESENT 0:00-40:00, CAREGIVER_PRESENT 40:00-72:00",
            "MET",
            "0:00",
        ),
        ("TC12", "CAREGIVER_PRESENT 6:00-90:00", "NOT_MET", "6:00"),
        ("TC12", "CAREGIVER_PRESENT 0:00-90:00, STEP_DUE in 48:00", "NOT_MET", "0:00"),
        ("TC13", "TRAVEL_TIME 60 1:00", "MET", "0:00"),
        ("TC13", "TRAVEL_TIME 61 1:00", "NOT_MET", "0:00"),
        ("TC20", "PLAN_GAPS 0, INFUSION_END in 400:00", "NOT_KNOWN", "0:00"),
        (
            "TC20",
            "PLAN_GAPS 0, INFUSION_END in 400:00, SUPPLY_UNTIL in 400:00",
            "MET",
            "0:00",
        ),
        (
            "TC20",
            "PLAN_GAPS 0, INFUSION_END in 404:00, SUPPLY_UNTIL in 400:00",
            "NOT_MET",
            "0:00",
        ),
    ),
)

WAIVERS = Chapter(
    key="readiness-waivers",
    title=("Waivers", "豁免"),
    rule=(
        (
            "A soft criterion may be waived by the roles it names, for what was known "
            "when the waiver was given; a hard one by nobody."
        ),
        "软性条件可由其列明的角色豁免，且仅限豁免时已知的情况；硬性条件任何人不得豁免。",
    ),
    source="regimen report 2.2, hard/soft; who may waive is a proposal [I]",
    columns=("criterion", "facts", "waived by", "waived before", "state"),
    rows=(
        ("TC13", "TRAVEL_TIME 75 5:00", "PHYSICIAN", "1:00", "WAIVED"),
        ("TC13", "TRAVEL_TIME 75 5:00", "NURSE", "1:00", "NOT_MET"),
        (
            "TC13",
            "TRAVEL_TIME 75 5:00, TRAVEL_TIME 90 0:30",
            "PHYSICIAN",
            "1:00",
            "NOT_MET",
        ),
        (
            "TC13",
            "TRAVEL_TIME 75 5:00, TRAVEL_TIME 50 0:30",
            "PHYSICIAN",
            "1:00",
            "MET",
        ),
        ("TC13", "", "PHYSICIAN", "1:00", "WAIVED"),
        ("TC03", "TEMPERATURE 38.5 2:00", "PHYSICIAN", "1:00", "WAIVED"),
        (
            "TC03",
            "TEMPERATURE 38.5 2:00, TEMPERATURE 38.1 0:10",
            "PHYSICIAN",
            "1:00",
            "NOT_MET",
        ),
        ("TC04", "CRS_GRADE 1 2:00", "PHYSICIAN", "1:00", "NOT_MET"),
        ("TC14", "TRANSPORT no 2:00", "PHYSICIAN", "1:00", "NOT_MET"),
    ),
)

CHAPTERS = (STATES, WAIVERS)

_AHEAD = re.compile(r"(\w+) in (\S+)")
_SPAN = re.compile(r"(\w+) (\d+:\d\d)-(\d+:\d\d)")


def criteria(**signed: str) -> dict[str, Criterion]:
    stored = {
        key: {"value": value, "signed_by": "Dr A", "signed_on": "2026-03-01"}
        for key, value in signed.items()
    }
    found = catalogue.criteria_of(catalogue.site_policy(stored))
    return {one.key: one for one in found}


def fact(text: str, now: dt.datetime = START) -> Fact:
    """Read "AST 200/40 1:00": a kind, a value, and how long before now."""
    if ahead := _AHEAD.fullmatch(text):
        at = None if catalogue.fact_types()[ahead[1]].is_derived else now
        return Fact(kind=ahead[1], from_at=now + minutes(ahead[2]), taken_at=at)
    if span := _SPAN.fullmatch(text):
        return Fact(
            kind=span[1],
            from_at=now + minutes(span[2]),
            until_at=now + minutes(span[3]),
            taken_at=now,
        )
    kind, value, *before = text.split()
    taken = now - minutes(before[0]) if before else None
    return Fact(kind=kind, taken_at=taken, recorded_at=taken, **values(kind, value))


def values(kind: str, value: str) -> dict[str, object]:
    if catalogue.fact_types()[kind].form is Form.ANSWER:
        return {"answer": value == "yes"}
    number, _, limit = value.partition("/")
    return {
        "number": Decimal(number),
        "upper_limit": Decimal(limit) if limit else None,
    }


def facts(text: str, **more: object) -> Facts:
    records = tuple(fact(part.strip()) for part in text.split(",") if part.strip())
    return Facts(records=records, age_years=40, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "text", "state", "could"), STATES.rows)
def test_a_criterion_and_its_facts(key, text, state, could):
    found = assess(facts(text), [criteria()[key]], START)

    assert found.lines[0].state == state
    assert found.lines[0].could_at - START == minutes(could)


@pytest.mark.parametrize(("key", "text", "role", "before", "state"), WAIVERS.rows)
def test_a_waiver_counts_for_what_was_known(key, text, role, before, state):
    waiver = Waiver(
        criterion=key,
        roles=frozenset({role}),
        given_at=START - minutes(before),
        reason="agreed",
    )
    found = assess(facts(text, waivers=(waiver,)), [criteria()[key]], START)

    assert found.lines[0].state == state
    assert found.lines[0].waiver_holds == (
        state in {"WAIVED", "MET"} and role != "NURSE"
    )


def test_every_criterion_of_the_report_is_there_once_in_order():
    assert list(criteria()) == [f"TC{number:02}" for number in range(1, 27)]


def test_without_a_fact_nothing_is_met_and_nothing_is_assumed():
    found = assess(Facts(), list(criteria().values()), START)

    assert {line.state for line in found.lines} == {State.NOT_KNOWN}
    assert found.verdict is Verdict.CANNOT_ASSESS


@pytest.mark.parametrize(
    ("age", "state"), [(5, "MET"), (11, "MET"), (12, "NOT_KNOWN"), (None, "NOT_KNOWN")]
)
def test_below_the_age_line_capd_takes_the_place_of_ice(age, state):
    text = "ICANS_GRADE 0 1:00, CAPD 4 1:00, CAPD_BASELINE 4 90:00"
    known = Facts(records=facts(text).records, age_years=age)

    found = assess(known, [criteria()["TC05"]], START)

    assert found.lines[0].state == state


def test_a_site_makes_a_soft_criterion_hard_and_nobody_waives_it_any_more():
    harder = criteria(readiness_harder="TC13")["TC13"]

    assert (harder.kind, harder.waivable_by) == ("HARD", frozenset())
    assert criteria()["TC13"].kind == "SOFT"
    assert criteria(readiness_harder="TC14")["TC14"].kind == "HARD"


def test_a_site_sets_its_own_number_and_signs_it():
    own = criteria(fever_free_hours="48")["TC03"]

    assert own.needs[0].span == dt.timedelta(hours=48)
    (number,) = [one for one in own.numbers if one.key == "fever_free_hours"]
    assert (number.value, number.is_signed, number.needs_sign_off) == (
        "48",
        True,
        False,
    )


def test_counts_without_a_number_of_the_site_can_not_be_assessed():
    text = "NEUTROPHILS 1.2 1:00, LYMPHOCYTES 0.4 1:00"
    open_, set_ = criteria(), criteria(neutrophils_least="1.0", lymphocytes_least="0")

    def state(rows):
        return assess(facts(text), [rows["TC10"]], START).lines[0]

    assert state(open_).findings[0].reason == "site_value_missing"
    assert state(set_).state is State.MET


def test_the_earliest_time_is_the_latest_of_all_bounds():
    text = "OBSERVED_UNTIL in 5:00, TEMPERATURE 38.0 3:00, TEMPERATURE 36.9 1:00"
    wanted = [criteria()["TC01"], criteria()["TC03"]]

    found = assess(facts(text), wanted, START)

    assert found.verdict is Verdict.NOT_READY
    assert found.earliest_at == START + dt.timedelta(hours=21)
    assert found.next_change_at == START + dt.timedelta(hours=5)
