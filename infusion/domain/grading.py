"""From what was found to grades: the worst row that holds, or "cannot assess".

The rows are data of the catalogue (label fact sheet section 9). A row holds, does not, or
is not known to; so a grade lies between a lowest and a highest. What is not known never
lowers either, and a cell that no source shows is a hole: it leaves the highest open and is
named. Nothing here is a diagnosis: a clinician grades, this shows what the rules say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.findings import (
    HOME,
    Finding,
    Known,
    Span,
    When,
    all_of,
    codes_of,
    holds,
    known_from,
)
from infusion.domain.findings_kinds import KINDS, YES, Code
from infusion.domain.toxicity import Scale


class Term(StrEnum):
    """What is graded."""

    CRS = "CRS"
    ICANS = "ICANS"
    ICANS_CHILD = "ICANS_CHILD"
    FEVER = "FEVER"
    NEUTROPHILS = "NEUTROPHILS"
    ALT = "ALT"
    AST = "AST"
    BILIRUBIN = "BILIRUBIN"
    SEPSIS = "SEPSIS"
    SEIZURE = "SEIZURE"
    CATHETER_INFECTION = "CATHETER_INFECTION"
    HEADACHE = "HEADACHE"
    TREMOR = "TREMOR"
    CONFUSION = "CONFUSION"
    PLATELETS = "PLATELETS"


class Verdict(StrEnum):
    """How far a grade is settled."""

    GRADED = "GRADED"
    # A row holds; a higher one is not known.
    AT_LEAST = "AT_LEAST"
    # A row holds, but rests on a home thermometer alone, or another cause is not ruled out.
    POSSIBLE = "POSSIBLE"
    # No row holds, and some are not known.
    CANNOT_ASSESS = "CANNOT_ASSESS"
    # Another cause was recorded: the term does not apply.
    EXCLUDED = "EXCLUDED"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell of a table: when it holds, the grade is at least this.

    An open row only says that it may be as high. It is a hole when no source shows the
    cell; otherwise what was found may hide it, as a fever reducer hides a fever.
    """

    key: str
    domain: str
    grade: int
    statement: Fact
    when: When
    is_open: bool = False
    is_hole: bool = False


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """With YES here, the term does not apply; while it is not known a grade is possible."""

    code: Code
    statement: Fact


@dataclass(frozen=True, kw_only=True)
class Table:
    """How one term is graded by one scale in one version of its data.

    Every row needs the ``gate`` as well, such as a fever for CRS.
    """

    term: Term
    scale: Scale
    version: str
    title: Text
    rows: tuple[Row, ...]
    gate: When = ()
    gate_statement: Fact | None = None
    exclusions: tuple[Exclusion, ...] = ()
    # A home thermometer alone supports only a possible grade.
    thermometer: Fact | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One part of a score. ``points`` by answer; None for a number that counts itself.

    An empty table of points is a hole: no source shows them, and no site has signed any.
    """

    code: Code
    statement: Fact
    points: Mapping[str, Decimal] | None = None

    def span(self, known: Known) -> Span | None:
        """Return between which points it lies; None when they are not known at all."""
        value = known.get(self.code)
        if isinstance(value, Span):
            return value
        if self.points is None:
            return Span(low=KINDS[self.code].least, high=KINDS[self.code].most)
        if not self.points:
            return None
        points = self.points.get(value or "")
        if points is not None:
            return Span(low=points, high=points)
        return Span(low=min(self.points.values()), high=max(self.points.values()))


@dataclass(frozen=True, kw_only=True)
class Score:
    """A sum of items, such as ICE."""

    code: Code
    title: Text
    items: tuple[Item, ...]

    def span(self, known: Known) -> Span | None:
        """Return between which sums it lies; None when nothing of it can be known.

        A sum that was recorded as such counts with the items; the worse of the two.
        """
        direct = known.get(self.code)
        total = self._total(known)
        if not isinstance(direct, Span):
            return total
        if total is None:
            return direct
        worse = min if KINDS[self.code].lower_is_worse else max
        return Span(
            low=worse(direct.low, total.low), high=worse(direct.high, total.high)
        )

    def _total(self, known: Known) -> Span | None:
        if not any(item.code in known for item in self.items):
            return None
        total = Span(low=Decimal(0), high=Decimal(0))
        for item in self.items:
            span = item.span(known)
            if span is None:
                return None
            total += span
        return total


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What a table says of some findings.

    ``grade`` is the highest that is known to hold; None when it cannot be assessed.
    ``at_most`` is how high it may be. ``fired`` are the rows that hold, ``open`` those
    that may, ``missing`` what was not known and ``holes`` the cells no source shows.
    """

    term: Term
    scale: Scale
    version: str
    verdict: Verdict
    grade: int | None
    at_most: int
    fired: tuple[Row, ...] = ()
    open: tuple[Row, ...] = ()
    missing: tuple[Code, ...] = ()
    holes: tuple[Row, ...] = ()
    excluded_by: tuple[Exclusion, ...] = ()


