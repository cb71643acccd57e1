"""Owes people a message about an alert, and takes back what has not left.

A message names nobody; who reads it logs in. It is stored with the step that caused it.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from infusion import models
from infusion.domain.messages import MessageKind
from infusion.domain.reminders.events import Event, Subject
from infusion.domain.states import MessageStatus
from patients.domain.contacts import EMAIL, STAFF, Recipient
from patients.selectors.people import get_recipients

# A telling that nobody could be given within this time: the alert has climbed on.
_LIFE = dt.timedelta(hours=4)


def tell(
    alert: models.Alert,
    user_ids: Collection[uuid.UUID],
    now: dt.datetime,
    *,
    channels: Sequence[str] = (),
) -> int:
    """Owe each of these people a message; return how many there are.

    The first of ``channels`` over which a person can be reached is theirs; without one
    it is the first of their own.
    """
    course = alert.course
    if course is None:
        return 0
    plan = course.plan_versions.order_by("-number").first()
    people = get_recipients(course.patient_id, now, user_ids)
    told = [
        models.Message(
            site_id=alert.site_id,
            course=course,
            plan_version=plan,
            kind=MessageKind.ALERT_RAISED,
            event=Event.ALERT,
            subject_kind=Subject.ALERT,
            subject_id=alert.id,
            is_urgent=True,
            event_at=now,
            person_kind=STAFF,
            user_id=person.user_id,
            channel=_channel(person, channels),
            due_at=now,
            expires_at=now + _LIFE,
        )
        for person in people
        if person.kind == STAFF and person.user_id in user_ids
    ]
    models.Message.objects.bulk_create(told)
    return len(told)


def _channel(person: Recipient, wanted: Sequence[str]) -> str:
    own = [address.channel for address in person.addresses]
    return next((one for one in wanted if one in own), own[0] if own else EMAIL)


def call_off(alert: models.Alert) -> None:
    """Cancel what was to be told of an alert and has not left."""
    rows = models.Message.objects.filter(
        course=alert.course,
        kind=MessageKind.ALERT_RAISED,
        event_at__in=alert.steps.values("at"),
    )
    rows.filter(status=MessageStatus.PENDING).update(
        status=MessageStatus.CANCELLED, reason="alert_taken"
    )
