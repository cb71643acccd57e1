"""Writes findings in few words: "TEMPERATURE 38.4 home, HYPOTENSION NONE"."""

from infusion.catalogue.scales import ScaleFile, shipped_scale
from infusion.domain.findings import Finding, Source
from infusion.domain.findings_kinds import KINDS, Code
from infusion.domain.grading import Grade, Term, Verdict, grade
from infusion.domain.toxicity import Scale
from tests.spec.world import START

# What is known of a patient who has nothing; the worse of two findings counts.
WELL = {
    "crs-well": (
        "TEMPERATURE 36.8, ANTIPYRETIC_TAKEN NO, STEROID_TAKEN NO, TOCILIZUMAB_GIVEN NO, "
        "HYPOTENSION NONE, HYPOXIA NONE, FEVER_OTHER_CAUSE NO"
    ),
    "neuro-well": (
        "CONSCIOUSNESS AWAKE, SEIZURE NONE, MOTOR NONE, RAISED_ICP NONE, APHASIA NO, "
        "HAEMORRHAGE NO, CAPD_TESTABLE YES"
    ),
}
_SOURCES = {"home": Source.CAREGIVER, "lab": Source.LABORATORY, "": Source.NURSE}


def found(text: str) -> list[Finding]:
    """Read findings; "?" is a question that nobody answered."""
    for name, meaning in WELL.items():
        text = text.replace(name, meaning)
    return [_one(part.strip()) for part in text.split(",") if part.strip()]


def _one(text: str) -> Finding:
    name, value, *source = text.split()
    code = Code(name)
    return Finding(
        code=code,
        value=None if value == "?" else value,
        at=START,
        source=_SOURCES[source[0] if source else ""],
        unit=KINDS[code].unit,
    )


def graded(scale: str, term: str, text: str) -> Grade:
    """Grade a term by the scale that ships."""
    table: ScaleFile = shipped_scale(Scale(scale))
    return grade(table.tables[Term(term)], found(text), table.scores)


def said(result: Grade) -> str:
    """Write a grade as the examples do: "GRADED 2", "AT_LEAST 3 of 4"."""
    if result.verdict == Verdict.EXCLUDED:
        return result.verdict.value
    low = result.grade if result.grade is not None else "-"
    return f"{result.verdict} {low} of {result.at_most}"
