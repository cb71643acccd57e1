"""The infusion clock: hours delivered, read from what the pump did.

A cycle is a number of delivered hours (672 for 28 days), not a number of days. Facts are
runs and pauses; everything else is derived from them, in UTC, whatever the order in which
they were recorded. Sources: label fact sheet, sections 1.3 (28 x 24 h = 672 h) and 7
(interruptions: 4 h and 7 days, mark A).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal

# From here on a restart is a re-initiation: supervised, with premedication.
# Label fact sheet section 7, mark A.
REINITIATION_FROM = dt.timedelta(hours=4)
# Longer than this after an adverse reaction: a new cycle. Section 7, mark A.
SAME_CYCLE_UP_TO = dt.timedelta(days=7)


class EventKind(StrEnum):
    """What the pump did."""

    START = "START"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    STOP = "STOP"


class PauseReason(StrEnum):
    """Why the pump stands still."""

    OCCLUSION = "OCCLUSION"
    AIR_IN_LINE = "AIR_IN_LINE"
    BATTERY = "BATTERY"
    BAG_EMPTY = "BAG_EMPTY"
    BAG_PROBLEM = "BAG_PROBLEM"
    LINE_PROBLEM = "LINE_PROBLEM"
    ADVERSE_EVENT = "ADVERSE_EVENT"
    PROCEDURE = "PROCEDURE"
    OTHER = "OTHER"


class LedgerBroken(Refusal):
    """The events can't have happened in this order."""

    code = "ledger_broken"


@dataclass(frozen=True, order=True)
class Event:
    """One fact about the pump."""

    at: dt.datetime
    kind: EventKind
    reason: str = ""

    def __post_init__(self) -> None:
        """Keep the instant in UTC.

        :raises NaiveTime: when it has no offset.
        """
        object.__setattr__(self, "at", in_utc(self.at))


@dataclass(frozen=True)
class Run:
    """The pump ran from one instant to another; ``end`` is missing while it runs."""

    start: dt.datetime
    end: dt.datetime | None

    def length(self, until: dt.datetime) -> dt.timedelta:
        """Return how long it ran up to an instant."""
        end = until if self.end is None else min(self.end, until)
        return max(dt.timedelta(0), end - self.start)


@dataclass(frozen=True)
class Gap:
    """The pump stood still; ``end`` is missing while it does."""

    start: dt.datetime
    end: dt.datetime | None
    reason: str = ""


_MAY_FOLLOW = {
    None: {EventKind.START},
    EventKind.START: {EventKind.PAUSE, EventKind.STOP},
    EventKind.PAUSE: {EventKind.RESUME, EventKind.STOP},
    EventKind.RESUME: {EventKind.PAUSE, EventKind.STOP},
    EventKind.STOP: set[EventKind](),
}


