"""States and the steps allowed between them; the database enforces the same tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from infusion.domain.refusals import Refusal


class CourseStatus(StrEnum):
    """Where a course stands."""

    ORDERED = "ORDERED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    CANCELLED = "CANCELLED"
    # Left by a way out of the regimen, such as a transplant.
    LEFT = "LEFT"


class CycleStatus(StrEnum):
    """Where a cycle stands; running and paused are read from the ledger instead."""

    PLANNED = "PLANNED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    CANCELLED = "CANCELLED"


class BlockStatus(StrEnum):
    """Where one round of a block of the regimen stands."""

    PLANNED = "PLANNED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    STOPPED = "STOPPED"
    # Given somewhere else, before or beside this service.
    ELSEWHERE = "ELSEWHERE"
    CANCELLED = "CANCELLED"
    # Left out by a physician: it is over and nothing of it was given.
    OMITTED = "OMITTED"


class OverlayStatus(StrEnum):
    """Where a site's completion of a regimen stands."""

    DRAFT = "DRAFT"
    IN_FORCE = "IN_FORCE"
    # A later one of the same regimen came in force.
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class BagStatus(StrEnum):
    """Where a bag is in its life.

    Made are those from COMPOUNDED on. A pharmacy that does not record its steps delivers
    what was planned or ordered.
    """

    PLANNED = "PLANNED"
    ORDERED = "ORDERED"
    COMPOUNDED = "COMPOUNDED"
    CHECKED = "CHECKED"
    DISPATCHED = "DISPATCHED"
    DELIVERED = "DELIVERED"
    HUNG = "HUNG"
    FINISHED = "FINISHED"
    DISCARDED = "DISCARDED"
    CANCELLED = "CANCELLED"


class VisitStatus(StrEnum):
    """Where a visit stands, in the words of FHIR R4 Appointment."""

    BOOKED = "BOOKED"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"


class SignOffStatus(StrEnum):
    """Where the two signatures stand under which a patient goes home."""

    OPEN = "OPEN"
    SIGNED = "SIGNED"
    # A fact became worse, or too old.
    VOID = "VOID"
    # The patient went home under it.
    USED = "USED"


class CareDateStatus(StrEnum):
    """Where a day stands that somebody entered."""

    BOOKED = "BOOKED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class CheckInStatus(StrEnum):
    """Where a check-in stands. Answers that come late are taken all the same."""

    DUE = "DUE"
    ANSWERED = "ANSWERED"
    MISSED = "MISSED"
    # There is no reason to ask any more.
    CANCELLED = "CANCELLED"


class AdverseEventStatus(StrEnum):
    """Where an adverse event stands."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    WITHDRAWN = "WITHDRAWN"


class MessageStatus(StrEnum):
    """Where a message stands; every send is also kept as an attempt."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    # Taken by the provider, which is not yet the reader.
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    # Handed over whole, and no answer came: it may have arrived.
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class SwapStatus(StrEnum):
    """What becomes of a shift that is offered to somebody else."""

    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    # The shift was changed or taken out meanwhile.
    VOID = "VOID"


