"""Readiness: order never matters, worse never helps, time only moves where it says."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.readiness import (
    Check,
    Fact,
    Facts,
    Form,
    State,
    Verdict,
    assess,
    digest,
    worsened,
)

NOW = dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
CRITERIA = catalogue.criteria_of(
    catalogue.site_policy(
        {
            key: {"value": value, "signed_by": "Dr A"}
            for key, value in (("neutrophils_least", "1"), ("lymphocytes_least", "0.2"))
        }
    )
)
TYPES = catalogue.fact_types()
RAISED = {Check.AT_MOST, Check.BELOW, Check.UPPER_LIMITS, Check.FREE_SINCE}
WORSE_UP = {need.fact for one in CRITERIA for need in one.needs if need.check in RAISED}
WORSE_DOWN = {
    need.fact for one in CRITERIA for need in one.needs if need.check is Check.AT_LEAST
}
PASSING = {
    "TEMPERATURE": "36.8",
    "CRS_GRADE": "0",
    "ICANS_GRADE": "0",
    "ICE": "10",
    "ECOG": "1",
    "BLASTS": "1",
    "NEUTROPHILS": "2",
    "LYMPHOCYTES": "1",
    "TRAVEL_TIME": "20",
    "LINES": "1",
}


@st.composite
def known(draw: st.DrawFn, kind: str, item: str = "") -> Fact:
    """Draw a fact of a kind, more often good than bad."""
    asked = TYPES[kind]
    ago = draw(st.integers(0, 40 * 60)) * MINUTE
    taken = None if asked.is_derived else NOW - ago
    fact = Fact(kind=kind, item=item, taken_at=taken, recorded_at=taken)
    match asked.form:
        case Form.ANSWER:
            return replace(fact, answer=draw(st.sampled_from([True, True, False])))
        case Form.TEXT:
            return replace(fact, text="x")
        case Form.INSTANT:
            shift = draw(st.integers(-60, 60 * 30)) * MINUTE
            return replace(fact, from_at=NOW + shift)
        case Form.PRESENCE:
            start = NOW + draw(st.integers(-600, 600)) * MINUTE
            length = draw(st.integers(1, 100 * 60)) * MINUTE
            return replace(fact, from_at=start, until_at=start + length)
    good = Decimal(PASSING.get(kind, "0"))
    bad = draw(st.decimals(0, 60, places=1))
    number = draw(st.sampled_from([good, good, good, bad]))
    limit = Decimal(40) if asked.form is Form.LABORATORY else None
    return replace(fact, number=number, upper_limit=limit)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw facts of most kinds, some of them several times, some missing."""
    found: list[Fact] = []
    for kind, asked in TYPES.items():
        for item in [one.key for one in asked.items] or [""]:
            number = (
                draw(st.integers(0, 2))
                if asked.is_derived
                else draw(st.sampled_from([0, 1, 1, 1, 2, 3]))
            )
            found += [draw(known(kind, item)) for _ in range(number)]
    return Facts(records=tuple(found), age_years=draw(st.sampled_from([None, 6, 40])))


def ready_facts() -> Facts:
    """Return facts by which everything is met at NOW, taken an hour ago."""
    taken = NOW - 60 * MINUTE
    found = []
    for kind, asked in TYPES.items():
        for item in [one.key for one in asked.items] or [""]:
            one = Fact(
                kind=kind,
                item=item,
                taken_at=None if asked.is_derived else taken,
                recorded_at=taken,
                answer=True if asked.form is Form.ANSWER else None,
                text="x" if asked.form is Form.TEXT else "",
                from_at=taken if asked.form in {Form.INSTANT, Form.PRESENCE} else None,
                until_at=NOW + dt.timedelta(hours=73)
                if asked.form is Form.PRESENCE
                else None,
                number=Decimal(PASSING.get(kind, "0"))
                if asked.form in {Form.NUMBER, Form.WHOLE, Form.LABORATORY}
                else None,
                upper_limit=Decimal(40) if asked.form is Form.LABORATORY else None,
            )
            found.append(one)
    found = [one for one in found if one.kind != "STEP_DUE"]
    series = [
        Fact(
            kind="TEMPERATURE",
            number=Decimal("36.8"),
            taken_at=NOW - hours * 60 * MINUTE,
        )
        for hours in (6, 12, 18, 24)
    ]
    return Facts(records=(*found, *series), age_years=40)


