"""Visits in time or not: a visit can be done and late."""

import datetime as dt

import pytest

from infusion.domain.states import VisitStatus
from infusion.domain.timing import VisitTiming, timing_of

PLANNED = dt.datetime(2026, 6, 8, 14, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def asked(status: VisitStatus, minutes: float, done: float | None = None) -> object:
    return timing_of(
        planned_at=PLANNED,
        status=status,
        done_at=None if done is None else PLANNED + done * MINUTE,
        now=PLANNED + minutes * MINUTE,
        tolerance=15 * MINUTE,
    )


@pytest.mark.parametrize(
    ("minutes", "timing"),
    [
        (-16, VisitTiming.UPCOMING),
        (-15, VisitTiming.DUE),
        (0, VisitTiming.DUE),
        (15, VisitTiming.DUE),
        (15.01, VisitTiming.OVERDUE),
        (3000, VisitTiming.OVERDUE),
    ],
)
def test_a_booked_visit_comes_near_is_due_and_then_overdue(minutes, timing):
    assert asked(VisitStatus.BOOKED, minutes) == timing


@pytest.mark.parametrize(
    ("done", "timing"),
    [
        (-15.01, VisitTiming.EARLY),
        (-15, VisitTiming.ON_TIME),
        (15, VisitTiming.ON_TIME),
        (15.01, VisitTiming.LATE),
    ],
)
def test_a_visit_can_be_done_and_late_whenever_somebody_looks(done, timing):
    assert asked(VisitStatus.FULFILLED, done + 1, done) == timing
    assert asked(VisitStatus.FULFILLED, 30_000, done) == timing


def test_a_cancelled_visit_is_neither_early_nor_late():
    assert asked(VisitStatus.CANCELLED, 30) is None
