"""Conditions on facts: what a decision needs to know, and what follows from it.

A missing fact makes a condition neither true nor false; nothing is assumed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.refusals import Refusal


class FactNotUsable(Refusal):
    """A value does not fit the kind of fact it is given for."""

    code = "fact_not_usable"


class FactKind(StrEnum):
    """What a branch or a gate may ask for."""

    REMISSION = "REMISSION"
    MRD = "MRD"
    CYTOREDUCTION = "CYTOREDUCTION"
    AGE_YEARS = "AGE_YEARS"
    CNS_STATUS = "CNS_STATUS"
    CD19 = "CD19"
    CD20 = "CD20"
    DONOR = "DONOR"
    RESPONSE = "RESPONSE"
    RISK_GROUP = "RISK_GROUP"
    MOLECULAR_RESPONSE = "MOLECULAR_RESPONSE"
    PAYER_CAP_REACHED = "PAYER_CAP_REACHED"
    COUNTS_RECOVERED = "COUNTS_RECOVERED"
    NEUTROPHILS = "NEUTROPHILS"
    PLATELETS = "PLATELETS"
    MARROW_BLASTS = "MARROW_BLASTS"
    BLOOD_BLASTS = "BLOOD_BLASTS"
    PHYSICIAN_CHOICE = "PHYSICIAN_CHOICE"


class Operator(StrEnum):
    """How a fact is compared."""

    IS = "IS"
    BELOW = "BELOW"
    AT_LEAST = "AT_LEAST"


YES, NO = "YES", "NO"
YES_NO = (YES, NO)
# Where an assay says detectable or not instead of a number.
MRD_WORDS = ("NEGATIVE", "POSITIVE", "INDETERMINATE")

# The words a fact of a kind may have; kinds that are missing here are numbers or, for
# RISK_GROUP and PHYSICIAN_CHOICE, words of the regimen.
WORDS: Mapping[FactKind, tuple[str, ...]] = {
    FactKind.REMISSION: ("CR", "CRH", "CRI", "NONE", "RELAPSE"),
    FactKind.CYTOREDUCTION: YES_NO,
    FactKind.CNS_STATUS: ("CNS1", "CNS2", "CNS3"),
    FactKind.CD19: ("POSITIVE", "NEGATIVE"),
    FactKind.CD20: ("POSITIVE", "NEGATIVE"),
    FactKind.DONOR: YES_NO,
    FactKind.RESPONSE: YES_NO,
    FactKind.MOLECULAR_RESPONSE: ("COMPLETE", "MAJOR", "NONE"),
    FactKind.PAYER_CAP_REACHED: YES_NO,
    FactKind.COUNTS_RECOVERED: YES_NO,
}
# Numbers and their units: MRD is a fraction of cells, counts 10^9/L, blasts per cent in
# marrow and cells per microlitre in blood.
UNITS: Mapping[FactKind, str] = {
    FactKind.MRD: "1",
    FactKind.AGE_YEARS: "a",
    FactKind.NEUTROPHILS: "10*9/L",
    FactKind.PLATELETS: "10*9/L",
    FactKind.MARROW_BLASTS: "%",
    FactKind.BLOOD_BLASTS: "/uL",
}
# A share of cells may be written 1e-5; more digits than these are a slip of the finger.
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?([eE][-+]?[0-9])?")


@dataclass(frozen=True, kw_only=True)
class KnownFact:
    """What is known of one kind: a word or a number, and by which assay (MRD).

    ``name`` is what the regimen calls the word, where it has words of its own.
    """

    kind: FactKind
    value: str
    assay: str = ""
    name: Text | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse a value that is no word or number of its kind.

        :raises FactNotUsable: naming the kind.
        """
        if self.number is not None or self.value in self.words:
            return
        if self.kind in WORDS or self.kind in UNITS or not self.value.strip():
            raise FactNotUsable(field=self.kind.value)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words that may be said of this kind; empty when any may."""
        return MRD_WORDS if self.kind == FactKind.MRD else WORDS.get(self.kind, ())

    @property
    def number(self) -> Decimal | None:
        """Return the value as a number, if the kind has numbers and it is one."""
        if self.kind not in UNITS or self.value in MRD_WORDS:
            return None
        return Decimal(self.value) if _NUMBER.fullmatch(self.value) else None


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing a branch asks: a kind of fact, compared with words or a number.

    ``assays`` limits an MRD value to how it was measured; empty takes any. ``names`` are
    what the regimen calls its words.
    """

    kind: FactKind
    operator: Operator
    values: tuple[str, ...]
    assays: tuple[str, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Refuse a comparison that can never be answered.

        :raises FactNotUsable: when the values do not belong to the kind.
        """
        for value in self.values:
            KnownFact(kind=self.kind, value=value)
        is_number = self.operator != Operator.IS
        if not self.values or (is_number and self.limit is None):
            raise FactNotUsable(field=self.kind.value)

    @property
    def limit(self) -> Decimal | None:
        """Return the number of a comparison with a number."""
        known = KnownFact(kind=self.kind, value=self.values[0])
        return known.number if len(self.values) == 1 else None

    def holds(self, facts: Iterable[KnownFact]) -> bool | None:
        """Say whether it holds; None while the fact, or one by that assay, is missing."""
        known = [fact for fact in facts if fact.kind == self.kind]
        if self.assays:
            known = [fact for fact in known if fact.assay in self.assays]
        if not known:
            return None
        return self._holds_for(known[-1])

    def _holds_for(self, fact: KnownFact) -> bool | None:
        if self.operator == Operator.IS:
            return self._is(fact)
        if fact.number is not None and self.limit is not None:
            is_below = fact.number < self.limit
            return is_below if self.operator == Operator.BELOW else not is_below
        # "Negative" is below any limit of detection; the other words settle nothing.
        if fact.value == "NEGATIVE":
            return self.operator == Operator.BELOW
        return None

    def _is(self, fact: KnownFact) -> bool | None:
        """Compare with words; a number is no "negative" where no source gives a limit."""
        if fact.number is not None and set(self.values) <= set(fact.words):
            return None
        return fact.value in self.values


def all_hold(
    conditions: Iterable[Condition], facts: Iterable[KnownFact]
) -> bool | None:
    """Say whether every condition holds: False wins over not knowing."""
    known = tuple(facts)
    answers = [condition.holds(known) for condition in conditions]
    if False in answers:
        return False
    return None if None in answers else True
