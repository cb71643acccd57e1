"""What happens around an infusion, in one vocabulary, and what each does to the clock.

An event is never changed: a later row corrects or withdraws it, and both stay. What counts
is the last word on each. The clock is derived from what counts, whatever the order in which
it arrived and however often it was told. The words of infusion pumps (IHE Infusion Pump
Event Communication and Alert Communication Management, ISO/IEEE 11073 event terms) are in
``MDC``; an event without a row there has a word of our own.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.clock import Event, EventKind, Ledger, LedgerBroken, PauseReason
from infusion.domain.instants import keep_in_utc
from infusion.domain.refusals import Refusal


class Happening(StrEnum):
    """What happened."""

    START = "START"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    STOP = "STOP"
    ALARM = "ALARM"
    DISCONNECTED = "DISCONNECTED"
    WRONG_RATE = "WRONG_RATE"
    # The line was flushed: what was in it went in at once. An overdose incident.
    FLUSHED = "FLUSHED"
    BAG_LEAKED = "BAG_LEAKED"
    LINE_PROBLEM = "LINE_PROBLEM"
    HOLD_ORDERED = "HOLD_ORDERED"
    RESUME_ORDERED = "RESUME_ORDERED"
    DOSE_CHANGED = "DOSE_CHANGED"
    ADMITTED = "ADMITTED"
    DISCHARGED = "DISCHARGED"
    TRANSFERRED = "TRANSFERRED"
    DIED = "DIED"


class Effect(StrEnum):
    """What an event does to the clock."""

    RUNS = "RUNS"
    STOPS = "STOPS"
    ENDS = "ENDS"
    NONE = "NONE"


class AdverseEvent(StrEnum):
    """For which adverse event a hold is ordered."""

    CRS = "CRS"
    NEUROTOXICITY = "NEUROTOXICITY"
    SEIZURE = "SEIZURE"
    LIVER = "LIVER"
    INFECTION = "INFECTION"
    OTHER = "OTHER"


class HappeningUnknown(Refusal):
    """There is no such event in the vocabulary."""

    code = "event_unknown"


class ReasonUnknown(Refusal):
    """The reason is not in the table."""

    code = "reason_unknown"


class RestartNotSaid(Refusal):
    """A stop from before the last bag change, and nobody said when it ran again."""

    code = "restart_not_said"


class RestartBeforeStop(Refusal):
    """The pump is said to run again before it stopped."""

    code = "restart_before_stop"


class EventFixed(Refusal):
    """A start or an end is not corrected as an event."""

    code = "event_fixed"


class EffectNotSaid(Refusal):
    """Whether the pump stood still was not said, and nobody may guess it."""

    code = "effect_not_said"


class RunsOverlap(LedgerBroken):
    """The pump is said to start again while, by all that is recorded, it ran."""

    code = "runs_overlap"


_EITHER = frozenset({Effect.STOPS, Effect.NONE})
# An alarm, a leak or an order does not say by itself whether the pump stood still: where
# two effects are listed, whoever reports it says which.
EFFECTS: Mapping[Happening, frozenset[Effect]] = {
    Happening.START: frozenset({Effect.RUNS}),
    Happening.PAUSE: frozenset({Effect.STOPS}),
    Happening.RESUME: frozenset({Effect.RUNS}),
    Happening.STOP: frozenset({Effect.ENDS}),
    Happening.ALARM: _EITHER,
    Happening.DISCONNECTED: frozenset({Effect.STOPS}),
    Happening.WRONG_RATE: _EITHER,
    Happening.FLUSHED: _EITHER,
    Happening.BAG_LEAKED: _EITHER,
    Happening.LINE_PROBLEM: _EITHER,
    Happening.HOLD_ORDERED: _EITHER,
    Happening.RESUME_ORDERED: frozenset({Effect.NONE}),
    Happening.DOSE_CHANGED: frozenset({Effect.NONE}),
    Happening.ADMITTED: frozenset({Effect.NONE}),
    Happening.DISCHARGED: frozenset({Effect.NONE}),
    Happening.TRANSFERRED: frozenset({Effect.NONE}),
    Happening.DIED: frozenset({Effect.ENDS}),
}

_ALARMS = frozenset(
    {
        PauseReason.OCCLUSION,
        PauseReason.AIR_IN_LINE,
        PauseReason.BATTERY,
        PauseReason.BAG_EMPTY,
        PauseReason.OTHER,
    }
)
# Which reasons an event takes; the others take none.
REASONS: Mapping[Happening, tuple[str, ...]] = {
    Happening.PAUSE: tuple(reason.value for reason in PauseReason),
    Happening.ALARM: tuple(one.value for one in PauseReason if one in _ALARMS),
    Happening.HOLD_ORDERED: tuple(event.value for event in AdverseEvent),
}

# What a list of gaps calls a stop that was told under another name than a pause.
_GAP_REASONS: Mapping[Happening, PauseReason] = {
    Happening.DISCONNECTED: PauseReason.LINE_PROBLEM,
    Happening.WRONG_RATE: PauseReason.OTHER,
    Happening.FLUSHED: PauseReason.OTHER,
    Happening.BAG_LEAKED: PauseReason.BAG_PROBLEM,
    Happening.LINE_PROBLEM: PauseReason.LINE_PROBLEM,
    Happening.HOLD_ORDERED: PauseReason.ADVERSE_EVENT,
}

# The pump's own words, as published programs that speak IHE PCD spell them.
MDC: Mapping[tuple[Happening, str], str] = {
    (Happening.START, ""): "MDC_EVT_PUMP_DELIV_START",
    (Happening.RESUME, ""): "MDC_EVT_PUMP_DELIV_START",
    (Happening.PAUSE, ""): "MDC_EVT_PUMP_DELIV_STOP",
    (Happening.STOP, ""): "MDC_EVT_PUMP_DELIV_COMP",
    (Happening.ALARM, "OCCLUSION"): "MDC_EVT_FLUID_LINE_OCCL",
    (Happening.ALARM, "AIR_IN_LINE"): "MDC_EVT_FLUID_LINE_AIR",
    (Happening.ALARM, "BATTERY"): "MDC_EVT_BATT_LO",
}

# What the family may tell: what they see and hear. A restart is for staff (inferred from
# a programme where the family must not alter the pump; mark I).
FAMILY = frozenset(
    {
        Happening.PAUSE,
        Happening.ALARM,
        Happening.DISCONNECTED,
        Happening.BAG_LEAKED,
        Happening.LINE_PROBLEM,
    }
)

# Not corrected as events: their consequences are rows of their own.
FIXED = frozenset(
    {
        Happening.START,
        Happening.STOP,
        Happening.DIED,
        Happening.ADMITTED,
        Happening.DISCHARGED,
    }
)

_KINDS: Mapping[Effect, EventKind] = {
    Effect.STOPS: EventKind.PAUSE,
    Effect.RUNS: EventKind.RESUME,
    Effect.ENDS: EventKind.STOP,
}
# At one instant: what stops comes after what runs, and the end after both.
_RANKS = {
    EventKind.START: 0,
    EventKind.RESUME: 1,
    EventKind.PAUSE: 2,
    EventKind.STOP: 3,
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event as somebody told it.

    ``corrects`` names the event it says better, or takes back when ``withdrawn``. Of two
    corrections the one recorded later counts.
    """

    id: uuid.UUID
    kind: Happening
    at: dt.datetime
    recorded_at: dt.datetime
    reason: str = ""
    pump_stopped: bool | None = None
    corrects: uuid.UUID | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        """Keep instants in UTC.

        :raises NaiveTime: when one has no offset.
        """
        keep_in_utc(self, "at", "recorded_at")

    @property
    def effect(self) -> Effect:
        """Return what it does to the clock."""
        return effect_of(self.kind, pump_stopped=self.pump_stopped)

    @property
    def gap_reason(self) -> str:
        """Return why the pump stands still from here on, in the words of gaps."""
        mapped = _GAP_REASONS.get(self.kind)
        return mapped.value if mapped else self.reason


