"""The questions of a check-in as a page asks them, and what was typed as answers.

The same rows make the page of a family, the printed form and what a nurse types in.
"""

import datetime as dt
import unicodedata
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from infusion.domain.findings_kinds import KINDS
from infusion.domain.questionnaires import Form, Question, Questionnaire
from infusion.wording.regimens import read

# Longer than any answer; a longer text is cut rather than refused.
_LONGEST = 2000
_COMMAS = str.maketrans({",": ".", "。": "."})
Values = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class QuestionRow:
    """One question: its words, its answers to choose, and what was answered before."""

    name: str
    number: int
    form: Form
    text: str
    help: str
    options: tuple[tuple[str, str], ...]
    after: str
    is_optional: bool
    unit: str
    value: str
    errors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FormRows:
    """One form with its title and its questions."""

    title: str
    key: str
    version: str
    note: str
    questions: tuple[QuestionRow, ...]

    @property
    def name(self) -> str:
        """Return the key with the version."""
        return f"{self.key} {self.version}"


def form_rows(
    forms: Iterable[Questionnaire],
    signed: frozenset[str] = frozenset(),
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FormRows]:
    """Return forms as rows; ``values`` and ``errors`` stand by the names of questions."""
    numbers = iter(range(1, 1000))
    return [
        FormRows(
            title=read(form.title),
            key=form.key,
            version=form.version,
            note=read(form.note) if form.note else "",
            questions=tuple(
                _row(form, one, next(numbers), values or {}, errors or {})
                for one in form.questions
                if not one.needs_signature or one.key in signed
            ),
        )
        for form in forms
    ]


def _row(
    form: Questionnaire,
    one: Question,
    number: int,
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> QuestionRow:
    name = f"{form.key}.{one.key}"
    unit = KINDS[one.code].unit if one.code and one.form == Form.NUMBER else ""
    return QuestionRow(
        name=name,
        number=number,
        form=one.form,
        text=read(one.text),
        help=read(one.help) if one.help else "",
        options=tuple((each.key, read(each.text)) for each in one.options),
        after=_after(form, one),
        is_optional=one.is_optional,
        unit={"Cel": "°C"}.get(unit, unit),
        value=values.get(name, ""),
        errors=(errors[name],) if name in errors else (),
    )


def _after(form: Questionnaire, one: Question) -> str:
    """Say after which answers a question is asked, for whoever reads all of them."""
    if one.asked_when is None:
        return ""
    key, words = one.asked_when
    other = next(each for each in form.questions if each.key == key)
    answers = [read(each.text) for each in other.options if each.key in words]
    return f"{read(other.text)} {' / '.join(answers)}"


def typed(
    forms: Iterable[Questionnaire], sent: Mapping[str, str], zone: zoneinfo.ZoneInfo
) -> Values:
    """Return what was typed, by form and question; empty fields are left out.

    Instants are read as the wall clock of the zone shows them. A follow-up question whose
    reason has gone was hidden or skipped: what is left in it is no answer.
    """
    found: Values = {}
    for form in forms:
        given = dict(_given(form, sent, zone))
        asked = {one.key for one in form.asked(given, frozenset(given))}
        found[form.key] = {key: value for key, value in given.items() if key in asked}
    return found


def _given(
    form: Questionnaire, sent: Mapping[str, str], zone: zoneinfo.ZoneInfo
) -> Iterator[tuple[str, str]]:
    for one in form.questions:
        text = sent.get(f"{form.key}.{one.key}", "").replace("\0", "").strip()
        if text and one.form != Form.PHOTO:
            yield one.key, _value(one, text[:_LONGEST], zone)


def _value(one: Question, text: str, zone: zoneinfo.ZoneInfo) -> str:
    if one.form == Form.NUMBER:
        return unicodedata.normalize("NFKC", text).translate(_COMMAS)
    if one.form == Form.INSTANT:
        return _instant(text, zone)
    return text


def _instant(text: str, zone: zoneinfo.ZoneInfo) -> str:
    """Return a wall clock as an instant; what is none stays as it was typed."""
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return (local if local.tzinfo else local.replace(tzinfo=zone)).isoformat()
