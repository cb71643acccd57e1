"""What another version of a regimen would alter of what was given."""

import datetime as dt
from dataclasses import replace

from infusion.domain.blocks import BlockKind, CyclePattern, DoseStep
from infusion.domain.versions import altered
from infusion.domain.walks import RoundStatus, WalkedRound
from tests.unit.domain.graph_regimens import block, cycle, doses, forked, regimen, way

DAY = dt.date(2026, 6, 1)


def walked(key, status=RoundStatus.COMPLETED, ordinal=1, **more):
    return WalkedRound(block=key, ordinal=ordinal, status=status, starts_on=DAY, **more)


def changed(key, **more):
    old = forked()
    blocks = [replace(one, **more) if one.key == key else one for one in old.blocks]
    return replace(old, blocks=tuple(blocks))


SHORTER = CyclePattern(
    infusion_hours=336, free_days=14, steps=(DoseStep(from_hour=0, level="full"),)
)


def test_an_equal_version_alters_nothing():
    way_so_far = [walked("ia"), walked("ib"), walked("ii", RoundStatus.STARTED)]

    assert altered(forked(), forked(), way_so_far) == ()


def test_a_given_cycle_keeps_its_infusion():
    assert altered(forked(), changed("ii", pattern=SHORTER), [walked("ii")]) == (
        "blocks.ii.infusion",
    )


def test_a_running_cycle_keeps_its_infusion_too():
    running = [walked("ii", RoundStatus.STARTED)]

    assert altered(forked(), changed("ii", pattern=SHORTER), running) == (
        "blocks.ii.infusion",
    )


def test_what_is_only_planned_may_change():
    planned = [walked("ii", RoundStatus.PLANNED)]

    assert altered(forked(), changed("ii", pattern=SHORTER), planned) == ()


def test_what_was_given_elsewhere_only_has_to_be_there():
    before = [walked("ii", RoundStatus.ELSEWHERE)]

    assert altered(forked(), changed("ii", pattern=SHORTER), before) == ()


def test_a_given_dose_stays_what_it_was():
    new = replace(forked(), doses=doses("35"))

    assert altered(forked(), new, [walked("ii")]) == ("doses.levels.full",)
    assert altered(forked(), new, [walked("ia")]) == ()


def test_fewer_rounds_than_were_given_are_refused():
    second = [walked("iii"), walked("iii", ordinal=2)]

    assert altered(forked(), changed("iii", times=1), second) == ("blocks.iii.times",)


def test_a_way_that_was_taken_has_to_stay():
    new = changed("ia", successors=(way("ib"), way("ic")))

    taken = [walked("ia"), walked("ii", RoundStatus.PLANNED)]
    decided = [walked("ia", moved_on_to="ii")]
    other = [walked("ia", moved_on_to="ib")]
    assert altered(forked(), new, taken) == ("blocks.ia.next",)
    assert altered(forked(), new, decided) == ("blocks.ia.next",)
    assert altered(forked(), new, other) == ()


def test_a_block_that_is_gone_alters_what_was_given_in_it():
    old = forked()
    blocks = tuple(
        replace(one, successors=(way("ii"),)) if one.key == "ia" else one
        for one in old.blocks
        if one.key not in {"ib", "ic"}
    )

    found = altered(old, replace(old, blocks=blocks), [walked("ia"), walked("ib")])

    assert found == ("blocks.ia.next", "blocks.ib")


def without(old, key):
    """Return the regimen without a block, and without the ways that led to it."""
    blocks = (
        replace(one, successors=tuple(w for w in one.successors if w.to != key))
        for one in old.blocks
        if one.key != key
    )
    return replace(old, blocks=tuple(blocks))


def choosing():
    return regimen(
        block("chemo", way("fork")),
        block("fork", way("blina"), way("more"), kind=BlockKind.DECISION),
        cycle("blina"),
        block("more"),
    )


def test_what_is_planned_has_to_stay_in_the_regimen():
    planned = [walked("chemo"), walked("fork"), walked("more", RoundStatus.PLANNED)]

    found = altered(choosing(), without(choosing(), "more"), planned)

    assert found == ("blocks.fork.next", "blocks.more")


def test_a_planned_first_round_has_to_stay_too():
    old = choosing()
    renamed = replace(old, blocks=(replace(old.blocks[0], key="x"), *old.blocks[1:]))

    first = [walked("chemo", RoundStatus.PLANNED)]

    assert altered(old, renamed, first) == ("blocks.chemo",)


def test_a_planned_round_beyond_the_new_number_is_refused():
    planned = [walked("iii"), walked("iii", RoundStatus.PLANNED, ordinal=2)]

    assert altered(forked(), changed("iii", times=1), planned) == ("blocks.iii.times",)


def test_a_planned_cycle_stays_a_cycle():
    old = choosing()
    other = tuple(block("blina") if one.key == "blina" else one for one in old.blocks)

    found = altered(
        old, replace(old, blocks=other), [walked("blina", RoundStatus.PLANNED)]
    )

    assert found == ("blocks.blina.kind",)


def test_what_was_decided_upon_has_to_stay():
    decided = [walked("chemo"), walked("fork", moved_on_to="more")]

    found = altered(choosing(), without(choosing(), "more"), decided)

    assert found == ("blocks.fork.next", "blocks.more")
