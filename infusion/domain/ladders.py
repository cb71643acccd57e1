"""Whom an alert reaches that nobody takes: rung by rung, and how loudly.

A ladder is a value of the site. A rung says whom it reaches, how long it waits there for
somebody to take it, over which channels, and whether a night's quiet is kept.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infusion.domain.rota import OnCallRole


class Severity(StrEnum):
    """How much an alert asks of people.

    RED climbs, and is told again and again until a person takes it. AMBER climbs its own
    ladder once. INFO is shown and told to nobody.
    """

    RED = "RED"
    AMBER = "AMBER"
    INFO = "INFO"


class Whom(StrEnum):
    """Whom a rung reaches."""

    # Who is on call in this role.
    NURSE = "NURSE"
    PHYSICIAN = "PHYSICIAN"
    PHARMACIST = "PHARMACIST"
    COORDINATOR = "COORDINATOR"
    # Who looks after the patient; nobody where an alert is about no patient.
    ASSIGNED = "ASSIGNED"
    # Whoever works at the site in this role.
    EVERY_NURSE = "EVERY_NURSE"
    EVERY_PHYSICIAN = "EVERY_PHYSICIAN"
    EVERY_PHARMACIST = "EVERY_PHARMACIST"
    EVERY_COORDINATOR = "EVERY_COORDINATOR"
    EVERY_ADMIN = "EVERY_ADMIN"


ON_CALL: Mapping[Whom, OnCallRole] = {Whom(role.value): role for role in OnCallRole}
EVERY: Mapping[Whom, str] = {
    Whom.EVERY_NURSE: "NURSE",
    Whom.EVERY_PHYSICIAN: "PHYSICIAN",
    Whom.EVERY_PHARMACIST: "PHARMACIST",
    Whom.EVERY_COORDINATOR: "COORDINATOR",
    Whom.EVERY_ADMIN: "ADMIN",
}


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of a ladder; without channels each person's own order counts."""

    whom: Whom
    wait: dt.timedelta
    channels: tuple[str, ...] = ()
    is_quiet_at_night: bool = False


@dataclass(frozen=True)
class Way:
    """How people are told: over which channels first, and whether the night is kept."""

    channels: tuple[str, ...] = ()
    is_quiet_at_night: bool = False


def way_of(ladder: Sequence[Rung], whom: str) -> Way:
    """Return how those on a rung are told; others are as quiet as the whole ladder.

    Nobody is woken by the end of a ladder that let everybody sleep.
    """
    for rung in ladder:
        if rung.whom == whom:
            return Way(rung.channels, rung.is_quiet_at_night)
    quiet = bool(ladder) and all(rung.is_quiet_at_night for rung in ladder)
    return Way(is_quiet_at_night=quiet)


@dataclass(frozen=True)
class Reached:
    """The rung an alert stands on now."""

    number: int
    rung: Rung


def next_rung(
    last: int, ladder: Sequence[Rung], holders: Mapping[Whom, Collection[Any]]
) -> Reached | None:
    """Return the next rung on which there is somebody; ``last`` is -1 at first.

    A rung that nobody holds is passed at once: an alert never waits for an empty chair.
    None says that the ladder has run out.
    """
    for number in range(last + 1, len(ladder)):
        if holders.get(ladder[number].whom):
            return Reached(number, ladder[number])
    return None
