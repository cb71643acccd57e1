"""Forms as a phone keeps them: questions, answers, branches and signs, both languages.

Everything a client needs to ask, to check an answer, and to show a red without a network.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from infusion.domain.courses import Text
from infusion.domain.findings_kinds import KINDS
from infusion.domain.grading import Score
from infusion.domain.questionnaires import Form, Option, Question, Questionnaire
from infusion.domain.signs import Limits, Part, Sign, Signs, SumSign, signs_of
from infusion.domain.triage import Rule, RuleSet

Json = dict[str, Any]


def forms_json(
    forms: Sequence[Questionnaire],
    rules: RuleSet,
    scores: Sequence[Score],
    signed: frozenset[str] = frozenset(),
) -> Json:
    """Return forms that are asked together; unsigned questions are left out.

    ``signed`` are the keys of questions that the site has worded and signed.
    """
    return {
        "forms": [_form(one, signed) for one in forms],
        "signs": _signs(signs_of(forms, rules, scores)),
    }


def _form(form: Questionnaire, signed: frozenset[str]) -> Json:
    return {
        "key": form.key,
        "version": form.version,
        "title": _text(form.title),
        "note": _text(form.note) if form.note else None,
        "questions": [
            _question(one)
            for one in form.questions
            if not one.needs_signature or one.key in signed
        ],
    }


def _text(text: Text) -> Json:
    return {"en": text.en, "zh": text.zh}


def _question(one: Question) -> Json:
    return {
        "key": one.key,
        "form": one.form.value,
        "text": _text(one.text),
        "help": _text(one.help) if one.help else None,
        "options": [_option(one, each) for each in one.options],
        "asked_when": _asked_when(one),
        "is_optional": one.is_optional,
        **_scale(one),
    }


def _option(question: Question, one: Option) -> Json:
    """Return an answer; of one that nothing is known from, the question stays open."""
    is_known = one.value is not None or question.code is None
    return {"key": one.key, "text": _text(one.text), "is_known": is_known}


def _asked_when(one: Question) -> Json | None:
    if one.asked_when is None:
        return None
    question, answers = one.asked_when
    return {"question": question, "answers": sorted(answers)}


def _scale(one: Question) -> Json:
    """Return the unit and the ends of a number; beyond them it is a slip."""
    if one.code is None or one.form != Form.NUMBER:
        return {"unit": "", "least": None, "most": None}
    kind = KINDS[one.code]
    return {"unit": kind.unit, "least": _number(kind.least), "most": _number(kind.most)}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _signs(found: Signs) -> Json:
    return {
        "rules": found.rules,
        "ambers_that_make_red": found.ambers_that_make_red,
        "answers": [_sign(one) for one in found.signs],
        "sums": [_sum(one) for one in found.sums],
    }


def _rule(rule: Rule) -> Json:
    return {
        "rule": rule.key,
        "topic": rule.topic,
        "colour": rule.colour.value,
        "text": _text(rule.statement.note),
    }


def _sign(one: Sign) -> Json:
    return {
        **_rule(one.rule),
        "form": one.form,
        "question": one.question,
        "answers": list(one.answers),
        "limits": _limits(one.limits),
        "unknown": one.unknown.value,
    }


def _limits(found: Iterable[Limits]) -> list[Json]:
    return [
        {
            "at_least": _number(one.at_least),
            "above": _number(one.above),
            "at_most": _number(one.at_most),
            "below": _number(one.below),
        }
        for one in found
    ]


def _sum(one: SumSign) -> Json:
    return {
        **_rule(one.rule),
        "limits": _limits(one.limits),
        "parts": [_part(each) for each in one.parts],
        "elsewhere": _number(one.elsewhere),
        "unknown": one.unknown.value,
    }


def _part(one: Part) -> Json:
    return {
        "form": one.form,
        "question": one.question,
        "points": {key: _number(value) for key, value in one.points},
        "most": _number(one.most),
    }


def question_texts(form: Questionnaire) -> dict[str, dict[str, Text]]:
    """Return the words of every answer to choose, by question."""
    return {
        one.key: {each.key: each.text for each in one.options} for one in form.questions
    }
