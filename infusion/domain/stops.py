"""How an infusion may go on after it stood still; the service shows it, people decide.

Sources: label fact sheet, section 7. From 4 h a restart is a re-initiation (mark A); up to
7 days after an adverse event the same cycle goes on, beyond a new one begins (mark A). For
stops without an adverse event, and for very long ones, no source was found: a site may set
and sign its own limits, and while it has not, nothing is filled in.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.clock import (
    SAME_CYCLE_UP_TO,
    Gap,
    Ledger,
    PauseReason,
    needs_reinitiation,
)

# After an overdose the pump stands still at least so long. Section 6, mark B (one source).
AFTER_OVERDOSE = dt.timedelta(hours=12)


class WayOn(StrEnum):
    """What may follow a stop."""

    RESUME = "RESUME"
    SUPERVISED = "SUPERVISED"
    NEW_CYCLE = "NEW_CYCLE"
    # No source and no signed value of the site says how to go on.
    NOT_KNOWN = "NOT_KNOWN"
    # Longer than the longest stop after which the site goes on at all.
    TOO_LONG = "TOO_LONG"


@dataclass(frozen=True, kw_only=True)
class StopLimits:
    """What a site has signed; None where it has not set a limit.

    ``same_cycle`` is for stops without an adverse event, ``longest`` for all.
    """

    same_cycle: dt.timedelta | None = None
    longest: dt.timedelta | None = None


NOTHING_SET = StopLimits()


def way_on(gap: Gap, at: dt.datetime, limits: StopLimits = NOTHING_SET) -> WayOn:
    """Return what may follow when the pump is started again at an instant."""
    stopped_for = at - gap.start
    if limits.longest is not None and stopped_for > limits.longest:
        return WayOn.TOO_LONG
    if gap.reason == PauseReason.ADVERSE_EVENT:
        if stopped_for > SAME_CYCLE_UP_TO:
            return WayOn.NEW_CYCLE
    elif limits.same_cycle is not None:
        if stopped_for > limits.same_cycle:
            return WayOn.NEW_CYCLE
    elif stopped_for > SAME_CYCLE_UP_TO:
        return WayOn.NOT_KNOWN
    return WayOn.SUPERVISED if needs_reinitiation(stopped_for) else WayOn.RESUME


def open_gap(ledger: Ledger) -> Gap | None:
    """Return the gap the pump stands in, or None while it runs or is over."""
    gaps = ledger.gaps()
    return gaps[-1] if gaps and gaps[-1].end is None else None


def missed(ledger: Ledger, at: dt.datetime, total: dt.timedelta) -> dt.timedelta:
    """Return how long the pump stood still between the start and an instant.

    Counted to the end of the hours or of the cycle, whichever was first.
    """
    start = ledger.started_at
    if start is None or at <= start:
        return dt.timedelta(0)
    full = ledger.instant_of(total)
    ends = [one for one in (at, full, _stopped_at(ledger)) if one is not None]
    until = min(ends)
    return until - start - ledger.delivered(until)


def _stopped_at(ledger: Ledger) -> dt.datetime | None:
    return ledger.last_at if ledger.is_stopped else None


def late_restarts(ledger: Ledger, at: dt.datetime) -> Iterator[Gap]:
    """Yield the stops of four hours or more after which the pump ran again."""
    for gap in ledger.gaps():
        ended = gap.end is not None and gap.end <= at and _ran_again(ledger, gap.end)
        if ended and gap.end and needs_reinitiation(gap.end - gap.start):
            yield gap


def _ran_again(ledger: Ledger, at: dt.datetime) -> bool:
    return any(run.start == at for run in ledger.runs)
