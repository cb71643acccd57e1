import datetime as dt
from dataclasses import replace

import pytest

from infusion import catalogue
from infusion.domain.blocks import (
    After,
    Block,
    BlockKind,
    CyclePattern,
    DoseStep,
    Edge,
    Gate,
    RegimenNotSane,
    Successor,
    Until,
)
from infusion.domain.conditions import Condition, FactKind, KnownFact, Operator
from infusion.domain.entries import opened_with
from infusion.domain.regimens import BlockUnknown, Regimen
from infusion.domain.walks import (
    Firmness,
    Reason,
    RoundStatus,
    Verdict,
    WalkedRound,
    Why,
    branches,
    facts_needed,
    needs_decision,
    outlook,
)
from tests.unit.domain.graphs import TITLE, block, chemo, ways

RR = catalogue.get_regimen("us-label-rr")
DAY_1 = dt.date(2026, 3, 2)
PATTERN = CyclePattern(
    infusion_hours=672, free_days=14, steps=(DoseStep(from_hour=0, level="full"),)
)
REMISSION = Condition(
    kind=FactKind.REMISSION, operator=Operator.IS, values=("CR", "CRI")
)
NONE = Condition(kind=FactKind.REMISSION, operator=Operator.IS, values=("NONE",))


def regimen(*blocks: Block) -> Regimen:
    return replace(RR, blocks=blocks, premedication=())


def cycle(key: str, *to: Successor, **more: object) -> Block:
    values: dict[str, object] = {"pattern": PATTERN, **more}
    return block(key, kind=BlockKind.BLINATUMOMAB, successors=to, **values)


def walked(key: str, start: str, status: str = "COMPLETED", **more: object):
    values: dict[str, object] = {"ordinal": 1, **more}
    return WalkedRound(
        block=key,
        status=RoundStatus(status),
        starts_on=dt.date.fromisoformat(start),
        **values,  # type: ignore[arg-type]
    )


def rows(items) -> list[tuple[str, int, str | None, str]]:
    return [
        (
            item.block.key,
            item.ordinal,
            item.starts_on.isoformat() if item.starts_on else None,
            item.firmness.value,
        )
        for item in items
    ]


def fork() -> Regimen:
    """Return two cycles, then a decision on remission."""
    return regimen(
        cycle("a", *ways("d"), times=2),
        block(
            "d",
            kind=BlockKind.DECISION,
            successors=(
                Successor(to="b", when=(REMISSION,)),
                Successor(to="out", when=(NONE,)),
                Successor(to="hsct", optional=True),
            ),
        ),
        cycle("b"),
        block("out", kind=BlockKind.EXIT),
        block("hsct", kind=BlockKind.EXIT),
    )


def remission(value: str) -> list[KnownFact]:
    return [KnownFact(kind=FactKind.REMISSION, value=value)]


def test_a_course_that_is_not_ordered_is_provisional_to_the_end():
    found = outlook(fork(), starts_on=DAY_1)

    # 672 h / 24 + 14 = 42 days a cycle.
    assert rows(found) == [
        ("a", 1, "2026-03-02", "PROVISIONAL"),
        ("a", 2, "2026-04-13", "PROVISIONAL"),
        ("d", 1, "2026-05-25", "PROVISIONAL"),
        ("b", 1, "2026-05-25", "PROVISIONAL"),
    ]
    assert [item.cycle for item in found] == [1, 2, None, 3]
    assert [each.why for each in found[0].reasons] == [Why.NOT_STARTED]
    assert [each.why for each in found[-1].reasons] == [Why.NOT_STARTED, Why.DECISION]


def test_without_a_start_no_date_is_known():
    assert {item.firmness for item in outlook(fork())} == {Firmness.UNKNOWN}


@pytest.mark.parametrize(
    ("facts", "verdicts", "last"),
    [
        ([], ["UNKNOWN", "UNKNOWN", "OPEN"], "b"),
        (remission("CRI"), ["OPEN", "CLOSED", "OPEN"], "b"),
        (remission("NONE"), ["CLOSED", "OPEN", "OPEN"], "out"),
        # Both are closed: the first is shown, for nothing better is known.
        (remission("RELAPSE"), ["CLOSED", "CLOSED", "OPEN"], "b"),
    ],
)
def test_the_expected_way_follows_the_facts_and_shows_every_branch(
    facts, verdicts, last
):
    found = outlook(fork(), starts_on=DAY_1, facts=facts)

    assert [each.verdict.value for each in found[2].branches] == verdicts
    assert found[-1].block.key == last


def test_what_was_walked_comes_first_as_it_was():
    rounds = [
        walked("a", "2026-03-02", ended_on=dt.date(2026, 4, 14), cycle=1),
        walked("a", "2026-04-16", "STARTED", ordinal=2, cycle=2),
    ]

    found = outlook(fork(), rounds)

    assert rows(found) == [
        ("a", 1, "2026-03-02", "FIRM"),
        ("a", 2, "2026-04-16", "FIRM"),
        ("d", 1, "2026-05-28", "PROVISIONAL"),
        ("b", 1, "2026-05-28", "PROVISIONAL"),
    ]
    assert found[-1].cycle == 3


