"""Whatever changes the dose, when, and how often: every hour has one dose, once."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.bags import Line
from infusion.domain.clock import Ledger
from infusion.domain.dose_changes import (
    DoseChange,
    DoseChangeKind,
    LowStep,
    stretches_over,
    turns_of,
)
from infusion.domain.plans import make_plan
from tests.spec.world import CYCLE, START, facts, hours, ledger, request, weight

REGIMEN = catalogue.get_regimen("us-label-rr")
HOUR = dt.timedelta(hours=1)
BLOCKS = st.sampled_from(["c1", "c2"])


@st.composite
def changes(draw):
    kind = draw(st.sampled_from(DoseChangeKind))
    low = kind in {DoseChangeKind.RESTART_LOW, DoseChangeKind.START_LOW}
    is_weight = kind == DoseChangeKind.WEIGHT
    kg = draw(st.sampled_from(["44", "45", "70"]))
    return DoseChange(
        from_at=START + hours(draw(st.integers(0, 700))),
        kind=kind,
        low=LowStep(level="low", hours=168) if low else None,
        weight=weight(kg, "140") if is_weight else None,
    )


def dose(level, of):
    return REGIMEN.doses.dose(level, of, request().dose_step_mcg).mcg


def naive(block, many, hour, line):
    """Return the level and weight at an hour, by looking at every change."""
    pattern, of = REGIMEN.pattern_of(block), weight("70", "140")
    level = pattern.level_at(hour)
    if any(one.kind == DoseChangeKind.START_FULL for one in many):
        level = pattern.steps[-1].level
    at_start = {DoseChangeKind.START_FULL, DoseChangeKind.START_LOW}
    for one in sorted(many, key=lambda each: line.position(each.from_at)):
        begins = line.position(one.from_at) / HOUR if one.kind not in at_start else 0
        if one.low and begins <= hour < begins + one.low.hours:
            level = one.low.level
        if one.weight and begins <= hour:
            of = one.weight
    return level, dose(level, of)


@given(BLOCKS, st.lists(changes(), max_size=5))
def test_every_hour_has_the_dose_that_every_change_together_asks_for(block, many):
    line = Line(at=START, delivered=dt.timedelta(0))
    turns = turns_of(many, Ledger(), line, START)
    pattern = REGIMEN.pattern_of(block)

    found = stretches_over(pattern, turns, weight("70", "140"), dose)

    assert (found[0].start, found[-1].end) == (dt.timedelta(0), CYCLE)
    for one, following in itertools.pairwise(found):
        assert one.end == following.start
        same = (one.level, one.daily_dose_mcg)
        assert same != (following.level, following.daily_dose_mcg)
    for hour in range(0, 672, 7):
        (one,) = [each for each in found if each.start <= hour * HOUR < each.end]
        assert (one.level, one.daily_dose_mcg) == naive(block, many, hour, line)


@given(
    BLOCKS,
    st.lists(changes(), max_size=3),
    st.integers(1, 600),
    st.integers(1, 160),
)
def test_the_bags_still_cover_every_hour_once_with_the_dose_due(
    block, many, stopped, gap
):
    told = ledger(f"start 0, pause {stopped}")
    cycle = facts(
        block=block, ledger=told, weight=weight("70", "140"), dose_changes=tuple(many)
    )
    now = START + hours(stopped + gap)

    (plan,) = make_plan(request(cycles=[cycle], now=now)).cycles

    assert plan.infusion_ends_at == START + CYCLE + hours(gap)
    assert plan.bags[0].hang_at == now
    assert plan.bags[-1].take_down_at == plan.infusion_ends_at
    for bag, following in itertools.pairwise(plan.bags):
        assert bag.take_down_at == following.hang_at
    for bag in plan.bags:
        (step,) = [one for one in plan.steps if one.at <= bag.hang_at][-1:]
        later = [one.at for one in plan.steps if one.at > step.at]
        assert bag.daily_dose_mcg == step.daily_dose_mcg
        assert all(bag.take_down_at <= at or at <= bag.hang_at for at in later)
