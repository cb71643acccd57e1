"""What a person must take: when an alert is raised, whom it reaches next, and its end.

The times are values of the site (mark I, no source). Arithmetic is in UTC.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.rota import OnCallRole


class Cause(StrEnum):
    """What is wrong."""

    PUMP_STOPPED = "PUMP_STOPPED"
    BAG_CHANGE_OVERDUE = "BAG_CHANGE_OVERDUE"


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
    RESOLVED = "RESOLVED"


# Whom an alert that nobody takes reaches, one after the other; then the administrators.
LADDER = (OnCallRole.NURSE, OnCallRole.PHYSICIAN)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A cause that holds now: of what, since when, and how many of its times are past."""

    cause: Cause
    subject: str
    since: dt.datetime
    stage: int


@dataclass(frozen=True, kw_only=True)
class Past:
    """The last alert of a cause: how far it had got, and how it ended if it did."""

    stage: int
    outcome: Outcome | None


@dataclass(frozen=True)
class Reached:
    """The rung an alert stands on now; None when no rung is left."""

    rung: int | None
    role: OnCallRole | None = None


def stage_at(
    since: dt.datetime, after: Sequence[dt.timedelta], now: dt.datetime
) -> int:
    """Return how many of the times after the beginning of a cause are past."""
    return sum(now - since >= one for one in after)


def is_to_be_raised(standing: Standing, past: Past | None) -> bool:
    """Say whether a cause asks for an alert of its own.

    What a person has ended stays ended until the next time of the cause: nobody is
    told twice of one thing. What ended by itself and holds again is raised again.
    """
    if standing.stage == 0 or (past is not None and past.outcome is None):
        return False
    if past is None or past.outcome is Outcome.CAUSE_ENDED:
        return True
    return standing.stage > past.stage


def next_rung(last: int, holders: Mapping[OnCallRole, object]) -> Reached:
    """Return the next rung on which somebody is on call; ``last`` is -1 at first.

    A rung that nobody holds is passed at once: an alert never waits for an empty chair.
    """
    for number in range(last + 1, len(LADDER)):
        if LADDER[number] in holders:
            return Reached(number, LADDER[number])
    return Reached(None)
