"""The figures of synthetic patients: what is refused, and that none is there in vain."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from infusion.catalogue.checking import check
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.catalogue.simulation import shipped_numbers
from infusion.domain.alerts import Cause
from infusion.domain.evidence import Fact, Mark
from infusion.domain.ladders import Severity
from infusion.simulation.people import ADULT, CHILD, person
from infusion.simulation.report import report_of
from infusion.simulation.staff import OnDuty
from infusion.simulation.stories import CourseStory, Ending, RunFacts
from tests.unit.catalogue.writing import written

HOUR = dt.timedelta(hours=1)
START = dt.datetime(2026, 11, 2, 14, tzinfo=dt.UTC)
NUMBERS = shipped_numbers()


@pytest.mark.parametrize(
    ("before", "after", "place", "why"),
    [
        ('value = "48.5"', 'value = "148.5"', "crs_percent_child", "100"),
        ('value = "48.5"', 'value = "a half"', "crs_percent_child", "number"),
        ('sources = ["BiTE-CN-2024"]', 'sources = ["heard"]', "crs_3_percent", "heard"),
        ('code = "CHILLS"', 'code = "CHILL"', "signs.crs-chills-yes-1", "CHILL"),
        ('is = "MILD"', 'is = "MIDDLING"', "signs.crs-headache-mild-1", "MIDDLING"),
        ('illness = "CRS"', 'illness = "FLU"', "signs.crs-chills-yes-1", ""),
        ('most = { value = "9"', 'most = { value = "11"', "ice[1].most", "10"),
        ('keys = ["us-label-mrd"', 'keys = ["us-label"', "regimens[1]", "us-label"),
        ("[regimens.numbers]\ncrs", "[regimens.numbers]\ncrp", "regimens[1]", "crp"),
        ('zh = "模拟器的虚拟患者"', 'cn = "模拟器的虚拟患者"', "title", "languages"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused_by_place_and_reason(
    tmp_path, before, after, place, why
):
    problems = check([written(tmp_path, "synthetic-patients", (before, after))])

    assert any(place in one.place and why in one.reason.en for one in problems), [
        (one.place, one.reason.en) for one in problems
    ]


def test_patients_of_another_regimen_fall_ill_as_often_as_published_of_them():
    usual, with_mrd = NUMBERS, NUMBERS.of_regimen("us-label-mrd")

    assert usual.number("crs_percent_adult") == 15
    assert with_mrd.number("crs_percent_adult") == 7
    assert with_mrd.number("crs_onset_days") == usual.number("crs_onset_days")
    assert NUMBERS.of_regimen("us-label-rr").facts == usual.facts


def test_what_no_source_gives_says_so():
    published = [one for one in NUMBERS.facts.values() if one.sources]

    assert {one.mark for one in published} <= {Mark.A, Mark.B, Mark.D, Mark.F}
    assert all("Assumption" in one.note.en for one in NUMBERS.assumed)
    assert len(published) + len(NUMBERS.assumed) == len(NUMBERS.facts)


class Noted(Mapping[str, Fact]):
    """Facts that remember which of them were asked for."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts, self.asked = facts, set[str]()

    def __getitem__(self, key: str) -> Fact:
        self.asked.add(key)
        return self.facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)


def test_every_figure_is_used_and_none_that_is_not_there():
    noted = Noted(NUMBERS.facts)
    numbers = replace(NUMBERS, facts=noted)
    forms = shipped_questionnaires()
    for index in range(60):
        one = person(3, index, numbers)
        for hours in range(0, 24 * 20, 16):
            since = hours * HOUR
            one.answers_after(since)
            one.change_off_by(since)
            one.answers(forms["daily-adult"], since, START + since)
            one.answers(forms["neuro"], since, START + since)
    duty = OnDuty(seed=3, numbers=numbers)
    for severity in (Severity.RED, Severity.AMBER):
        for index in range(30):
            told = START + index * HOUR
            duty.takes(index, Cause.CHECK_IN_RED, severity, told)
    duty.looks(1, 0, HOUR)
    for group in (ADULT, CHILD):
        course = CourseStory(
            index=0, group=group, regimen="", days_on_ward=1, days_at_home=1,
            ended_why=Ending.DONE,
        )  # fmt: skip
        run = RunFacts(seed=3, patients=1, regimen="", rules="", notes={})
        report_of(run, [course], numbers)

    assert noted.asked == set(NUMBERS.facts)
