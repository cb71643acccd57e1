"""What a phone may say by itself, before it has reached anybody.

Signs are the triage rules that need no more than the answers just given: which answer to
which question asks for a person. Trends need earlier check-ins and are left to the
service. A phone never shows less than the rules would make of the same answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infusion.domain.findings import Ask, Known, Span, holds
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.grading import Score
from infusion.domain.questionnaires import Form, Question, Questionnaire
from infusion.domain.triage import Colour, Rule, RuleSet, Unanswered


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A number within these ends is the sign; an end that is None is open."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Which answers to one question are a sign, by which rule.

    ``answers`` are keys of options. ``unknown`` is the colour of an answer that says
    nothing is known, and of none at all.
    """

    form: str
    question: str
    rule: Rule
    answers: tuple[str, ...] = ()
    limits: tuple[Limits, ...] = ()
    unknown: Colour


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question of a sum: the points of its answers, and the most there are.

    Without points no source shows them: then only not knowing is a sign.
    """

    form: str
    question: str
    points: tuple[tuple[str, Decimal], ...]
    most: Decimal


@dataclass(frozen=True, kw_only=True)
class SumSign:
    """A sum of answers that is a sign, such as a low ICE. What was not asked is right."""

    rule: Rule
    limits: tuple[Limits, ...]
    parts: tuple[Part, ...]
    # The most that the items have which no form here asks.
    elsewhere: Decimal
    unknown: Colour


@dataclass(frozen=True, kw_only=True)
class Signs:
    """All signs of some forms, and how many ambers make a red."""

    rules: str
    ambers_that_make_red: int
    signs: tuple[Sign, ...]
    sums: tuple[SumSign, ...]


def signs_of(
    forms: Sequence[Questionnaire], rules: RuleSet, scores: Sequence[Score]
) -> Signs:
    """Return the signs of some forms that are asked together."""
    return Signs(
        rules=f"{rules.key} {rules.version}",
        ambers_that_make_red=rules.ambers_that_make_red,
        signs=tuple(_signs(forms, rules)),
        sums=tuple(_sums(forms, rules, scores)),
    )


def _signs(forms: Iterable[Questionnaire], rules: RuleSet) -> Iterator[Sign]:
    for form in forms:
        for one in form.questions:
            for rule in rules.rules:
                if one.code in rule.codes and rule.trend is None:
                    yield _sign(form, one, rule, rules.unanswered)


def _sign(
    form: Questionnaire, one: Question, rule: Rule, unanswered: Unanswered
) -> Sign:
    chosen = tuple(
        option.key
        for option in one.options
        if option.value is not None and holds(rule.when, _known(one, option.value))
    )
    is_number = one.form == Form.NUMBER
    return Sign(
        form=form.key,
        question=one.key,
        rule=rule,
        answers=chosen,
        limits=tuple(_limits(rule, one.code)) if is_number else (),
        unknown=_unknown(rule, unanswered),
    )


def _known(one: Question, value: str) -> Known:
    code = one.code
    if code is None:
        return {}
    if KINDS[code].words:
        return {code: value}
    return {code: Span(low=Decimal(value), high=Decimal(value))}


def _unknown(rule: Rule, unanswered: Unanswered) -> Colour:
    """Return what an answer counts as that nobody can give."""
    return Colour.AMBER if unanswered == Unanswered.AMBER else rule.colour


def _limits(rule: Rule, code: Code | None) -> Iterator[Limits]:
    """Yield the ends a number has to lie within, for each way that asks for no more."""
    for way in rule.when:
        if all(ask.code == code and ask.below_code is None for ask in way):
            yield from (_limits_of(ask) for ask in way)


def _limits_of(ask: Ask) -> Limits:
    return Limits(
        at_least=ask.at_least, above=ask.above, at_most=ask.at_most, below=ask.below
    )


def _sums(
    forms: Sequence[Questionnaire], rules: RuleSet, scores: Iterable[Score]
) -> Iterator[SumSign]:
    for score in scores:
        parts = tuple(_parts(forms, score))
        asked = {one.code for form in forms for one in form.questions}
        rest = [KINDS[item.code].most for item in score.items if item.code not in asked]
        for rule in rules.rules:
            if parts and score.code in rule.codes and rule.trend is None:
                yield SumSign(
                    rule=rule,
                    limits=() if _is_hole(score) else tuple(_limits(rule, score.code)),
                    parts=parts,
                    elsewhere=sum(rest, Decimal(0)),
                    unknown=_unknown(rule, rules.unanswered),
                )


def _is_hole(score: Score) -> bool:
    """Say whether no source shows the points of an item."""
    return any(item.points is not None and not item.points for item in score.items)


def _parts(forms: Iterable[Questionnaire], score: Score) -> Iterator[Part]:
    codes = set() if _is_hole(score) else {item.code for item in score.items}
    holes = {item.code for item in score.items} - codes
    for form in forms:
        for one in form.questions:
            if one.code in holes:
                yield Part(form=form.key, question=one.key, points=(), most=Decimal(0))
            elif one.code in codes:
                points = [
                    (option.key, Decimal(option.value))
                    for option in one.options
                    if option.value is not None
                ]
                most = max(number for _key, number in points)
                yield Part(
                    form=form.key, question=one.key, points=tuple(points), most=most
                )
