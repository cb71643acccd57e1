"""Writes the ledger of the infusion and reads what follows from it."""

import datetime as dt
import uuid
from dataclasses import replace

from infusion import models
from infusion.domain.clock import EventKind, Ledger
from infusion.domain.events import Happening
from infusion.domain.plans import effective_ledger, empties_at
from infusion.domain.refusals import Refusal
from infusion.selectors.planning import CycleRows, as_hanging, cycle_facts, ledger_of


class EventTooEarly(Refusal):
    """The instant lies before the go, or an end before the last bag change."""

    code = "event_too_early"


def check_since_go(rows: CycleRows, at: dt.datetime) -> None:
    """Refuse a fact of a cycle from before its go.

    :raises EventTooEarly: when it lies before.
    """
    if at < go_of(rows.cycle):
        raise EventTooEarly(field="at")


def check_after_last_change(rows: CycleRows, at: dt.datetime) -> None:
    """Refuse an end from before the bag on the pump went up.

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
    """Append a fact about the pump after checking that it can have happened then.

    :raises LedgerBroken: when it contradicts what is recorded.
    """
    row = models.InfusionEvent(
        cycle=rows.cycle,
        kind=Happening(kind.value),
        at=at,
        reason=reason,
        note=note,
        supervised=supervised,
        recorded_by_id=recorded_by_id,
    )
    append(rows, row)
    return row


def append(rows: CycleRows, *new: models.InfusionEvent) -> CycleRows:
    """Store new rows after checking that all rows together can have happened.

    :raises LedgerBroken: when they contradict what is recorded.
    """
    after = replace(rows, events=[*rows.events, *new])
    ledger_of(after)
    for row in new:
        row.save(force_insert=True)
    return after


def delivered_hours(rows: CycleRows, at: dt.datetime) -> dt.timedelta:
    """Return how much was delivered by an instant; an empty bag delivers nothing."""
    return effective_ledger(cycle_facts(rows), at).delivered(at)


def emptied_at(rows: CycleRows) -> dt.datetime | None:
    """Return when the hanging bag runs dry or must come down."""
    hanging = rows.hanging
    return empties_at(ledger(rows), as_hanging(hanging) if hanging else None)


def ledger(rows: CycleRows) -> Ledger:
    """Return the ledger of a cycle."""
    return ledger_of(rows)


def standing_still(rows: CycleRows, at: dt.datetime) -> Ledger:
    """Return the ledger at an instant, with the stop that an empty bag causes."""
    return effective_ledger(cycle_facts(rows), at)
