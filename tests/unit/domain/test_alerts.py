"""When an alert is raised, and whom it reaches next."""

import datetime as dt

import pytest

from infusion.domain.alerts import (
    LADDER,
    Cause,
    Outcome,
    Past,
    Reached,
    Standing,
    is_to_be_raised,
    next_rung,
    stage_at,
)
from infusion.domain.rota import OnCallRole

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
        cause=Cause.PUMP_STOPPED, subject="one", since=SINCE, stage=stage
    )

    assert is_to_be_raised(standing, past) is is_raised


def test_an_alert_climbs_rung_by_rung_to_the_end():
    everybody = dict.fromkeys(OnCallRole, "somebody")
    reached, seen = next_rung(-1, everybody), []
    while reached.rung is not None:
        seen.append(reached.role)
        reached = next_rung(reached.rung, everybody)

    assert tuple(seen) == LADDER


def test_an_alert_never_waits_for_an_empty_chair():
    assert next_rung(-1, {OnCallRole.PHYSICIAN: 1}) == Reached(1, OnCallRole.PHYSICIAN)
    assert next_rung(-1, {OnCallRole.PHARMACIST: 1}) == Reached(None)
