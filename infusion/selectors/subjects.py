"""Reads the present state of what a message is about, right before it leaves."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from infusion import models
from infusion.domain.events import ledger_of as told_ledger
from infusion.domain.reminders.events import EVENTS, Event, Subject
from infusion.domain.reminders.facts import forgotten_since
from infusion.selectors.planning import as_told

# A state of the subject, and when what is spoken of happens by now.
Present = tuple[str, dt.datetime | None]
# Nothing is there any more: no event holds in this state.
_GONE: Present = ("", None)


def subject_now(row: models.Message) -> Present:
    """Return the state of the subject of a message, and its instant."""
    if row.event not in EVENTS:
        return _GONE
    read = _READ.get(Subject(row.subject_kind))
    return read(row, EVENTS[Event(row.event)].instant) if read else _GONE


def _bag(row: models.Message, instant: str) -> Present:
    bag = row.bag
    return _state(bag, instant) if bag else _GONE


def _state(found: Any, instant: str) -> Present:
    return found.status, getattr(found, instant) if instant else None


def _by_id(rows: Any) -> Callable[[models.Message, str], Present]:
    """Return a reader of a table with a status, by the id of the subject."""

    def read(row: models.Message, instant: str) -> Present:
        found = rows().filter(id=row.subject_id).first()
        return _state(found, instant) if found else _GONE

    return read


def _visit(row: models.Message, instant: str) -> Present:
    found = models.Visit.objects.filter(id=row.subject_id).first()
    if found is None:
        return _GONE
    if row.event == Event.VISIT_WITHOUT_OWNER and found.assigned_to_id:
        return _GONE
    return _state(found, instant)


def _sign_off(row: models.Message, instant: str) -> Present:
    found = models.SignOff.objects.filter(id=row.subject_id).first()
    if found is None:
        return _GONE
    if instant != "signed_at":
        return _state(found, instant)
    last = found.signatures.order_by("-place").first()
    return found.status, last.signed_at if last else None


def _stop(row: models.Message, instant: str) -> Present:
    """A stop stands while the pump has not run since; it is named by its cycle."""
    events = models.InfusionEvent.objects.filter(cycle_id=row.subject_id).order_by("at")
    since = forgotten_since(told_ledger(map(as_told, events)))
    return ("STANDS", since) if since and instant else _GONE


_READ: Mapping[Subject, Callable[[models.Message, str], Present]] = {
    Subject.BAG: _bag,
    Subject.VISIT: _visit,
    Subject.CYCLE: _by_id(models.Cycle.objects.all),
    Subject.SIGN_OFF: _sign_off,
    Subject.STOP: _stop,
    Subject.CARE_DATE: _by_id(models.CareDate.objects.all),
    Subject.CHECK_IN: _by_id(models.CheckIn.objects.all),
    Subject.ALERT: _by_id(models.Alert.objects.all),
}
