"""May this bag go up now, and does the pump say what the label says?

Two people read the pump independently: rate, volume and computed end must agree with the
bag's label and with each other. Rate alone identifies nothing (72 h and 96 h bags share
one), so all three are asked. Sources: label fact sheet, sections 4.1, 5 and 6.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from infusion.domain.bag_life import AWAY, UNMADE
from infusion.domain.clock import Ledger, needs_reinitiation
from infusion.domain.refusals import Refusal
from infusion.domain.states import BagStatus


class BagUnknown(Refusal):
    """No bag carries this code."""

    code = "bag_unknown"


class BagOfAnotherPatient(Refusal):
    """The bag belongs to another course."""

    code = "bag_of_another_patient"


class BagNotDelivered(Refusal):
    """The bag has not been delivered yet."""

    code = "bag_not_delivered"


class BagAlreadyHung(Refusal):
    """The bag hangs or has hung already."""

    code = "bag_already_hung"


class BagDiscarded(Refusal):
    """The bag was thrown away or is no longer on the plan."""

    code = "bag_discarded"


class BagExpired(Refusal):
    """The bag is past its use-by."""

    code = "bag_expired"


class BagOfAnotherDose(Refusal):
    """The bag holds another dose than the one due now."""

    code = "bag_of_another_dose"


class AnotherBagHanging(Refusal):
    """A bag hangs, and the request does not say that it is replaced."""

    code = "another_bag_hanging"


class NotTheHangingBag(Refusal):
    """The bag to be replaced is not the one on the pump."""

    code = "not_the_hanging_bag"


class HangInTheFuture(Refusal):
    """The instant has not come yet."""

    code = "hang_in_the_future"


class HangTooEarly(Refusal):
    """The instant lies before something that was already recorded."""

    code = "hang_too_early"


class RestartNeedsSupervision(Refusal):
    """The pump stood still for four hours or more: restart supervised, premedicated."""

    code = "restart_needs_supervision"


class RateDiffers(Refusal):
    """The rate on the pump is not the rate on the label."""

    code = "rate_differs"


class VolumeDiffers(Refusal):
    """The volume on the pump is not the volume on the label."""

    code = "volume_differs"


class EndDiffers(Refusal):
    """The computed end does not follow from rate and volume."""

    code = "end_differs"


class SecondCheckDiffers(Refusal):
    """The second person read something else than the first."""

    code = "second_check_differs"


class SamePersonTwice(Refusal):
    """The second check needs another person."""

    code = "same_person_twice"


class CheckAlreadyOpen(Refusal):
    """A first check of this course waits for its second person."""

    code = "check_already_open"


class CheckClosed(Refusal):
    """The check was confirmed or withdrawn already."""

    code = "check_closed"


@dataclass(frozen=True, kw_only=True)
class PumpReading:
    """What one person reads on the pump: mL/h, mL, and the instant it will be empty."""

    rate_ml_h: Decimal
    volume_ml: Decimal
    ends_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Tolerances:
    """How far readings may differ; site policy."""

    end: dt.timedelta
    volume_ml: Decimal


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """The bag somebody wants to hang, and what is on the pump."""

    status: BagStatus
    same_course: bool
    rate_ml_h: Decimal
    volume_ml: Decimal
    daily_dose_mcg: Decimal
    use_by: dt.datetime
    hanging_code: str | None
    replaces_code: str | None


_BY_STATUS: dict[BagStatus, type[Refusal]] = {
    **dict.fromkeys((*UNMADE, *AWAY), BagNotDelivered),
    BagStatus.HUNG: BagAlreadyHung,
    BagStatus.FINISHED: BagAlreadyHung,
    BagStatus.DISCARDED: BagDiscarded,
    BagStatus.CANCELLED: BagDiscarded,
}


def check_bag(bag: Candidate, hung_at: dt.datetime) -> None:
    """Refuse a bag that must not go up.

    :raises Refusal: with the reason.
    """
    if not bag.same_course:
        raise BagOfAnotherPatient(field="bag_code")
    if bag.status in _BY_STATUS:
        raise _BY_STATUS[bag.status](field="bag_code")
    if hung_at >= bag.use_by:
        raise BagExpired(field="bag_code")
    if bag.hanging_code and not bag.replaces_code:
        raise AnotherBagHanging(field="replaces_code")
    if bag.replaces_code and bag.replaces_code != bag.hanging_code:
        raise NotTheHangingBag(field="replaces_code")


def check_instant(
    hung_at: dt.datetime, now: dt.datetime, not_before: dt.datetime | None
) -> None:
    """Refuse an instant in the future or before what is recorded.

    :raises HangInTheFuture: when it has not come.
    :raises HangTooEarly: when something later is recorded.
    """
    if hung_at > now:
        raise HangInTheFuture(field="hung_at")
    if not_before is not None and hung_at < not_before:
        raise HangTooEarly(field="hung_at")


def check_gap(ledger: Ledger, emptied_at: dt.datetime | None, at: dt.datetime) -> None:
    """Refuse a plain bag change when the old bag has been empty for four hours or more.

    :raises RestartNeedsSupervision: when it has.
    """
    if not ledger.is_running or emptied_at is None or emptied_at >= at:
        return
    if needs_reinitiation(at - emptied_at):
        raise RestartNeedsSupervision(field="hung_at")


def check_reading(
    bag: Candidate, reading: PumpReading, hung_at: dt.datetime, within: Tolerances
) -> None:
    """Refuse a reading that is not what the label says.

    :raises RateDiffers: when the rate is another one.
    :raises VolumeDiffers: when the volume is another one.
    :raises EndDiffers: when the end does not follow from both.
    """
    if reading.rate_ml_h != bag.rate_ml_h:
        raise RateDiffers(field="rate_ml_h")
    if abs(reading.volume_ml - bag.volume_ml) > within.volume_ml:
        raise VolumeDiffers(field="volume_ml")
    hours = bag.volume_ml / bag.rate_ml_h
    expected = hung_at + dt.timedelta(hours=float(hours))
    if abs(reading.ends_at - expected) > within.end:
        raise EndDiffers(field="ends_at")


def check_same(first: PumpReading, second: PumpReading, within: Tolerances) -> None:
    """Refuse two readings that do not agree.

    :raises SecondCheckDiffers: naming the field.
    """
    if first.rate_ml_h != second.rate_ml_h:
        raise SecondCheckDiffers(field="rate_ml_h")
    if abs(first.volume_ml - second.volume_ml) > within.volume_ml:
        raise SecondCheckDiffers(field="volume_ml")
    if abs(first.ends_at - second.ends_at) > within.end:
        raise SecondCheckDiffers(field="ends_at")
