"""An adverse event in the record: how it is related, how serious it is, what was done.

The words are those of the FHIR R4 value sets for AdverseEvent. A grade is only ever kept
with its scale and the version of it.
"""

from enum import StrEnum

from infusion.domain.refusals import Refusal
from infusion.domain.toxicity import GRADES, Scale


class Relation(StrEnum):
    """How far the drug is taken for the cause, in the words of causality assessment."""

    CERTAIN = "CERTAIN"
    PROBABLE = "PROBABLE"
    POSSIBLE = "POSSIBLE"
    UNLIKELY = "UNLIKELY"
    CONDITIONAL = "CONDITIONAL"
    UNASSESSABLE = "UNASSESSABLE"


class Seriousness(StrEnum):
    """How serious it is, by what it led to."""

    NOT_SERIOUS = "NOT_SERIOUS"
    SERIOUS = "SERIOUS"
    DEATH = "DEATH"
    LIFE_THREATENING = "LIFE_THREATENING"
    HOSPITALISATION = "HOSPITALISATION"
    DISABILITY = "DISABILITY"


class ActionTaken(StrEnum):
    """What was done about it. Recorded, never advised."""

    HOLD = "HOLD"
    STOP = "STOP"
    STEROID = "STEROID"
    ADMISSION = "ADMISSION"
    OTHER = "OTHER"


class RecordedFrom(StrEnum):
    """Where the record comes from."""

    TRIAGE = "TRIAGE"
    NURSE = "NURSE"
    IMPORT = "IMPORT"


class EntryKind(StrEnum):
    """What was written down of an adverse event."""

    RECORDED = "RECORDED"
    GRADED = "GRADED"
    RESOLVED = "RESOLVED"
    # It should never have been recorded.
    WITHDRAWN = "WITHDRAWN"


class GradeWithoutScale(Refusal):
    """A grade says nothing without its scale."""

    code = "grade_without_scale"


class GradeNotOnScale(Refusal):
    """No scale has such a grade."""

    code = "grade_not_on_scale"


def check_grade(grade: int | None, scale: Scale | None) -> None:
    """Refuse a grade that no table of the catalogue gives. A death is a seriousness.

    :raises GradeWithoutScale: when it is not said by which scale.
    :raises GradeNotOnScale: when it is none.
    """
    if grade is None:
        return
    if scale is None:
        raise GradeWithoutScale(field="scale")
    if grade not in GRADES:
        raise GradeNotOnScale(field="grade")
