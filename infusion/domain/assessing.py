"""All that is made of one check-in: its colour, what every scale says, and as JSON.

The record keeps what was read and which rule said what, so that nobody has to work it out
anew with later rules.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infusion.domain.courses import Text
from infusion.domain.evidence import Fact
from infusion.domain.findings import Finding, Source, codes_of
from infusion.domain.findings_kinds import Code
from infusion.domain.grading import (
    Grade,
    Row,
    Score,
    Table,
    Term,
    grade,
    term_of_neurotoxicity,
)
from infusion.domain.triage import (
    CheckIn,
    Fired,
    RuleSet,
    Triage,
    triage,
    with_later,
)

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What was found at a check-in, and what rules and scales make of it."""

    check_in: CheckIn
    triage: Triage
    grades: tuple[Grade, ...]


def assess(
    check_in: CheckIn,
    earlier: Sequence[CheckIn],
    *,
    rules: RuleSet,
    tables: Sequence[Table],
    scores: Sequence[Score],
    later: Sequence[CheckIn] = (),
) -> Assessed:
    """Give a check-in its colour, and grade what it says anything about.

    ``later`` are check-ins that were answered after it and have arrived before it.
    """
    listed = check_in.findings
    found = triage(rules, check_in, earlier, scores)
    return Assessed(
        check_in=check_in,
        triage=with_later(rules, found, check_in, later, scores),
        grades=tuple(
            grade(table, listed, scores) for table in _touched(tables, listed, scores)
        ),
    )


def _touched(
    tables: Iterable[Table], findings: Iterable[Finding], scores: Iterable[Score]
) -> Iterable[Table]:
    """Return the tables that ask for anything that was asked here."""
    asked = {one.code for one in findings}
    asked |= {
        score.code for score in scores if any(one.code in asked for one in score.items)
    }
    return (table for table in tables if _codes(table) & asked)


def _codes(table: Table) -> frozenset[Code]:
    rows = (codes_of(row.when) for row in table.rows)
    return frozenset().union(codes_of(table.gate), *rows)


def neurotoxicity_terms(
    born: dt.date | None, today: dt.date, *, below_years: int
) -> frozenset[Term]:
    """Return by which tables neurotoxicity is graded; both while the age is not known."""
    if born is None:
        return frozenset({Term.ICANS, Term.ICANS_CHILD})
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (not had_birthday)
    return frozenset({term_of_neurotoxicity(years, below_years=below_years)})


# --- As JSON ------------------------------------------------------------------------


def finding_json(one: Finding) -> Json:
    """Return a finding for the record."""
    return {
        "code": one.code.value,
        "value": one.value,
        "unit": one.unit,
        "verbatim": one.verbatim,
        "at": one.at.isoformat(),
        "source": one.source.value,
        "form": one.form,
        "site": one.site,
    }


def finding_from(data: Mapping[str, Any]) -> Finding:
    """Return a finding of the record."""
    return Finding(
        code=Code(data["code"]),
        value=data["value"],
        at=dt.datetime.fromisoformat(data["at"]),
        source=Source(data["source"]),
        unit=data["unit"],
        verbatim=data["verbatim"],
        form=data["form"],
        site=data["site"],
    )


def fired_json(one: Fired) -> Json:
    """Return a rule that fired, with the answers it read, its source and its mark."""
    rule = one.rule
    return {
        "rule": rule.key,
        "topic": rule.topic,
        "colour": one.colour.value,
        "is_unanswered": one.is_unanswered,
        **_statement(rule.statement),
        "colour_mark": rule.colour_fact.mark.value,
        "answers": [finding_json(each) for each in one.answers],
        "before": [finding_json(each) for each in one.before],
    }


def grade_json(one: Grade) -> Json:
    """Return what a scale says, with the rows that hold or may, and what was missing."""
    return {
        "term": one.term.value,
        "scale": one.scale.value,
        "version": one.version,
        "verdict": one.verdict.value,
        "grade": one.grade,
        "at_most": one.at_most,
        "fired": [_row(each) for each in one.fired],
        "open": [_row(each) for each in one.open],
        "missing": [each.value for each in one.missing],
        "holes": [_row(each) for each in one.holes],
    }


def _row(row: Row) -> Json:
    return {"row": row.key, "grade": row.grade, **_statement(row.statement)}


def _statement(fact: Fact) -> Json:
    return {
        "text": _text(fact.note),
        "mark": fact.mark.value,
        "sources": list(fact.sources),
    }


def _text(text: Text) -> Json:
    return {"en": text.en, "zh": text.zh}