def check_words(kind: str, reason: str, *, pump_stopped: bool | None) -> Happening:
    """Return what happened, after checking that its reason and effect are said.

    :raises HappeningUnknown: when there is no such event.
    :raises ReasonUnknown: when it has no such reason.
    :raises EffectNotSaid: when it may or may not have stopped the pump.
    """
    if kind not in Happening.__members__:
        raise HappeningUnknown(field="kind", known=", ".join(Happening))
    known = Happening(kind)
    reasons = REASONS.get(known, ("",))
    if reason not in reasons:
        raise ReasonUnknown(field="reason", known=", ".join(reasons) or "-")
    if len(EFFECTS[known]) > 1 and pump_stopped is None:
        raise EffectNotSaid(field="pump_stopped")
    return known


def effect_of(kind: Happening, *, pump_stopped: bool | None) -> Effect:
    """Return what an event does to the clock."""
    choices = EFFECTS[kind]
    if len(choices) > 1:
        return Effect.STOPS if pump_stopped else Effect.NONE
    return next(iter(choices))


def effective(told: Iterable[Told]) -> tuple[Told, ...]:
    """Return what counts, in order of time: the last word on each event."""
    every = {one.id: one for one in told}
    last: dict[uuid.UUID, Told] = {}
    for one in every.values():
        root = _root(one, every)
        before = last.get(root)
        if before is None or _later(one, before):
            last[root] = one
    kept = (one for one in last.values() if not one.withdrawn)
    return tuple(sorted(kept, key=lambda one: (one.at, one.recorded_at, one.id)))


