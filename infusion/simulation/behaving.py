"""What the engine asks of a synthetic patient and of the people on duty.

The engine knows only these; who answers is drawn elsewhere. No answer depends on how
often, or in which order, it is asked for: each is drawn from the seed, the number of the
patient, the concern and the time alone.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from infusion.domain.alerts import Cause
from infusion.domain.checkins import Look
from infusion.domain.clock import PauseReason
from infusion.domain.ladders import Severity
from infusion.domain.questionnaires import Questionnaire
from infusion.simulation.stories import Illness

NOBODY_SIGNED: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Who is treated: age in years, weight in kg, height in cm; ``group`` ADULT or CHILD.

    ``answers_by_caregiver`` says that another person answers for the patient.
    """

    group: str
    age: int
    weight_kg: float
    height_cm: float
    language: str
    answers_by_caregiver: bool


@dataclass(frozen=True, kw_only=True)
class TrueIllness:
    """An illness as it is, whatever anybody asks: times count from the start.

    The grade climbs from 1 at the onset to the peak, and falls to 0 at the end.
    """

    illness: Illness
    onset: dt.timedelta
    peaked: dt.timedelta
    ended: dt.timedelta
    peak_grade: int


@dataclass(frozen=True, kw_only=True)
class PumpStop:
    """The pump stands still, for a technical reason, until somebody has seen to it."""

    at: dt.timedelta
    lasts: dt.timedelta
    reason: PauseReason


class Patient(Protocol):
    """A synthetic patient with whoever is at home with them."""

    @property
    def index(self) -> int:
        """Return the number of the patient in the run."""

    @property
    def profile(self) -> Profile:
        """Return who is treated."""

    @property
    def illnesses(self) -> tuple[TrueIllness, ...]:
        """Return what the patient truly gets, by onset."""

    @property
    def stops(self) -> tuple[PumpStop, ...]:
        """Return when the pump stands still for a technical reason, by time."""

    def grade(self, illness: Illness, since: dt.timedelta) -> int:
        """Return the true grade of an illness then; 0 for none."""

    def needs_somebody(self, since: dt.timedelta) -> bool:
        """Say whether a person is truly needed then: an illness, a fever, a still pump."""

    def answers(
        self,
        form: Questionnaire,
        since: dt.timedelta,
        at: dt.datetime,
        signed: frozenset[str] = NOBODY_SIGNED,
    ) -> Mapping[str, str]:
        """Return the answers to a form at a time of the course; ``at`` is that instant.

        ``signed`` are the questions that the site has worded and signed.
        """

    def answers_after(self, due: dt.timedelta) -> dt.timedelta | None:
        """Return how long after it was due a check-in is answered; None for never."""

    def change_off_by(self, planned: dt.timedelta) -> dt.timedelta:
        """Return how much later than planned a bag is changed; negative for earlier."""


class Deed(StrEnum):
    """What somebody who took an alert does about it."""

    NOTHING = "NOTHING"
    HOLD = "HOLD"
    HOLD_AND_ADMIT = "HOLD_AND_ADMIT"
    GIVE_UP = "GIVE_UP"


@dataclass(frozen=True, kw_only=True)
class Taking:
    """How the people of a site deal with one alert: after how long each."""

    taken_after: dt.timedelta | None
    resolved_after: dt.timedelta


class Staff(Protocol):
    """The people on duty at a synthetic site."""

    def takes(
        self, patient: int, cause: Cause, severity: Severity, told: dt.datetime
    ) -> Taking:
        """Return how an alert is dealt with that was first told then, in local time.

        ``taken_after`` None says that nobody reacts and the ladder has to climb out.
        """

    def looks(self, patient: int, grade: int, since: dt.timedelta) -> Look:
        """Return what comes of it when they reach a patient with that true grade."""

    def does(self, illness: Illness, grade: int) -> Deed:
        """Return what is done about a true grade that was seen by a person."""
