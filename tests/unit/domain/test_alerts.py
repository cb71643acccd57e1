"""When an alert is raised, and whom it reaches next."""

import datetime as dt
import uuid

import pytest

from infusion.domain.alerts import (
    Cause,
    Outcome,
    Past,
    Place,
    Standing,
    is_failing,
    is_to_be_raised,
    stage_at,
)

SINCE = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
TIMES = [dt.timedelta(minutes=each) for each in (120, 180, 210)]


@pytest.mark.parametrize(
    ("minutes", "stage"), [(0, 0), (119, 0), (120, 1), (179, 1), (180, 2), (210, 3)]
)
def test_a_cause_has_its_times(minutes, stage):
    assert stage_at(SINCE, TIMES, SINCE + dt.timedelta(minutes=minutes)) == stage


@pytest.mark.parametrize(
    ("stage", "past", "is_raised"),
    [
        (0, None, False),
        (1, None, True),
        (1, Past(stage=1, outcome=None), False),
        (3, Past(stage=1, outcome=None), False),
        (1, Past(stage=1, outcome=Outcome.DONE), False),
        (2, Past(stage=1, outcome=Outcome.DONE), True),
        (1, Past(stage=1, outcome=Outcome.CAUSE_ENDED), True),
    ],
)
def test_nobody_is_told_twice_of_one_thing(stage, past, is_raised):
    standing = Standing(
        cause=Cause.PUMP_STOPPED,
        place=Place(uuid.UUID(int=1)),
        subject="one",
        since=SINCE,
        stage=stage,
    )

    assert is_to_be_raised(standing, past) is is_raised


@pytest.mark.parametrize(
    ("hours", "stage"), [(-169, 0), (-168, 1), (-24, 2), (-1, 2), (0, 3), (9, 3)]
)
def test_what_is_still_to_come_is_told_before_it_and_when_it_begins(hours, stage):
    times = [dt.timedelta(days=-7), dt.timedelta(hours=-24), dt.timedelta(0)]

    assert stage_at(SINCE, times, SINCE + dt.timedelta(hours=hours)) == stage


@pytest.mark.parametrize(
    ("failed", "tried", "fails"),
    [(0, 0, False), (9, 9, False), (5, 10, True), (4, 10, False), (10, 10, True)],
)
def test_of_few_tries_nothing_is_concluded(failed, tried, fails):
    assert is_failing(failed, tried, least=10, percent=50) is fails