def test_there_are_facts_by_which_a_patient_is_ready():
    found = assess(ready_facts(), CRITERIA, NOW)

    assert [line.criterion.key for line in found.lines if line.blocks] == []
    assert found.verdict is Verdict.READY
    assert found.earliest_at == NOW


@given(facts(), st.randoms())
def test_the_order_of_facts_does_not_matter(some, chance):
    shuffled = list(some.records)
    chance.shuffle(shuffled)
    other = replace(some, records=tuple(shuffled))

    assert assess(some, CRITERIA, NOW) == assess(other, CRITERIA, NOW)
    assert digest(some, CRITERIA) == digest(other, CRITERIA)


@st.composite
def worse_by_one(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """Draw facts, near to ready, and the same with one made worse."""
    some = draw(st.one_of(facts(), st.just(ready_facts())))
    places = [
        index
        for index, one in enumerate(some.records)
        if one.kind in WORSE_UP | WORSE_DOWN or one.answer
    ]
    rows = list(some.records)
    for index in places[:: draw(st.integers(1, 5))]:
        rows[index] = _worse(rows[index], draw(st.decimals("0.1", 50, places=1)))
    return some, replace(some, records=tuple(rows))


def _worse(fact: Fact, by: Decimal) -> Fact:
    if fact.answer is not None:
        return replace(fact, answer=False)
    assert fact.number is not None
    up = fact.kind in WORSE_UP
    return replace(
        fact, number=fact.number + by if up else max(fact.number - by, Decimal(0))
    )


@given(worse_by_one())
def test_a_worse_fact_never_makes_it_ready(pair):
    before, after = (assess(one, CRITERIA, NOW) for one in pair)

    assert before.is_ready or not after.is_ready
    if before.is_ready and not after.is_ready:
        assert worsened(before, after)


@given(facts(), st.integers(1, 60 * 24 * 40))
def test_what_has_expired_stays_expired_until_something_is_recorded(some, minutes):
    then = NOW + minutes * MINUTE
    now, later = (assess(some, CRITERIA, at) for at in (NOW, then))

    for first, second in zip(now.lines, later.lines, strict=True):
        for one, two in zip(first.findings, second.findings, strict=True):
            if one.state is State.EXPIRED:
                assert two.state is State.EXPIRED


@given(st.one_of(facts(), st.just(ready_facts())), st.floats(0.01, 0.99))
def test_nothing_changes_before_the_next_change_and_something_does_then(some, part):
    found = assess(some, CRITERIA, NOW)
    states = [line.state for line in found.lines]

    def states_at(instant):
        return [line.state for line in assess(some, CRITERIA, instant).lines]

    if found.next_change_at is None:
        assert states_at(NOW + dt.timedelta(days=400)) == states
        return
    assert found.next_change_at > NOW
    between = NOW + (found.next_change_at - NOW) * part
    assert states_at(between) == states
    assert states_at(found.next_change_at) != states


@given(facts(), st.floats(0, 0.999))
def test_time_alone_makes_nobody_ready_before_the_earliest_instant(some, part):
    found = assess(some, CRITERIA, NOW)
    instant = NOW + (found.earliest_at - NOW) * part

    if found.earliest_at > NOW:
        assert not assess(some, CRITERIA, instant).is_ready
    else:
        assert found.earliest_at == NOW


@given(facts())
def test_the_digest_tells_one_fact_more_from_all_others(some):
    more = replace(
        some,
        records=(*some.records, Fact(kind="ECOG", number=Decimal(1), taken_at=NOW)),
    )

    assert digest(some, CRITERIA) != digest(more, CRITERIA)
