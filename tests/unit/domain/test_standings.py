"""Where a course stands, and which ways are open to it."""

import datetime as dt

import pytest

from infusion.domain.blocks import After, BlockKind
from infusion.domain.conditions import FactKind
from infusion.domain.regimens import BlockUnknown
from infusion.domain.standings import Due, leaving, standing
from infusion.domain.walks import RoundStatus, Verdict, WalkedRound, outlook
from tests.unit.domain.graph_regimens import (
    CR,
    EXIT,
    NO_CR,
    asks,
    block,
    cycle,
    forked,
    known,
    regimen,
    way,
)

DAY = dt.date(2026, 6, 1)


def walked(key, status=RoundStatus.COMPLETED, ordinal=1, **more):
    return WalkedRound(block=key, ordinal=ordinal, status=status, starts_on=DAY, **more)


def test_a_course_without_a_round_waits_for_the_first_block():
    place = standing(forked(), ())

    assert (place.due, place.block.key) == (Due.BLOCK_START, "ia")


@pytest.mark.parametrize(
    ("key", "status", "due"),
    [
        ("ia", RoundStatus.PLANNED, Due.BLOCK_START),
        ("ia", RoundStatus.STARTED, Due.BLOCK_END),
        ("ii", RoundStatus.PLANNED, Due.CYCLE_START),
        ("ii", RoundStatus.STARTED, Due.CYCLE_END),
    ],
)
def test_what_is_open_is_what_is_due(key, status, due):
    place = standing(forked(), [walked(key, status)])

    assert (place.due, place.block.key) == (due, key)
    assert place.choices == ()


def test_after_a_fork_a_person_decides_and_the_facts_are_named():
    place = standing(forked(), [walked("ia")])

    assert (place.due, place.block.key) == (Due.DECISION, "ia")
    assert place.needed == (FactKind.CYTOREDUCTION, FactKind.REMISSION)
    assert [one.to for one in place.choices] == ["ib", "ic", "ii"]
    assert {one.branch.verdict for one in place.choices} == {Verdict.UNKNOWN}


def test_the_facts_open_one_way_and_close_the_others():
    facts = [known(FactKind.CYTOREDUCTION, "YES"), known(FactKind.REMISSION, "NONE")]

    place = standing(forked(), [walked("ia")], facts)

    verdicts = {one.to: one.branch.verdict for one in place.choices}
    assert verdicts == {
        "ib": Verdict.CLOSED,
        "ic": Verdict.OPEN,
        "ii": Verdict.CLOSED,
    }


def test_what_was_decided_comes_next():
    place = standing(forked(), [walked("ia", moved_on_to="ic")])

    assert (place.due, place.block.key, place.choices) == (Due.BLOCK_START, "ic", ())


def test_an_optional_exit_waits_beside_the_next_cycle():
    place = standing(forked(), [walked("ii")])

    assert (place.due, place.block.key) == (Due.CYCLE_ORDER, "iii")
    assert place.needs_gate
    (leave,) = place.choices
    assert (leave.to, leave.is_optional, leave.is_exit) == ("allo-hsct", True, True)


def test_the_next_round_of_a_repeated_block_needs_no_decision():
    place = standing(forked(), [walked("iii")])

    assert (place.due, place.block.key, place.ordinal) == (Due.CYCLE_ORDER, "iii", 2)
    assert [one.to for one in place.choices] == ["allo-hsct"]


def test_after_the_last_round_nothing_is_due_but_the_exit_stays():
    place = standing(forked(), [walked("iii", ordinal=2)])

    assert (place.due, place.block) == (Due.NOTHING, None)
    assert [one.to for one in place.choices] == ["allo-hsct"]


def test_a_stopped_course_is_left_by_the_exit_of_the_block_it_stopped_in():
    place = leaving(forked(), [walked("ii", RoundStatus.STOPPED)], was_stopped=True)

    assert (place.due, place.block) == (Due.NOTHING, None)
    (leave,) = place.choices
    assert (leave.to, leave.from_block) == ("allo-hsct", "ii")
    assert (leave.is_off_path, leave.branch.verdict) == (False, Verdict.OPEN)


def test_a_stopped_course_reaches_an_exit_without_a_way_off_the_path():
    before = [walked("ia", moved_on_to="ic")]

    (leave,) = leaving(forked(), before, was_stopped=True).choices

    assert (leave.to, leave.from_block, leave.from_ordinal) == ("allo-hsct", "ia", 1)
    assert (leave.is_off_path, leave.branch.verdict) == (True, Verdict.UNKNOWN)
    assert leave.needed == ()


def test_a_course_that_ended_as_planned_is_left_only_where_a_way_leads():
    assert leaving(forked(), [walked("ib")], was_stopped=False).choices == ()
    over = leaving(forked(), [walked("iii", ordinal=2)], was_stopped=False)
    assert [one.to for one in over.choices] == ["allo-hsct"]
    assert leaving(forked(), (), was_stopped=True).choices == ()


