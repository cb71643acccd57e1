"""What is true of every plan, whatever happened."""

import datetime as dt
import itertools
from dataclasses import replace

from hypothesis import assume, event, given
from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.instants import local_date
from infusion.domain.plans import (
    CycleFacts,
    effective_ledger,
    line_of,
    make_plan,
    next_start,
)
from tests.properties import worlds
from tests.spec.world import CYCLE, DAY, HOUR, START, ZERO, instant

# The weeks in which the clocks change, in both directions, where they do.
SEASONS = ("2026-02-25", "2026-03-20", "2026-04-01", "2026-09-25", "2026-10-20")


def only_cycle(request):
    return make_plan(request).cycles[0]


@given(worlds.requests())
def test_bags_cover_every_hour_to_come_once(request):
    (facts,) = request.cycles
    line = line_of(facts, request.now)
    done = effective_ledger(facts, request.now).delivered(request.now)
    assume(done < CYCLE)

    plan = only_cycle(request)

    at = done
    for bag in plan.bags:
        begins, ends = line.position(bag.hang_at), line.position(bag.take_down_at)
        event(f"hanging: {bag.is_hanging}")
        assert bag.is_hanging or begins == at
        at = max(at, ends)
    assert at == CYCLE
    assert plan.infusion_ends_at == line.instant(CYCLE)


@given(worlds.requests())
def test_the_runs_of_a_cycle_are_672_hours(request):
    (facts,) = request.cycles
    done = effective_ledger(facts, request.now).delivered(request.now)
    assume(done < CYCLE)
    line = line_of(facts, request.now)

    to_come = [
        line.position(bag.take_down_at) - max(done, line.position(bag.hang_at))
        for bag in only_cycle(request).bags
    ]

    assert done + sum((max(ZERO, run) for run in to_come), ZERO) == CYCLE


@given(worlds.requests())
def test_no_bag_outlives_its_use_by_or_its_content(request):
    for bag in only_cycle(request).bags:
        assert bag.hang_at <= bag.take_down_at <= bag.use_by
        assert bag.is_hanging or ZERO < bag.run <= bag.recipe.life


@given(worlds.requests())
def test_each_new_bag_serves_one_dose_and_the_step_is_a_bag_change(request):
    plan = only_cycle(request)

    for bag in plan.bags:
        begun = [step for step in plan.steps if step.at <= bag.hang_at]
        over = [step for step in plan.steps if bag.hang_at < step.at]
        if bag.is_hanging or not begun:
            continue
        assert bag.daily_dose_mcg == begun[-1].daily_dose_mcg
        assert all(bag.take_down_at <= step.at for step in over)


@given(worlds.requests())
def test_a_step_to_come_begins_with_a_bag(request):
    plan = only_cycle(request)

    to_come = {step.at for step in plan.steps if step.at > request.now}
    changes = {bag.hang_at for bag in plan.bags}
    # A bag of the next dose that was hung early stays on.
    early = {
        step.at
        for step in plan.steps
        for bag in plan.bags
        if bag.is_hanging and bag.daily_dose_mcg == step.daily_dose_mcg
        if bag.hang_at < step.at < bag.take_down_at
    }

    assert to_come <= changes | early


@given(worlds.requests())
def test_no_bag_is_planned_twice_or_for_a_patient_who_may_not_have_it(request):
    plan = only_cycle(request)

    known = [bag.id for bag in plan.bags if bag.id]
    weight = request.cycles[0].weight.weight_kg

    assert len(known) == len(set(known))
    assert all(bag.recipe.fits(weight) for bag in plan.bags if bag.id is None)


@given(worlds.requests())
def test_every_bag_that_was_made_is_used_or_named(request):
    (facts,) = request.cycles
    plan = only_cycle(request)

    used = {bag.id for bag in plan.bags}
    unused = [one for one in facts.waiting if one.prepared_at and one.id not in used]
    named = [one for one in plan.unmet if one.code == "bag_not_usable"]

    assert len(named) == len(unused)
    known = {"bag_not_usable", "other_dose_on_pump", "start_overdue"}
    assert {one.code for one in plan.unmet} <= known


