"""Look again at signatures that time may have overtaken: claim due rows, pay each.

A claim is one statement that skips what another worker holds; paying locks the course
first, as every change does, and looks afresh. Twice, late or beside another it is the
same: a sign-off that is void already is left alone.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction

from infusion import models
from infusion.selectors.readiness import live_sign_off, load_readiness
from infusion.services.reassessments import owe
from infusion.services.signing import void
from infusion.services.sparing import sparing_the_others

PER_CLAIM = 50
# Longer than a batch takes; a worker that died gives its rows back by it.
LEASE = dt.timedelta(minutes=5)

_CLAIM = """
UPDATE infusion_reassessment SET lease_until = now() + %(lease)s
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_reassessment
    WHERE due_at <= now() + %(offset)s
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY due_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED))
RETURNING course_id
"""


def reassess_due(*, now: dt.datetime, offset: dt.timedelta) -> int:
    """Look again at every course that is due; return how many sign-offs fell."""
    fallen = 0
    seen: set[uuid.UUID] = set()
    # A row that falls due again within this instant waits for the next sweep.
    while fresh := [one for one in _claim(offset) if one not in seen]:
        seen.update(fresh)
        fallen += sum(_reassess(course_id, now) for course_id in fresh)
    return fallen


def _claim(offset: dt.timedelta) -> list[uuid.UUID]:
    """Take due rows by the database's own clock; ``offset`` is that of a demo."""
    values: dict[str, Any] = {"lease": LEASE, "offset": offset, "limit": PER_CLAIM}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [row[0] for row in cursor.fetchall()]


def _reassess(course_id: uuid.UUID, now: dt.datetime) -> bool:
    return sparing_the_others(
        lambda: reassess(course_id, now),
        course_id=course_id,
        event="course_not_reassessed",
    )


@transaction.atomic
def reassess(course_id: uuid.UUID, now: dt.datetime) -> bool:
    """Void what no longer holds, and say by when to look again; say if it fell."""
    rows = models.Course.objects.select_for_update(of=("self",))
    course = rows.filter(id=course_id).first()
    if course is None:
        return False
    found = load_readiness(course, now)
    sign_off = live_sign_off(found.cycle) if found else None
    if found is None or sign_off is None:
        owe(course, None)
        return False
    if found.assessment.is_ready:
        owe(course, found.assessment.next_change_at)
        return False
    blocking = [line.criterion.key for line in found.assessment.lines if line.blocks]
    void(sign_off, blocking, now)
    return True
