"""What is true of every chain the planner makes, and that none is better."""

import datetime as dt
import itertools
import random
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from infusion.domain.bags import Line, Stretch
from infusion.domain.calendars import VisitCalendar
from infusion.domain.planner import ChainRequest, Supply, Weights, plan_chain
from tests.properties.planner_oracle import Oracle, bill
from tests.properties.planner_worlds import (
    HOUR,
    MINUTE,
    ZERO,
    fixed,
    moved_by,
    recipe,
    world,
    worlds,
)

SEEDS = range(0, 600, 20)
QUARTERS = range(10_000, 10_040, 4)


def seeded(seed: int, **limits: object):
    chance = random.Random(seed)
    return world(lambda choices: chance.choice(list(choices)), **limits)


def billed(request) -> int | None:
    """Return what the plan costs, or None where there is none."""
    outcome = plan_chain(request)
    return None if outcome.unmet else bill(request, outcome.bags)


@pytest.mark.parametrize("first", SEEDS)
def test_no_chain_on_the_whole_grid_is_better(first):
    for seed in range(first, first + 20):
        request = seeded(seed)
        assert billed(request) == Oracle(request).best()


@pytest.mark.parametrize("first", QUARTERS)
def test_no_chain_on_a_grid_of_15_minutes_is_better(first):
    for seed in range(first, first + 4):
        request = seeded(seed, grids=(15,), most_hours=96)
        assert billed(request) == Oracle(request).best()


@pytest.mark.parametrize("first", range(30_000, 30_600, 20))
def test_no_chain_is_better_that_does_what_people_fixed(first):
    for seed in range(first, first + 20):
        request = seeded_and_fixed(seed)
        assert billed(request) == Oracle(request).best()


@pytest.mark.parametrize("first", range(40_000, 40_024, 4))
def test_what_people_fixed_holds_on_a_grid_of_15_minutes(first):
    for seed in range(first, first + 4):
        request = seeded_and_fixed(seed, grids=(15,), most_hours=75)
        assert billed(request) == Oracle(request).best()


def seeded_and_fixed(seed: int, **limits: object):
    chance = random.Random(seed)

    def pick(choices):
        return chance.choice(list(choices))

    return fixed(world(pick, **limits), pick)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_what_people_fixed_is_done(seed):
    request = seeded_and_fixed(seed)
    outcome = plan_chain(request)
    assume(not outcome.unmet)
    bags = [bag for bag in outcome.bags if not bag.is_hanging]
    hung = {bag.hang_at for bag in bags}
    first, last = outcome.bags[0].hang_at, outcome.bags[-1].take_down_at
    begins = max(first, request.line.at)

    assert {at for at in request.must_change if begins < at < last} <= hung
    for rule in request.recipe_rules:
        for bag in bags:
            if rule.from_at <= bag.hang_at < rule.until:
                assert bag.recipe.key == rule.recipe_key


@settings(deadline=None)
@given(worlds(most_hours=96))
def test_no_chain_is_better_than_the_best_that_hypothesis_can_think_of(request):
    assert billed(request) == Oracle(request).best()


@pytest.mark.parametrize("first", range(20_000, 20_200, 20))
def test_off_the_grid_no_chain_whose_changes_lie_on_it_is_better(first):
    for seed in range(first, first + 20):
        request = moved_by(seeded(seed), 7 * MINUTE)
        best = Oracle(request).best()

        outcome = plan_chain(request)

        if best is not None:
            assert not outcome.unmet
            assert bill(request, outcome.bags) <= best


@settings(deadline=None)
@given(worlds(), st.sampled_from([ZERO, 7 * MINUTE, dt.timedelta(seconds=23)]))
def test_every_hour_is_covered_once_and_no_limit_is_broken(request, shift):
    request = moved_by(request, shift)
    bags = plan_chain(request).bags
    assume(bags)
    line = request.line

    first = request.hanging.hung_at if request.hanging else line.at
    assert bags[0].hang_at == first
    for one, other in itertools.pairwise(bags):
        assert one.take_down_at == other.hang_at
    for bag in bags:
        assert bag.hang_at < bag.take_down_at <= bag.use_by
        assert bag.is_hanging or bag.run <= bag.recipe.life
        if not bag.is_hanging:
            assert bag.daily_dose_mcg == dose_at(request, bag.hang_at)
            assert dose_at(request, bag.hang_at) == dose_at(
                request, bag.take_down_at - dt.timedelta(microseconds=1)
            )