@dataclass(frozen=True)
class Ledger:
    """Every fact about the pump in one cycle, in order of time."""

    events: tuple[Event, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Ledger":
        """Build a ledger from facts in any order; the same fact twice counts once.

        :raises LedgerBroken: when the facts contradict each other.
        """
        return cls(tuple(sorted(set(events))))

    def __post_init__(self) -> None:
        """Refuse an impossible sequence.

        :raises LedgerBroken: when a fact can't follow the one before it.
        """
        before: EventKind | None = None
        last: dt.datetime | None = None
        for event in self.events:
            # A pump that was paused may be taken off within the same minute.
            at_once = event.at == last and event.kind != EventKind.STOP
            if event.kind not in _MAY_FOLLOW[before] or at_once:
                raise LedgerBroken(
                    field="at", kind=event.kind.value, after=before or "-"
                )
            before, last = event.kind, event.at

    def adding(self, event: Event) -> "Ledger":
        """Return the ledger with one fact more.

        :raises LedgerBroken: when the fact can't have happened then.
        """
        return Ledger.of((*self.events, event))

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Return the stretches in which the pump ran."""
        found: list[Run] = []
        for event in self.events:
            if event.kind in {EventKind.START, EventKind.RESUME}:
                found.append(Run(event.at, None))
            elif found and found[-1].end is None:
                found[-1] = Run(found[-1].start, event.at)
        return tuple(found)

    @property
    def started_at(self) -> dt.datetime | None:
        """Return the first start."""
        return self.events[0].at if self.events else None

    @property
    def is_running(self) -> bool:
        """Say whether the pump runs after the last fact."""
        return bool(self.runs) and self.runs[-1].end is None

    @property
    def is_stopped(self) -> bool:
        """Say whether the infusion has come to its end."""
        return bool(self.events) and self.events[-1].kind == EventKind.STOP

    @property
    def paused_since(self) -> dt.datetime | None:
        """Return since when the pump stands still, or None."""
        if self.events and self.events[-1].kind == EventKind.PAUSE:
            return self.events[-1].at
        return None

    @property
    def last_at(self) -> dt.datetime | None:
        """Return the instant of the last fact."""
        return self.events[-1].at if self.events else None

    def delivered(self, at: dt.datetime) -> dt.timedelta:
        """Return how long the pump had run by an instant."""
        return sum((run.length(at) for run in self.runs), dt.timedelta(0))

    def instant_of(self, delivered: dt.timedelta) -> dt.datetime | None:
        """Return when this much will have been, or was, delivered.

        Past runs are read; beyond them the pump is taken to run on. None while the pump
        stands still and the amount has not been reached.
        """
        left = delivered
        for run in self.runs:
            if run.end is None or left <= run.end - run.start:
                return run.start + left
            left -= run.end - run.start
        return None

    def begins_at(self, delivered: dt.timedelta) -> dt.datetime | None:
        """Return when delivery went, or will go, beyond this much.

        It differs from ``instant_of`` where the pump stood still exactly there: the
        next hour begins when the pump runs again, not when it stopped.
        """
        left = delivered
        for run in self.runs:
            if run.end is None or left < run.end - run.start:
                return run.start + left
            left -= run.end - run.start
        return None

    def without_flow_after(self, at: dt.datetime, reason: str) -> "Ledger":
        """Return the ledger as if the pump had stood still from an instant on.

        A pump that runs on an empty bag delivers nothing, whatever was recorded later. A
        reason that was told for a stop after it stays, an adverse event before all.
        """
        ends = {EventKind.PAUSE, EventKind.STOP}
        kept = [
            event
            for event in self.events
            if event.at < at or (event.at == at and event.kind in ends)
        ]
        if kept and kept[-1].kind not in ends:
            kept.append(Event(at, EventKind.PAUSE, self._told_after(at, reason)))
        elif kept and kept[-1].kind == EventKind.PAUSE:
            last = kept.pop()
            told = self._told_after(last.at, last.reason)
            kept.append(Event(last.at, last.kind, told))
        later = [event for event in self.events if event.at > at]
        if kept and later and later[-1].kind == EventKind.STOP:
            kept.append(later[-1])
        return Ledger(tuple(kept))

    def _told_after(self, at: dt.datetime, reason: str) -> str:
        """Return why the pump was stopped after an instant, else the reason given."""
        told = [
            event.reason
            for event in self.events
            if event.kind == EventKind.PAUSE and event.at >= at
        ]
        if PauseReason.ADVERSE_EVENT in told:
            return PauseReason.ADVERSE_EVENT.value
        return told[0] if told else reason

    def gaps(self) -> tuple[Gap, ...]:
        """Return the stretches in which the pump stood still."""
        found: list[Gap] = []
        for event in self.events:
            if event.kind == EventKind.PAUSE:
                found.append(Gap(event.at, None, event.reason))
            elif found and found[-1].end is None:
                found[-1] = Gap(found[-1].start, event.at, found[-1].reason)
        return tuple(found)


def needs_reinitiation(stopped_for: dt.timedelta) -> bool:
    """Say whether a restart after this long is a re-initiation (4 h or more)."""
    return stopped_for >= REINITIATION_FROM


def infusion_day(delivered: dt.timedelta, total_hours: int) -> int:
    """Return the infusion day: day 1 begins at the first delivered minute."""
    last = total_hours // 24
    return min(delivered // dt.timedelta(hours=24) + 1, last)
