"""The report of a run: what it counts, and that the same stories say the same."""

import datetime as dt
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from django.utils import translation

from infusion.catalogue.simulation import shipped_numbers
from infusion.catalogue.triage import shipped_triage
from infusion.domain.alerts import Cause
from infusion.domain.ladders import Severity
from infusion.domain.rates import Rate
from infusion.domain.triage import Colour
from infusion.simulation import measuring, naming
from infusion.simulation.drawing import pictures
from infusion.simulation.printing import text
from infusion.simulation.report import Report, report_of
from infusion.simulation.stories import (
    AlertTold,
    ChangeTold,
    CheckInTold,
    CourseStory,
    Ending,
    Illness,
    IllnessTold,
    RunFacts,
    WasteTold,
)
from tests.unit.simulation.rough import story

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
MINUTE = HOUR / 60
NUMBERS = shipped_numbers()
RUN = RunFacts(
    seed=7, patients=2, regimen="us-label-rr", rules="triage 1.0.0", notes={}
)
COURSE = CourseStory(
    index=0,
    group="ADULT",
    regimen="us-label-rr",
    days_on_ward=3,
    days_at_home=25,
    ended_why=Ending.DONE,
)
FEVER = IllnessTold(
    illness=Illness.CRS,
    onset=4 * DAY,
    ended=8 * DAY,
    peak_grade=3,
    at_home_at_onset=True,
    asked=True,
    flagged_after=6 * HOUR,
    red_after=7 * HOUR,
)
RED = AlertTold(
    cause=Cause.CHECK_IN_RED,
    severity=Severity.RED,
    raised=4 * DAY + 6 * HOUR,
    rules=("fever", "chills"),
    taken_after=5 * MINUTE,
    had_reason=True,
)


def report(*stories: CourseStory, run: RunFacts = RUN) -> Report:
    return report_of(run, stories, NUMBERS)


SVG = "{http://www.w3.org/2000/svg}svg"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - drawn here, nobody else's


@pytest.fixture(scope="module")
def rough() -> list[CourseStory]:
    return [story(7, index, shipped_triage()) for index in range(3)]


def test_the_order_of_the_stories_changes_nothing(rough):
    once, again = report(*rough), report(*reversed(rough))

    assert once.as_json() == again.as_json()
    assert text(once) == text(again)
    assert list(pictures(once)) == list(pictures(again))


def test_json_can_be_read_and_tells_durations_in_hours(rough):
    told = json.loads(report(*rough).as_json())

    assert told["courses"] == 3
    assert told["run"]["seed"] == 7
    assert told["onsets"][0]["published"]["mark"] == "A"
    assert told["check_ins"]["to_answer"]["p50"] < 2
    assert {one["path"] for one in told["assumed"]} >= {"crs_onset_spread"}


@pytest.mark.parametrize("many", [0, 1])
def test_nothing_to_count_is_said_as_nothing(many):
    found = report(*[COURSE] * many)

    assert "Courses" in text(found)
    assert found.check_ins.missed == Rate(events=0, of=0)
    assert {parsed(svg).tag for _, svg in pictures(found)} == {SVG}


def test_onsets_count_up_to_the_end_of_each_day():
    later = replace(FEVER, onset=10 * DAY, at_home_at_onset=True)
    curve = report(
        replace(COURSE, illnesses=(FEVER,)),
        replace(COURSE, index=1, illnesses=(later,)),
    ).onsets[0]

    assert curve.illness == Illness.CRS
    assert curve.at_risk == 2
    assert [curve.by_day[day - 1] for day in (4, 5, 10, 11, 28)] == [0, 1, 1, 2, 2]
    assert curve.median == 4 * DAY


def test_rates_count_patients_of_a_group_and_stand_beside_the_published_figure():
    mild = replace(FEVER, peak_grade=2, recorded_grades=(1, 2))
    child = replace(COURSE, index=2, group="CHILD")
    found = report(
        replace(COURSE, illnesses=(FEVER,)),
        replace(COURSE, index=1, illnesses=(mild,)),
        child,
    )
    own = {(one.illness, one.group, one.grade): one.own for one in found.rates}
    published = {
        (one.illness, one.group, one.grade): one.published.value for one in found.rates
    }

    assert own[Illness.CRS, "ADULT", 1] == Rate(events=2, of=2)
    assert own[Illness.CRS, "ADULT", 3] == Rate(events=1, of=2)
    assert own[Illness.CRS, "CHILD", 1] == Rate(events=0, of=1)
    # What nobody noticed is not in the record.
    assert [one.recorded.events for one in found.rates][:2] == [1, 0]
    assert published[Illness.CRS, "ADULT", 3] == "3"
    assert published[Illness.NEUROTOXICITY, "CHILD", 3] == "5.5"


def test_only_what_began_at_home_could_be_noticed_there():
    on_ward = replace(FEVER, at_home_at_onset=False)
    missed = replace(FEVER, flagged_after=None, red_after=None)
    (found,) = report(
        replace(COURSE, illnesses=(FEVER,)),
        replace(COURSE, index=1, illnesses=(on_ward,)),
        replace(COURSE, index=2, illnesses=(missed,)),
    ).noticed

    assert found.peak_grade == 3
    assert found.flagged == Rate(events=1, of=2)
    assert found.red == Rate(events=1, of=2)
    assert found.to_flag.p50 == 6 * HOUR


