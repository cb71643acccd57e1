"""Reads check-ins for people: lists, one of them, its answers and its photographs.

Everything here is narrowed to what the actor may see.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from infusion import catalogue, models
from infusion.domain.courses import Text
from infusion.domain.form_json import forms_json
from infusion.domain.instants import local_date, zone
from infusion.domain.questionnaires import Questionnaire
from infusion.domain.states import CheckInStatus, CourseStatus, OverlayStatus
from infusion.selectors import checkins
from infusion.selectors.checkin_alerts import CAUSES
from infusion.selectors.walking import years
from infusion.selectors.wordings import worded, wordings_of
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor

_GOING_ON = (CourseStatus.ORDERED, CourseStatus.ACTIVE)
_TO_COME = (CheckInStatus.DUE, CheckInStatus.MISSED)
# What somebody is asked who tells something though nothing is due.
_TOLD = ("daily", "pump-line")
# A family sees the last days, not a file.
_SHOWN = 10


def list_check_ins(actor: Actor, patient_id: uuid.UUID) -> QuerySet[models.CheckIn]:
    """List the check-ins of a patient with answers and results, the latest first."""
    rows = models.CheckIn.objects.filter(course__patient_id=patient_id)
    return _complete(policy.scope(rows, actor)).order_by("-due_at", "-id")


def check_ins_of_course(course_id: uuid.UUID) -> QuerySet[models.CheckIn]:
    """Return the check-ins of a course the actor was let into, the latest first."""
    rows = models.CheckIn.objects.filter(course_id=course_id)
    return _complete(rows).order_by("-due_at", "-id")


def answers_before(
    answers: models.CheckInAnswers, number: int
) -> Sequence[models.CheckInAnswers]:
    """Return some answers of the course that were given before, the earliest first."""
    rows = models.CheckInAnswers.objects.filter(
        check_in__course_id=answers.check_in.course_id,
        given_at__lt=answers.given_at,
        corrected_by=None,
    )
    latest = rows.select_related("result").order_by("-given_at", "-id")[:number]
    return list(reversed(latest))


def get_check_in(actor: Actor, check_in_id: uuid.UUID) -> models.CheckIn:
    """Return a check-in with its answers, results and looks.

    :raises NotFound: when there is none in reach.
    """
    rows = models.CheckIn.objects.filter(id=check_in_id)
    found = _complete(policy.scope(rows, actor)).first()
    if found is None:
        raise NotFound(field="check_in")
    return found


def _complete(rows: QuerySet[models.CheckIn]) -> QuerySet[models.CheckIn]:
    photos = models.CheckInPhoto.objects.defer("body").order_by("received_at", "id")
    answers = models.CheckInAnswers.objects.select_related(
        "result", "recorded_by", "corrected_by"
    ).prefetch_related(Prefetch("photos", photos))
    looks = models.CheckInLook.objects.select_related("by").order_by("at", "id")
    unread = models.UnreadAnswers.objects.select_related("recorded_by", "meant")
    return rows.select_related("course__site", "course__patient").prefetch_related(
        Prefetch("answers", answers.order_by("given_at", "id")),
        Prefetch("unread", unread.order_by("given_at", "id")),
        Prefetch("looks", looks),
    )


def get_answers(actor: Actor, answers_id: uuid.UUID) -> models.CheckInAnswers:
    """Return answers, for instance to add a photograph to them.

    :raises NotFound: when there are none in reach.
    """
    rows = models.CheckInAnswers.objects.select_related("check_in__course", "result")
    found = policy.scope(rows, actor).filter(id=answers_id).first()
    if found is None:
        raise NotFound(field="answers")
    return found


def get_photo(actor: Actor, photo_id: uuid.UUID) -> models.CheckInPhoto:
    """Return a photograph with its bytes.

    :raises NotFound: when there is none in reach.
    """
    rows = models.CheckInPhoto.objects.select_related("answers__check_in__course")
    found = policy.scope(rows, actor).filter(id=photo_id).first()
    if found is None:
        raise NotFound(field="photo")
    return found


def course_in_hand(patient_id: uuid.UUID) -> models.Course | None:
    """Return the course of a patient that goes on, or the last that is still asked about.

    A sign is followed until it is gone, after the end of the course as well.
    """
    rows = models.Course.objects.filter(patient_id=patient_id)
    rows = rows.select_related("site").order_by("-ordered_at", "-id")
    asked = models.CheckIn.objects.filter(
        course_id=OuterRef("pk"), status__in=_TO_COME, looked_at=None
    )
    going_on = rows.filter(status__in=_GOING_ON).first()
    return going_on or rows.filter(Exists(asked)).first()


def answered_lately(course_id: uuid.UUID) -> Sequence[models.CheckIn]:
    """Return what a family has answered, the latest first."""
    rows = models.CheckIn.objects.filter(course_id=course_id, answered_at__isnull=False)
    return list(rows.order_by("-answered_at", "-id")[:_SHOWN])


def next_due(course_id: uuid.UUID, now: dt.datetime) -> models.CheckIn | None:
    """Return what is asked next."""
    rows = models.CheckIn.objects.filter(
        course_id=course_id, status__in=_TO_COME, due_at__gt=now
    )
    return rows.order_by("due_at", "id").first()


def asked_until(course_id: uuid.UUID, until: dt.datetime) -> list[models.CheckIn]:
    """Return what waits for an answer or is asked until an instant, the oldest first."""
    rows = models.CheckIn.objects.filter(
        course_id=course_id, status__in=_TO_COME, looked_at=None, due_at__lte=until
    )
    return list(rows.order_by("due_at", "id"))


def advice_of(site_id: uuid.UUID, colour: str) -> Text | None:
    """Return what the site tells after answers of a colour; None until two approved it."""
    rows = models.AdviceText.objects.filter(
        site_id=site_id, kind=colour, status=OverlayStatus.IN_FORCE
    )
    found = rows.first()
    return Text(en=found.en, zh=found.zh) if found else None


def forms_to_tell(course: models.Course, now: dt.datetime) -> tuple[Questionnaire, ...]:
    """Return what is asked of somebody who tells something though nothing is due.

    They are the forms that the cadence of the site has for a patient of this age.
    """
    cadence = catalogue.cadence_of(catalogue.site_policy(course.site.policy))
    known, born = checkins.questionnaires(), course.patient.birth_date
    today = local_date(now, zone(course.patient.time_zone))
    age = years(born, today) if born else cadence.years_unknown
    forms = (
        known[one.form]
        for topic in _TOLD
        for one in cadence.forms
        if one.topic == topic and one.fits(age)
    )
    return worded(forms, wordings_of(course.site_id))


def sheet_of(
    course: models.Course, forms: Sequence[Questionnaire], now: dt.datetime
) -> dict[str, Any]:
    """Return questions with their signs, as a phone keeps them."""
    reading = checkins.reading_of(course, now)
    signed = checkins.signed_questions(course.site_id)
    return forms_json(forms, reading.rules, reading.scores, signed)


def check_in_behind(alert: models.Alert) -> str | None:
    """Return the check-in that an alert is about; None for an alert of another cause."""
    return alert.subject.partition(":")[0] if alert.cause in CAUSES else None
