"""Records what happens around an infusion, early or late, and says it better afterwards."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from infusion import models
from infusion.domain import events
from infusion.domain.events import Effect, Happening
from infusion.domain.states import PlacementKind
from infusion.selectors.planning import CycleRows, as_told, load_rows
from infusion.services.common import NotFound, changing, past_instant
from infusion.services.cycles import end_cycle, running_cycle
from infusion.services.interruptions import (
    check_hold,
    check_restart_said,
    check_resume,
)
from infusion.services.ledgers import append, check_since_go, ledger
from infusion.services.placements import change_placement
from infusion.services.planning import replan
from patients import policy
from patients.policy import Actor


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody tells.

    ``until`` says when the pump ran again, for a stop that is over. ``pump_stopped`` is
    said of what may or may not stop the pump. ``source_key`` names an imported event,
    ``until_key`` its restart.
    """

    kind: str
    at: dt.datetime
    reason: str = ""
    note: str = ""
    pump_stopped: bool | None = None
    supervised: bool = False
    until: dt.datetime | None = None
    source_key: str = ""
    until_key: str = ""


# Where the patient is after these.
_PLACES: Mapping[Happening, PlacementKind] = {
    Happening.ADMITTED: PlacementKind.WARD,
    Happening.DISCHARGED: PlacementKind.HOME,
}


def record_event(
    *, actor: Actor, course_id: uuid.UUID, report: Report, now: dt.datetime
) -> models.InfusionEvent:
    """Append what happened in the running cycle and derive the clock again.

    It may have happened long ago; what is told twice is stored once. The family tells
    only what it sees and hears.

    :raises Refusal: when there is no such event, it lies before the go or in the future,
        or it contradicts what is recorded.
    :raises NotAllowed: when the family tells what is for staff.
    """
    with changing(actor=actor, action="event.record", course_id=course_id) as course:
        row, is_new = tell(actor, course, report, now)
        if is_new:
            replan(course, cause="event_recorded", actor_id=actor.user_id, now=now)
    return row


def tell(
    actor: Actor, course: models.Course, report: Report, now: dt.datetime
) -> tuple[models.InfusionEvent, bool]:
    """Append an event to a locked course; say whether it is new. The plan waits.

    :raises Refusal: for the reasons of ``record_event``.
    :raises NotAllowed: when the family tells what is for staff.
    """
    kind = events.check_words(
        report.kind, report.reason, pump_stopped=report.pump_stopped
    )
    if kind not in events.FAMILY:
        policy.check(actor, "event.record_any", course)
    rows = load_rows(course).of(running_cycle(course))
    row = _row(rows, kind, report, actor, now)
    known = _known(rows, row)
    if known is not None:
        return known, False
    _store(actor, course, rows, row, _restart(row, report, now), now)
    _follow(actor, course, row, now)
    return row, True


