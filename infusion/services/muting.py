"""Mutes a patient or a course, and unmutes them again.

Nothing is written into the messages: whether they leave is asked right before each of
them does. What is still to come when a mute ends was never touched; what was due in it is
kept back for good, and shown.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from infusion import catalogue, models
from infusion.catalogue.alerts import span_of
from infusion.domain.muting import MuteClosed, MuteEnd, check_end, check_reason
from infusion.selectors.courses import get_course
from infusion.selectors.mutes import get_mute, run_out, with_nothing_to_say
from infusion.services.common import NotFound, VersionOutdated
from patients import policy
from patients.policy import Actor
from patients.selectors.people import get_visible_patient
from patients.services.writing import violated, written_by

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Muted:
    """The mute that holds, and whether it was set just now."""

    mute: models.Mute
    is_new: bool


def longest_mute(site: Any) -> dt.timedelta:
    """Return how long a mute may last at a site."""
    return span_of(catalogue.site_policy(site.policy), "mute_most_days")


def mute(
    *,
    actor: Actor,
    patient_id: uuid.UUID,
    course_id: uuid.UUID | None = None,
    reason: str,
    note: str = "",
    until: dt.datetime,
    now: dt.datetime,
) -> Muted:
    """Say nothing to a family for a while: of one course, or of everything.

    Muting what is muted leaves the mute that holds as it is, whoever set it.

    :raises NotFound: when there is no such patient or course for the actor.
    :raises NotAllowed: when the actor's role does not allow it.
    :raises MuteReasonMissing: when nobody says why.
    :raises MuteEndsBefore: when the end is past.
    :raises MuteTooLong: when it is longer than the site allows.
    """
    patient = get_visible_patient(actor, patient_id)
    if course_id and get_course(actor, course_id).patient_id != patient_id:
        raise NotFound(field="course")
    row = models.Mute(
        patient=patient,
        course_id=course_id,
        reason=check_reason(reason, note),
        note=note.strip(),
        by_id=actor.user_id,
        from_at=now,
        until=check_end(until, now, longest_mute(patient.site)),
    )
    policy.check(actor, "mute.set", row)
    with written_by(actor):
        return _stored(row, now)


def _stored(row: models.Mute, now: dt.datetime) -> Muted:
    """Store a mute, unless one of the same stands or another is faster."""
    target: dict[str, Any] = {"patient": row.patient, "course_id": row.course_id}
    open_ones = models.Mute.objects.filter(ended_at=None, **target)
    _write_ends(open_ones.filter(until__lte=now), MuteEnd.EXPIRED)
    if found := open_ones.first():
        return Muted(found, is_new=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) != "one_mute_at_a_time":
            raise
        return Muted(open_ones.get(), is_new=False)
    log.info("muted", patient_id=str(row.patient_id), is_course=bool(row.course_id))
    return Muted(row, is_new=True)


def move_end(
    *,
    actor: Actor,
    mute_id: uuid.UUID,
    expected_version: int,
    until: dt.datetime,
    now: dt.datetime,
) -> models.Mute:
    """Let a mute end at another time, counted from now.

    :raises MuteClosed: when it has ended.
    :raises MuteEndsBefore: when the end is past.
    :raises MuteTooLong: when it is further away than the site allows.
    :raises VersionOutdated: when it changed meanwhile.
    """
    with written_by(actor):
        row = _locked(actor, mute_id)
        if not _holds(row, now):
            raise MuteClosed(field="mute")
        if row.version != expected_version:
            raise VersionOutdated(field="version")
        row.until = check_end(until, now, longest_mute(row.patient.site))
        row.version += 1
        row.save(update_fields=["until", "version"])
    return get_mute(actor, mute_id)


def unmute(
    *, actor: Actor, mute_id: uuid.UUID, expected_version: int, now: dt.datetime
) -> models.Mute:
    """End a mute; what has ended stays as it is.

    What is still to come goes out again. Nothing that was due in between is sent late.

    :raises NotFound: when there is none in reach.
    :raises VersionOutdated: when it changed meanwhile.
    """
    with written_by(actor):
        row = _locked(actor, mute_id)
        if _holds(row, now):
            if row.version != expected_version:
                raise VersionOutdated(field="version")
            row.ended_at, row.ended_by_id = now, actor.user_id
            row.ended_how = MuteEnd.UNMUTED
            row.version += 1
            row.save(update_fields=["ended_at", "ended_by", "ended_how", "version"])
    return get_mute(actor, mute_id)


def end_mutes(*, now: dt.datetime) -> int:
    """Write down which mutes have run out or have nothing left to silence."""
    with transaction.atomic():
        ended = _write_ends(run_out(now), MuteEnd.EXPIRED)
        closed = models.Mute.objects.filter(id__in=with_nothing_to_say())
        ended += _write_ends(closed, MuteEnd.CLOSED, now)
    if ended:
        log.info("mutes_ended", number=ended)
    return ended


def _write_ends(
    rows: QuerySet[models.Mute], how: MuteEnd, at: dt.datetime | None = None
) -> int:
    """End mutes at an instant; without one each at the end of its own time."""
    return rows.filter(ended_at=None).update(
        ended_at=at or F("until"), ended_how=how, version=F("version") + 1
    )


def _locked(actor: Actor, mute_id: uuid.UUID) -> models.Mute:
    rows = models.Mute.objects.select_for_update(of=("self",))
    row = rows.select_related("patient__site").filter(id=mute_id).first()
    if row is None or not policy.can(actor, "patient.view", row):
        raise NotFound(field="mute")
    policy.check(actor, "mute.set", row)
    return row


def _holds(row: models.Mute, now: dt.datetime) -> bool:
    return row.ended_at is None and row.until > now
