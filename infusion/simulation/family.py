"""What a family answers, and what a nurse types in on the telephone."""

import datetime as dt
import uuid
from functools import partial

from infusion import models
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.domain.states import CheckInStatus
from infusion.domain.submissions import FormAnswers, Submission
from infusion.selectors.checkins import questionnaires, signed_questions
from infusion.services.checkins_answering import answer_check_in
from infusion.simulation.life import Life
from infusion.simulation.sweeping import wake
from patients.policy import Actor

_SILENT = (CheckInStatus.DUE, CheckInStatus.MISSED)


def expect_answers(life: Life) -> None:
    """Enter when every check-in that is planned is answered, and when silence counts."""
    rows = models.CheckIn.objects.filter(
        course_id=life.course_id, status=CheckInStatus.DUE
    )
    for row in rows.order_by("due_at", "id"):
        key = ("check-in", row.pk, row.due_at)
        if key not in life.entered:
            life.entered.add(key)
            _expect(life, row)


def _expect(life: Life, row: models.CheckIn) -> None:
    after = life.patient.answers_after(row.due_at - life.begins_at)
    if after is not None:
        act = partial(_answer, check_in_id=row.pk, due_at=row.due_at)
        life.enter(row.due_at + after, "a check-in is answered", act)
    for at in (row.call_at, row.alert_at):
        if at is not None and (after is None or row.due_at + after > at):
            silent = partial(_wake_if_silent, check_in_id=row.pk, due_at=row.due_at)
            life.enter(at, "a check-in is silent", silent)


def _wake_if_silent(life: Life, check_in_id: uuid.UUID, due_at: dt.datetime) -> None:
    rows = models.CheckIn.objects.filter(id=check_in_id, due_at=due_at)
    if rows.filter(status__in=_SILENT).exists():
        wake(life)


def _answer(life: Life, check_in_id: uuid.UUID, due_at: dt.datetime) -> None:
    """Answer what is still asked; nobody answers from a ward."""
    row = models.CheckIn.objects.filter(id=check_in_id, due_at=due_at).first()
    if row is not None and row.status in _SILENT and not life.is_attended:
        answer(life, row, life.family, Way.SELF)


def answer(life: Life, row: models.CheckIn, actor: Actor, way: Way) -> None:
    """Send the answers to a check-in, as they are at this moment."""
    answer_check_in(
        actor=actor,
        check_in_id=row.pk,
        given=Submission(
            client_id=uuid.uuid5(row.pk, way),
            forms=_forms(life, row),
            given_at=life.now,
            language=life.patient.profile.language,
            way=way,
            source=None if way is Way.SELF else _speaker(life),
        ),
        now=life.now,
    )


def _speaker(life: Life) -> Source:
    by_caregiver = life.patient.profile.answers_by_caregiver
    return Source.CAREGIVER if by_caregiver else Source.PATIENT


def _forms(life: Life, row: models.CheckIn) -> tuple[FormAnswers, ...]:
    known, signed = questionnaires(), signed_questions(life.world.site.pk)
    return tuple(
        FormAnswers(
            key=key,
            version=known[key].version,
            answers=life.patient.answers(known[key], life.since, life.now, signed),
        )
        for key in row.forms
    )
