"""Writes the ledger of the infusion and reads what follows from it."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.clock import Event, EventKind, Ledger, PauseReason
from infusion.domain.plans import effective_ledger, empties_at
from infusion.domain.refusals import Refusal
from infusion.selectors.planning import CycleRows, as_hanging, cycle_facts, ledger_of


class EventTooEarly(Refusal):
    """The instant lies before the last bag change or another fact of the cycle."""

    code = "event_too_early"


def check_after_last_change(rows: CycleRows, at: dt.datetime) -> None:
    """Refuse a fact about the pump from before the bag on it went up.

    It would rewind hours that the bags after it have counted already.

    :raises EventTooEarly: when it lies before the last hang, take-down or go.
    """
    changes = [bag.hung_at for bag in rows.bags if bag.hung_at]
    changes += [bag.taken_down_at for bag in rows.bags if bag.taken_down_at]
    changes += [go_of(rows.cycle)]
    if at < max(changes):
        raise EventTooEarly(field="at")


def go_of(cycle: models.Cycle) -> dt.datetime:
    """Return the minute in which the go for a cycle was given."""
    given = cycle.go_at or cycle.planned_start_at
    return given.replace(second=0, microsecond=0)


def record_event(
    rows: CycleRows,
    kind: EventKind,
    at: dt.datetime,
    recorded_by_id: uuid.UUID,
    *,
    reason: str = "",
    note: str = "",
    supervised: bool = False,
) -> models.InfusionEvent:
    """Append a fact after checking that it can have happened then.

    :raises LedgerBroken: when it contradicts what is recorded.
    """
    ledger_of(rows.events).adding(Event(at, kind, reason))
    return models.InfusionEvent.objects.create(
        cycle=rows.cycle,
        kind=kind.value,
        at=at,
        reason=reason,
        note=note,
        supervised=supervised,
        recorded_by_id=recorded_by_id,
    )


def delivered_hours(rows: CycleRows, at: dt.datetime) -> dt.timedelta:
    """Return how much was delivered by an instant; an empty bag delivers nothing."""
    return effective_ledger(cycle_facts(rows), at).delivered(at)


def emptied_at(rows: CycleRows) -> dt.datetime | None:
    """Return when the hanging bag runs dry or must come down."""
    hanging = rows.hanging
    ledger = ledger_of(rows.events)
    return empties_at(ledger, as_hanging(hanging) if hanging else None)


def ledger(rows: CycleRows) -> Ledger:
    """Return the ledger of a cycle."""
    return ledger_of(rows.events)


def pause_where_empty(
    rows: CycleRows, before: dt.datetime, recorded_by_id: uuid.UUID
) -> CycleRows:
    """Record the stop of a bag that was empty before an instant; return the rows.

    An empty bag delivers nothing, so no hour after it may ever count.
    """
    dry_at = emptied_at(rows)
    if dry_at is None or dry_at >= before:
        return rows
    pause = record_event(
        rows,
        EventKind.PAUSE,
        dry_at,
        recorded_by_id,
        reason=PauseReason.BAG_EMPTY.value,
    )
    return CycleRows(cycle=rows.cycle, bags=rows.bags, events=[*rows.events, pause])
