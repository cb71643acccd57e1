"""The life of a bag: what may be done with it next, and why it ends before its time.

The order of the steps is in ``states``. Which of them a pharmacy records is for the site
to say: compounding is in no record of many, and delivery alone goes on to work there.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum

from infusion.domain.refusals import Refusal
from infusion.domain.states import BAG_STEPS, BagStatus, check_step

# Nothing is made yet: a new plan may take these back.
UNMADE = (BagStatus.PLANNED, BagStatus.ORDERED)
# Somebody has these in hand: a new plan names what it can't use, a person throws it away.
MADE = (
    BagStatus.COMPOUNDED,
    BagStatus.CHECKED,
    BagStatus.DISPATCHED,
    BagStatus.DELIVERED,
)
TO_COME = (*UNMADE, *MADE)
# Made, and not with the patient yet.
AWAY = (BagStatus.COMPOUNDED, BagStatus.CHECKED, BagStatus.DISPATCHED)


class DiscardReason(StrEnum):
    """Why a bag is thrown away."""

    LEAKED = "LEAKED"
    DAMAGED = "DAMAGED"
    EXPIRED = "EXPIRED"
    # It was too warm, or nobody knows how warm it was.
    COLD_CHAIN = "COLD_CHAIN"
    # The second person found the bag or its label wrong.
    CHECK_FAILED = "CHECK_FAILED"
    # Dose, recipe or time are no longer those of the plan.
    PLAN_CHANGED = "PLAN_CHANGED"
    # The infusion was stopped, or its order taken back.
    STOPPED = "STOPPED"
    OTHER = "OTHER"


class PharmacyWork(StrEnum):
    """What waits for the pharmacy: the next step of a bag, or to stop making one."""

    ORDER = "ORDER"
    COMPOUND = "COMPOUND"
    CHECK = "CHECK"
    DISPATCH = "DISPATCH"
    # The plan has no use for it any more.
    WITHDRAWN = "WITHDRAWN"


WORK: Mapping[BagStatus, PharmacyWork] = {
    BagStatus.PLANNED: PharmacyWork.ORDER,
    BagStatus.ORDERED: PharmacyWork.COMPOUND,
    BagStatus.COMPOUNDED: PharmacyWork.CHECK,
    BagStatus.CHECKED: PharmacyWork.DISPATCH,
    BagStatus.CANCELLED: PharmacyWork.WITHDRAWN,
}


class PharmacyStepLeftOut(Refusal):
    """The site records the steps of its pharmacy, and this bag has not gone through them."""

    code = "pharmacy_step_left_out"


class PharmacyStepsNotRecorded(Refusal):
    """The site does not record the steps of its pharmacy."""

    code = "pharmacy_steps_not_recorded"


class DiscardNoteMissing(Refusal):
    """Another reason than those of the list is given in words."""

    code = "discard_note_missing"


def next_steps(status: BagStatus, *, records_steps: bool) -> frozenset[BagStatus]:
    """Return what a bag may become next at a site."""
    after = BAG_STEPS[status]
    if status not in UNMADE:
        return after
    return after - {BagStatus.DELIVERED if records_steps else BagStatus.COMPOUNDED}


def check_life(status: BagStatus, wanted: BagStatus, *, records_steps: bool) -> None:
    """Refuse a step that a bag may not take at a site.

    :raises StepNotAllowed: when no such step exists.
    :raises PharmacyStepLeftOut: when the site records the steps that come before.
    :raises PharmacyStepsNotRecorded: when it does not record this one.
    """
    check_step(status, wanted)
    if wanted in next_steps(status, records_steps=records_steps):
        return
    if records_steps:
        raise PharmacyStepLeftOut(field="bag")
    raise PharmacyStepsNotRecorded(field="bag")


def check_discard(reason: DiscardReason, note: str) -> None:
    """Refuse OTHER without words.

    :raises DiscardNoteMissing: when the note is empty.
    """
    if reason == DiscardReason.OTHER and not note.strip():
        raise DiscardNoteMissing(field="note")


def leaves_by(
    hang_at: dt.datetime, rounds: Sequence[dt.datetime], lead: dt.timedelta
) -> dt.datetime:
    """Return by when a bag must leave the pharmacy to be there when it is hung.

    That is the last of the rounds from which it still comes in time; where none is known,
    ``lead`` before. Both are values of the site (mark I, no source).
    """
    latest = hang_at - lead
    return max((one for one in rounds if one <= latest), default=latest)
