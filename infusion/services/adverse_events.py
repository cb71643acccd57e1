"""Keeps adverse events: recorded, graded again, resolved, withdrawn; nothing is undone.

What a scale says is offered from a result; a person records it. A decision on the
treatment is a physician's and has its own place.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from infusion import models
from infusion.domain.adverse_events import (
    ActionTaken,
    EntryKind,
    RecordedFrom,
    Relation,
    Seriousness,
    check_grade,
)
from infusion.domain.grading import Verdict
from infusion.domain.refusals import Refusal
from infusion.domain.states import AdverseEventStatus, CycleStatus, check_step
from infusion.domain.toxicity import Scale, ToxicityEvent
from infusion.services.common import (
    NotFound,
    VersionOutdated,
    changing,
    past_instant,
)
from patients import policy
from patients.policy import Actor
from patients.services.writing import written_by


class ResultOfAnother(Refusal):
    """The result that is said to have offered it is of another course."""

    code = "result_of_another"


class AdverseEventClosed(Refusal):
    """The adverse event was withdrawn: nothing more is written down of it."""

    code = "adverse_event_closed"


class EventEndsBefore(Refusal):
    """It can't be over before it began."""

    code = "event_ends_before"


@dataclass(frozen=True, kw_only=True)
class Graded:
    """How bad it was at an instant. Without a grade it can't be assessed, which is said.

    ``scale_version`` is the version of the data of the scale, as a result names it.
    """

    at: dt.datetime
    grade: int | None = None
    scale: Scale | None = None
    scale_version: str = ""
    verdict: Verdict | None = None
    actions: tuple[ActionTaken, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """An adverse event as somebody records it."""

    event: ToxicityEvent
    onset_at: dt.datetime
    seriousness: Seriousness
    relation: Relation = Relation.UNASSESSABLE
    term: str = ""
    from_result_id: uuid.UUID | None = None
    source: RecordedFrom = RecordedFrom.NURSE


def record_adverse_event(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    noticed: Noticed,
    graded: Graded,
    now: dt.datetime,
) -> models.AdverseEvent:
    """Record an adverse event with its first grade.

    :raises NotFound: when there is no such course or result for the actor.
    :raises ResultOfAnother: when the result is of another course.
    :raises GradeWithoutScale: when a grade does not say by which scale.
    :raises InTheFuture: when it has not begun yet.
    """
    with changing(actor=actor, action="adverse.record", course_id=course_id) as course:
        onset = past_instant(noticed.onset_at, now, field="onset_at")
        result = _result_of(course, noticed.from_result_id)
        row = models.AdverseEvent.objects.create(
            course=course,
            cycle=_cycle_at(course, onset),
            event=noticed.event,
            term=noticed.term.strip(),
            onset_at=onset,
            relation=noticed.relation,
            seriousness=noticed.seriousness,
            source=RecordedFrom.TRIAGE if result else noticed.source,
            from_result=result,
            recorded_by_id=actor.user_id,
            recorded_at=now,
        )
        _append(row, EntryKind.RECORDED, graded, actor, now)
    return row


def grade_again(
    *,
    actor: Actor,
    adverse_event_id: uuid.UUID,
    expected_version: int | None = None,
    graded: Graded,
    relation: Relation | None = None,
    seriousness: Seriousness | None = None,
    now: dt.datetime,
) -> models.AdverseEvent:
    """Append how bad it is now; one that was resolved has come back by it.

    :raises AdverseEventClosed: when it was withdrawn.
    :raises EventEndsBefore: when the grade is of before its onset.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    with _changing(actor, adverse_event_id, expected_version) as row:
        if row.status == AdverseEventStatus.RESOLVED:
            _step(row, AdverseEventStatus.OPEN)
            row.resolved_at = None
        row.relation = relation or row.relation
        row.seriousness = seriousness or row.seriousness
        _append(row, EntryKind.GRADED, graded, actor, now)
        row.save()
    return row


def resolve_adverse_event(
    *,
    actor: Actor,
    adverse_event_id: uuid.UUID,
    expected_version: int | None = None,
    at: dt.datetime,
    note: str = "",
    now: dt.datetime,
) -> models.AdverseEvent:
    """Say since when it is over.

    :raises StepNotAllowed: when it was resolved before.
    :raises EventEndsBefore: when that was before its onset.
    :raises InTheFuture: when that has not come yet.
    """
    with _changing(actor, adverse_event_id, expected_version) as row:
        _step(row, AdverseEventStatus.RESOLVED)
        row.resolved_at = past_instant(at, now, field="at")
        entry = Graded(at=at, note=note)
        _append(row, EntryKind.RESOLVED, entry, actor, now)
        row.save()
    return row


def withdraw_adverse_event(
    *,
    actor: Actor,
    adverse_event_id: uuid.UUID,
    expected_version: int | None = None,
    note: str,
    now: dt.datetime,
) -> models.AdverseEvent:
    """Say that it should never have been recorded; it stays in the record.

    :raises AdverseEventClosed: when it was withdrawn before.
    """
    with _changing(actor, adverse_event_id, expected_version) as row:
        _step(row, AdverseEventStatus.WITHDRAWN)
        entry = Graded(at=now, note=note)
        _append(row, EntryKind.WITHDRAWN, entry, actor, now)
        row.save()
    return row


@contextmanager
def _changing(
    actor: Actor, adverse_event_id: uuid.UUID, expected_version: int | None
) -> Iterator[models.AdverseEvent]:
    with written_by(actor):
        rows = models.AdverseEvent.objects.select_for_update(of=("self",))
        row = rows.select_related("course").filter(id=adverse_event_id).first()
        if row is None or not policy.can(actor, "adverse.view", row):
            raise NotFound(field="adverse_event")
        policy.check(actor, "adverse.record", row)
        if expected_version is not None and expected_version != row.version:
            raise VersionOutdated(field="version")
        if row.status == AdverseEventStatus.WITHDRAWN:
            raise AdverseEventClosed(field="adverse_event")
        row.version += 1
        yield row


def _step(row: models.AdverseEvent, status: AdverseEventStatus) -> None:
    check_step(AdverseEventStatus(row.status), status)
    row.status = status


def _append(
    row: models.AdverseEvent,
    kind: EntryKind,
    graded: Graded,
    actor: Actor,
    now: dt.datetime,
) -> None:
    at = past_instant(graded.at, now, field="at")
    if at < row.onset_at:
        raise EventEndsBefore(field="at")
    check_grade(graded.grade, graded.scale)
    models.AdverseEventEntry.objects.create(
        adverse_event=row,
        kind=kind,
        verdict=_verdict(kind, graded),
        grade=graded.grade,
        scale=graded.scale or "",
        scale_version=graded.scale_version,
        actions=list(dict.fromkeys(graded.actions)),
        note=graded.note.strip(),
        at=at,
        recorded_at=now,
        by_id=actor.user_id,
    )


def _verdict(kind: EntryKind, graded: Graded) -> str:
    """Return how far the grade is settled; a person who gives one has settled it."""
    if kind not in {EntryKind.RECORDED, EntryKind.GRADED}:
        return ""
    if graded.verdict is not None:
        return graded.verdict
    return Verdict.CANNOT_ASSESS if graded.grade is None else Verdict.GRADED


def _result_of(
    course: models.Course, result_id: uuid.UUID | None
) -> models.CheckInResult | None:
    if result_id is None:
        return None
    rows = models.CheckInResult.objects.filter(id=result_id)
    found = rows.select_related("answers__check_in").first()
    if found is None or found.answers.check_in.course_id != course.pk:
        raise ResultOfAnother(field="from_result")
    return found


def _cycle_at(course: models.Course, onset: dt.datetime) -> models.Cycle | None:
    """Return the last cycle that had begun by then; a late effect is still of it."""
    begun: Sequence[models.Cycle] = [
        one
        for one in course.cycles.exclude(
            status__in=(CycleStatus.PLANNED, CycleStatus.CANCELLED)
        ).order_by("number")
        if one.planned_start_at <= onset
    ]
    return begun[-1] if begun else None
