"""Every regimen of the catalogue is previewed: all its blocks, and every known bag."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest

from infusion import catalogue
from infusion.domain.blocks import TIMELESS, BlockKind
from infusion.domain.doses import DoseNotInRegimen
from infusion.domain.entries import opened_with
from infusion.domain.plans import make_plan
from infusion.domain.recipes import allowed
from infusion.domain.regimens import Regimen
from infusion.domain.walks import Firmness, Why, outlook
from tests.spec.world import DAY, HOUR, START, facts, request, weight

DAY_1 = dt.date(2026, 3, 2)
# Heavy enough for a fixed dose, with a height for one that goes by surface.
GROWN = weight("70", "175")
MOST_CYCLES = 30


KEYS = sorted(catalogue.all_regimens())


def plan_of(regimen: Regimen, **more: object):
    asked = request(
        cycles=[facts(weight=GROWN, **more)],
        bags=catalogue.recipes_of(regimen),
        last_cycle=1,
    )
    return make_plan(replace(asked, regimen=regimen))


def has_doses(regimen: Regimen) -> bool:
    """Say whether every dose of a grown patient has a source."""
    try:
        for level in regimen.doses.levels:
            regimen.doses.dose(level, GROWN, request().dose_step_mcg)
    except DoseNotInRegimen:
        return False
    return True


@pytest.mark.parametrize("key", KEYS)
def test_the_blocks_follow_one_another_to_the_end(key):
    regimen = catalogue.get_regimen(key)

    items = outlook(regimen, starts_on=DAY_1)

    walked = [(each.block.key, each.ordinal) for each in regimen.rounds()]
    assert [(one.block.key, one.ordinal) for one in items] == walked
    assert items[0].starts_on == DAY_1
    for before, after in pairwise(items):
        if after.starts_on is None:
            hidden = {one.block for one in after.reasons if one.why == Why.LENGTH}
            assert after.firmness == Firmness.UNKNOWN
            assert hidden
        elif before.block.kind in TIMELESS:
            assert after.starts_on == before.starts_on
        else:
            assert after.starts_on == before.ends_on + DAY


@pytest.mark.parametrize("key", KEYS)
def test_the_dates_of_a_complete_regimen_are_known_to_its_end(key):
    regimen = catalogue.get_regimen(key)
    items = outlook(regimen, starts_on=DAY_1)

    undated = [one.block for one in items if one.starts_on is None]

    if regimen.is_complete:
        assert undated == []
    # What hides a date is named as missing.
    for one in items:
        for reason in one.reasons:
            if reason.why == Why.LENGTH:
                places = [hole.place for hole in regimen.missing]
                assert any(f"blocks.{reason.block}." in place for place in places)


@pytest.mark.parametrize("key", KEYS)
def test_every_cycle_that_is_described_is_planned_bag_by_bag(key):
    regimen = catalogue.get_regimen(key)
    recipes = allowed(catalogue.recipes_of(regimen), GROWN.weight_kg)
    cycles = [block for block in regimen.blocks if block.pattern is not None]
    if not has_doses(regimen):
        assert not regimen.is_complete
        return
    for block in cycles:
        plan = plan_of(regimen, block=block.key)
        (cycle,) = plan.cycles
        assert (cycle.block, cycle.number) == (block.key, 1)
        assert cycle.infusion_ends_at - START == block.pattern.infusion_hours * HOUR
        assert len(cycle.steps) == len(block.pattern.steps)
        if not recipes:
            assert [one.code for one in plan.unmet] == ["no_recipe_fits"]
            assert not regimen.is_complete
            continue
        assert plan.unmet == ()
        ends = [START, *(bag.take_down_at for bag in cycle.bags)]
        assert [bag.hang_at for bag in cycle.bags] == ends[:-1]
        assert ends[-1] == cycle.infusion_ends_at
        if block.pattern.free_days is None:
            assert cycle.ends_on is None
        else:
            assert cycle.ends_on is not None


@pytest.mark.parametrize("key", KEYS)
def test_the_plan_goes_as_far_as_the_dates_do(key):
    regimen = catalogue.get_regimen(key)
    first = next((each for each in regimen.rounds() if each.cycle == 1), None)
    if first is None or not has_doses(regimen):
        return
    asked = request(
        cycles=[facts(weight=GROWN)],
        bags=catalogue.recipes_of(regimen),
        last_cycle=min(regimen.max_cycles, MOST_CYCLES),
    )

    plan = make_plan(replace(asked, regimen=regimen))

    codes = {one.code for one in plan.unmet}
    assert codes <= {"length_missing", "cycle_not_plannable", "no_recipe_fits"}
    if regimen.is_complete:
        assert codes == set()
        cycles = [each.cycle for each in regimen.rounds() if each.cycle]
        assert [one.number for one in plan.cycles] == cycles


@pytest.mark.parametrize("key", KEYS)
def test_a_regimen_without_a_graph_problem_says_what_it_lacks(key):
    regimen = catalogue.get_regimen(key)

    assert regimen.is_complete == (not regimen.missing)
    for hole in regimen.missing:
        assert hole.note.en
        assert hole.note.zh
    for block in regimen.blocks:
        if block.is_cycle and block.pattern is None:
            assert not regimen.is_complete


@pytest.mark.parametrize("key", sorted(catalogue.shared_blocks()))
def test_shared_blocks_open_or_end_every_regimen(key):
    block = catalogue.shared_blocks()[key]

    for regimen in catalogue.all_regimens().values():
        if block.kind == BlockKind.PREPHASE and key not in {
            one.key for one in regimen.blocks
        }:
            items = outlook(opened_with(regimen, block), starts_on=DAY_1)
            assert [one.block.key for one in items[:2]] == [key, regimen.start.key]
    if block.kind == BlockKind.EXIT:
        named = [
            way.to
            for regimen in catalogue.all_regimens().values()
            for each in regimen.blocks
            for way in each.successors
        ]
        assert key in named
        assert block.reentry is None or block.reentry in catalogue.all_regimens()
