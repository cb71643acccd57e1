"""Somebody rang the reader of a message instead, and says so."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import Q

from infusion import models
from infusion.domain.delivery import RANG_INSTEAD
from infusion.domain.states import MessageStatus
from infusion.selectors.ledger import ledger_version
from infusion.services.common import VersionOutdated, past_instant
from infusion.services.ledger import following_up
from patients.policy import Actor

_OWED = (MessageStatus.PENDING, MessageStatus.SENDING)


def record_call(
    *,
    actor: Actor,
    message_id: uuid.UUID,
    expected_version: int,
    was_reached: bool,
    at: dt.datetime | None = None,
    note: str = "",
    now: dt.datetime,
) -> models.PhoneCall:
    """Note that the reader of a message was rung; who was reached is told no more of it.

    What is called off: the message itself, and everything else about the same event to
    the same person that is due by now or follows the event. A reminder of an event still
    to come stays. Of a call that reached nobody nothing follows.

    :raises NotFound: when there is no such message of a course for the actor.
    :raises InTheFuture: when the call has not been made yet.
    :raises VersionOutdated: when something happened that the actor has not seen.
    """
    with following_up(actor, message_id) as message:
        if expected_version != ledger_version(message):
            raise VersionOutdated(field="version")
        rung_at = past_instant(at or now, now, field="at")
        call = models.PhoneCall.objects.create(
            message=message,
            at=rung_at,
            by_id=actor.user_id,
            was_reached=was_reached,
            note=note.strip(),
        )
        if was_reached:
            _call_off(message, now)
    return call


def _call_off(message: models.Message, now: dt.datetime) -> None:
    """Cancel what the call has made needless; one on its way is cancelled too."""
    event: dict[str, Any] = {
        "course_id": message.course_id,
        "subject_id": message.subject_id,
        "event": message.event,
        "event_at": message.event_at,
    }
    reader: dict[str, Any] = {
        "patient_id": message.patient_id,
        "user_id": message.user_id,
    }
    same = models.Message.objects.filter(status__in=_OWED, **event, **reader)
    if message.event_at > now:
        same = same.filter(Q(kind=message.kind) | Q(due_at__lte=now))
    same.update(status=MessageStatus.CANCELLED, reason=RANG_INSTEAD, lease_until=None)
