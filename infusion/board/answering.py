"""Answers and photographs of a page, handed to the service as a phone would send them."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from infusion.board.refusals import REFUSALS, reason
from infusion.domain.checkins import Way
from infusion.domain.findings import Source
from infusion.domain.photos import LARGEST_BYTES
from infusion.domain.questionnaires import Questionnaire
from infusion.domain.submissions import FormAnswers, Submission
from infusion.services.checkins_photos import add_photo
from infusion.wording.regimens import read
from patients.policy import Actor

# As long as REST takes one.
_LONGEST_VERSION = 60


def submission(
    forms: tuple[Questionnaire, ...],
    values: Mapping[str, Mapping[str, str]],
    sent: Mapping[str, str],
    given_at: dt.datetime,
    *,
    language: str,
    way: Way = Way.SELF,
    source: Source | None = None,
) -> Submission:
    """Return what was typed as answers under the id of the page.

    :raises AnswerTooLong: when an answer is longer than anybody can read.
    """
    return Submission(
        client_id=id_of(sent),
        forms=tuple(_form(one, values, sent) for one in forms),
        given_at=given_at,
        language=language,
        way=way,
        source=source,
        # A plain form has no clock: only a nurse is asked when it was said.
        is_untimed=way is Way.SELF,
    )


def _form(
    form: Questionnaire,
    values: Mapping[str, Mapping[str, str]],
    sent: Mapping[str, str],
) -> FormAnswers:
    """Return the answers to the version the page showed.

    A page that was opened before a new version came asked other questions: what was typed
    there goes to the service as it stands, which keeps it for a person to read.
    """
    shown = _kept(sent.get(f"version:{form.key}", form.version))[:_LONGEST_VERSION]
    if shown == form.version:
        return FormAnswers(
            key=form.key, version=shown, answers=dict(values.get(form.key, {}))
        )
    start = f"{form.key}."
    typed = {
        _kept(name.removeprefix(start)): _kept(text)
        for name, text in sent.items()
        if name.startswith(start) and _kept(text)
    }
    return FormAnswers(key=form.key, version=shown, answers=typed)


def _kept(text: str) -> str:
    """Return what was typed without what no database keeps, and no person types."""
    return text.replace("\0", "").strip()


def id_of(sent: Mapping[str, str]) -> uuid.UUID:
    """Return the id a page was given; a mangled one is replaced by a new one."""
    try:
        return uuid.UUID(sent.get("client_id", ""))
    except ValueError:
        return uuid.uuid4()


def keep_photos(
    request: HttpRequest, actor: Actor, answers: Any, now: dt.datetime
) -> None:
    """Keep the photographs of a form; a refused one is said, the answers stand."""
    for question in request.FILES:
        file: Any = request.FILES[question]
        body = file.read(LARGEST_BYTES + 1)
        try:
            add_photo(
                actor=actor,
                answers_id=answers.pk,
                question=question,
                body=body,
                now=now,
            )
        except REFUSALS as refusal:
            messages.error(request, reason(refusal)[1])


def question_of(
    forms: tuple[Questionnaire, ...], field: str | None
) -> tuple[str, str] | None:
    """Return the name and the words of the question a refusal is about, if of one."""
    for form in forms:
        for one in form.questions:
            if one.key == field:
                return f"{form.key}.{one.key}", read(one.text)
    return None


def errors_of(
    forms: tuple[Questionnaire, ...], field: str | None, text: str
) -> dict[str, Any]:
    """Return what a page says of a refusal: on top, and at the question."""
    asked = question_of(forms, field)
    return {
        "errors": {asked[0]: text} if asked else {},
        "refused": f"{asked[1]} {text}" if asked else text,
    }
