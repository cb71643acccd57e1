"""Reads the messages of one person, as the app shows them."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from infusion import models
from infusion.domain.delivery import Outcome
from infusion.domain.states import MessageStatus
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

# Older ones are in the log of the course.
KEPT_FOR = dt.timedelta(days=14)
_LEFT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNKNOWN)
_MAY_HAVE_LEFT = (Outcome.ACCEPTED, Outcome.UNKNOWN)


def list_inbox(actor: Actor, now: dt.datetime) -> QuerySet[models.Message]:
    """List what has left for the actor in the last days, the latest due first."""
    rows = _own(actor, models.Message.objects.filter(status__in=_LEFT))
    return rows.filter(due_at__gte=now - KEPT_FOR).order_by("-due_at", "-id")


def get_own_message(actor: Actor, message_id: uuid.UUID) -> models.Message:
    """Return a message to the actor that may have reached them.

    A device may ask for a message while the answer of its push service is still being
    written down, or was lost.

    :raises NotFound: when there is none.
    """
    tries = models.MessageAttempt.objects.filter(
        message_id=OuterRef("id"), outcome__in=_MAY_HAVE_LEFT
    )
    has_left = Q(status__in=[*_LEFT, MessageStatus.SENDING]) | Exists(tries)
    rows = models.Message.objects.filter(has_left, id=message_id)
    found: models.Message | None = _own(actor, rows).first()
    if found is None:
        raise NotFound(field="message")
    return found


def _own(
    actor: Actor, rows: QuerySet[models.Message, Any]
) -> QuerySet[models.Message, Any]:
    """Narrow to the messages written to the actor about whom they may see now.

    By the courses in reach: there is an index by course, and none by reader.
    """
    courses = policy.scope(models.Course.objects.all(), actor)
    reader = Q(user_id=actor.user_id)
    if actor.own_patient_id:
        reader |= Q(patient_id=actor.own_patient_id)
    in_reach = Q(course_id__in=courses.values("id")) | Q(
        course=None, site_id__in=list(actor.site_roles)
    )
    related = ("site", "course__patient", "patient", "user", "acknowledgement")
    return rows.filter(reader, in_reach).select_related(*related)
