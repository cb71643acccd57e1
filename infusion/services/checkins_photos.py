"""Keeps a photograph beside the answers it belongs to; a refused one loses no answer."""

import datetime as dt
import hashlib
import uuid

from infusion import models
from infusion.domain.photos import MOST_PHOTOS, PhotoNotAsked, TooManyPhotos
from infusion.domain.questionnaires import Form
from infusion.selectors.checkins import questionnaires
from infusion.services.common import NotFound
from infusion.services.photo_drawing import MEDIA_TYPE, drawn_anew
from patients import policy
from patients.policy import Actor
from patients.services.writing import written_by


def add_photo(
    *,
    actor: Actor,
    answers_id: uuid.UUID,
    question: str,
    body: bytes,
    now: dt.datetime,
) -> models.CheckInPhoto:
    """Keep a photograph, drawn anew; the same one sent twice is kept once.

    ``question`` names the questionnaire and the question: "neuro.sentence-photo".

    :raises NotFound: when there are no such answers for the actor.
    :raises PhotoNotAsked: when no photograph was asked for there.
    :raises PhotoTooLarge: when it is larger than what is kept.
    :raises PhotoTooWide: when it has more pixels than anybody looks at.
    :raises NotAPhoto: when the bytes are no picture.
    :raises TooManyPhotos: when there are enough.
    """
    # Before anything is locked: it may take a second.
    picture, digest = drawn_anew(body), hashlib.sha256(body).hexdigest()
    with written_by(actor):
        answers = _locked(actor, answers_id)
        _check_asked(answers, question)
        known = answers.photos.filter(question=question, sha256=digest).first()
        if known is not None:
            return known
        if answers.photos.count() >= MOST_PHOTOS:
            raise TooManyPhotos(field="photo", most=MOST_PHOTOS)
        return models.CheckInPhoto.objects.create(
            answers=answers,
            question=question,
            media_type=MEDIA_TYPE,
            body=picture,
            sha256=digest,
            recorded_by_id=actor.user_id,
            received_at=now,
        )


def _locked(actor: Actor, answers_id: uuid.UUID) -> models.CheckInAnswers:
    rows = models.CheckInAnswers.objects.select_for_update(of=("self",))
    answers = rows.select_related("check_in__course").filter(id=answers_id).first()
    if answers is None or not policy.can(actor, "checkin.view", answers):
        raise NotFound(field="answers")
    policy.check(actor, "checkin.answer", answers)
    return answers


def _check_asked(answers: models.CheckInAnswers, question: str) -> None:
    form, _, key = question.partition(".")
    known = questionnaires().get(form)
    if known is None or form not in {name.split()[0] for name in answers.forms}:
        raise PhotoNotAsked(field="question")
    asks = any(one.key == key and one.form is Form.PHOTO for one in known.questions)
    if not asks:
        raise PhotoNotAsked(field="question")
