"""An adverse event in the record: how it is related, how serious it is, what was done.

The words are those of the FHIR R4 value sets for AdverseEvent. A grade is only ever kept
with its scale and the version of it.
"""

from enum import StrEnum


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
