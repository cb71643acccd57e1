"""A site words a question that ships without words for the home, and two people sign it.

Such a question is asked from the moment the second person has signed: the place in ICE,
which in a hospital is the hospital. Whoever takes the words back takes the question out.
"""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.refusals import Refusal
from infusion.selectors.wordings import questions_to_word
from infusion.services import site_texts
from patients.policy import Actor

_ABOUT = "question"


class QuestionNotToWord(Refusal):
    """The question ships with its words, or there is none of that name."""

    code = "question_not_to_word"


def draft_wording(
    *,
    actor: Actor,
    site_id: uuid.UUID,
    question: str,
    en: str,
    zh: str,
    now: dt.datetime,
) -> models.QuestionWording:
    """Word a question in both languages; an earlier draft of it is withdrawn.

    ``question`` names the questionnaire and the question: "neuro.place".

    :raises NotFound: when there is no such site for the actor.
    :raises QuestionNotToWord: when the site has nothing to word there.
    :raises AdviceIncomplete: when a language is missing.
    """
    if question not in questions_to_word():
        raise QuestionNotToWord(field="question")
    row = models.QuestionWording(
        site_id=site_id, question=question, en=en, zh=zh, drafted_at=now
    )
    return site_texts.draft(row, actor=actor, about=_ABOUT)


def sign_wording(
    *,
    actor: Actor,
    wording_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.QuestionWording:
    """Sign the words of another person: the question is asked from now on.

    :raises NotFound: when there are no such words for the actor.
    :raises SecondPersonNeeded: when the actor wrote them.
    :raises StepNotAllowed: when they are no draft.
    :raises VersionOutdated: when they changed after the actor looked at them.
    """
    found = site_texts.found_by(models.QuestionWording, wording_id, "wording")
    return site_texts.approve(
        found, actor=actor, about=_ABOUT, version=expected_version, now=now
    )


def withdraw_wording(
    *,
    actor: Actor,
    wording_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.QuestionWording:
    """Take words back: the question is asked no more. What was answered stays.

    :raises NotFound: when there are no such words for the actor.
    :raises StepNotAllowed: when they are over already.
    :raises VersionOutdated: when they changed after the actor looked at them.
    """
    found = site_texts.found_by(models.QuestionWording, wording_id, "wording")
    return site_texts.withdraw(found, actor=actor, version=expected_version, now=now)