@settings(deadline=None)
@given(worlds(), st.sampled_from([ZERO, 7 * MINUTE, dt.timedelta(seconds=23)]))
def test_a_plan_without_reasons_reaches_the_end(request, shift):
    request = moved_by(request, shift)
    outcome = plan_chain(request)
    end = request.line.instant(request.stretches[-1].end)

    codes = {one.code for one in outcome.unmet}
    event(f"unmet: {sorted(codes)}")
    reached = bool(outcome.bags) and outcome.bags[-1].take_down_at == end
    assert reached is (codes <= {"visit_outside_window"})
    if outcome.nearest:
        assert outcome.nearest[-1].take_down_at == end
        assert outcome.bags == outcome.nearest[: len(outcome.bags)]
        assert outcome.relaxations


@settings(deadline=None)
@given(worlds())
def test_runs_obey_the_rules_of_the_site(request):
    bags = [bag for bag in plan_chain(request).bags if not bag.is_hanging]
    ends = {request.line.instant(one.end) for one in request.stretches}
    made = {bag.id for bag in request.waiting if bag.prepared_at}
    pattern = [hours * HOUR for hours in request.rules.run_pattern_hours]
    new = [bag for bag in bags if bag.id not in made]

    for bag in bags:
        if bag.take_down_at in ends or (bag.id in made and is_cut(request, bag)):
            continue
        if bag.recipe.run_hours and not pattern:
            assert bag.run / HOUR in bag.recipe.run_hours
        elif pattern and bag in new:
            assert bag.run in pattern
        else:
            assert bag.run >= request.rules.shortest_run
    if request.rules.one_rate:
        assert len({bag.recipe.rate_ml_h for bag in new}) <= 1


def is_cut(request, bag) -> bool:
    """Say whether a bag that exists comes down at its own limit."""
    (one,) = [other for other in request.waiting if other.id == bag.id]
    return (bag.take_down_at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // MINUTE == (
        Oracle(request).limit(one)
    )


def dose_at(request, at):
    position = request.line.position(at)
    return [one for one in request.stretches if one.start <= position][
        -1
    ].daily_dose_mcg


@settings(deadline=None)
@given(worlds())
def test_the_score_is_the_bill(request):
    outcome = plan_chain(request)
    assume(outcome.bags and not outcome.nearest)

    assert outcome.score.cost(request.weights) == bill(request, outcome.bags)


@settings(deadline=None)
@given(worlds())
def test_the_same_request_gives_the_same_answer(request):
    first, second = plan_chain(request), plan_chain(replace(request))

    assert repr(first) == repr(second)


@settings(deadline=None)
@given(worlds())
def test_a_plan_that_still_fits_is_kept(request):
    request = replace(request, kept=(), weights=Weights(), waiting=())
    # Whoever comes for a bag that runs dry today may come a step of the grid earlier.
    hanging = request.hanging
    assume(hanging is None or hanging.free_from <= hanging.latest)
    first = plan_chain(request)
    assume(first.bags and not first.nearest)

    again = plan_chain(replace(request, kept=visits(first)))

    assert visits(again) == visits(first)
    assert again.score.moved == 0


@settings(deadline=None)
@given(worlds(), st.integers(0, 3))
def test_a_new_day_off_moves_no_more_visits_than_a_fresh_plan(request, later):
    request = replace(request, kept=(), weights=Weights(), waiting=())
    first = plan_chain(request)
    assume(first.bags and not first.nearest)
    day = first.bags[-1].hang_at.astimezone(request.calendar.zone).date()
    holidays = request.calendar.holidays | {day - later * dt.timedelta(days=1)}
    changed = replace(
        request,
        calendar=replace(request.calendar, holidays=holidays),
        kept=visits(first),
    )
    fresh = plan_chain(replace(changed, kept=()))

    again = plan_chain(changed)

    assert again.score.outside == fresh.score.outside
    assert again.score.off_days == fresh.score.off_days
    kept = set(visits(first))
    assert len(set(visits(again)) - kept) <= len(set(visits(fresh)) - kept)


