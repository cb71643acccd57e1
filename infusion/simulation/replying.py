"""How a synthetic household fills in a form: what is there, what is missed, what is noise."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from infusion.catalogue.simulation import Numbers
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.questionnaires import Form, Question, Questionnaire
from infusion.simulation.condition import ICE_ITEMS, Condition
from infusion.simulation.draws import happens
from infusion.simulation.stories import Illness

# Measured minutes before the answer; a fever reducer was taken hours before it.
_MEASURED_BEFORE = dt.timedelta(minutes=10)
_TAKEN_BEFORE = dt.timedelta(hours=2)
_MEDICINES = frozenset({Code.ANTIPYRETIC_TAKEN, Code.STEROID_TAKEN})
_PUMP = frozenset({Code.PUMP_ALARM, Code.INFUSION_STOPPED})
# Nobody overlooks these, whoever answers.
_PLAIN = frozenset({Code.SEIZURE, Code.CONSCIOUSNESS})


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One form that is answered at one time; ``unnoticed`` is a share of one."""

    condition: Condition
    stream: Random
    since: dt.timedelta
    at: dt.datetime
    unnoticed: float
    ice: Mapping[Code, int]
    signs: Mapping[Code, tuple[Illness, str]]
    took_reducer: bool

    @property
    def numbers(self) -> Numbers:
        """Return the figures."""
        return self.condition.numbers


def replies(
    condition: Condition,
    form: Questionnaire,
    since: dt.timedelta,
    at: dt.datetime,
    unnoticed: float,
    signed: frozenset[str],
) -> dict[str, str]:
    """Return the answers by question; what is left out has none."""
    sheet = _sheet(condition, form, since, at, unnoticed, signed)
    given: dict[str, str] = {}
    for question in form.questions:
        if _is_asked(question, given, signed):
            answer = _answer(sheet, question)
            if answer is not None:
                given[question.key] = answer
    return given


def _sheet(
    condition: Condition,
    form: Questionnaire,
    since: dt.timedelta,
    at: dt.datetime,
    unnoticed: float,
    signed: frozenset[str],
) -> Sheet:
    codes = frozenset(
        one.code
        for one in form.questions
        if one.code and (not one.needs_signature or one.key in signed)
    )
    return Sheet(
        condition=condition,
        stream=condition.draws.of("answers", form.key, since.total_seconds()),
        since=since,
        at=at,
        unnoticed=unnoticed,
        ice=condition.ice_items(since, codes) if codes & set(ICE_ITEMS) else {},
        signs=condition.signs(since),
        took_reducer=_takes_reducer(condition, since),
    )


def _is_asked(
    question: Question, given: Mapping[str, str], signed: frozenset[str]
) -> bool:
    if question.needs_signature and question.key not in signed:
        return False
    if question.asked_when is None:
        return True
    other, words = question.asked_when
    return given.get(other) in words


def _takes_reducer(condition: Condition, since: dt.timedelta) -> bool:
    has_fever = condition.fever(since) is not None
    key = "reducer_percent" if has_fever else "reducer_usual_percent"
    stream = condition.draws.of("reducer", since.total_seconds())
    return happens(stream, condition.numbers.share(key))


def _answer(sheet: Sheet, question: Question) -> str | None:
    match question.form:
        case Form.PHOTO | Form.TEXT:
            return None
        case Form.INSTANT:
            before = _MEASURED_BEFORE if question.time_of else _TAKEN_BEFORE
            return (sheet.at - before).isoformat()
        case Form.NUMBER:
            return _number(sheet)
        case Form.CHOICE:
            return _choice(sheet, question)


def _number(sheet: Sheet) -> str | None:
    """Return a temperature; every shipped number is one."""
    numbers = sheet.numbers
    if happens(sheet.stream, numbers.share("no_thermometer_percent")):
        return None
    usual = sheet.stream.gauss(
        numbers.number("usual_temperature"), numbers.number("usual_spread")
    )
    fever = sheet.condition.fever(sheet.since)
    if fever is None:
        return f"{usual:.1f}"
    lowered = numbers.number("reducer_lowers") if sheet.took_reducer else 0
    return f"{max(fever - lowered, usual):.1f}"


def _choice(sheet: Sheet, question: Question) -> str | None:
    stream, numbers = sheet.stream, sheet.numbers
    if happens(stream, numbers.share("left_out_percent")):
        return None
    if happens(stream, numbers.share("cannot_tell_percent")):
        unknown = [one.key for one in question.options if one.value is None]
        if unknown:
            return unknown[0]
    if question.code is None:
        return question.options[0].key
    return _option(question, question.code, _value(sheet, question.code))


def _value(sheet: Sheet, code: Code) -> str:
    """Return what is answered to one question: the truth as far as it is noticed."""
    if code in sheet.ice:
        return str(sheet.ice[code])
    if code in _MEDICINES:
        took = code == Code.ANTIPYRETIC_TAKEN and sheet.took_reducer
        return "YES" if took else "NO"
    if code in _PUMP and sheet.condition.stands_still(sheet.since):
        return "YES"
    cause, value = sheet.signs.get(code, (None, ""))
    if cause == Illness.NEUROTOXICITY and code not in _PLAIN:
        value = "" if happens(sheet.stream, sheet.unnoticed) else value
    return value or _usual(sheet, code)


def _usual(sheet: Sheet, code: Code) -> str:
    """Return the answer of the well, or now and then a sign that means nothing."""
    key = "usual_headache" if code == Code.HEADACHE else "usual_sign"
    words = KINDS[code].words
    means_nothing = happens(sheet.stream, sheet.numbers.share(f"{key}_percent"))
    if means_nothing and words and code not in _PLAIN:
        return words[1]
    return words[0] if words else _best_number(code)


def _best_number(code: Code) -> str:
    kind = KINDS[code]
    return str(kind.most if kind.lower_is_worse else kind.least)


def _option(question: Question, code: Code, value: str) -> str:
    """Return the answer of a value, or the next worse one that the form offers."""
    offered = {one.value: one.key for one in question.options if one.value}
    words = KINDS[code].words
    after = words[words.index(value) :] if words else (value,)
    for word in after:
        if word in offered:
            return offered[word]
    raise LookupError(f"{question.key} offers no answer for {code}")
