"""Who is on call, and when nobody is.

A line is one role at one site. Once it has a shift it is expected to be held around the
clock: what no person holds is a gap, whether no shift was planned or nobody was found.
Arithmetic is in UTC, so a night on which the clocks change is as long as it is.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from infusion.domain.refusals import Refusal

# A slip of the keyboard in a date must not put one person on call for a year.
LONGEST = dt.timedelta(days=14)


class OnCallRole(StrEnum):
    """The roles that are on call."""

    NURSE = "NURSE"
    PHYSICIAN = "PHYSICIAN"
    PHARMACIST = "PHARMACIST"
    COORDINATOR = "COORDINATOR"


class ShiftReversed(Refusal):
    """The shift ends before it begins, or at once."""

    code = "shift_reversed"


class ShiftTooLong(Refusal):
    """The shift is longer than one person can be on call."""

    code = "shift_too_long"


class ShiftOver(Refusal):
    """The shift lies wholly in the past."""

    code = "shift_over"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A shift of one line: from an instant to before another, held by somebody or not."""

    from_at: dt.datetime
    to_at: dt.datetime
    user_id: uuid.UUID | None


@dataclass(frozen=True, order=True)
class Gap:
    """A span of a line that nobody holds."""

    from_at: dt.datetime
    to_at: dt.datetime
    # False when it began before what was looked at.
    is_exact: bool = field(default=True, compare=False)


def check_span(from_at: dt.datetime, to_at: dt.datetime, now: dt.datetime) -> None:
    """Refuse a shift that cannot be meant.

    :raises ShiftReversed: when it ends before it begins.
    :raises ShiftTooLong: when it is longer than 14 days.
    :raises ShiftOver: when it has ended already.
    """
    if to_at <= from_at:
        raise ShiftReversed(field="to_at")
    if to_at - from_at > LONGEST:
        raise ShiftTooLong(field="to_at", days=LONGEST.days)
    if to_at <= now:
        raise ShiftOver(field="to_at")


def gaps(
    duties: Iterable[Duty], start: dt.datetime, end: dt.datetime
) -> tuple[Gap, ...]:
    """Return what nobody holds between two instants, in order of time.

    A gap that holds the first instant may have begun before: it is not exact.
    """
    found: list[Gap] = []
    covered_to = start
    held = (duty for duty in duties if duty.user_id is not None)
    for duty in sorted(held, key=lambda one: one.from_at):
        if duty.from_at >= end:
            break
        if duty.from_at > covered_to:
            found.append(Gap(covered_to, duty.from_at, covered_to > start))
        covered_to = max(covered_to, duty.to_at)
    if covered_to < end:
        found.append(Gap(covered_to, end, covered_to > start))
    return tuple(found)
