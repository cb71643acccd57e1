"""Questions as data, and from answers to findings.

One question a screen. Whoever can't tell says so: that is an answer without a value, and
what has no value is never taken for normal. A question that was asked and left out is
kept the same way. Answers to another version of a form are refused, not read anew.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.findings import Finding, Source
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal


class FormDiffers(Refusal):
    """The answers were given to another form, or to another version of it."""

    code = "form_differs"


class AnswerNotOnForm(Refusal):
    """The form has no such question, or the question no such answer."""

    code = "answer_not_on_form"


class AnswerInTheFuture(Refusal):
    """What was answered is said to have happened later than now."""

    code = "answer_in_the_future"


class Audience(StrEnum):
    """For whom the questions are worded."""

    ADULT = "ADULT"
    OLDER_CHILD = "OLDER_CHILD"
    CAREGIVER = "CAREGIVER"
    NURSE = "NURSE"


class Form(StrEnum):
    """How a question is answered. A photo is looked at by people and gives no finding."""

    CHOICE = "CHOICE"
    NUMBER = "NUMBER"
    INSTANT = "INSTANT"
    PHOTO = "PHOTO"
    TEXT = "TEXT"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer to choose. ``value`` is None where it says that it is not known."""

    key: str
    text: Text
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. With ``asked_when`` it is asked after certain answers to another.

    ``site_of`` and ``time_of`` name the question whose finding this answer completes: at
    which place of the body, and when, a temperature was taken. A question that needs a
    signature is not asked until the site has worded and signed it.
    """

    key: str
    form: Form
    text: Text
    source: Fact
    help: Text | None = None
    code: Code | None = None
    options: tuple[Option, ...] = ()
    asked_when: tuple[str, frozenset[str]] | None = None
    site_of: str = ""
    time_of: str = ""
    is_optional: bool = False
    needs_signature: bool = False

    def option(self, key: str) -> Option:
        """Return one of the answers to choose.

        :raises AnswerNotOnForm: when it is none of them.
        """
        for one in self.options:
            if one.key == key:
                return one
        raise AnswerNotOnForm(field=self.key)


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """Some questions in order, in one version of their wording."""

    key: str
    version: str
    title: Text
    audiences: frozenset[Audience]
    questions: tuple[Question, ...]
    note: Text | None = None

    @property
    def name(self) -> str:
        """Return the key with the version, as it is kept with every finding."""
        return f"{self.key} {self.version}"

    def asked(
        self, answers: Mapping[str, str], signed: frozenset[str] = frozenset()
    ) -> tuple[Question, ...]:
        """Return the questions that are asked, given the answers so far.

        ``signed`` are the keys of questions that a site has worded and signed. Whether a
        question follows is only known once the one before it is answered.
        """
        return tuple(one for one in self.questions if _is_asked(one, answers, signed))

    def worded(self, words: Mapping[str, Text]) -> "Questionnaire":
        """Return the form with the words a site has signed, by name ("neuro.place")."""
        mine = {one.key: words.get(f"{self.key}.{one.key}") for one in self.questions}
        if not any(mine.values()):
            return self
        return replace(
            self,
            questions=tuple(
                replace(one, text=mine[one.key] or one.text) for one in self.questions
            ),
        )


def _is_asked(
    one: Question, answers: Mapping[str, str], signed: frozenset[str]
) -> bool:
    if one.needs_signature and one.key not in signed:
        return False
    if one.asked_when is None:
        return True
    other, words = one.asked_when
    return answers.get(other) in words


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What somebody answered to a form, by question. ``form`` is its name and version.

    ``given_at`` is when it was answered; a telephone call counts as the person who spoke.
    """

    form: str
    by: Source
    given_at: dt.datetime
    values: Mapping[str, str]
    language: str = "en"
    signed: frozenset[str] = frozenset()


def findings_of(
    form: Questionnaire, answers: Answers, now: dt.datetime
) -> tuple[Finding, ...]:
    """Return what was found, in the order of the form; asked and left out is not known.

    A refusal of one answer names its question.

    :raises FormDiffers: when the answers are to another form or version.
    :raises AnswerNotOnForm: when a question was not asked or an option does not exist.
    :raises AnswerInTheFuture: when an instant lies after now.
    :raises FactImpossible: when a number is beyond its scale, such as Fahrenheit.
    :raises NaiveTime: when an instant has no offset.
    """
    if answers.form != form.name:
        raise FormDiffers(field="form", wanted=form.name)
    asked = form.asked(answers.values, answers.signed)
    known = {one.key for one in asked}
    for key in answers.values:
        if key not in known:
            raise AnswerNotOnForm(field=key)
    given_at = _past("given_at", answers.given_at, now)
    return tuple(_findings(asked, answers, given_at, now))


def _findings(
    asked: tuple[Question, ...],
    answers: Answers,
    given_at: dt.datetime,
    now: dt.datetime,
) -> Iterator[Finding]:
    times = dict(_times(asked, answers, now))
    sites = {
        one.site_of: one.option(answers.values[one.key]).value or ""
        for one in asked
        if one.site_of and one.key in answers.values
    }
    for one in asked:
        value, verbatim = _read(one, answers)
        if one.code is None:
            continue
        with _named(one):
            found = Finding(
                code=one.code,
                value=value,
                at=times.get(one.key, given_at),
                source=answers.by,
                unit=KINDS[one.code].unit,
                verbatim=verbatim,
                form=answers.form,
                site=sites.get(one.key, ""),
            )
        yield found


@contextmanager
def _named(one: Question) -> Iterator[None]:
    """Let a refusal name the question: whoever answered knows no finding."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = one.key
        raise


def _read(one: Question, answers: Answers) -> tuple[str | None, str]:
    """Return the value of an answer and its own words; both empty when left out."""
    given = answers.values.get(one.key)
    if given is None:
        return None, ""
    if one.form != Form.CHOICE:
        return given, given
    option = one.option(given)
    return option.value, option.text.in_language(answers.language)


def _times(
    asked: tuple[Question, ...], answers: Answers, now: dt.datetime
) -> Iterator[tuple[str, dt.datetime]]:
    for one in asked:
        if one.form == Form.INSTANT and one.key in answers.values:
            at = _past(one.key, _instant(one.key, answers.values[one.key]), now)
            yield one.time_of or one.key, at


def _instant(key: str, written: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(written)
    except ValueError:
        raise AnswerNotOnForm(field=key) from None


def _past(key: str, at: dt.datetime, now: dt.datetime) -> dt.datetime:
    at = in_utc(at, field=key)
    if at > now:
        raise AnswerInTheFuture(field=key)
    return at
