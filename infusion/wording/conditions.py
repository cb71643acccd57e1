"""Conditions, facts and doubts as sentences in the reader's language.

One place for console, REST and export: what a branch asks reads the same everywhere.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from django.utils.translation import get_language, gettext, pgettext

from infusion.domain.conditions import Condition, FactKind, KnownFact, Operator
from infusion.domain.courses import Text
from infusion.domain.walks import Reason
from infusion.wording import blocks

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fact_name(kind: FactKind) -> str:
    """Return what a kind of fact is called."""
    return str(blocks.FACTS.get(kind, kind))


def fact_unit(kind: FactKind) -> str:
    """Return the unit a number of this kind is typed in; MRD is a share of cells."""
    return blocks.SIGNS.get(kind) or str(blocks.UNITS.get(kind, ""))


def fact_value(
    kind: FactKind,
    value: str,
    *,
    short: bool = False,
    names: Mapping[str, Text] | None = None,
) -> str:
    """Return a value as people read it: a word, or a number with its unit.

    ``short`` is for a sentence that lists several; ``names`` is what the regimen calls
    its words.
    """
    if names and value in names:
        return names[value].in_language(get_language() or "en")
    brief = blocks.SHORT_VALUES.get(kind, {}).get(value) if short else None
    if brief:
        return brief
    words = blocks.VALUES.get(kind, {})
    if value in words:
        return str(words[value])
    number = KnownFact(kind=kind, value=value).number
    return readable(value) if number is None else _number(kind, number)


def readable(code: str) -> str:
    """Return a word of the regimen without its underscores."""
    return code.replace("_", " ").lower() if "_" in code else code


def assay_name(assay: str) -> str:
    """Return what an assay is called; one without a name is shown as it is."""
    return str(blocks.ASSAYS.get(assay.upper(), assay))


def known_fact(fact: KnownFact) -> str:
    """Return what is known: ``MRD: 0.01% (10⁻⁴), flow cytometry``."""
    names = {fact.value: fact.name} if fact.name else None
    text = _named(fact.kind, fact_value(fact.kind, fact.value, names=names))
    if not fact.assay:
        return text
    pattern = gettext("%(what)s, by %(assay)s")
    return pattern % {"what": text, "assay": assay_name(fact.assay)}


def condition_sentence(condition: Condition) -> str:
    """Return one condition: ``MRD below 0.01% (10⁻⁴) by flow cytometry``."""
    text = _SENTENCES[condition.operator](condition)
    if not condition.assays:
        return text
    assays = any_of(assay_name(each) for each in condition.assays)
    return gettext("%(what)s, by %(assay)s") % {"what": text, "assay": assays}


def conditions_sentence(conditions: Iterable[Condition]) -> str:
    """Return all conditions of a branch, joined; empty when it asks nothing."""
    sentences = [condition_sentence(each) for each in conditions]
    return pgettext("between conditions", " and ").join(sentences)


def any_of(words: Iterable[str]) -> str:
    """Return the words as a list of which one is enough."""
    found = list(words)
    first = pgettext("between words of a list", ", ").join(found[:-1])
    if not first:
        return "".join(found)
    return pgettext("before the last word of a list", "%(first)s or %(last)s") % {
        "first": first,
        "last": found[-1],
    }


def reason_sentence(reason: Reason, title: str) -> str:
    """Return why a date is not firm; ``title`` is the title of the reason's block."""
    return str(blocks.WHYS[reason.why]) % {"block": title}


def _named(kind: FactKind, value: str) -> str:
    return gettext("%(fact)s: %(value)s") % {"fact": fact_name(kind), "value": value}


def _is(condition: Condition) -> str:
    short = len(condition.values) > 1
    kind, names = condition.kind, condition.names
    values = (fact_value(kind, v, short=short, names=names) for v in condition.values)
    return _named(kind, any_of(values))


def _below(condition: Condition) -> str:
    return gettext("%(fact)s below %(value)s") % _compared(condition)


def _at_least(condition: Condition) -> str:
    return gettext("%(fact)s at least %(value)s") % _compared(condition)


def _compared(condition: Condition) -> dict[str, str]:
    value = fact_value(condition.kind, condition.values[0])
    return {"fact": fact_name(condition.kind), "value": value}


_SENTENCES: dict[Operator, Callable[[Condition], str]] = {
    Operator.IS: _is,
    Operator.BELOW: _below,
    Operator.AT_LEAST: _at_least,
}


def _number(kind: FactKind, number: Decimal) -> str:
    if kind == FactKind.MRD:
        return _share(number)
    unit = fact_unit(kind)
    space = "" if unit == "%" else " "
    return f"{_plain(number)}{space}{unit}".strip()


def _share(number: Decimal) -> str:
    """Return an MRD as per cent, and as a power of ten when it is one."""
    percent = f"{_plain(number * 100)}%"
    exponent = number.adjusted()
    if number <= 0 or number >= 1 or number != Decimal(10) ** exponent:
        return percent
    return f"{percent} (10{str(exponent).translate(_SUPERSCRIPTS)})"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