def correct_event(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    event_id: uuid.UUID,
    expected_version: int | None = None,
    report: Report,
    now: dt.datetime,
) -> models.InfusionEvent:
    """Append what should have been told instead; the first telling stays.

    :raises NotFound: when the running cycle has no such event.
    :raises EventFixed: when it is the start or the end of the cycle.
    :raises Refusal: when it can't have happened so.
    """
    with changing(
        actor=actor,
        action="event.correct",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        old = _correctable(rows, event_id)
        kind = events.check_words(
            report.kind, report.reason, pump_stopped=report.pump_stopped
        )
        _check_change(Happening(old.kind), kind)
        row = _row(rows, kind, report, actor, now)
        row.corrects = old
        _check_hold_kept(rows, old, row)
        append(rows, row)
        replan(course, cause="event_corrected", actor_id=actor.user_id, now=now)
    return row


def withdraw_event(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    event_id: uuid.UUID,
    expected_version: int | None = None,
    note: str = "",
    now: dt.datetime,
) -> models.InfusionEvent:
    """Append that an event did not happen; what was told stays to be seen.

    :raises NotFound: when the running cycle has no such event.
    :raises EventFixed: when it is the start or the end of the cycle.
    :raises Refusal: when what remains can't have happened.
    """
    with changing(
        actor=actor,
        action="event.correct",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        old = _correctable(rows, event_id)
        row = models.InfusionEvent(
            cycle=rows.cycle,
            kind=old.kind,
            at=old.at,
            reason=old.reason,
            pump_stopped=old.pump_stopped,
            note=note,
            corrects=old,
            withdrawn=True,
            recorded_by_id=actor.user_id,
        )
        _check_hold_kept(rows, old, row)
        append(rows, row)
        replan(course, cause="event_withdrawn", actor_id=actor.user_id, now=now)
    return row


def _row(
    rows: CycleRows, kind: Happening, report: Report, actor: Actor, now: dt.datetime
) -> models.InfusionEvent:
    at = past_instant(report.at, now, field="at")
    check_since_go(rows, at)
    return models.InfusionEvent(
        cycle=rows.cycle,
        kind=kind,
        at=at,
        reason=report.reason,
        note=report.note,
        pump_stopped=report.pump_stopped,
        supervised=report.supervised,
        source_key=report.source_key,
        recorded_by_id=actor.user_id,
    )


def _known(rows: CycleRows, row: models.InfusionEvent) -> models.InfusionEvent | None:
    """Return the row that says the same already: same source, or same fact that counts."""
    by_id = {one.id: one for one in rows.events}
    for one in rows.events:
        if row.source_key and one.source_key == row.source_key:
            return one
    for told in events.effective(map(as_told, rows.events)):
        same = (told.kind, told.at, told.reason, told.pump_stopped)
        if same == (row.kind, row.at, row.reason, row.pump_stopped):
            return by_id[told.id]
    return None


def _restart(
    row: models.InfusionEvent, report: Report, now: dt.datetime
) -> models.InfusionEvent | None:
    """Return the restart that ended a stop told afterwards, if it is over."""
    if report.until is None:
        return None
    until = past_instant(report.until, now, field="until")
    if until <= row.at or as_told(row).effect != Effect.STOPS:
        raise events.RestartBeforeStop(field="until")
    return models.InfusionEvent(
        cycle=row.cycle,
        kind=Happening.RESUME,
        at=until,
        supervised=report.supervised,
        source_key=report.until_key,
        recorded_by_id=row.recorded_by_id,
    )


def _store(
    actor: Actor,
    course: models.Course,
    rows: CycleRows,
    row: models.InfusionEvent,
    restart: models.InfusionEvent | None,
    now: dt.datetime,
) -> None:
    """Store the row, with its restart, after checking that both can have happened."""
    kind = Happening(row.kind)
    if kind in {Happening.START, Happening.STOP}:
        raise events.EventFixed(field="kind")
    if kind == Happening.RESUME and ledger(rows).paused_since is not None:
        check_resume(actor, course, rows, row.at, now, supervised=row.supervised)
    if as_told(row).effect == Effect.STOPS:
        check_restart_said(rows, row.at, restart.at if restart else None)
    append(rows, row, *([restart] if restart else []))


def _follow(
    actor: Actor, course: models.Course, row: models.InfusionEvent, now: dt.datetime
) -> None:
    """Do what the event brings with it: a move, or the end of the cycle."""
    kind = Happening(row.kind)
    if place := _PLACES.get(kind):
        change_placement(
            actor=actor,
            course_id=course.id,
            kind=place,
            from_at=row.at,
            reason=row.note,
            now=now,
        )
    if kind == Happening.DIED:
        end_cycle(actor=actor, course_id=course.id, at=row.at, reason="DEATH", now=now)
    course.refresh_from_db()


def _correctable(rows: CycleRows, event_id: uuid.UUID) -> models.InfusionEvent:
    """Return an event of the cycle that may be said better."""
    old = next((one for one in rows.events if one.id == event_id), None)
    if old is None:
        raise NotFound(field="event")
    _check_not_fixed(Happening(old.kind))
    return old


def _check_hold_kept(
    rows: CycleRows, old: models.InfusionEvent, row: models.InfusionEvent
) -> None:
    """Refuse to talk a hold away that a physician decided; its instant may be said better.

    :raises HoldStands: when the pump would run again by it.
    """
    ends = row.withdrawn or as_told(row).effect != Effect.STOPS
    if old.kind == Happening.HOLD_ORDERED and ends:
        check_hold(rows)


def _check_not_fixed(kind: Happening) -> None:
    if kind in events.FIXED:
        raise events.EventFixed(field="kind")


def _check_change(old: Happening, new: Happening) -> None:
    """Refuse to turn something else into a restart: a restart has rules of its own."""
    _check_not_fixed(new)
    if (old == Happening.RESUME) != (new == Happening.RESUME):
        raise events.EventFixed(field="kind")
