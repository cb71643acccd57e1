"""Reads who is muted, since when, and what was kept back."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from infusion import models
from infusion.domain.states import CourseStatus, MessageStatus
from patients import policy
from patients.domain.contacts import STAFF
from patients.domain.refusals import NotFound
from patients.policy import Actor

_GOING_ON = (CourseStatus.ORDERED, CourseStatus.ACTIVE)


def mutes_of(
    patient_id: uuid.UUID, course_id: uuid.UUID | None, now: dt.datetime
) -> QuerySet[models.Mute]:
    """Return the mutes that hold now: of the course, and of the patient as a whole."""
    rows = _holding(now).filter(Q(course=None) | Q(course_id=course_id))
    return rows.filter(patient_id=patient_id).order_by("-until", "-id")


def _holding(now: dt.datetime) -> QuerySet[models.Mute]:
    return models.Mute.objects.filter(ended_at=None, from_at__lte=now, until__gt=now)


def is_muted(
    patient_id: uuid.UUID, course_id: uuid.UUID | None, now: dt.datetime
) -> bool:
    """Say whether nothing is to be said to the family of a patient now.

    Whoever adds a way to speak to families asks this right before it speaks.
    """
    return mutes_of(patient_id, course_id, now).exists()


def mute_over(message: models.Message, now: dt.datetime) -> models.Mute | None:
    """Return the mute that keeps a message back now; staff are told as ever."""
    return mutes_over([message], now).get(message.id)


def mutes_over(
    messages: Sequence[models.Message], now: dt.datetime
) -> dict[uuid.UUID, models.Mute]:
    """Return by message the mute that keeps it back now, in one query for all."""
    told = {
        one: one.course.patient_id
        for one in messages
        if one.course and one.person_kind != STAFF
    }
    rows = _holding(now).filter(patient_id__in=set(told.values())) if told else ()
    found = {}
    # The one that lasts longest comes last, and stays.
    for mute in sorted(rows, key=lambda each: (each.until, each.id)):
        for one, patient_id in told.items():
            covers = mute.course_id in {None, one.course_id}
            if covers and mute.patient_id == patient_id:
                found[one.id] = mute
    return found


def list_mutes(actor: Actor, patient_id: uuid.UUID) -> QuerySet[models.Mute]:
    """List the mutes of a patient the actor may see, the latest first."""
    rows = policy.scope(models.Mute.objects.filter(patient_id=patient_id), actor)
    counted = rows.annotate(kept_number=Count("kept_back"))
    related = ("patient", "by", "ended_by")
    return counted.select_related(*related).order_by("-from_at", "-id")


def get_mute(actor: Actor, mute_id: uuid.UUID) -> models.Mute:
    """Return a mute.

    :raises NotFound: when there is none in reach.
    """
    rows = policy.scope(models.Mute.objects.filter(id=mute_id), actor)
    counted = rows.annotate(kept_number=Count("kept_back"))
    found = counted.select_related("patient", "by", "ended_by").first()
    if found is None:
        raise NotFound(field="mute")
    return found


def run_out(now: dt.datetime) -> QuerySet[models.Mute]:
    """Return the mutes whose time is over and that nobody has ended."""
    return models.Mute.objects.filter(ended_at=None, until__lte=now)


def with_nothing_to_say() -> list[uuid.UUID]:
    """Return the mutes of whom nothing is owed any more.

    The patient has died or the course is over, and no message to the family waits that
    the end of the mute would let out. Only the messages of those few are looked at.
    """
    over = Q(course__isnull=False) & ~Q(course__status__in=_GOING_ON)
    dead = Q(patient__is_deceased=True) | Q(patient__courses__end_reason="DEATH")
    found = models.Mute.objects.filter(over | dead, ended_at=None).distinct()
    return [
        mute_id
        for mute_id, patient_id in found.values_list("id", "patient_id")
        if not _waits(patient_id)
    ]


def _waits(patient_id: uuid.UUID) -> bool:
    """Say whether anything is still owed to a family; by course, as it is indexed."""
    courses = models.Course.objects.filter(patient_id=patient_id)
    rows = models.Message.objects.filter(
        course_id__in=list(courses.values_list("id", flat=True)),
        status__in=(MessageStatus.PENDING, MessageStatus.SENDING),
    )
    return rows.exclude(person_kind=STAFF).exists()