def test_alerts_are_counted_by_severity_cause_and_every_rule():
    silent = AlertTold(
        cause=Cause.CHECK_IN_MISSED,
        severity=Severity.AMBER,
        raised=5 * DAY,
        is_exhausted=True,
    )
    shown = replace(silent, severity=Severity.INFO, is_exhausted=False)
    found = report(replace(COURSE, alerts=(RED, silent, shown)))
    by_rule = {one.name: one for one in found.rules}
    by_severity = {one.name: one for one in found.severities}

    assert set(by_rule) == {"fever", "chills"}
    assert by_severity["RED"].per_day == pytest.approx(1 / 28)
    assert by_severity["RED"].with_reason == Rate(events=1, of=1)
    assert by_severity["AMBER"].taken == Rate(events=0, of=1)
    assert by_severity["AMBER"].exhausted.events == 1
    # What is only shown is nobody's to take.
    assert by_severity["INFO"].taken == Rate(events=0, of=0)
    assert found.alert_days[4].raised == {"RED": 1, "AMBER": 0, "INFO": 0}


def test_a_day_counts_those_who_still_had_a_course():
    short = replace(COURSE, index=1, days_at_home=2)
    days = report(replace(COURSE, alerts=(RED,)), short).alert_days

    assert len(days) == 28
    assert [days[day].patients for day in (0, 4, 5, 27)] == [2, 2, 1, 1]


def test_silence_and_green_though_ill_are_told():
    answered = CheckInTold(due=DAY, answered_after=MINUTE, colour=Colour.GREEN)
    ill = replace(answered, true_grade=3)
    seen = replace(ill, colour=Colour.RED)
    silent = CheckInTold(due=DAY, answered_after=None, colour=None, true_grade=4)
    alarm = replace(answered, colour=Colour.AMBER)
    infected = replace(alarm, had_reason=True)
    told = (answered, ill, seen, silent, alarm, infected)
    found = report(replace(COURSE, check_ins=told)).check_ins

    assert found.missed == Rate(events=1, of=6)
    assert found.colours == {"GREEN": 2, "AMBER": 2, "RED": 1}
    assert found.flagged_though_well == Rate(events=1, of=2)
    assert found.green_though_ill == Rate(events=1, of=2)
    assert found.green_though_severe == Rate(events=1, of=2)


def test_changes_that_never_were_are_not_late_and_waste_is_by_course():
    planned = ChangeTold(
        planned=7 * DAY, done=7 * DAY + HOUR, is_at_home=True, is_off_hours=True
    )
    never = replace(planned, done=None)
    found = report(
        replace(COURSE, changes=(planned, never), waste=WasteTold(bags=1, vials=4)),
        replace(COURSE, index=1),
    )

    assert found.changes.late.of == 1
    assert found.changes.never_done == 1
    assert found.changes.off_hours == Rate(events=1, of=1)
    assert found.waste.vials == 2


def test_the_spread_takes_the_nearest_that_was_there():
    found = measuring.spread(minute * MINUTE for minute in range(10, 0, -1))

    assert (found.p50, found.p90) == (5 * MINUTE, 9 * MINUTE)
    assert measuring.spread([]).p50 is None


def test_people_read_figures_with_interval_mark_and_what_is_assumed():
    told = text(report(replace(COURSE, illnesses=(FEVER,), alerts=(RED,))))

    assert "nobody real" in told
    severe = next(
        line for line in told.splitlines() if "adults, grade 3 or more" in line
    )
    assert severe.split()[-10:] == [
        "100.0", "%", "20.7–100.0", "1/1", "3", "%", "[F]", "outside",
        "0.0", "%",
    ]  # fmt: skip
    red = next(line for line in told.splitlines() if line.startswith("  Red  1 "))
    assert red.split() == [
        "Red",
        "1",
        "0.036",
        "100.0",
        "%",
        "100.0",
        "%",
        "5",
        "min",
        "5",
        "min",
        "0",
    ]
    assert "silent_percent = 4 % [I]" in told


def test_chinese_readers_read_chinese(rough):
    found = report(*rough)
    with translation.override("zh-hans"):
        told = text(found)
        drawn = dict(pictures(found))

    assert "细胞因子释放综合征" in told
    assert "published" not in told
    assert "half within" not in told
    assert "无来源" in told
    assert "天" in drawn["onsets.svg"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (Cause, naming.cause),
        (Severity, naming.severity),
        (Colour, naming.colour),
        (Ending, naming.ending),
        (Illness, naming.illness),
    ],
)
def test_every_word_of_a_story_has_a_name(words, named):
    names = [named(word) for word in words]

    assert all(names)
    assert len(set(names)) == len(names)


def test_pictures_name_both_axes_and_do_not_rely_on_colour(rough):
    drawn = dict(pictures(report(*rough)))

    assert set(drawn) == {"onsets.svg", "alerts.svg"}
    assert "days since the start" in drawn["onsets.svg"]
    assert "patients who have fallen ill, %" in drawn["onsets.svg"]
    assert "stroke-dasharray" in drawn["onsets.svg"]
    assert "alerts for 100 patients" in drawn["alerts.svg"]
    assert 'fill="url(#hatched)"' in drawn["alerts.svg"]


def test_no_name_that_is_put_in_breaks_the_picture():
    odd = report(COURSE, run=replace(RUN, rules="<script>&"))
    drawn = dict(pictures(odd))

    assert "<script>" not in drawn["alerts.svg"]
    assert parsed(drawn["alerts.svg"]).tag == SVG
