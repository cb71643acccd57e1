from dataclasses import replace
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.blocks import (
    Block,
    BlockKind,
    CyclePattern,
    DoseStep,
    RegimenNotSane,
    inpatient_until,
)
from infusion.domain.regimens import (
    BlockUnknown,
    CycleNotInRegimen,
    CycleNotPlannable,
)
from tests.spec.world import DAY, START
from tests.unit.domain.graphs import block, chemo, ways

RR = catalogue.get_regimen("us-label-rr")


def pattern(*steps: tuple[int, str], **changes: object) -> CyclePattern:
    values = {"infusion_hours": 672, "free_days": 14, "inpatient_days": None, **changes}
    return CyclePattern(
        steps=tuple(DoseStep(from_hour=hour, level=level) for hour, level in steps),
        **values,
    )


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [(1, "full")],
        [(0, "low"), (0, "full")],
        [(0, "low"), (200, "full"), (168, "full")],
        [(0, "low"), (672, "full")],
        [(0, "low"), (700, "full")],
    ],
)
def test_steps_outside_the_infusion_or_out_of_order_are_refused(steps):
    with pytest.raises(RegimenNotSane) as refusal:
        pattern(*steps)

    assert refusal.value.field == "steps"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"free_days": -1}, "infusion"), ({"infusion_hours": 0}, "steps")],
)
def test_a_pattern_that_can_not_be_is_refused(changes, field):
    with pytest.raises(RegimenNotSane) as refusal:
        pattern((0, "full"), **changes)

    assert refusal.value.field == field


def test_the_level_changes_at_its_hour():
    stepped = pattern((0, "low"), (168, "full"))

    assert stepped.level_at(Decimal("167.99")) == "low"
    assert stepped.level_at(Decimal(168)) == "full"
    assert stepped.segments() == ((0, 168, "low"), (168, 672, "full"))


def test_the_length_of_a_pattern_is_not_known_without_its_free_days():
    assert pattern((0, "full")).length_days == 42
    assert pattern((0, "full"), infusion_hours=600, free_days=7).length_days == 32
    assert pattern((0, "full"), free_days=None).length_days is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"times": 0}, "times"),
        ({"kind": BlockKind.CHEMOTHERAPY}, "infusion_kind"),
        ({"own_days": 41}, "length_days"),
    ],
)
def test_a_block_that_can_not_be_is_refused(changes, field):
    values = {"pattern": pattern((0, "full")), "kind": BlockKind.BLINATUMOMAB}

    with pytest.raises(RegimenNotSane) as refusal:
        block("b", **{**values, **changes})

    assert (refusal.value.field, refusal.value.params["place"]) == (field, "b")


def regimen(*blocks: Block):
    return replace(RR, blocks=blocks, premedication=())


CYCLE = {"kind": BlockKind.BLINATUMOMAB, "pattern": pattern((0, "full"))}
EXIT = {"kind": BlockKind.EXIT}


@pytest.mark.parametrize(
    ("blocks", "field", "place"),
    [
        ([], "no_blocks", ""),
        ([chemo("a"), chemo("a")], "block_twice", "a"),
        ([chemo("a", "x")], "unknown_block", "a"),
        ([chemo("a", "b"), block("b", **EXIT, successors=ways("a"))],
         "exit_goes_on", "b"),
        ([chemo("a", "b"), block("b", kind=BlockKind.DECISION)], "decides_nothing", "b"),
        ([chemo("a", "b"), chemo("b", "a")], "cycle_in_graph", "b"),
        ([chemo("a", "a")], "cycle_in_graph", "a"),
        ([chemo("a"), chemo("b")], "unreachable", "b"),
        ([chemo("a", "c"), chemo("c"), chemo("b", "c")], "unreachable", "b"),
        ([chemo("a", "b"), chemo("b", until="x")], "unknown_block", "b"),
        ([chemo("a", "b", "c"), chemo("b", "c"), chemo("c", until="b")],
         "anchor_not_before", "c"),
        ([chemo("a", until="a")], "anchor_not_before", "a"),
        ([block("a", kind=BlockKind.BLINATUMOMAB, pattern=pattern((0, "triple")))],
         "level", "a"),
    ],
)  # fmt: skip
def test_a_graph_that_can_not_be_walked_is_refused(blocks, field, place):
    with pytest.raises(RegimenNotSane) as refusal:
        regimen(*blocks)

    assert (refusal.value.field, refusal.value.params["place"]) == (field, place)


def test_a_loop_is_shown_from_its_first_block():
    with pytest.raises(RegimenNotSane) as refusal:
        regimen(chemo("a", "b"), chemo("b", "c"), chemo("c", "b"))

    assert refusal.value.params["loop"] == "b → c → b"


def test_an_anchor_that_comes_before_on_every_way_is_fine():
    found = regimen(chemo("a", "b", "c"), chemo("b", "c"), chemo("c", until="a"))

    assert found.block("c").until.anchor == "a"


def test_a_cycle_beyond_the_last_is_refused_with_the_largest_number():
    with pytest.raises(CycleNotInRegimen) as refusal:
        RR.pattern(10)

    assert refusal.value.params == {"max_cycles": 9}


def test_a_block_that_is_not_there_is_refused_with_the_known_ones():
    with pytest.raises(BlockUnknown) as refusal:
        RR.pattern_of("c3")

    assert "consolidation" in str(refusal.value.params["known"])


def test_a_block_without_an_infusion_has_no_pattern():
    with pytest.raises(CycleNotPlannable):
        RR.pattern_of("after-two")


def test_the_expected_way_repeats_blocks_and_numbers_the_cycles():
    found = regimen(
        chemo("a", "b"),
        block("b", **CYCLE, times=2, successors=ways("c", "out")),
        chemo("c", "d"),
        block("d", **CYCLE),
        block("out", **EXIT),
    )

    walked = [(each.block.key, each.ordinal, each.cycle) for each in found.rounds()]

    assert walked == [
        ("a", 1, None), ("b", 1, 1), ("b", 2, 2), ("c", 1, None), ("d", 1, 3),
    ]  # fmt: skip
    assert found.round_of(2).ordinal == 2
    after = [(each.block.key, each.ordinal) for each in found.rounds_after("b", 1)]
    assert after == [("b", 2), ("c", 1), ("d", 1)]


def test_an_optional_way_is_not_the_expected_one():
    found = regimen(
        block("a", **CYCLE, successors=ways("out", optional=True) + ways("b")),
        block("b", **CYCLE),
        block("out", **EXIT),
    )

    assert [each.block.key for each in found.rounds()] == ["a", "b"]


def test_the_most_cycles_are_those_of_the_longest_way():
    found = regimen(
        block("a", kind=BlockKind.DECISION, successors=ways("b", "c")),
        block("b", **CYCLE, times=2),
        block("c", **CYCLE, times=3, successors=ways("b")),
    )

    assert found.max_cycles == 5
    assert [each.cycle for each in found.rounds()] == [None, 1, 2]


def test_hospital_days_are_whole_days_from_the_start():
    assert inpatient_until(RR.pattern(1), START) == START + 9 * DAY
    assert inpatient_until(RR.pattern(3), START) is None


def test_premedication_belongs_to_blocks_and_may_to_the_first_round_alone():
    rule = replace(RR.premedication[0], blocks=("c1",), first_round_only=True)

    assert rule.applies("c1", 1)
    assert not rule.applies("c1", 2)
    assert not rule.applies("c2", 1)
    assert replace(rule, blocks=None, first_round_only=False).applies("c2", 7)