def test_a_round_after_sourced_lengths_alone_is_provisional_for_nobody_planned_it():
    graph = regimen(chemo("a", "b"), chemo("b", "c"), chemo("c"))

    found = outlook(graph, [walked("a", "2026-03-02", "STARTED")])

    assert rows(found) == [
        ("a", 1, "2026-03-02", "FIRM"),
        ("b", 1, "2026-03-30", "PROVISIONAL"),
        ("c", 1, "2026-04-27", "PROVISIONAL"),
    ]
    assert found[0].reasons == ()
    assert {one.reasons for one in found[1:]} == {
        (Reason(why=Why.NOT_STARTED, block="b"),)
    }


def test_a_decision_that_was_taken_is_followed():
    rounds = [
        walked("a", "2026-03-02", ordinal=2, cycle=2, moved_on_to="d"),
        walked("d", "2026-04-13", moved_on_to="out"),
    ]

    assert [item.block.key for item in outlook(fork(), rounds)] == ["a", "d", "out"]


def test_a_round_that_waits_for_its_gate_makes_what_follows_provisional():
    gated = regimen(
        chemo("a", "b"),
        block("b", own_days=28, gate=Gate(text=TITLE), successors=ways("c")),
        chemo("c"),
    )
    rounds = [walked("a", "2026-03-02", "STARTED")]

    found = outlook(gated, rounds)

    assert rows(found) == [
        ("a", 1, "2026-03-02", "FIRM"),
        ("b", 1, "2026-03-30", "PROVISIONAL"),
        ("c", 1, "2026-04-27", "PROVISIONAL"),
    ]
    assert [(one.why, one.block) for one in found[2].reasons] == [(Why.GATE, "b")]

    passed = [*rounds, walked("b", "2026-03-30", "STARTED")]
    assert [one.firmness for one in outlook(gated, passed)] == [
        Firmness.FIRM,
        Firmness.FIRM,
        Firmness.PROVISIONAL,
    ]
    waiting = [*rounds, walked("b", "2026-03-30", "PLANNED", gate_passed=False)]
    assert rows(outlook(gated, waiting))[2][3] == "PROVISIONAL"


def test_nothing_is_dated_after_a_length_that_no_source_gives():
    found = outlook(
        regimen(chemo("a", "b"), chemo("b", "c", days=None), chemo("c")),
        [walked("a", "2026-03-02", "STARTED")],
    )

    assert rows(found) == [
        ("a", 1, "2026-03-02", "FIRM"),
        ("b", 1, "2026-03-30", "PROVISIONAL"),
        ("c", 1, None, "UNKNOWN"),
    ]
    assert [(one.why, one.block) for one in found[2].reasons] == [
        (Why.NOT_STARTED, "b"),
        (Why.LENGTH, "b"),
    ]


@pytest.mark.parametrize(
    ("edge", "last"),
    # Day 1 is 2 March, so block a ends on 29 March; 100 days from either.
    [(Edge.START, dt.date(2026, 6, 9)), (Edge.END, dt.date(2026, 7, 6))],
)
def test_maintenance_is_measured_from_an_earlier_block(edge, last):
    until = Until(anchor="a", edge=edge, days=100)
    found = outlook(
        regimen(chemo("a", "b"), chemo("b", "c"), block("c", until=until)),
        starts_on=DAY_1,
    )

    assert (found[2].starts_on, found[2].ends_on) == (dt.date(2026, 4, 27), last)


def test_a_course_may_begin_at_a_later_block():
    found = outlook(fork(), starts_on=DAY_1, start_block="b")

    assert rows(found) == [("b", 1, "2026-03-02", "PROVISIONAL")]
    with pytest.raises(BlockUnknown):
        outlook(fork(), starts_on=DAY_1, start_block="x")


def test_an_optional_way_is_shown_and_asks_for_no_decision():
    first = cycle("a", Successor(to="out", after=After.EACH, optional=True), times=2)

    assert not needs_decision(first, is_last_round=False)
    assert not needs_decision(first, is_last_round=True)
    found = outlook(regimen(first, block("out", kind=BlockKind.EXIT)), starts_on=DAY_1)
    assert [item.block.key for item in found] == ["a", "a"]
    assert [len(item.branches) for item in found] == [1, 1]


def test_a_way_that_opens_after_each_round_asks_before_going_on():
    each = cycle("a", Successor(to="b", after=After.EACH), times=2)

    assert needs_decision(each, is_last_round=False)
    assert not needs_decision(each, is_last_round=True)


def test_the_facts_a_fork_asks_for_are_named_once():
    assert facts_needed(fork().block("d")) == (FactKind.REMISSION,)
    assert facts_needed(fork().block("a")) == ()


def test_each_answer_of_a_branch_is_shown():
    found = branches(fork().block("d"), remission("CR"))

    assert [each.answers[0].holds for each in found[:2]] == [True, False]
    assert found[2].verdict == Verdict.OPEN
    assert found[2].answers == ()


def test_a_regimen_may_be_opened_with_a_pre_phase():
    opening = chemo("pre", days=4)

    found = outlook(opened_with(fork(), opening), starts_on=DAY_1)

    assert rows(found)[:2] == [
        ("pre", 1, "2026-03-02", "PROVISIONAL"),
        ("a", 1, "2026-03-06", "PROVISIONAL"),
    ]
    assert found[0].block.kind == BlockKind.PREPHASE
    with pytest.raises(RegimenNotSane):
        opened_with(fork(), chemo("a"))
