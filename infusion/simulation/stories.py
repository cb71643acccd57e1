"""What came of one synthetic course, in the words of whoever reads many of them.

Every time is counted from the start of the infusion, so a story has no date and no name.
Nothing here reads a clock or a table; whoever runs a course fills it in, and the report
reads it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.alerts import Cause
from infusion.domain.ladders import Severity
from infusion.domain.triage import Colour

HOUR = dt.timedelta(hours=1)


class Illness(StrEnum):
    """What a synthetic patient can truly have."""

    CRS = "CRS"
    NEUROTOXICITY = "NEUROTOXICITY"


class Ending(StrEnum):
    """Why a course of the simulation is over."""

    DONE = "DONE"
    # A rule of toxicity ended it for good.
    STOPPED_FOR_GOOD = "STOPPED_FOR_GOOD"
    # The person in charge gave it up.
    GIVEN_UP = "GIVEN_UP"
    # The simulated days were over before the course was.
    OUT_OF_TIME = "OUT_OF_TIME"


@dataclass(frozen=True, kw_only=True)
class CheckInTold:
    """One check-in: when it was due, how long the answer took, what came of it.

    ``answered_after`` is None for silence. ``true_grade`` is the worst grade of CRS or
    neurotoxicity that the patient truly had then, 0 for none; ``had_reason`` says that a
    person was truly needed, for these or for something else.
    """

    due: dt.timedelta
    answered_after: dt.timedelta | None
    colour: Colour | None
    rules: tuple[str, ...] = ()
    true_grade: int = 0
    had_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class AlertTold:
    """One alert: of what, when, who took it how soon, and whether anything was wrong.

    ``rules`` are the triage rules behind a check-in, none for other causes.
    ``is_exhausted`` says that its ladder ran out. ``had_reason`` says that a person was
    truly needed: the patient was ill, the pump stood still, a change was overdue.
    """

    cause: Cause
    severity: Severity
    raised: dt.timedelta
    rules: tuple[str, ...] = ()
    taken_after: dt.timedelta | None = None
    resolved_after: dt.timedelta | None = None
    climbed: int = 0
    is_exhausted: bool = False
    had_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class IllnessTold:
    """One true illness of a synthetic patient, and how it was noticed.

    ``flagged_after`` counts from the true onset to the first amber or red of a check-in,
    ``red_after`` to the first red, ``recorded_after`` to the adverse event in the record;
    None for never. ``at_home_at_onset`` says that nobody stood beside the bed when it
    began, ``asked`` that at least one check-in was answered while it lasted.
    """

    illness: Illness
    onset: dt.timedelta
    ended: dt.timedelta
    peak_grade: int
    at_home_at_onset: bool
    asked: bool = False
    flagged_after: dt.timedelta | None = None
    red_after: dt.timedelta | None = None
    recorded_after: dt.timedelta | None = None
    recorded_grades: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeTold:
    """One change of a bag: as planned, and as done; None where it never was.

    ``is_off_hours`` says that it was done outside the hours of the site.
    """

    planned: dt.timedelta
    done: dt.timedelta | None
    is_at_home: bool
    is_off_hours: bool

    @property
    def late(self) -> dt.timedelta | None:
        """Return how late it was done, negative when early."""
        return None if self.done is None else self.done - self.planned


@dataclass(frozen=True, kw_only=True)
class WasteTold:
    """What was made and not infused."""

    bags: int = 0
    vials: int = 0
    micrograms: int = 0


NO_WASTE = WasteTold()


@dataclass(frozen=True, kw_only=True)
class CourseStory:
    """One course from its start to its end.

    ``group`` is ADULT or CHILD: the published figures differ. ``regimen`` is the key of
    the catalogue. ``days_on_ward`` and ``days_at_home`` are of 24 hours. ``stops`` says
    when the pump stood still, for whatever reason.
    """

    index: int
    group: str
    regimen: str
    days_on_ward: float
    days_at_home: float
    ended_why: Ending
    check_ins: tuple[CheckInTold, ...] = ()
    alerts: tuple[AlertTold, ...] = ()
    illnesses: tuple[IllnessTold, ...] = ()
    changes: tuple[ChangeTold, ...] = ()
    stops: tuple[dt.timedelta, ...] = ()
    waste: WasteTold = NO_WASTE

    @property
    def days(self) -> float:
        """Return the days of the course."""
        return self.days_on_ward + self.days_at_home


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What a run was: repeated with the same, it gives the same report.

    ``notes`` are further settings of the run in words, such as the rule set.
    """

    seed: int
    patients: int
    regimen: str
    rules: str
    notes: Mapping[str, str]
