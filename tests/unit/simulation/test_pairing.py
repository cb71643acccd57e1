"""The same patients under two rule sets."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from infusion.catalogue.simulation import shipped_numbers
from infusion.catalogue.triage import shipped_triage
from infusion.simulation.pairing import Compared, OtherPatients, compare
from infusion.simulation.printing import text_of_two
from infusion.simulation.report import report_of
from infusion.simulation.stories import (
    CourseStory,
    Ending,
    Illness,
    IllnessTold,
    RunFacts,
)
from tests.unit.simulation.rough import NUMBERS, story

HOUR = dt.timedelta(hours=1)
FEVER = IllnessTold(
    illness=Illness.CRS,
    onset=100 * HOUR,
    ended=200 * HOUR,
    peak_grade=1,
    at_home_at_onset=True,
)


def courses(*flagged: dt.timedelta | None, **more: object) -> list[CourseStory]:
    """Return a course with one fever each, noticed that long after its onset."""
    return [
        CourseStory(
            index=index,
            group="ADULT",
            regimen="us-label-rr",
            days_on_ward=3,
            days_at_home=25,
            ended_why=Ending.DONE,
            illnesses=(replace(FEVER, flagged_after=one, **more),),
        )
        for index, one in enumerate(flagged)
    ]


def test_each_illness_is_compared_with_itself():
    before = courses(5 * HOUR, 5 * HOUR, 5 * HOUR, None, None)
    after = courses(2 * HOUR, 9 * HOUR, None, HOUR, None)
    (found,) = compare(before, after).illnesses

    assert found.illness == Illness.CRS
    assert (found.both, found.only_before, found.only_after, found.neither) == (
        2,
        1,
        1,
        1,
    )
    assert (found.sooner, found.later) == (1, 1)
    assert found.by.p90 == 4 * HOUR


def test_what_began_on_a_ward_in_one_of_them_is_left_out():
    found = compare(courses(HOUR), courses(HOUR, at_home_at_onset=False))

    assert found.illnesses == ()


def test_other_patients_are_refused():
    with pytest.raises(OtherPatients):
        compare(courses(HOUR), courses(HOUR, HOUR))


@pytest.fixture(scope="module")
def two_runs() -> tuple[list[CourseStory], list[CourseStory]]:
    """The shipped rules, and the same without a headache that is bearable."""
    shipped = shipped_triage()
    fewer = replace(
        shipped,
        rules=tuple(one for one in shipped.rules if one.key != "headache-mild"),
    )
    return tuple(
        [story(7, index, one) for index in range(4)] for one in (shipped, fewer)
    )


def told(two_runs: tuple[list[CourseStory], list[CourseStory]]) -> tuple[Compared, str]:
    reports = [
        report_of(
            RunFacts(seed=7, patients=4, regimen="us-label-rr", rules=name, notes={}),
            stories,
            NUMBERS,
        )
        for name, stories in zip(("shipped", "site 2"), two_runs, strict=True)
    ]
    compared = compare(*two_runs)
    return compared, text_of_two(*reports, compared)


def test_a_rule_that_is_left_out_costs_alerts_and_never_adds_one(two_runs):
    compared, said = told(two_runs)
    before, after = compared.alerts_per_day
    headache = next(line for line in said.splitlines() if "  headache-mild " in line)

    assert before > after
    assert compared.more_alerts == 0
    assert compared.fewer_alerts > 0
    assert sum(one.only_after for one in compared.illnesses) == 0
    assert headache.split()[1] == "1"


def test_two_rule_sets_stand_side_by_side(two_runs):
    _, said = told(two_runs)

    planned = next(line for line in said.splitlines() if "  Planned " in line)

    assert "Rules: 1 is shipped, 2 is site 2" in said
    assert planned.split() == ["Planned", "1", "200"]
    assert "The same patients" in said
    assert shipped_numbers().assumed[0].path in said


def test_the_command_asks_what_the_shipped_rules_are_compared_with():
    with pytest.raises(CommandError, match="--rules"):
        call_command("simulate", "--compare")
