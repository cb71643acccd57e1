"""Check-ins as rows of a page: where each stands, its answers, and what came before."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from infusion.board.checkin_words import SHAPES
from infusion.domain.courses import Text
from infusion.domain.form_json import question_texts
from infusion.domain.questionnaires import Question, Questionnaire
from infusion.domain.states import CheckInStatus
from infusion.domain.triage import Colour
from infusion.selectors.checkins import questionnaires
from infusion.selectors.wordings import wordings_of
from infusion.wording.regimens import read

_WAITING = (CheckInStatus.DUE, CheckInStatus.MISSED)


@dataclass(frozen=True, kw_only=True)
class CheckInRow:
    """One check-in of a list."""

    row: Any
    state: str
    is_open: bool
    answers: Any

    @property
    def shape(self) -> str:
        """Return a shape for the state."""
        return SHAPES[self.state]

    @property
    def forms(self) -> list[str]:
        """Return what is asked, by title."""
        known = questionnaires()
        return [read(known[key].title) for key in self.row.forms if key in known]


def row_of(check_in: Any, now: dt.datetime) -> CheckInRow:
    """Return a check-in as it stands now, with its latest answers."""
    is_coming = check_in.status == CheckInStatus.DUE and check_in.due_at > now
    is_silent = check_in.status in _WAITING and not is_coming
    is_coloured = check_in.colour in {Colour.AMBER, Colour.RED}
    answers = list(check_in.answers.all())
    return CheckInRow(
        row=check_in,
        state="COMING" if is_coming else str(check_in.status),
        is_open=(is_silent or is_coloured) and check_in.looked_at is None,
        answers=answers[-1] if answers else None,
    )


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One question with its answer in the words it was given."""

    text: str
    answer: str
    unit: str
    # Of answers to another version: what the question of this name asks now.
    now_asks: str = ""


@dataclass(frozen=True, kw_only=True)
class AnsweredForm:
    """One form as it was answered."""

    title: str
    name: str
    rows: tuple[AnswerRow, ...]


def answered_forms(answers: Any) -> list[AnsweredForm]:
    """Return what was answered, form by form; what was asked and left out stays empty.

    A question of the site stands in the words it had then.
    """
    known = questionnaires()
    signed = frozenset(getattr(answers, "signed", ()))
    words = wordings_of(answers.site_id, answers.given_at) if signed else {}
    found = []
    for name in answers.forms:
        form = known.get(name.split(" ")[0])
        if form is None or form.name != name:
            found.append(_of_another_version(name, answers.values, form))
        else:
            found.append(_answered(form.worded(words), answers, signed))
    return found


def _answered(
    form: Questionnaire, answers: Any, signed: frozenset[str]
) -> AnsweredForm:
    values: Mapping[str, str] = answers.values.get(form.key, {})
    asked = form.asked(values, signed)
    texts = question_texts(form)
    return AnsweredForm(
        title=read(form.title),
        name=form.name,
        rows=tuple(
            AnswerRow(
                text=read(one.text),
                answer=_words(texts[one.key], values.get(one.key)),
                unit="°C" if one.code == "TEMPERATURE" and one.key in values else "",
            )
            for one in asked
        ),
    )


def _words(options: Mapping[str, Text], value: str | None) -> str:
    if value is None:
        return ""
    return read(options[value]) if value in options else value


def _of_another_version(
    name: str,
    values: Mapping[str, Mapping[str, str]],
    present: Questionnaire | None = None,
) -> AnsweredForm:
    """Return answers to a form that is no longer here, by the keys of its questions."""
    given = values.get(name.split(" ", maxsplit=1)[0], {})
    asks = {one.key: read(one.text) for one in present.questions} if present else {}
    rows = [
        AnswerRow(text=key, answer=value, unit="", now_asks=asks.get(key, ""))
        for key, value in given.items()
    ]
    return AnsweredForm(
        title=read(present.title) if present else name, name=name, rows=tuple(rows)
    )


@dataclass(frozen=True, kw_only=True)
class TrendRow:
    """One question over several check-ins, the earliest first."""

    text: str
    cells: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Say whether the last one differs from the one before."""
        told = [one for one in self.cells if one]
        return len(told) > 1 and told[-1] != told[-2]


def trend_rows(answers: Any, before: Iterable[Any]) -> list[TrendRow]:
    """Return what was found now beside what was found before.

    One answer reads alike whatever language it was given in: only what differs is marked.
    """
    series = [*before, answers]
    found = [{one["code"]: one for one in each.result.findings} for each in series]
    questions = _questions(answers)
    return [
        TrendRow(
            text=read(questions[code].text) if code in questions else code,
            cells=tuple(_cell(each.get(code), questions.get(code)) for each in found),
        )
        for code in found[-1]
    ]


def _questions(answers: Any) -> dict[str, Question]:
    known = questionnaires()
    keys = (name.split(" ")[0] for name in answers.forms)
    forms = [known[key] for key in keys if key in known]
    return {one.code.value: one for form in forms for one in form.questions if one.code}


def _cell(finding: Mapping[str, Any] | None, question: Question | None) -> str:
    if finding is None:
        return ""
    said = str(finding["verbatim"])
    options = question.options if question else ()
    chosen = (one.text for one in options if said in {one.text.en, one.text.zh})
    return next(map(read, chosen), said) or "?"
