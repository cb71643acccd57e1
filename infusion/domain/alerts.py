"""What a person must take: when an alert is raised, and its end.

The times are values of the site (mark I, no source). Arithmetic is in UTC.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.ladders import Rung, Severity


class Cause(StrEnum):
    """What is wrong."""

    PUMP_STOPPED = "PUMP_STOPPED"
    BAG_CHANGE_OVERDUE = "BAG_CHANGE_OVERDUE"
    # The bag on the pump holds another dose than the one that is due.
    DOSE_ON_PUMP = "DOSE_ON_PUMP"
    # A change at home or in the clinic that is nobody's.
    CHANGE_UNOWNED = "CHANGE_UNOWNED"
    # The signatures under which a patient was to go home no longer hold.
    READINESS_VOID = "READINESS_VOID"
    # What was to be told of an event reached none of those who were to know.
    NOBODY_REACHED = "NOBODY_REACHED"
    # Nobody is on call in a role, now or in the days to come.
    ROTA_GAP = "ROTA_GAP"
    # Too much of what is sent over one channel fails.
    PROVIDER_FAILING = "PROVIDER_FAILING"
    # A family that is told nothing soon will be again, or is, and something was kept back.
    MUTE_ENDING = "MUTE_ENDING"
    # Answers of a check-in ask for a person now.
    CHECK_IN_RED = "CHECK_IN_RED"
    # Answers of a check-in ask for a person within the site's time.
    CHECK_IN_AMBER = "CHECK_IN_AMBER"
    # Nobody has answered a check-in: somebody is to ring.
    CHECK_IN_TO_RING = "CHECK_IN_TO_RING"
    # Nobody has answered, and the time for that is over.
    CHECK_IN_MISSED = "CHECK_IN_MISSED"
    # A family that can't answer wants to be rung.
    CALL_WANTED = "CALL_WANTED"
    # Answers came that no rule can read: a person reads them and rings.
    ANSWERS_UNREAD = "ANSWERS_UNREAD"


class Outcome(StrEnum):
    """How an alert ended."""

    DONE = "DONE"
    FALSE_ALARM = "FALSE_ALARM"
    OTHER = "OTHER"
    # The service saw that the cause is gone.
    CAUSE_ENDED = "CAUSE_ENDED"


# What a person may say; the last one is the service's own.
SAID_BY_PEOPLE = (Outcome.DONE, Outcome.FALSE_ALARM, Outcome.OTHER)


class AlertStepKind(StrEnum):
    """What happened to an alert."""

    RAISED = "RAISED"
    AGAIN = "AGAIN"
    CLIMBED = "CLIMBED"
    EXHAUSTED = "EXHAUSTED"
    TAKEN = "TAKEN"
    HANDED_OVER = "HANDED_OVER"
    # Who had it has left, or looks after the patient no more: it climbs anew.
    LEFT_ALONE = "LEFT_ALONE"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, kw_only=True)
class CauseRule:
    """How a site deals with a cause.

    ``times`` count from the beginning of the cause, and lie before it when negative: at
    the first one the alert is raised, at each later one it is told again.
    ``returns_after`` is how long what a person ended stays ended while the cause goes on;
    None leaves it ended until the next of the times.
    """

    severity: Severity
    ladder: tuple[Rung, ...]
    times: tuple[dt.timedelta, ...]
    returns_after: dt.timedelta | None = None


@dataclass(frozen=True, order=True)
class Place:
    """Whose alert it is: a course of a site, or the site itself."""

    site_id: uuid.UUID
    course_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A cause that holds now: where, of what, since when, how many times are past.

    What a person ended before ``forgotten_before`` is raised anew.
    """

    cause: Cause
    place: Place
    subject: str
    since: dt.datetime
    stage: int
    forgotten_before: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Past:
    """The last alert of a cause: how far it had got, how it ended and when if it did."""

    stage: int
    outcome: Outcome | None
    ended_at: dt.datetime | None = None


# Their subject names no occasion: the next time it is another one.
_WITHOUT_OCCASION = frozenset({Cause.PROVIDER_FAILING})


def stage_at(
    since: dt.datetime, times: Sequence[dt.timedelta], now: dt.datetime
) -> int:
    """Return how many of the times around the beginning of a cause are past."""
    return sum(now - since >= one for one in times)


def is_to_be_raised(standing: Standing, past: Past | None) -> bool:
    """Say whether a cause asks for an alert of its own.

    What a person has ended stays ended until the next time of the cause: nobody is
    told twice of one thing. What ended by itself and holds again is raised again, and so
    is what began after a person ended the like of it. What harms while it lasts comes back
    once it was ended too long ago.
    """
    if standing.stage == 0 or (past is not None and past.outcome is None):
        return False
    if past is None or past.outcome is Outcome.CAUSE_ENDED:
        return True
    return (
        standing.stage > past.stage
        or _is_another(standing, past)
        or _goes_on(standing, past)
    )


def _is_another(standing: Standing, past: Past) -> bool:
    """Say whether a cause whose subject never changes began after the last alert."""
    is_later = past.ended_at is not None and standing.since > past.ended_at
    return is_later and standing.cause in _WITHOUT_OCCASION


def _goes_on(standing: Standing, past: Past) -> bool:
    """Say whether the word of a person that it is done has stood for too long."""
    if past.ended_at is None or standing.forgotten_before is None:
        return False
    return past.ended_at <= standing.forgotten_before


def is_failing(failed: int, tried: int, *, least: int, percent: float) -> bool:
    """Say whether so much of what was sent fails that somebody must look.

    Of fewer tries than ``least`` nothing is concluded.
    """
    return tried >= least and failed * 100 >= percent * tried
