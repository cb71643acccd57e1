"""What somebody sends as answers to a check-in, and what is read out of it.

Nothing that was answered is thrown away: forms that were not asked are read as well, and
forms that were asked and not sent count as wholly unanswered, which is never normal.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infusion.domain.checkins import Way
from infusion.domain.findings import HOME, Finding, OnlyClinical, Source
from infusion.domain.instants import keep_in_utc
from infusion.domain.questionnaires import (
    AnswerInTheFuture,
    Answers,
    Audience,
    Questionnaire,
    findings_of,
)
from infusion.domain.refusals import Refusal

# Clocks of phones differ; answers of the next minutes are answers of now. Not clinical.
CLOCKS_DIFFER = dt.timedelta(minutes=5)
# A text longer than this is no answer; it keeps the table small.
LONGEST_ANSWER = 2000


class AnswerTooLong(Refusal):
    """An answer is longer than anybody can read on a call."""

    code = "answer_too_long"


class FormUnknown(Refusal):
    """There is no such questionnaire."""

    code = "form_unknown"


class FormTwice(Refusal):
    """One questionnaire comes twice: which of the two counts nobody can tell."""

    code = "form_twice"


class AnswersDiffer(Refusal):
    """Other answers were sent under this id before."""

    code = "answers_differ"


class NobodyAnswered(Refusal):
    """It is not said whose answers a nurse enters."""

    code = "nobody_answered"


@dataclass(frozen=True, kw_only=True)
class FormAnswers:
    """The answers to one questionnaire in one version, by question."""

    key: str
    version: str
    answers: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse an answer that nobody can read.

        :raises AnswerTooLong: when there is one.
        """
        for question, answer in self.answers.items():
            if len(answer) > LONGEST_ANSWER:
                raise AnswerTooLong(field=question, most=LONGEST_ANSWER)

    @property
    def name(self) -> str:
        """Return the key with the version."""
        return f"{self.key} {self.version}"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Answers as they were sent, once, under an id the sender chose.

    ``source`` is who spoke, where another typed it; None for those who answer themselves.
    With ``is_untimed`` whoever sent it said no time: ``given_at`` is when it arrived.
    """

    client_id: uuid.UUID
    forms: tuple[FormAnswers, ...]
    given_at: dt.datetime
    language: str = "en"
    way: Way = Way.SELF
    source: Source | None = None
    is_untimed: bool = False

    def __post_init__(self) -> None:
        """Keep the instant in UTC, and every form once.

        :raises NaiveTime: when it has no offset.
        :raises FormTwice: when a form comes twice, in whatever version.
        """
        keep_in_utc(self, "given_at")
        keys = [one.key for one in self.forms]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise FormTwice(field=f"forms.{number}.key", form=key)

    @property
    def digest(self) -> str:
        """Return a digest of what was said: the same id with another one is refused."""
        said = [
            [[one.name, sorted(one.answers.items())] for one in self.forms],
            # A page that is sent twice says the same both times.
            "" if self.is_untimed else self.given_at.isoformat(),
            self.language,
            self.way,
            self.source or "",
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """Return the answers verbatim, by questionnaire and question."""
        return {one.key: dict(one.answers) for one in self.forms}

    def answered_at(self, now: dt.datetime) -> dt.datetime:
        """Return when it was answered; a phone a little ahead answered now.

        :raises AnswerInTheFuture: when it is further ahead than clocks differ.
        """
        if self.given_at > now + CLOCKS_DIFFER:
            raise AnswerInTheFuture(field="given_at")
        return min(self.given_at, now)


def forms_to_read(
    asked: Sequence[str],
    submission: Submission,
    known: Mapping[str, Questionnaire],
) -> tuple[Questionnaire, ...]:
    """Return the questionnaires that were asked or answered, the asked ones first.

    :raises FormUnknown: when one does not exist.
    """
    keys = dict.fromkeys([*asked, *(one.key for one in submission.forms)])
    for key in keys:
        if key not in known:
            raise FormUnknown(field=key)
    return tuple(known[key] for key in keys)


def read_findings(
    forms: Sequence[Questionnaire],
    submission: Submission,
    source: Source,
    now: dt.datetime,
    signed: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Return all that was found, form by form; a form not sent is not known at all.

    :raises OnlyClinical: when a home answers what only a nurse is asked.
    :raises FormDiffers: when the answers are to another version.
    :raises Refusal: when an answer is none of the form, beyond its scale or to come.
    """
    given = {one.key: one for one in submission.forms}
    at = submission.answered_at(now)
    found: list[Finding] = []
    for form in forms:
        sent = given.get(form.key)
        if sent and source in HOME and form.audiences == {Audience.NURSE}:
            raise OnlyClinical(field=form.key)
        answers = Answers(
            form=sent.name if sent else form.name,
            by=source,
            given_at=at,
            values=sent.answers if sent else {},
            language=submission.language,
            signed=signed,
        )
        # What the phone says of its own instants is as far ahead as its clock is.
        found.extend(findings_of(form, answers, max(now, submission.given_at)))
    return tuple(found)
