"""Reads what became of the messages of a course, and of one of them everything."""

import uuid
import zlib
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from infusion import models
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

# As many digits as a version may have in a header.
_VERSIONS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Trail:
    """One message and everything that happened to it, in order of time."""

    row: models.Message
    version: int
    tries: tuple[models.MessageAttempt, ...]
    reports: tuple[models.DeliveryReport, ...]
    calls: tuple[models.PhoneCall, ...]
    # Those sent again in its place; and of such a one, by whom and in place of which.
    resendings: tuple[models.Resending, ...]
    resending: models.Resending | None
    acknowledgement: models.Acknowledgement | None
    kept_back: models.KeptBack | None


def ledger_version(row: models.Message) -> int:
    """Return what stands for all that has happened to a message: it changes with it.

    A message has no counter: every step of every message would write it.
    """
    # With those sent again in its place: what is shown of one is shown of all.
    again = row.resendings.order_by("number").values_list(
        "message_id", "message__status", "message__attempts"
    )
    every = [row.pk, *(message_id for message_id, _status, _attempts in again)]
    parts = (
        row.status,
        row.reason,
        row.attempts,
        models.DeliveryReport.objects.filter(message_id__in=every).count(),
        row.calls.count(),
        *(told for _message_id, *told in again),
        models.Acknowledgement.objects.filter(message_id__in=every).count(),
    )
    return zlib.crc32(repr(parts).encode()) % _VERSIONS


def get_trail(actor: Actor, message_id: uuid.UUID) -> Trail:
    """Return a message of a course with everything that happened to it.

    :raises NotFound: when there is none in reach.
    """
    related = ("course__patient", "user", "site", "plan_version")
    rows = models.Message.objects.select_related(*related)
    row = rows.filter(id=message_id, course__isnull=False).first()
    if row is None or row.course is None:
        raise NotFound(field="message")
    in_reach = policy.scope(models.Course.objects.filter(id=row.course.pk), actor)
    if not in_reach.exists():
        raise NotFound(field="message")
    resending = _one(models.Resending.objects.select_related("by", "first"), row)
    # What is done about one that was sent again is done about the first.
    first = resending.first if resending else row
    return Trail(
        row=row,
        version=ledger_version(first),
        tries=tuple(row.attempt_records.order_by("at", "id")),
        reports=tuple(row.reports.order_by("created_at", "id")),
        calls=tuple(first.calls.select_related("by").order_by("at", "id")),
        resendings=tuple(
            first.resendings.select_related("message", "by").order_by("number")
        ),
        resending=resending,
        acknowledgement=_one(models.Acknowledgement.objects.select_related("by"), row),
        kept_back=_one(models.KeptBack.objects.select_related("mute__by"), row),
    )


def _one(rows: QuerySet[Any], message: models.Message) -> Any:
    return rows.filter(message=message).first()


def same_news(row: models.Message) -> QuerySet[models.Message, models.Message]:
    """Return every message of one rule about one event to one person, itself too."""
    news: dict[str, Any] = {
        "course_id": row.course_id,
        "subject_id": row.subject_id,
        "kind": row.kind,
        "event_at": row.event_at,
    }
    reader: dict[str, Any] = {"patient_id": row.patient_id, "user_id": row.user_id}
    return models.Message.objects.filter(**news, **reader)
