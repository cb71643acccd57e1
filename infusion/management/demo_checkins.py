"""What families of the demo have answered so far: all is well, until half an hour ago."""

import datetime as dt
import uuid
from collections.abc import Iterator

from infusion import models
from infusion.catalogue.questionnaires import shipped_questionnaires
from infusion.domain.checkins import Way
from infusion.domain.questionnaires import Form, Question
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import FormAnswers, Submission
from infusion.services.checkins_answering import answer_check_in
from infusion.services.checkins_planning import look_ahead
from patients.policy import Actor

DAY = dt.timedelta(days=1)
# What fell due since then still waits for an answer.
_OPEN = dt.timedelta(minutes=30)
_SOON = dt.timedelta(minutes=10)
# An invented patient without a fever.
_TEMPERATURE = "36.7"


def answer_so_far(
    course: models.Course, actor: Actor, since: dt.datetime, now: dt.datetime
) -> None:
    """Let a family answer everything it was asked since it is at home."""
    at = since
    while at <= now:
        # As the daily sweep would have done.
        look_ahead(course.id, at)
        for row in _due(course, min(at + DAY, now - _OPEN)):
            answer_check_in(
                actor=actor,
                check_in_id=row.pk,
                given=_all_well(row, row.due_at + _SOON),
                now=row.due_at + _SOON,
            )
        at += DAY
    look_ahead(course.id, now)


def _due(course: models.Course, until: dt.datetime) -> list[models.CheckIn]:
    rows = models.CheckIn.objects.filter(
        course=course, status=CheckInStatus.DUE, due_at__lte=until
    )
    return list(rows.order_by("due_at"))


def _all_well(row: models.CheckIn, at: dt.datetime) -> Submission:
    known = shipped_questionnaires()
    forms = []
    for key in row.forms:
        answers: dict[str, str] = {}
        for question, answer in _answers(key):
            # A question that follows another is asked after certain answers only.
            if question in known[key].asked(answers):
                answers[question.key] = answer
        forms.append(FormAnswers(key=key, version=known[key].version, answers=answers))
    return Submission(
        client_id=uuid.uuid4(), forms=tuple(forms), given_at=at, way=Way.SELF
    )


def _answers(key: str) -> Iterator[tuple[Question, str]]:
    """Yield the best answer to every question; it stands first of those to choose."""
    for question in shipped_questionnaires()[key].questions:
        if question.form is Form.CHOICE:
            yield question, question.options[0].key
        elif question.form is Form.NUMBER:
            yield question, _TEMPERATURE