def _root(one: Told, every: Mapping[uuid.UUID, Told]) -> uuid.UUID:
    """Return the event that a chain of corrections is about."""
    seen = {one.id}
    while one.corrects is not None and one.corrects not in seen:
        seen.add(one.corrects)
        before = every.get(one.corrects)
        if before is None:
            return one.corrects
        one = before
    return one.id


def _later(one: Told, other: Told) -> bool:
    """Say whether one is the later word: a correction, then the time of recording."""
    return _weight(one) > _weight(other)


def _weight(one: Told) -> tuple[bool, dt.datetime, uuid.UUID]:
    return one.corrects is not None, one.recorded_at, one.id


def ledger_of(told: Iterable[Told]) -> Ledger:
    """Derive the facts about the pump from everything that was told.

    A stop told while the pump stands still changes nothing: the first one counts, and an
    adverse event is never lost behind a technical reason.

    :raises RunsOverlap: when the pump starts while it runs.
    :raises LedgerBroken: when the facts contradict each other in another way.
    """
    events: list[Event] = []
    for one in sorted({_as_event(one) for one in _on_clock(told)}, key=_order):
        before = events[-1] if events else None
        if before and before.kind == one.kind == EventKind.PAUSE:
            events[-1] = _graver(before, one)
            continue
        if one.kind == EventKind.RESUME and before and _runs(before):
            raise RunsOverlap(field="at", kind=one.kind.value, after=before.kind.value)
        events.append(one)
    return Ledger.of(events)


def _on_clock(told: Iterable[Told]) -> Iterator[Told]:
    return (one for one in effective(told) if one.effect != Effect.NONE)


def _as_event(one: Told) -> Event:
    if one.kind == Happening.START:
        return Event(one.at, EventKind.START)
    kind = _KINDS[one.effect]
    reasons = {EventKind.PAUSE: one.gap_reason, EventKind.STOP: one.reason}
    return Event(one.at, kind, reasons.get(kind, ""))


def _order(event: Event) -> tuple[dt.datetime, int, str]:
    return event.at, _RANKS[event.kind], event.reason


def _runs(event: Event) -> bool:
    return event.kind in {EventKind.START, EventKind.RESUME}


def _graver(before: Event, one: Event) -> Event:
    """Keep the instant of the first stop and the graver reason of both."""
    if one.reason == PauseReason.ADVERSE_EVENT:
        return Event(before.at, before.kind, one.reason)
    return before
