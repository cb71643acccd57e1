"""Stores the check-ins of a course: added and cancelled with the fact that caused it.

They are planned a few days ahead, at every plan of the course and once a day by a sweep;
a claim is one statement that skips what another worker holds. What was answered keeps
its identity, and nothing that is silent is forgotten while the patient is at home.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from infusion import models
from infusion.domain.cadence import (
    Cadence,
    PlannedCheckIn,
    Watched,
    check_ins_of,
    is_asked,
    is_at_home,
    is_followed_up,
)
from infusion.domain.checkins import CheckInKind
from infusion.domain.reminders.events import Event
from infusion.domain.states import CheckInStatus
from infusion.selectors.cadence import (
    PLANNED_KINDS,
    cadence_at,
    follows_of,
    standing_check_ins,
    watched_of,
)
from infusion.selectors.planning import CourseRows, load_rows
from infusion.services.projection import store_messages
from infusion.services.sparing import sparing_the_others

DAY = dt.timedelta(days=1)
# So far ahead, whatever becomes of the background for two days.
HORIZON = 3 * DAY
EVERY = DAY
PER_CLAIM = 50
# Longer than a batch takes; a worker that died gives its rows back by it.
LEASE = dt.timedelta(minutes=5)
_WRITTEN = (
    "cycle_id",
    "kind",
    "forms",
    "follows_id",
    "due_at",
    "call_at",
    "alert_at",
    "is_risky",
)
_CLAIM = """
UPDATE infusion_cadencedebt SET lease_until = now() + %(lease)s
WHERE id = ANY (ARRAY (
    SELECT id FROM infusion_cadencedebt
    WHERE due_at <= now() + %(offset)s
      AND (lease_until IS NULL OR lease_until < now())
    ORDER BY due_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED))
RETURNING course_id
"""


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """A course as the cadence sees it, beside what is stored."""

    rows: CourseRows
    check_ins: Sequence[models.CheckIn]
    watched: Watched
    cadence: Cadence
    # Only these may be cancelled.
    kinds: Collection[CheckInKind]


def store_check_ins(
    rows: CourseRows,
    now: dt.datetime,
    kinds: Collection[CheckInKind] = PLANNED_KINDS,
) -> bool:
    """Bring the check-ins of a locked course in line; say whether any changed.

    Nothing is cancelled but what is of one of the ``kinds``.
    """
    cadence = cadence_at(rows.course)
    check_ins = standing_check_ins(rows.course, cadence, now)
    found = _Standing(
        rows=rows,
        check_ins=check_ins,
        watched=watched_of(rows, check_ins, now),
        cadence=cadence,
        kinds=kinds,
    )
    planned = check_ins_of(found.watched, cadence, now, now + HORIZON)
    wanted = {one.key: one for one in planned if one.forms}
    _owe(rows.course, now + EVERY if wanted else None)
    changed = [
        _cancel(found, wanted, now),
        _move(found, wanted, now),
        _add(found, wanted),
    ]
    return any(changed)


def follow_ups_after(course: models.Course, now: dt.datetime) -> None:
    """Plan what follows from answers that were just stored; the course is locked.

    After a sign of harm the same is asked again next morning; once it is gone, no more.
    What the plan asks is no less asked for it.
    """
    _look(course, now, (CheckInKind.FOLLOW_UP,))


def plan_check_ins_due(*, now: dt.datetime, offset: dt.timedelta) -> int:
    """Look ahead for every course that is due; return how many changed."""
    changed = 0
    seen: set[uuid.UUID] = set()
    # A row that falls due again within this instant waits for the next sweep.
    while fresh := [one for one in _claim(offset) if one not in seen]:
        seen.update(fresh)
        changed += sum(_look_ahead(course_id, now) for course_id in fresh)
    return changed


def _claim(offset: dt.timedelta) -> list[uuid.UUID]:
    """Take due rows by the database's own clock; ``offset`` is that of a demo."""
    values: dict[str, Any] = {"lease": LEASE, "offset": offset, "limit": PER_CLAIM}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [row[0] for row in cursor.fetchall()]


def _look_ahead(course_id: uuid.UUID, now: dt.datetime) -> bool:
    return sparing_the_others(
        lambda: look_ahead(course_id, now),
        course_id=course_id,
        event="check_ins_not_planned",
    )


