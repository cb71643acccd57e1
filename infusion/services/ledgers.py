"""Writes the ledger of the infusion and reads what follows from it."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.clock import Event, EventKind, Ledger
from infusion.domain.plans import effective_ledger, empties_at
from infusion.selectors.planning import CycleRows, as_hanging, cycle_facts, ledger_of


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