class AlertStatus(StrEnum):
    """What a person must take: waiting, taken, told to everybody in vain, or over."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    # Nobody on the ladder took it: the administrators know, and it stays visible.
    EXHAUSTED = "EXHAUSTED"
    RESOLVED = "RESOLVED"


class PlacementKind(StrEnum):
    """Where the patient is while the infusion runs."""

    WARD = "WARD"
    HOME = "HOME"
    CLINIC = "CLINIC"


COURSE_STEPS: Mapping[CourseStatus, frozenset[CourseStatus]] = {
    CourseStatus.ORDERED: frozenset({CourseStatus.ACTIVE, CourseStatus.CANCELLED}),
    CourseStatus.ACTIVE: frozenset(
        {CourseStatus.COMPLETED, CourseStatus.STOPPED, CourseStatus.LEFT}
    ),
    # After the last block the patient may still leave for a transplant.
    CourseStatus.COMPLETED: frozenset({CourseStatus.LEFT}),
    # A transplant or CAR-T may follow a course that was stopped before its end.
    CourseStatus.STOPPED: frozenset({CourseStatus.LEFT}),
    CourseStatus.CANCELLED: frozenset(),
    CourseStatus.LEFT: frozenset(),
}

CYCLE_STEPS: Mapping[CycleStatus, frozenset[CycleStatus]] = {
    CycleStatus.PLANNED: frozenset({CycleStatus.STARTED, CycleStatus.CANCELLED}),
    CycleStatus.STARTED: frozenset({CycleStatus.COMPLETED, CycleStatus.STOPPED}),
    CycleStatus.COMPLETED: frozenset(),
    CycleStatus.STOPPED: frozenset(),
    CycleStatus.CANCELLED: frozenset(),
}

BLOCK_STEPS: Mapping[BlockStatus, frozenset[BlockStatus]] = {
    BlockStatus.PLANNED: frozenset(
        {
            BlockStatus.STARTED,
            BlockStatus.ELSEWHERE,
            BlockStatus.CANCELLED,
            BlockStatus.OMITTED,
        }
    ),
    BlockStatus.STARTED: frozenset({BlockStatus.COMPLETED, BlockStatus.STOPPED}),
    BlockStatus.COMPLETED: frozenset(),
    BlockStatus.STOPPED: frozenset(),
    BlockStatus.ELSEWHERE: frozenset(),
    BlockStatus.CANCELLED: frozenset(),
    BlockStatus.OMITTED: frozenset(),
}

OVERLAY_STEPS: Mapping[OverlayStatus, frozenset[OverlayStatus]] = {
    OverlayStatus.DRAFT: frozenset({OverlayStatus.IN_FORCE, OverlayStatus.WITHDRAWN}),
    OverlayStatus.IN_FORCE: frozenset(
        {OverlayStatus.SUPERSEDED, OverlayStatus.WITHDRAWN}
    ),
    OverlayStatus.SUPERSEDED: frozenset(),
    OverlayStatus.WITHDRAWN: frozenset(),
}

BAG_STEPS: Mapping[BagStatus, frozenset[BagStatus]] = {
    BagStatus.PLANNED: frozenset(
        {BagStatus.ORDERED, BagStatus.DELIVERED, BagStatus.CANCELLED}
    ),
    BagStatus.ORDERED: frozenset(
        {BagStatus.COMPOUNDED, BagStatus.DELIVERED, BagStatus.CANCELLED}
    ),
    BagStatus.COMPOUNDED: frozenset({BagStatus.CHECKED, BagStatus.DISCARDED}),
    BagStatus.CHECKED: frozenset({BagStatus.DISPATCHED, BagStatus.DISCARDED}),
    BagStatus.DISPATCHED: frozenset({BagStatus.DELIVERED, BagStatus.DISCARDED}),
    BagStatus.DELIVERED: frozenset({BagStatus.HUNG, BagStatus.DISCARDED}),
    BagStatus.HUNG: frozenset({BagStatus.FINISHED, BagStatus.DISCARDED}),
    BagStatus.FINISHED: frozenset(),
    BagStatus.DISCARDED: frozenset(),
    BagStatus.CANCELLED: frozenset(),
}

VISIT_STEPS: Mapping[VisitStatus, frozenset[VisitStatus]] = {
    VisitStatus.BOOKED: frozenset({VisitStatus.FULFILLED, VisitStatus.CANCELLED}),
    VisitStatus.FULFILLED: frozenset(),
    VisitStatus.CANCELLED: frozenset(),
}

SIGN_OFF_STEPS: Mapping[SignOffStatus, frozenset[SignOffStatus]] = {
    SignOffStatus.OPEN: frozenset({SignOffStatus.SIGNED, SignOffStatus.VOID}),
    SignOffStatus.SIGNED: frozenset({SignOffStatus.USED, SignOffStatus.VOID}),
    SignOffStatus.VOID: frozenset(),
    SignOffStatus.USED: frozenset(),
}

CARE_DATE_STEPS: Mapping[CareDateStatus, frozenset[CareDateStatus]] = {
    CareDateStatus.BOOKED: frozenset({CareDateStatus.DONE, CareDateStatus.CANCELLED}),
    CareDateStatus.DONE: frozenset(),
    CareDateStatus.CANCELLED: frozenset(),
}

CHECK_IN_STEPS: Mapping[CheckInStatus, frozenset[CheckInStatus]] = {
    CheckInStatus.DUE: frozenset(
        {CheckInStatus.ANSWERED, CheckInStatus.MISSED, CheckInStatus.CANCELLED}
    ),
    CheckInStatus.MISSED: frozenset({CheckInStatus.ANSWERED, CheckInStatus.CANCELLED}),
    # What was answered without a network arrives when it arrives.
    CheckInStatus.CANCELLED: frozenset({CheckInStatus.ANSWERED}),
    CheckInStatus.ANSWERED: frozenset(),
}

ADVERSE_EVENT_STEPS: Mapping[AdverseEventStatus, frozenset[AdverseEventStatus]] = {
    AdverseEventStatus.OPEN: frozenset(
        {AdverseEventStatus.RESOLVED, AdverseEventStatus.WITHDRAWN}
    ),
    # It came back.
    AdverseEventStatus.RESOLVED: frozenset(
        {AdverseEventStatus.OPEN, AdverseEventStatus.WITHDRAWN}
    ),
    AdverseEventStatus.WITHDRAWN: frozenset(),
}

MESSAGE_STEPS: Mapping[MessageStatus, frozenset[MessageStatus]] = {
    MessageStatus.PENDING: frozenset(
        {
            MessageStatus.SENDING,
            # A try whose answer was lost has arrived after all.
            MessageStatus.DELIVERED,
            MessageStatus.EXPIRED,
            MessageStatus.CANCELLED,
        }
    ),
    MessageStatus.SENDING: frozenset(
        {
            MessageStatus.PENDING,
            MessageStatus.SENT,
            MessageStatus.UNKNOWN,
            MessageStatus.FAILED,
            MessageStatus.EXPIRED,
            MessageStatus.CANCELLED,
        }
    ),
    # What the provider reports later: it arrived, or another way must be taken.
    MessageStatus.SENT: frozenset(
        {MessageStatus.DELIVERED, MessageStatus.PENDING, MessageStatus.FAILED}
    ),
    MessageStatus.UNKNOWN: frozenset(
        {MessageStatus.DELIVERED, MessageStatus.PENDING, MessageStatus.FAILED}
    ),
    MessageStatus.DELIVERED: frozenset(),
    MessageStatus.FAILED: frozenset({MessageStatus.DELIVERED}),
    MessageStatus.EXPIRED: frozenset(),
    MessageStatus.CANCELLED: frozenset(),
}

SWAP_STEPS: Mapping[SwapStatus, frozenset[SwapStatus]] = {
    SwapStatus.PROPOSED: frozenset(
        {SwapStatus.ACCEPTED, SwapStatus.DECLINED, SwapStatus.VOID}
    ),
    SwapStatus.ACCEPTED: frozenset(),
    SwapStatus.DECLINED: frozenset(),
    SwapStatus.VOID: frozenset(),
}

ALERT_STEPS: Mapping[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.OPEN: frozenset(
        {AlertStatus.TAKEN, AlertStatus.EXHAUSTED, AlertStatus.RESOLVED}
    ),
    # Open again when who took it can take it no more.
    AlertStatus.TAKEN: frozenset({AlertStatus.OPEN, AlertStatus.RESOLVED}),
    AlertStatus.EXHAUSTED: frozenset({AlertStatus.TAKEN, AlertStatus.RESOLVED}),
    AlertStatus.RESOLVED: frozenset(),
}


_Status = TypeVar("_Status", bound=StrEnum)


def _plain(
    steps: Mapping[_Status, frozenset[_Status]],
) -> Mapping[StrEnum, frozenset[StrEnum]]:
    return {state: frozenset[StrEnum](after) for state, after in steps.items()}


class StepNotAllowed(Refusal):
    """The record is not in a state from which this step leads on."""

    code = "step_not_allowed"


# Keyed by type: members of two enums with one name compare as equal strings.
STEPS: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = {
    CourseStatus: _plain(COURSE_STEPS),
    CycleStatus: _plain(CYCLE_STEPS),
    BlockStatus: _plain(BLOCK_STEPS),
    OverlayStatus: _plain(OVERLAY_STEPS),
    BagStatus: _plain(BAG_STEPS),
    VisitStatus: _plain(VISIT_STEPS),
    SignOffStatus: _plain(SIGN_OFF_STEPS),
    CareDateStatus: _plain(CARE_DATE_STEPS),
    CheckInStatus: _plain(CHECK_IN_STEPS),
    AdverseEventStatus: _plain(ADVERSE_EVENT_STEPS),
    MessageStatus: _plain(MESSAGE_STEPS),
    SwapStatus: _plain(SWAP_STEPS),
    AlertStatus: _plain(ALERT_STEPS),
}


def check_step(current: StrEnum, wanted: StrEnum) -> None:
    """Refuse a step that the tables do not list.

    :raises StepNotAllowed: when no such step exists.
    """
    table = STEPS.get(type(current), {})
    if type(current) is not type(wanted) or wanted not in table.get(current, ()):
        raise StepNotAllowed(current=str(current), wanted=str(wanted))
