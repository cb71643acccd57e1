"""The facts of a course that reminders are made from, as frozen values."""

import datetime as dt
import uuid
from dataclasses import dataclass

from infusion.domain.calendars import Span
from infusion.domain.clock import Ledger, PauseReason
from infusion.domain.reminders.events import Event
from infusion.domain.states import BagStatus, CycleStatus, PlacementKind, SignOffStatus
from infusion.domain.stops import open_gap
from infusion.domain.visits import VisitKind, Whereabouts


@dataclass(frozen=True, kw_only=True)
class BagFacts:
    """A bag on the pump, or one that the plan hangs at a booked visit."""

    id: uuid.UUID
    status: BagStatus
    hang_at: dt.datetime
    take_down_at: dt.datetime
    use_by: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class VisitFacts:
    """A booked visit; ``is_step`` says that the dose changes with its bag."""

    id: uuid.UUID
    kind: VisitKind
    at: dt.datetime
    place: PlacementKind
    bag_id: uuid.UUID | None
    owner_id: uuid.UUID | None
    is_step: bool = False
    is_premedicated: bool = False


@dataclass(frozen=True, kw_only=True)
class SignOffFacts:
    """Signatures under which a patient goes home; ``signed_at`` is the last of them."""

    id: uuid.UUID
    status: SignOffStatus
    opened_at: dt.datetime
    signed_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class OwedCycle:
    """One cycle that is planned, runs, or is over.

    ``bags`` are in the order in which they hang. ``needle_windows`` are the days on which
    the port needle should be changed; nothing there when the patient has none.
    """

    id: uuid.UUID
    number: int
    status: CycleStatus
    starts_at: dt.datetime
    ended_at: dt.datetime | None
    is_running: bool
    bags: tuple[BagFacts, ...] = ()
    visits: tuple[VisitFacts, ...] = ()
    sign_off: SignOffFacts | None = None
    stopped_since: dt.datetime | None = None
    needle_windows: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DateFacts:
    """A day that somebody entered, such as a blood sample."""

    id: uuid.UUID
    event: Event
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class CheckInFacts:
    """A check-in that is not answered; ``cycle`` is the number of its cycle, if any."""

    id: uuid.UUID
    at: dt.datetime
    is_risky: bool = False
    cycle: int | None = None


@dataclass(frozen=True, kw_only=True)
class CourseFacts:
    """Everything of a course that a reminder may be about."""

    cycles: tuple[OwedCycle, ...]
    dates: tuple[DateFacts, ...] = ()
    check_ins: tuple[CheckInFacts, ...] = ()
    places: tuple[Whereabouts, ...] = ()
    records_steps: bool = False


def forgotten_since(ledger: Ledger) -> dt.datetime | None:
    """Return since when the pump stands still without anybody having ordered it.

    A hold that was ordered for an adverse event is no stop that somebody forgot.
    """
    gap = open_gap(ledger)
    if gap is None or gap.reason == PauseReason.ADVERSE_EVENT:
        return None
    return gap.start
