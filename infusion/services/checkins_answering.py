"""Takes the answers of a family, early, late or twice, and lets the rules read them.

The answers, what the rules made of them and the alert that follows are stored together.
The alerts of a course are locked first, the course second and the check-in last.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from django.db import IntegrityError, transaction

from infusion import models
from infusion.domain.checkins import CheckInKind, Way
from infusion.domain.findings import HOME, Source
from infusion.domain.questionnaires import FormDiffers
from infusion.domain.refusals import Refusal
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import (
    CLOCKS_DIFFER,
    AnswersDiffer,
    FormUnknown,
    NobodyAnswered,
    Submission,
    forms_to_read,
)
from infusion.domain.triage import Colour
from infusion.selectors.checkins import questionnaires
from infusion.services.alert_raising import lock_alerts
from infusion.services.checkins_triage import (
    Given,
    alert,
    come_anew,
    new_check_in,
    take,
)
from infusion.services.checkins_unread import AnswersUnread, keep_unread
from infusion.services.common import NotFound, changing
from patients import policy
from patients.policy import CAREGIVER, PATIENT, PHYSICIAN, Actor
from patients.services.writing import violated


class NothingAnswered(Refusal):
    """Nothing was due and nothing was answered."""

    code = "nothing_answered"


class AnswersCorrected(Refusal):
    """These answers were corrected before; the correction can be."""

    code = "answers_corrected"


def answer_check_in(
    *, actor: Actor, check_in_id: uuid.UUID, given: Submission, now: dt.datetime
) -> models.CheckInAnswers:
    """Take the answers to a check-in; the same sent twice are taken once.

    Late ones are taken like others. What was answered before it was due answers nothing
    that is due, and is kept as a check-in of its own.

    :raises NotFound: when there is no such check-in for the actor.
    :raises AnswersDiffer: when the id was used for other answers.
    :raises AnswersUnread: when they are to another version of a form; they are kept.
    :raises NobodyAnswered: when a nurse does not say who spoke.
    :raises NothingAnswered: when it asks nothing and there is no answer.
    :raises Refusal: when an answer can't be read.
    """
    course_id = _course_of(check_in_id)
    with _taking(actor, course_id, given, now, check_in_id) as taken:
        if isinstance(taken, models.CheckInAnswers):
            return taken
        row = _living(models.CheckIn.objects.select_for_update().get(id=check_in_id))
        if not row.forms:
            # A wish to be rung, or unread answers: what comes now answers neither.
            return _take_unasked(taken)
        if taken.at < row.due_at - CLOCKS_DIFFER:
            row = _unplanned(taken, row.forms)
        return take(taken, row)


def answer_unplanned(
    *, actor: Actor, course_id: uuid.UUID, given: Submission, now: dt.datetime
) -> models.CheckInAnswers:
    """Take answers that nobody asked for; if they cover what is due, they answer that.

    :raises NothingAnswered: when there is no form with an answer.
    :raises Refusal: for the reasons of ``answer_check_in``.
    """
    with _taking(actor, course_id, given, now) as taken:
        if isinstance(taken, models.CheckInAnswers):
            return taken
        return _take_unasked(taken)


def correct_answers(
    *, actor: Actor, answers_id: uuid.UUID, given: Submission, now: dt.datetime
) -> models.CheckInAnswers:
    """Take other answers in the place of some; the first stay in the record.

    The colour never falls by it before somebody has looked.

    :raises AnswersCorrected: when they were corrected before.
    :raises NothingAnswered: when nothing was asked and there is no answer.
    :raises Refusal: for the reasons of ``answer_check_in``.
    """
    rows = models.CheckInAnswers.objects.filter(id=answers_id)
    found = rows.values_list("check_in_id", "check_in__course_id").first()
    if found is None:
        raise NotFound(field="answers")
    with _taking(actor, found[1], given, now, found[0]) as taken:
        if isinstance(taken, models.CheckInAnswers):
            return taken
        row = models.CheckIn.objects.select_for_update().get(id=found[0])
        old = rows.get()
        if models.CheckInAnswers.objects.filter(corrects=old).exists():
            raise AnswersCorrected(field="answers")
        if not row.forms:
            _check_says(given)
        return take(replace(taken, corrects=old), row)


def ask_for_call(
    *, actor: Actor, course_id: uuid.UUID, now: dt.datetime
) -> models.CheckIn:
    """Somebody wants to be rung; nothing is known of the patient, so it is red.

    Asked again before anybody has looked it is the same wish; it is told again if a person
    ended the alert of it.
    """
    with transaction.atomic():
        lock_alerts(course_id)
        with changing(
            actor=actor, action="checkin.answer", course_id=course_id
        ) as course:
            waiting = course.check_ins.filter(
                kind=CheckInKind.CALL_WANTED, looked_at=None
            ).first()
            if waiting is not None:
                if come_anew(waiting, now):
                    waiting.version += 1
                    waiting.save()
                alert(waiting, now)
                return waiting
            row = new_check_in(course, CheckInKind.CALL_WANTED, forms=[], due_at=now)
            row.status, row.answered_at = CheckInStatus.ANSWERED, now
            row.colour, row.coloured_at, row.look_by = Colour.RED, now, now
            row.save()
            alert(row, now)
    return row


def _course_of(check_in_id: uuid.UUID) -> uuid.UUID:
    rows = models.CheckIn.objects.filter(id=check_in_id)
    course_id = rows.values_list("course_id", flat=True).first()
    if course_id is None:
        raise NotFound(field="check_in")
    return course_id


@contextmanager
def _taking(
    actor: Actor,
    course_id: uuid.UUID,
    sent: Submission,
    now: dt.datetime,
    meant_id: uuid.UUID | None = None,
) -> Iterator["Given | models.CheckInAnswers"]:
    """Open a transaction on a locked course; yield what was sent before, if it was.

    Answers to another version of a form are kept unread, whatever became of the rest.
    """
    given: Given | None = None
    try:
        with transaction.atomic():
            lock_alerts(course_id)
            with changing(
                actor=actor, action="checkin.answer", course_id=course_id
            ) as course:
                source = _source(actor, course, sent)
                given = Given(
                    actor=actor, course=course, sent=sent, source=source, now=now
                )
                yield _sent_before(course, sent) or given
    except (FormDiffers, FormUnknown) as refusal:
        if given is None:
            raise
        keep_unread(given, meant_id=meant_id, why=refusal.code)
        raise AnswersUnread(field="forms") from None
    except IntegrityError as error:
        # Sent at the same moment under another patient.
        if "client_id" in violated(error):
            raise AnswersDiffer(field="client_id") from None
        raise


def _sent_before(
    course: models.Course, sent: Submission
) -> models.CheckInAnswers | None:
    rows = models.CheckInAnswers.objects.select_related("check_in", "result")
    known = rows.filter(client_id=sent.client_id).first()
    if known is None:
        return None
    if known.check_in.course_id != course.pk or known.digest != sent.digest:
        raise AnswersDiffer(field="client_id")
    return known


def _source(actor: Actor, course: models.Course, sent: Submission) -> Source:
    """Return who spoke: whoever answers themselves, or whom a nurse names."""
    roles = actor.roles_for(course.site_id, course.patient_id)
    if sent.way is Way.SELF:
        if PATIENT in roles:
            return Source.PATIENT
        if CAREGIVER in roles:
            return Source.CAREGIVER
        raise NobodyAnswered(field="way")
    policy.check(actor, "checkin.enter", course)
    if sent.source in HOME:
        return sent.source
    if sent.way is not Way.BEDSIDE:
        raise NobodyAnswered(field="source")
    return Source.PHYSICIAN if PHYSICIAN in roles else Source.NURSE


# --- Which check-in it is -------------------------------------------------------------


def _take_unasked(taken: Given) -> models.CheckInAnswers:
    keys = [one.key for one in taken.sent.forms]
    _check_says(taken.sent)
    # Before a row names a form that does not exist.
    forms_to_read((), taken.sent, questionnaires())
    return take(taken, _due(taken, keys) or _unplanned(taken, keys))


def _check_says(sent: Submission) -> None:
    if not any(one.answers for one in sent.forms):
        raise NothingAnswered(field="forms")


def _living(row: models.CheckIn) -> models.CheckIn:
    """Return the check-in that took the place of a cancelled one, if one did."""
    if row.status != CheckInStatus.CANCELLED:
        return row
    rows = models.CheckIn.objects.select_for_update().filter(
        course_id=row.course_id, key=row.key
    )
    return rows.exclude(status=CheckInStatus.CANCELLED).first() or row


def _due(taken: Given, keys: Sequence[str]) -> models.CheckIn | None:
    """Return the last check-in that is due and asks nothing else than was answered."""
    rows = taken.course.check_ins.select_for_update().filter(
        status=CheckInStatus.DUE, due_at__lte=taken.at, forms__contained_by=keys
    )
    return rows.order_by("-due_at").first()


def _unplanned(taken: Given, keys: Sequence[str]) -> models.CheckIn:
    row = new_check_in(
        taken.course,
        CheckInKind.UNPLANNED,
        forms=list(dict.fromkeys(keys)),
        due_at=taken.at,
    )
    row.save()
    return row