def grade(
    table: Table, findings: Iterable[Finding], scores: Sequence[Score] = ()
) -> Grade:
    """Grade one term. The order of the findings does not matter; the worst counts."""
    listed = tuple(findings)
    known = with_scores(known_from(listed), scores)
    by = tuple(one for one in table.exclusions if known.get(one.code) == YES)
    if by:
        return _named(table, Verdict.EXCLUDED, None, 0, excluded_by=by)
    fired, unsure = _split(table, known)
    fired = tuple(_worst_of_domains(fired))
    low = max((row.grade for row in fired), default=0)
    high = max((row.grade for row in (*fired, *unsure)), default=0)
    still = tuple(row for row in unsure if row.grade > low)
    is_firm = _is_firm(table, known, low, listed, scores)
    verdict = _verdict(low, high, is_firm=is_firm)
    return _named(
        table,
        verdict,
        None if verdict == Verdict.CANNOT_ASSESS else low,
        high,
        fired=fired,
        open=still,
        missing=tuple(_missing(table, still, known, low)),
        holes=tuple(row for row in still if row.is_hole),
    )


def _named(
    table: Table,
    verdict: Verdict,
    low: int | None,
    high: int,
    **more: tuple[object, ...],
) -> Grade:
    found: dict[str, object] = {
        "term": table.term, "scale": table.scale, "version": table.version,
        "verdict": verdict, "grade": low, "at_most": high, **more,
    }  # fmt: skip
    return Grade(**found)  # type: ignore[arg-type]


def _verdict(low: int, high: int, *, is_firm: bool) -> Verdict:
    if low == 0:
        return Verdict.GRADED if high == 0 else Verdict.CANNOT_ASSESS
    if not is_firm:
        return Verdict.POSSIBLE
    return Verdict.GRADED if low == high else Verdict.AT_LEAST


def with_scores(known: Known, scores: Iterable[Score]) -> Known:
    """Return what is known with the sums that follow from it."""
    found = dict(known)
    for score in scores:
        span = score.span(known)
        if span is not None:
            found[score.code] = span
    return found


def _split(table: Table, known: Known) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the rows that hold and those that may, in the order of the table."""
    gate = holds(table.gate, known)
    answers = [(row, all_of((gate, holds(row.when, known)))) for row in table.rows]
    fired = tuple(row for row, is_so in answers if is_so and not row.is_open)
    unsure = tuple(
        row for row, is_so in answers if is_so is None or (is_so and row.is_open)
    )
    return fired, unsure


def _worst_of_domains(rows: Sequence[Row]) -> Iterator[Row]:
    """Return of each domain the rows of its highest grade; the lower ones go with it."""
    for row in rows:
        if all(row.grade >= one.grade for one in rows if one.domain == row.domain):
            yield row


def _is_firm(
    table: Table,
    known: Known,
    low: int,
    findings: Sequence[Finding],
    scores: Sequence[Score],
) -> bool:
    """Say whether every other cause is ruled out and more than a home reading is known."""
    if any(one.code not in known for one in table.exclusions):
        return False
    if table.thermometer is None:
        return True
    measured = [one for one in findings if not _is_home_reading(one)]
    fired, _ = _split(table, with_scores(known_from(measured), scores))
    return max((row.grade for row in fired), default=0) == low


def _is_home_reading(one: Finding) -> bool:
    return one.code == Code.TEMPERATURE and one.source in HOME


def _missing(
    table: Table, unsure: Sequence[Row], known: Known, low: int
) -> Iterator[Code]:
    """Name what is not known and could settle the grade, in a fixed order."""
    asked = {code for row in unsure for code in codes_of(row.when)}
    if unsure and holds(table.gate, known) is None:
        asked |= codes_of(table.gate)
    if low:
        asked |= {one.code for one in table.exclusions}
    yield from (code for code in Code if code in asked and code not in known)


def term_of_neurotoxicity(
    age_years: int, *, below_years: int, is_delayed: bool = False
) -> Term:
    """Say whether ICANS is graded by ICE or, for the young and the delayed, by CAPD.

    The line is the site's: one source has it under 12, another at 12 and under.
    """
    is_child = age_years < below_years or is_delayed
    return Term.ICANS_CHILD if is_child else Term.ICANS