@settings(deadline=None)
@given(worlds())
def test_bags_that_are_planned_lend_their_identity_and_change_nothing_else(request):
    planned = [replace(bag, prepared_at=None) for bag in request.waiting]
    request = replace(request, waiting=tuple(planned))
    outcome = plan_chain(request)
    ids = [bag.id for bag in outcome.bags if bag.id and not bag.is_hanging]
    kinds = {bag.id: (bag.recipe.key, bag.daily_dose_mcg) for bag in planned}

    bare = plan_chain(replace(request, waiting=()))

    assert outcome.score == bare.score
    assert len(ids) == len(set(ids))
    for bag in outcome.bags:
        if bag.id in kinds:
            assert kinds[bag.id] == (bag.recipe.key, bag.daily_dose_mcg)


@settings(deadline=None)
@given(worlds(), st.sampled_from([30 * MINUTE, 2 * HOUR, 12 * HOUR]))
def test_the_end_comes_early_only_where_that_saves_a_bag(request, tolerance):
    exact = plan_chain(request)
    assume(not exact.unmet)

    early = plan_chain(replace(request, end_tolerance=tolerance))

    event(f"shortened: {bool(early.score.shortened)}")
    assert ZERO <= early.score.shortened <= tolerance
    assert early.score.cost(request.weights) <= exact.score.cost(request.weights)
    if early.score.shortened:
        assert len(early.bags) < len(exact.bags)
    else:
        assert early.bags == exact.bags


@settings(deadline=None)
@given(worlds())
def test_more_slots_of_the_pharmacy_never_make_a_plan_worse(request):
    scarce, free = plan_chain(request), plan_chain(replace(request, supply=Supply()))
    assume(not scarce.unmet)

    assert free.score.cost(request.weights) <= scarce.score.cost(request.weights)


def visits(outcome):
    hangs = [bag.hang_at for bag in outcome.bags if not bag.is_hanging]
    return (*hangs, outcome.bags[-1].take_down_at)


def test_the_seeds_reach_every_part_of_a_request():
    """A generator that never asks for something proves nothing about it."""
    requests = [seeded(seed) for seed in range(600)]
    parts = {
        "hanging": [one.hanging for one in requests],
        "made": [any(bag.prepared_at for bag in one.waiting) for one in requests],
        "slots": [one.supply.ready_slots for one in requests],
        "needle": [one.needle_windows for one in requests],
        "kept": [one.kept for one in requests],
        "pattern": [one.rules.run_pattern_hours for one in requests],
        "rate": [one.rules.one_rate for one in requests],
        "strict": [one.rules.strict_windows for one in requests],
        "windows": [one.calendar.windows for one in requests],
        "steps": [one.stretches[1:] for one in requests],
        "stops": [any(r.run_hours for r in one.recipes) for one in requests],
        "hour": [one.steady_at for one in requests],
        "impossible": [plan_chain(one).unmet for one in requests[:200]],
    }
    for name, found in parts.items():
        share = sum(map(bool, found)) / len(found)
        assert 0.04 < share < 0.97, name


def test_a_line_that_runs_off_the_minute_keeps_its_seconds():
    request = moved_by(seeded(3), dt.timedelta(seconds=23, microseconds=500))

    (first, *_) = plan_chain(request).bags

    assert isinstance(request.line, Line)
    assert first.take_down_at.second in {0, 23}


@pytest.mark.parametrize("unaligned", [0, 2_000, 30_000])
@pytest.mark.parametrize("hours", [60, 75])
def test_two_changes_in_one_needle_window_meet_it_once(hours, unaligned):
    start = seeded(3).line.at
    stops = replace(recipe(24), run_hours=(12, 24))
    request = ChainRequest(
        line=Line(at=start, delivered=ZERO),
        stretches=stretches_of(hours),
        recipes=(stops,),
        calendar=VisitCalendar(zone=ZoneInfo("UTC"), weekend=frozenset()),
        needle_windows=((start + 5 * HOUR, start + 45 * HOUR),),
        weights=Weights(change=500, vial=0, waste_minute=1, unaligned=unaligned),
        grid=60 * MINUTE,
    )

    assert billed(request) == Oracle(request).best()


def stretches_of(hours: int):
    return (
        Stretch(start=ZERO, end=hours * HOUR, level="full", daily_dose_mcg=Decimal(28)),
    )
