"""The messages of one course: looked at again when nothing changed, and written anew.

``make bench ARGS=projections``. Written anew is what a plan costs that moves every event.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.ground import scratch
from tests.bench.rows import Row, alone, beside

TIMES = 40
# Called off first, and then the same rows again in one statement: nothing is worked out.
_CALL_OFF = """
UPDATE infusion_message SET status = 'CANCELLED', reason = 'plan_changed'
WHERE course_id = %s AND status = 'PENDING'
"""
_AGAIN = """
INSERT INTO infusion_message (
    id, created_at, kind, event_at, person_kind, channel, due_at, expires_at, status,
    reason, attempts, bag_id, event, subject_kind, subject_id, course_id,
    plan_version_id, site_id, patient_id, user_id, is_urgent)
SELECT gen_random_uuid(), now(), kind, event_at, person_kind, channel, due_at,
    expires_at, 'PENDING', '', 0, bag_id, event, subject_kind, subject_id, course_id,
    plan_version_id, site_id, patient_id, user_id, is_urgent
FROM infusion_message WHERE course_id = %s
"""


def run() -> list[Row]:
    """Measure in a scratch database."""
    with scratch():
        return list(_measure())


def _measure() -> Iterator[Row]:
    from infusion.services.projection import project_course
    from tests.factories.wards import ward

    here = ward()
    course = here.running("us-label-mrd")
    owed = course.messages.filter(status="PENDING").count()
    yield alone("messages that the course owes", owed, "")

    def again() -> None:
        project_course(course, here.now)

    yield alone("looked at again, nothing changed", _p50(again), "ms")
    anew = _p50(again, lambda: _run(_CALL_OFF, course.id))
    limit = _p50(lambda: _run(_AGAIN, course.id), lambda: _run(_CALL_OFF, course.id))
    yield beside("every one written anew (limit: bare SQL)", anew, "ms", limit)
    yield alone("statements to look again", _statements(again), "")


def _run(statement: str, course_id: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, [course_id])


def _p50(
    work: Callable[[], object], before: Callable[[], object] | None = None
) -> float:
    """Return the milliseconds of a piece of work at the median; nothing of it stays."""
    from django.db import transaction

    spent = []
    for _ in range(TIMES):
        with transaction.atomic():
            if before:
                before()
            begun = time.perf_counter()
            work()
            spent.append(1000 * (time.perf_counter() - begun))
            transaction.set_rollback(True)
    return statistics.median(spent)


def _statements(work: Callable[[], object]) -> int:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic(), CaptureQueriesContext(connection) as found:
        work()
    return len(found)
