"""Reads what happened around a course: everything that was told, and what it shows."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from infusion import models
from infusion.domain import events
from infusion.domain.clock import Ledger
from infusion.domain.events import MDC, Told
from infusion.selectors.planning import (
    CycleRows,
    as_told,
    load_rows,
    site_policy,
    told_by,
)
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.assignments import names_of


@dataclass(frozen=True, kw_only=True)
class EventState:
    """One event as it stands in the list.

    ``counts`` says whether it is the last word; ``effect`` what it does to the clock.
    One that is ``derived`` follows from the bags; nobody recorded it.
    """

    id: uuid.UUID
    cycle_number: int
    kind: str
    at: dt.datetime
    reason: str = ""
    note: str = ""
    effect: str = "NONE"
    pump_stopped: bool | None = None
    supervised: bool = False
    corrects_id: uuid.UUID | None = None
    withdrawn: bool = False
    counts: bool = True
    derived: bool = False
    mdc: str = ""
    recorded_at: dt.datetime | None = None
    recorded_by_name: str = ""
    may_be_corrected: bool = False


def list_events(course_id: uuid.UUID) -> list[EventState]:
    """List everything that happened in a course, the latest first."""
    course = models.Course.objects.get(id=course_id)
    rows = load_rows(course)
    names = names_of({row.recorded_by_id for row in rows.events})
    late = dt.timedelta(
        minutes=float(site_policy(course.site_id).number("overdue_after_minutes"))
    )
    found: list[EventState] = []
    for cycle in rows.cycles:
        mine = rows.of(cycle)
        counting = {one.id for one in events.effective(map(as_told, mine.events))}
        found.extend(
            _state(row, as_told(row), cycle, names, counting) for row in mine.events
        )
        found.extend(_bag_changes(mine, late))
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def get_event(actor: Actor, event_id: uuid.UUID) -> models.InfusionEvent:
    """Load an event the actor may see, with its course.

    :raises NotFound: when there is none for the actor.
    """
    rows = models.InfusionEvent.objects.select_related("cycle__course")
    row = policy.scope(rows.filter(id=event_id), actor).first()
    if row is None:
        raise NotFound(field="event")
    return row


def _state(
    row: models.InfusionEvent,
    told: Told,
    cycle: models.Cycle,
    names: dict[uuid.UUID, str],
    counting: set[uuid.UUID],
) -> EventState:
    counts = row.id in counting
    return EventState(
        id=row.id,
        cycle_number=cycle.number,
        kind=row.kind,
        at=row.at,
        reason=row.reason,
        note=row.note,
        effect=told.effect.value,
        pump_stopped=row.pump_stopped,
        supervised=row.supervised,
        corrects_id=row.corrects_id,
        withdrawn=row.withdrawn,
        counts=counts,
        mdc=MDC.get((told.kind, row.reason), MDC.get((told.kind, ""), "")),
        recorded_at=row.created_at,
        recorded_by_name=names.get(row.recorded_by_id, ""),
        may_be_corrected=counts
        and told.kind not in events.FIXED
        and cycle.status == "STARTED",
    )


def _bag_changes(rows: CycleRows, late: dt.timedelta) -> Iterator[EventState]:
    """Yield the bag changes that were early or late against what the bag could give."""
    told = told_by(rows)
    for bag in rows.bags:
        if bag.hung_at is None or bag.taken_down_at is None:
            continue
        kind = _early_or_late(bag, told, late)
        if kind:
            yield EventState(
                id=bag.id,
                cycle_number=rows.cycle.number,
                kind=kind,
                at=bag.taken_down_at,
                derived=True,
            )


def _early_or_late(bag: models.Bag, told: Ledger, late: dt.timedelta) -> str:
    if bag.hung_at is None or bag.taken_down_at is None:
        return ""
    ran = told.delivered(bag.taken_down_at) - told.delivered(bag.hung_at)
    over = ran - dt.timedelta(hours=bag.hours)
    if over > late:
        return "BAG_CHANGED_LATE"
    return "BAG_CHANGED_EARLY" if -over > late else ""
