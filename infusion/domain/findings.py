"""What is found of a patient, what is asked of it, and what is not known.

A finding is one answer, vital sign or observation. It has a value or none: asked and not
answered, or not to be told. What has no value is never taken for normal; whoever reads it
gets "not known". A temperature is in degrees Celsius; 100.4 is refused.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.instants import keep_in_utc
from infusion.domain.readiness.facts import FactImpossible, FactUnitWrong
from infusion.domain.refusals import Refusal


class OnlyClinical(Refusal):
    """Only a clinician can say this; it came from a home."""

    code = "only_clinical"


class Source(StrEnum):
    """Who or what found it."""

    PATIENT = "PATIENT"
    CAREGIVER = "CAREGIVER"
    NURSE = "NURSE"
    PHYSICIAN = "PHYSICIAN"
    LABORATORY = "LABORATORY"
    IMPORT = "IMPORT"


HOME = frozenset({Source.PATIENT, Source.CAREGIVER})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found. ``value`` is None for what was asked and is not known.

    ``verbatim`` is the answer in the words it was given, ``form`` the questionnaire and
    version ("daily-adult 1.0.0") or empty, ``site`` where a temperature was taken.
    """

    code: Code
    value: str | None
    at: dt.datetime
    source: Source
    unit: str = ""
    verbatim: str = ""
    form: str = ""
    site: str = ""

    def __post_init__(self) -> None:
        """Keep the instant in UTC and refuse a value that its kind does not have.

        :raises NaiveTime: when the instant has no offset.
        :raises FactUnitWrong: when the unit is not the one of its kind.
        :raises FactImpossible: when the value is no word of its kind, no number, or
            beyond the scale.
        :raises OnlyClinical: when no home can know it.
        """
        keep_in_utc(self, "at")
        kind = KINDS[self.code]
        if self.value is None:
            return
        if self.unit != kind.unit:
            raise FactUnitWrong(field=self.code.value, expected=kind.unit or "-")
        if kind.is_clinical and self.source in HOME:
            raise OnlyClinical(field=self.code.value)
        if not kind.has(self.value):
            least, most = kind.ends
            raise FactImpossible(field=self.code.value, least=least, most=most)

    @property
    def badness(self) -> Decimal:
        """Return a number that rises as the value of its kind gets worse."""
        kind = KINDS[self.code]
        if self.value is None:
            return Decimal("-Infinity")
        if kind.words:
            return Decimal(kind.words.index(self.value))
        number = Decimal(self.value)
        return -number if kind.lower_is_worse else number


@dataclass(frozen=True, kw_only=True)
class Span:
    """A number that is known only between two; both are equal where it is known."""

    low: Decimal
    high: Decimal

    def __add__(self, other: "Span") -> "Span":
        """Return the span of the sum."""
        return Span(low=self.low + other.low, high=self.high + other.high)


# What is known of each kind: a word, or a number between two. What is missing is not known.
Known = Mapping[Code, str | Span]


def worst_of(findings: Iterable[Finding]) -> dict[Code, Finding]:
    """Return the worst finding of each kind; of two alike the earlier.

    What has no value stands only where nothing else was found.
    """
    found: dict[Code, Finding] = {}
    for each in sorted(findings, key=_in_order):
        known = found.get(each.code)
        if known is None or each.badness > known.badness:
            found[each.code] = each
    return found


def _in_order(one: Finding) -> tuple[str, dt.datetime, str, str, str]:
    return (one.code, one.at, one.source, one.verbatim, one.form)


def known_from(findings: Iterable[Finding]) -> dict[Code, str | Span]:
    """Return what is known, by kind; what has no value is left out."""
    return {
        code: _value(one)
        for code, one in worst_of(findings).items()
        if one.value is not None
    }


def _value(one: Finding) -> str | Span:
    value = one.value or ""
    if KINDS[one.code].words:
        return value
    return Span(low=Decimal(value), high=Decimal(value))


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that a rule asks of what is known.

    Words: true for ``words``, not known for ``maybe``. Numbers: between the limits that
    are given; ``below_code`` compares with another kind, such as a laboratory's limit.
    """

    code: Code
    words: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    below_code: Code | None = None

    def holds(self, known: Known) -> bool | None:
        """Say whether it holds; None while that is not known."""
        value = known.get(self.code)
        if value is None:
            return None
        if isinstance(value, str):
            return None if value in self.maybe else value in self.words
        return all_of(self._compared(value, known))

    @property
    def codes(self) -> frozenset[Code]:
        """Return the kinds it asks for."""
        return frozenset({self.code, self.below_code or self.code})

    def _compared(self, value: Span, known: Known) -> Iterable[bool | None]:
        low, high = value.low, value.high
        if self.at_least is not None:
            yield _settled(low >= self.at_least, high >= self.at_least)
        if self.above is not None:
            yield _settled(low > self.above, high > self.above)
        if self.at_most is not None:
            yield _settled(low <= self.at_most, high <= self.at_most)
        if self.below is not None:
            yield _settled(low < self.below, high < self.below)
        if self.below_code is not None:
            other = known.get(self.below_code)
            if isinstance(other, Span):
                yield _settled(low < other.high, high < other.low)
            else:
                yield None


def _settled(one: bool, other: bool) -> bool | None:  # noqa: FBT001
    return one if one == other else None


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Say whether all hold: False wins over not knowing."""
    listed = list(answers)
    if False in listed:
        return False
    return None if None in listed else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Say whether any holds: True wins over not knowing."""
    listed = list(answers)
    if True in listed:
        return True
    return None if None in listed else False


# Any of several ways, each of which asks for all of its parts; no way at all always holds.
When = tuple[tuple[Ask, ...], ...]


def holds(when: When, known: Known) -> bool | None:
    """Say whether any of the ways holds."""
    if not when:
        return True
    return any_of(all_of(ask.holds(known) for ask in way) for way in when)


def codes_of(when: When) -> frozenset[Code]:
    """Return the kinds that the ways ask for."""
    return frozenset(code for way in when for ask in way for code in ask.codes)