def test_a_gate_that_was_passed_is_asked_no_more():
    planned = walked("iii", RoundStatus.PLANNED, gate_passed=False)
    passed = walked("iii", RoundStatus.PLANNED, gate_passed=True)

    assert standing(forked(), [planned]).needs_gate
    assert not standing(forked(), [passed]).needs_gate


def test_a_decision_block_is_a_fork_of_its_own():
    graph = regimen(
        block("ia", way("response"), way("allo-hsct", optional=True)),
        block(
            "response",
            way("go", CR),
            way("allo-hsct", NO_CR),
            kind=BlockKind.DECISION,
            own_days=None,
        ),
        cycle("go"),
        EXIT,
    )

    place = standing(graph, [walked("ia")])

    assert (place.due, place.block.key) == (Due.DECISION, "response")
    # The way the decision block itself offers comes before the optional one.
    assert [(one.from_block, one.to) for one in place.choices] == [
        ("response", "go"),
        ("response", "allo-hsct"),
        ("ia", "allo-hsct"),
    ]
    assert place.needed == (FactKind.REMISSION,)


def test_leaving_or_going_on_after_each_round_is_a_decision_when_asked():
    graph = regimen(
        cycle("c", way("d", asks(FactKind.DONOR, "YES"), after=After.EACH), times=3),
        block("d"),
    )

    place = standing(graph, [walked("c")])

    assert place.due == Due.DECISION
    assert [(one.to, one.is_going_on) for one in place.choices] == [
        ("c", True),
        ("d", False),
    ]
    onward = standing(graph, [walked("c", moved_on_to="c")])
    assert (onward.due, onward.block.key, onward.ordinal) == (Due.CYCLE_ORDER, "c", 2)


def test_a_way_into_an_exit_waits_for_somebody_who_takes_it():
    graph = regimen(block("a", way("allo-hsct")), EXIT)

    place = standing(graph, [walked("a")])

    assert (place.due, place.block.key) == (Due.LEAVE, "allo-hsct")
    assert [one.to for one in place.choices] == ["allo-hsct"]


def test_a_round_of_a_block_that_is_gone_is_not_guessed():
    with pytest.raises(BlockUnknown):
        standing(forked(), [walked("gone")])


@pytest.mark.parametrize(
    ("facts", "number", "verdict"),
    [
        ({"VERY_HIGH": "NEGATIVE"}, 1, Verdict.OPEN),
        ({"HIGH": "POSITIVE"}, 2, Verdict.OPEN),
        ({"HIGH": None}, 2, Verdict.UNKNOWN),
        ({"HIGH": "NEGATIVE"}, 1, Verdict.CLOSED),
    ],
)
def test_of_several_ways_to_one_block_the_one_the_facts_open_counts(
    facts, number, verdict
):
    ways = (
        way("on", asks(FactKind.MRD, "NEGATIVE")),
        way("exit", asks(FactKind.RISK_GROUP, "VERY_HIGH")),
        way("exit", asks(FactKind.MRD, "POSITIVE")),
    )
    exit_ = block("exit", kind=BlockKind.EXIT, own_days=None)
    forks = regimen(block("risk", *ways), cycle("on"), exit_)
    ((risk, mrd),) = facts.items()
    taken = [known(FactKind.RISK_GROUP, risk)]
    taken += [known(FactKind.MRD, mrd)] if mrd else []

    choice = standing(forks, [walked("risk")], taken).choice("exit")

    assert choice.branch.successor == ways[number]
    assert choice.branch.verdict == verdict


def left_out(key, ordinal=1):
    return WalkedRound(
        block=key, ordinal=ordinal, status=RoundStatus.OMITTED, starts_on=None
    )


def test_after_what_was_left_out_the_next_block_is_due():
    place = standing(forked(), [walked("ib"), left_out("ii")])

    assert (place.due, place.block.key, place.ordinal) == (Due.CYCLE_ORDER, "iii", 1)


def test_after_a_round_left_out_the_next_round_is_due_and_after_the_last_nothing():
    first, last = left_out("iii"), left_out("iii", ordinal=2)

    place = standing(forked(), [walked("ii"), first])

    assert (place.due, place.block.key, place.ordinal) == (Due.CYCLE_ORDER, "iii", 2)
    assert standing(forked(), [walked("ii"), first, last]).due == Due.NOTHING


def test_a_fork_after_what_was_left_out_is_still_decided_by_a_person():
    assert standing(forked(), [left_out("ia")]).due == Due.DECISION


def test_what_was_left_out_takes_no_day_and_no_number_in_the_outlook():
    before = walked("ib", ended_on=DAY + dt.timedelta(days=27))

    _ib, gone, following, *_rest = outlook(forked(), [before, left_out("ii")])

    assert (gone.status, gone.starts_on, gone.ends_on) == (
        RoundStatus.OMITTED,
        None,
        None,
    )
    assert gone.cycle is None
    assert (following.block.key, following.cycle) == ("iii", 1)
    assert following.starts_on == DAY + dt.timedelta(days=28)
