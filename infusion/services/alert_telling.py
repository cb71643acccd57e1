"""Owes people a message about an alert, and takes back what has not left.

A message names nobody; who reads it logs in. It is stored with the step that caused it.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from infusion import models
from infusion.domain.messages import MessageKind
from infusion.domain.reminders.events import Event, Subject
from infusion.domain.reminders.rules import Quiet
from infusion.domain.states import MessageStatus
from infusion.selectors.alert_notices import alert_notice
from infusion.services.recipients import first_channel
from patients.domain.contacts import STAFF
from patients.selectors.people import get_staff

# What could not be given within this time is not: the alert has climbed on. Who is not
# woken is told in the morning.
_LIFE = dt.timedelta(hours=4)
_LIFE_OVER_NIGHT = dt.timedelta(hours=24)


def tell(
    alert: models.Alert,
    user_ids: Collection[uuid.UUID],
    now: dt.datetime,
    *,
    whom: str = "",
) -> int:
    """Owe each of these people a message; return how many there are.

    ``whom`` is the rung they stand on: it says over which channels, and how loudly.
    """
    rule = alert_notice(alert, whom)
    is_loud = rule.quiet is Quiet.IGNORE
    people = get_staff(alert.site_id, user_ids)
    models.Message.objects.bulk_create(
        models.Message(
            site_id=alert.site_id,
            course_id=alert.course_id,
            kind=MessageKind.ALERT_RAISED,
            event=Event.ALERT,
            subject_kind=Subject.ALERT,
            subject_id=alert.id,
            is_urgent=is_loud,
            event_at=now,
            person_kind=STAFF,
            user_id=person.user_id,
            channel=first_channel(person, rule),
            due_at=now,
            expires_at=now + (_LIFE if is_loud else _LIFE_OVER_NIGHT),
        )
        for person in people
    )
    return len(people)


def call_off(alert: models.Alert) -> None:
    """Cancel what was to be told of an alert and has not left."""
    rows = models.Message.objects.filter(
        subject_id=alert.id, kind=MessageKind.ALERT_RAISED
    )
    rows.filter(status=MessageStatus.PENDING).update(
        status=MessageStatus.CANCELLED, reason="alert_taken"
    )
