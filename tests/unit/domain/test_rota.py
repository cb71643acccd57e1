"""When nobody is on call."""

import datetime as dt
import uuid
import zoneinfo

import pytest

from infusion.domain import rota
from infusion.domain.rota import Duty, Gap, check_span, gaps

MONDAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ADA = uuid.uuid4()


def at(hours: float) -> dt.datetime:
    return MONDAY + dt.timedelta(hours=hours)


def duty(start: float, end: float, user_id: uuid.UUID | None = ADA) -> Duty:
    return Duty(from_at=at(start), to_at=at(end), user_id=user_id)


@pytest.mark.parametrize(
    ("duties", "wanted"),
    [
        ([duty(0, 24)], []),
        ([duty(-8, 8), duty(8, 30)], []),
        ([duty(8, 30), duty(-8, 8)], []),
        ([], [(0, 24)]),
        ([duty(0, 8), duty(16, 24)], [(8, 16)]),
        ([duty(0, 24, None)], [(0, 24)]),
        ([duty(0, 12), duty(12, 20, None), duty(20, 22)], [(12, 20), (22, 24)]),
        ([duty(24, 30)], [(0, 24)]),
        ([duty(-9, 0)], [(0, 24)]),
        ([duty(0, 20), duty(2, 4), duty(20, 24)], []),
    ],
)
def test_what_no_person_holds_is_a_gap(duties, wanted):
    found = gaps(duties, at(0), at(24))

    assert found == tuple(Gap(at(start), at(end)) for start, end in wanted)


def test_the_night_with_an_hour_more_is_held_to_its_end():
    zone = zoneinfo.ZoneInfo("Europe/London")
    dusk = dt.datetime(2026, 10, 24, 20, tzinfo=zone).astimezone(dt.UTC)
    dawn = dt.datetime(2026, 10, 25, 8, tzinfo=zone).astimezone(dt.UTC)
    twelve = dt.timedelta(hours=12)
    short = Duty(from_at=dusk, to_at=dusk + twelve, user_id=ADA)

    assert dawn - dusk == dt.timedelta(hours=13)
    assert gaps([short], dusk, dawn) == (Gap(dusk + twelve, dawn),)


@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        (8, 8, rota.ShiftReversed),
        (8, 7, rota.ShiftReversed),
        (0, 14 * 24 + 1, rota.ShiftTooLong),
        (-9, -1, rota.ShiftOver),
        (-9, 0, rota.ShiftOver),
    ],
)
def test_a_shift_that_cannot_be_meant_is_refused(start, end, refusal):
    with pytest.raises(refusal):
        check_span(at(start), at(end), at(0))


def test_a_shift_can_be_planned_while_it_runs_and_not_a_moment_longer():
    check_span(at(-4), at(4), at(3))

    with pytest.raises(rota.ShiftOver):
        check_span(at(-4), at(4), at(4))