@given(worlds.requests())
def test_the_same_request_makes_the_same_plan(request):
    first, second = make_plan(request), make_plan(replace(request))

    assert first == second
    assert repr(first) == repr(second)


@given(worlds.running_requests(), st.data())
def test_time_alone_changes_nothing_for_a_running_cycle(request, data):
    plan = only_cycle(request)
    assume(request.now < plan.bags[0].take_down_at)
    left = (plan.bags[0].take_down_at - request.now) // worlds.MINUTE
    later = request.now + data.draw(st.integers(0, left)) * worlds.MINUTE
    made_later = only_cycle(replace(request, now=later))

    assert replace(made_later, messages=()) == replace(plan, messages=())
    assert [one for one in plan.messages if one.due_at > later] == [
        one for one in made_later.messages if one.due_at > later
    ]


@given(worlds.requests())
def test_messages_are_owed_in_time_and_once(request):
    owed = only_cycle(request).messages

    assert all(request.now <= one.due_at < one.expires_at for one in owed)
    keys = [(one.kind, one.occurrence.subject_id, one.to) for one in owed]
    assert len(keys) == len(set(keys))


@given(worlds.requests())
def test_no_visit_is_planned_before_now_but_for_what_is_overdue(request):
    (facts,) = request.cycles
    plan = only_cycle(request)
    assume(facts.ledger.events and plan.infusion_ends_at > request.now)

    assert all(visit.at >= request.now for visit in plan.visits)


@given(
    st.sampled_from(worlds.ZONES),
    st.sampled_from(SEASONS),
    st.integers(0, 6),
    st.times(),
    st.sampled_from(worlds.KEYS),
)
def test_elapsed_hours_are_the_same_in_every_zone_and_season(
    zone, day, later, time, key
):
    date = dt.date.fromisoformat(day) + dt.timedelta(days=later)
    start = instant(f"{date} {time.replace(microsecond=0, tzinfo=None)}", zone)
    plans = [
        make_plan(course_from(key, begins)).cycles[0]
        for begins in (start, START.astimezone(dt.UTC))
    ]

    there, here = [offsets(plan) for plan in plans]

    assert there == here
    assert there[-1][1] == CYCLE


def course_from(key, start, zone="UTC", last_cycle=1):
    facts = CycleFacts(
        number=1,
        starts_at=start,
        weight=worlds.DosingWeight(weight_kg=worlds.Decimal(70)),
    )
    regimen = catalogue.get_regimen(key)
    before = facts.starts_at - DAY
    return worlds.request_for(regimen, facts, before, zone, last_cycle)


def offsets(plan):
    start = plan.starts_at
    return [(bag.hang_at - start, bag.take_down_at - start) for bag in plan.bags]


@given(
    st.sampled_from(worlds.ZONES),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31)),  # noqa: DTZ001
    st.sampled_from(worlds.KEYS),
)
def test_cycles_follow_one_another_after_their_free_days(zone, naive, key):
    start = instant(naive.isoformat(), zone)
    most = catalogue.get_regimen(key).max_cycles
    request = course_from(key, start, zone, most)

    cycles = make_plan(request).cycles

    assert len(cycles) == most
    for before, after in itertools.pairwise(cycles):
        free = request.regimen.pattern(before.number).free_days
        assert after.starts_at == next_start(before, request.zone)
        assert local_date(after.starts_at, request.zone) == before.ends_on + DAY
        # A cycle may be an hour short of whole days, where the clocks change in it.
        rest = after.starts_at - before.infusion_ends_at
        assert rest >= free * DAY - HOUR


@given(worlds.requests(running=True))
def test_a_delay_of_less_than_a_day_never_moves_a_cycle_and_a_longer_one_does(request):
    plan = only_cycle(request)
    free = request.regimen.pattern(plan.number).free_days

    after = next_start(plan, request.zone)

    # Less than a whole day of delay is not added to the free days.
    assert after > plan.infusion_ends_at + (free - 1) * DAY - HOUR
    assert local_date(after, request.zone) > plan.ends_on