@transaction.atomic
def look_ahead(course_id: uuid.UUID, now: dt.datetime) -> bool:
    """Plan the check-ins of the next days, with their reminders; say if any changed."""
    locked = models.Course.objects.select_for_update(of=("self",))
    found = locked.select_related("site", "patient").filter(id=course_id)
    course = found.first()
    if course is None:
        return False
    return _look(course, now, PLANNED_KINDS)


def _look(
    course: models.Course, now: dt.datetime, kinds: Collection[CheckInKind]
) -> bool:
    rows = load_rows(course)
    if not store_check_ins(rows, now, kinds):
        return False
    # Not what it says: a whole plan, and nobody reads it here.
    last = course.plan_versions.order_by("-number").only("id", "course_id").first()
    store_messages(rows, last, now, only=Event.CHECK_IN)
    return True


def _owe(course: models.Course, due_at: dt.datetime | None) -> None:
    """Look ahead again by an instant; None: nobody is asked."""
    rows = models.CadenceDebt.objects
    if due_at is None:
        rows.filter(course=course).delete()
        return
    debt = models.CadenceDebt(course=course, due_at=due_at)
    rows.bulk_create(
        [debt],
        update_conflicts=True,
        unique_fields=["course"],
        update_fields=["due_at", "lease_until"],
    )


def _cancel(
    found: _Standing, wanted: Mapping[str, PlannedCheckIn], now: dt.datetime
) -> bool:
    """Cancel what is asked no more; say whether there was any."""
    gone = [one for one in found.check_ins if _is_gone(found, wanted, one, now)]
    if not gone:
        return False
    models.CheckIn.objects.filter(
        id__in=[one.pk for one in gone],
        status__in=[CheckInStatus.DUE, CheckInStatus.MISSED],
    ).update(
        status=CheckInStatus.CANCELLED,
        reason=_reason(found, now),
        version=F("version") + 1,
    )
    return True


def _is_gone(
    found: _Standing,
    wanted: Mapping[str, PlannedCheckIn],
    row: models.CheckIn,
    now: dt.datetime,
) -> bool:
    """Say whether there is no reason to ask any more.

    Silence is only given up where somebody sees the patient, or nobody can answer.
    """
    if row.kind not in found.kinds:
        return False
    watched, cadence = found.watched, found.cadence
    is_seen = not watched.is_alive or not is_at_home(watched, cadence, now)
    if row.status == CheckInStatus.MISSED:
        return is_seen
    if row.status != CheckInStatus.DUE:
        return False
    if row.due_at >= now:
        return row.key not in wanted
    at = row.due_at
    stands = is_asked(watched, cadence, at) or is_followed_up(watched, cadence, at)
    return is_seen or not stands


def _reason(found: _Standing, now: dt.datetime) -> str:
    watched = found.watched
    if not watched.is_alive:
        return "died"
    if not is_at_home(watched, found.cadence, now):
        return "not_at_home"
    return "plan_changed" if watched.cycle else "cycle_over"


def _move(
    found: _Standing, wanted: Mapping[str, PlannedCheckIn], now: dt.datetime
) -> bool:
    """Write what changed of what is still to come; say whether any did."""
    moved = []
    for row in found.check_ins:
        planned = wanted.get(row.key)
        if planned is None or row.status != CheckInStatus.DUE or row.due_at < now:
            continue
        fresh = _row(found, planned)
        if any(getattr(row, name) != getattr(fresh, name) for name in _WRITTEN):
            for name in _WRITTEN:
                setattr(row, name, getattr(fresh, name))
            row.version += 1
            moved.append(row)
    fields = [name.removesuffix("_id") for name in _WRITTEN]
    models.CheckIn.objects.bulk_update(moved, [*fields, "version"])
    return bool(moved)


def _add(found: _Standing, wanted: Mapping[str, PlannedCheckIn]) -> bool:
    known = {one.key for one in found.check_ins}
    added = [_row(found, one) for key, one in wanted.items() if key not in known]
    models.CheckIn.objects.bulk_create(added)
    return bool(added)


def _row(found: _Standing, planned: PlannedCheckIn) -> models.CheckIn:
    is_again = planned.kind is CheckInKind.FOLLOW_UP
    return models.CheckIn(
        course=found.rows.course,
        cycle_id=planned.cycle_id,
        kind=planned.kind,
        key=planned.key,
        forms=list(planned.forms),
        follows_id=follows_of(found.check_ins, planned.forms) if is_again else None,
        due_at=planned.due_at,
        call_at=planned.call_at,
        alert_at=planned.alert_at,
        is_risky=planned.is_risky,
    )
