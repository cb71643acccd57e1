"""Planning the check-ins of many patients at home: one course, the sweep, the silence.

``BENCH_WATCHED=100000`` sets how many patients are at home at once.
"""

import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.crowds import Crowd, copies_of
from tests.bench.rows import Row, alone, beside

WATCHED = int(os.environ.get("BENCH_WATCHED", "20000"))
SWEPT = 300
TIMES = 200
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
NO_OFFSET = dt.timedelta(0)
METHOD = """
Every patient is at home on day 15 of a cycle and is asked once a day. Looked ahead: the
check-ins of three days and their reminders, in a transaction of its own for each course.
Pure: facts to check-ins, without a database. Silence: what the alerts ask at every tick.
"""


def run() -> list[Row]:
    """Measure in a scratch database."""
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return list(_measure())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure() -> Iterator[Row]:
    from infusion import models
    from infusion.services.checkins_planning import look_ahead
    from tests.factories.wards import ward

    # Due is what the database's clock says: the course runs by it.
    now = _database_now()
    here = ward(now - 15 * DAY)
    course = here.running("us-label-mrd")
    _at_home(here, course)
    look_ahead(course.id, now)
    yield alone("pure, one course", _pure(course, now), "us")
    # What is owed about anything else is not read, and would only take room.
    models.Message.objects.exclude(event="CHECK_IN").delete()
    _without_timeout()
    crowd = Crowd()
    crowd.grow(WATCHED)
    chosen = random.Random(WATCHED).sample(range(1, WATCHED + 1), SWEPT)
    models.CadenceDebt.objects.update(due_at=_database_now() + DAY)
    yield alone("empty sweep", _ms(lambda: _sweep(now)), "ms")
    models.CadenceDebt.objects.filter(
        course_id__in=[copies_of(course.id, number) for number in chosen]
    ).update(due_at=_database_now() - HOUR)
    begun = time.perf_counter()
    changed = _sweep(_database_now() + DAY)
    each = (time.perf_counter() - begun) * 1000 / SWEPT
    assert changed == SWEPT, changed
    yield alone("looked ahead, a course", each, "ms")
    yield beside("100,000 patients, one process", each * 100_000 / 3_600_000, "h", 24)
    yield alone("silence, nobody late", _ms(lambda: _silent(now)), "ms")


def _at_home(here: Any, course: Any) -> None:
    from infusion import models

    models.Placement.objects.create(
        course=course,
        kind="HOME",
        from_at=here.now + 3 * DAY,
        override_reason="Measured.",
        recorded_by_id=here.physician.user_id,
    )
    # The bags go on: their hanging is not what is measured.
    models.Bag.objects.filter(course=course, status="HUNG").update(
        planned_take_down_at=here.now + 28 * DAY
    )


def _pure(course: Any, now: dt.datetime) -> float:
    """Return the median of one projection in microseconds."""
    from infusion.domain.cadence import check_ins_of
    from infusion.selectors.cadence import (
        cadence_at,
        standing_check_ins,
        watched_of,
    )
    from infusion.selectors.planning import load_rows

    cadence = cadence_at(course)
    stored = standing_check_ins(course, cadence, now)
    watched = watched_of(load_rows(course), stored, now)
    return 1000 * _ms(lambda: check_ins_of(watched, cadence, now, now + 3 * DAY))


def _ms(work: Callable[[], object]) -> float:
    """Return the median of some runs in milliseconds."""
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def _sweep(now: dt.datetime) -> int:
    from infusion.services.checkins_planning import plan_check_ins_due

    return plan_check_ins_due(now=now, offset=NO_OFFSET)


def _silent(now: dt.datetime) -> int:
    from infusion.services.checkins_missing import mark_missed

    return mark_missed(now=now)


def _without_timeout() -> None:
    """Copying many rows takes longer than a page may."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def _database_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
