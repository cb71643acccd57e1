"""Synthetic patients: repeatable, as published, and never better than they were drawn."""

import datetime as dt
import itertools
import random
import statistics
import uuid
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.simulation import shipped_numbers
from infusion.catalogue.triage import shipped_triage
from infusion.domain.findings import Source
from infusion.domain.findings_kinds import Code
from infusion.domain.questionnaires import Audience
from infusion.domain.rates import Rate
from infusion.domain.submissions import FormAnswers, Submission, read_findings
from infusion.domain.triage import CheckIn, Colour, triage
from infusion.simulation.draws import Draws
from infusion.simulation.illnesses import illnesses, stops
from infusion.simulation.people import ADULT, CHILD, Person, person
from infusion.simulation.stories import Illness

NUMBERS = shipped_numbers()
FORMS = shipped_questionnaires()
START = dt.datetime(2026, 11, 2, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MANY = 20_000
SIGNED = frozenset({"place"})
HOURS = st.integers(0, 28 * 24).map(lambda hours: hours * HOUR)


def find(illness: Illness, grade: int, *, alone: bool = False) -> Person:
    """Return the first patient whose worst grade of an illness is that one."""
    for index in range(5000):
        one = person(3, index, NUMBERS)
        had = [each.peak_grade for each in one.illnesses if each.illness == illness]
        if had == [grade] and not (alone and one.profile.answers_by_caregiver):
            return one
    raise LookupError("no such patient among 5000")


def peak(one: Person, illness: Illness) -> dt.timedelta:
    return next(each.peaked for each in one.illnesses if each.illness == illness)


def submission(one: Person, key: str, since: dt.timedelta) -> Submission:
    form, at = FORMS[key], START + since
    values = one.answers(form, since, at, SIGNED)
    return Submission(
        client_id=uuid.UUID(int=0),
        forms=(FormAnswers(key=key, version=form.version, answers=values),),
        given_at=at,
        language=one.profile.language,
    )


def findings(one: Person, key: str, since: dt.timedelta):
    by = Source.NURSE if FORMS[key].audiences == {Audience.NURSE} else Source.PATIENT
    sent = submission(one, key, since)
    return read_findings([FORMS[key]], sent, by, sent.given_at, SIGNED)


@given(seed=st.integers(0, 10**6), index=st.integers(0, 10**4), since=HOURS)
@settings(max_examples=25, deadline=None)
def test_the_same_seed_and_number_give_the_same_patient(seed, index, since):
    random.seed(seed)
    first, again = person(seed, index, NUMBERS), person(seed, index, NUMBERS)
    # Whatever was asked before, and of whom, changes nothing.
    person(seed, index + 1, NUMBERS).answers_after(since)
    again.answers_after(since + HOUR)
    form = FORMS["neuro"]

    assert first == again
    assert first.answers_after(since) == again.answers_after(since)
    assert first.change_off_by(since) == again.change_off_by(since)
    assert first.answers(form, since, START + since) == again.answers(
        form, since, START + since
    )


def test_another_seed_or_number_is_another_patient():
    found = {
        person(seed, index, NUMBERS).illnesses for seed in (1, 2) for index in range(20)
    }

    assert len(found) > 20


def test_an_assumption_that_changes_leaves_the_other_concerns_alone():
    facts = dict(NUMBERS.facts)
    facts["silent_percent"] = replace(facts["silent_percent"], value="100")
    silent = replace(NUMBERS, facts=facts)
    before, after = person(7, 4, NUMBERS), person(7, 4, silent)

    assert after.answers_after(HOUR) is None
    assert after.illnesses == before.illnesses
    assert after.stops == before.stops
    assert after.profile == before.profile


@pytest.mark.parametrize("group", [ADULT, CHILD])
def test_rates_and_onsets_are_the_published_ones(group):
    drawn = [illnesses(Draws(11, index), group, NUMBERS) for index in range(MANY)]

    for illness in Illness:
        name = illness.value.lower()
        had = [one for each in drawn for one in each if one.illness == illness]
        severe = [one for one in had if one.peak_grade >= 3]
        percent = f"percent_{group.lower()}"
        assert Rate(events=len(had), of=MANY).holds(NUMBERS.number(f"{name}_{percent}"))
        assert Rate(events=len(severe), of=MANY).holds(
            NUMBERS.number(f"{name}_3_{percent}")
        )
        median = statistics.median(one.onset for one in had)
        published = NUMBERS.span(f"{name}_onset_days")
        assert abs(median / published - 1) < 0.05
        assert all(one.onset < one.peaked < one.ended for one in had)


def test_the_pump_stops_as_often_as_published():
    found = [stops(Draws(11, index), NUMBERS) for index in range(MANY)]
    rate = sum(map(len, found)) / MANY

    assert abs(rate / NUMBERS.number("pump_events") - 1) < 0.05
    assert all(
        one.at + one.lasts < after.at
        for each in found
        for one, after in itertools.pairwise(each)
    )


def test_a_grade_climbs_to_its_peak_and_falls_to_none():
    one = find(Illness.CRS, 3)
    ill = next(each for each in one.illnesses if each.illness == Illness.CRS)
    steps = [
        one.grade(Illness.CRS, ill.onset + (ill.ended - ill.onset) * part / 200)
        for part in range(201)
    ]
    top = steps.index(3)

    assert one.grade(Illness.CRS, ill.onset - HOUR) == 0
    assert steps[0] == 1
    assert steps[-1] == 0
    assert steps[:top] == sorted(steps[:top])
    assert steps[top:] == sorted(steps[top:], reverse=True)


@pytest.mark.parametrize("key", sorted(FORMS))
@given(index=st.integers(0, 10**4), since=HOURS)
@settings(max_examples=15, deadline=None)
def test_the_service_can_read_every_answer_to_every_form(key, index, since):
    found = findings(person(5, index, NUMBERS), key, since)
    wanted = [one.code for one in FORMS[key].questions if one.code]

    assert [one.code for one in found] == wanted


@given(index=st.integers(0, 10**4), since=HOURS)
@settings(max_examples=100, deadline=None)
def test_answers_to_ice_never_add_up_to_more_than_was_drawn(index, since):
    one = person(5, index, NUMBERS)
    items = [
        int(each.value)
        for each in findings(one, "neuro", since)
        if each.code.startswith("ICE_") and each.value is not None
    ]

    assert sum(items) <= one.condition.ice(since)


def test_ice_falls_with_the_grade_into_the_range_of_the_table():
    one = find(Illness.NEUROTOXICITY, 3)

    assert one.condition.ice(dt.timedelta(0)) == 10
    assert 0 <= one.condition.ice(peak(one, Illness.NEUROTOXICITY)) <= 2


def test_a_fever_is_told_and_only_a_fever_reducer_hides_it():
    one = find(Illness.CRS, 2)
    since = peak(one, Illness.CRS)
    told = set()
    for minute in range(200):
        found = {each.code: each.value for each in findings(
            one, "daily-adult", since + dt.timedelta(minutes=minute)
        )}  # fmt: skip
        if found[Code.TEMPERATURE] is not None:
            is_hidden = float(found[Code.TEMPERATURE]) < 38
            told.add((is_hidden, found[Code.ANTIPYRETIC_TAKEN]))

    assert (False, "NO") in told
    assert (True, "YES") in told
    assert (True, "NO") not in told


def test_the_well_are_green_nearly_always_and_the_ill_hardly_ever():
    rules = shipped_triage()

    def colours(one: Person, since: dt.timedelta) -> list[Colour]:
        found = []
        for minute in range(120):
            at = since + dt.timedelta(minutes=minute)
            read = findings(one, "daily-adult", at)
            found.append(
                triage(rules, CheckIn(at=START + at, findings=read), []).colour
            )
        return found

    ill = find(Illness.CRS, 3)
    well = next(
        one
        for one in (person(3, index, NUMBERS, ADULT) for index in range(500))
        if not one.illnesses and not one.condition.infections
    )
    of_ill = colours(ill, peak(ill, Illness.CRS))

    assert of_ill.count(Colour.GREEN) == 0
    assert colours(well, dt.timedelta(days=3)).count(Colour.GREEN) > 80


def test_a_confused_patient_alone_falls_silent_and_a_caregiver_does_not():
    one = find(Illness.NEUROTOXICITY, 3, alone=True)
    since = peak(one, Illness.NEUROTOXICITY)
    helped = replace(one, profile=replace(one.profile, answers_by_caregiver=True))
    minutes = [since + dt.timedelta(minutes=each) for each in range(200)]

    alone = sum(one.answers_after(each) is None for each in minutes)
    beside = sum(helped.answers_after(each) is None for each in minutes)

    assert alone > 150
    assert beside < 40


def test_children_are_small_and_the_young_do_not_answer_themselves():
    children = [person(1, index, NUMBERS, CHILD).profile for index in range(200)]
    adults = [person(1, index, NUMBERS, ADULT).profile for index in range(200)]

    assert {one.answers_by_caregiver for one in children if one.age < 12} == {True}
    assert {one.answers_by_caregiver for one in children if one.age >= 12} == {False}
    assert min(one.weight_kg for one in adults) >= 45
    assert all(1 <= one.age <= 17 for one in children)


def test_a_fever_that_is_no_crs_and_a_still_pump_need_a_person_as_well():
    people = [person(3, index, NUMBERS) for index in range(300)]
    infected = next(one for one in people if one.condition.infections)
    stopped = next(one for one in people if one.stops)
    begins, _ = infected.condition.infections[0]

    assert infected.needs_somebody(begins)
    assert stopped.needs_somebody(stopped.stops[0].at)
    assert not all(one.needs_somebody(HOUR) for one in people)
