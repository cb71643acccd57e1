"""Keeps answers that no rule can read, word for word, and has somebody ring.

A phone that was offline answers the questions it had; meanwhile the service may ask in
another version. Reading such answers by other questions would be a guess, and losing them
is worse: they are stored as they came, and a person reads them.
"""

import datetime as dt
import uuid

from django.db import transaction

from infusion import models
from infusion.domain.checkins import CheckInKind
from infusion.domain.refusals import Refusal
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import AnswersDiffer
from infusion.domain.triage import Colour
from infusion.services.alert_raising import lock_alerts
from infusion.services.checkins_triage import Given, alert, come_anew, new_check_in
from infusion.services.common import changing


class AnswersUnread(Refusal):
    """The answers are to another version of the questions: kept, and read by a person."""

    code = "answers_unread"


def keep_unread(given: Given, *, meant_id: uuid.UUID | None, why: str) -> None:
    """Keep answers as they came; the same sent twice are kept once.

    They wait in one check-in of the course until somebody has looked. What is due stays
    due: the family is asked again in the present version.

    :raises AnswersDiffer: when the id was used for other answers.
    """
    course_id = given.course.pk
    with transaction.atomic():
        lock_alerts(course_id)
        with changing(
            actor=given.actor, action="checkin.answer", course_id=course_id
        ) as course:
            if _known(course, given):
                return
            row = _waiting(course, given.now)
            _store(given, row, meant_id, why)
            alert(row, given.now)


def _known(course: models.Course, given: Given) -> bool:
    known = models.UnreadAnswers.objects.filter(client_id=given.sent.client_id).first()
    if known is None:
        return False
    if known.check_in.course_id != course.pk or known.digest != given.sent.digest:
        raise AnswersDiffer(field="client_id")
    return True


def _waiting(course: models.Course, now: dt.datetime) -> models.CheckIn:
    """Return the check-in in which unread answers wait; a new one, if none does."""
    waiting = course.check_ins.filter(kind=CheckInKind.UNREAD, looked_at=None).first()
    if waiting is not None:
        come_anew(waiting, now)
        # Whoever is looking at it is to see that there is more.
        waiting.version += 1
        waiting.save()
        return waiting
    row = new_check_in(course, CheckInKind.UNREAD, forms=[], due_at=now)
    row.status, row.answered_at = CheckInStatus.ANSWERED, now
    row.colour, row.coloured_at, row.look_by = Colour.RED, now, now
    row.save()
    return row


def _store(
    given: Given, row: models.CheckIn, meant_id: uuid.UUID | None, why: str
) -> None:
    sent = given.sent
    models.UnreadAnswers.objects.create(
        check_in=row,
        meant_id=meant_id,
        why=why,
        client_id=sent.client_id,
        digest=sent.digest,
        forms=[one.name for one in sent.forms],
        values=sent.values,
        language=sent.language,
        source=given.source,
        way=sent.way,
        recorded_by_id=given.actor.user_id,
        given_at=given.at,
        received_at=given.now,
    )
