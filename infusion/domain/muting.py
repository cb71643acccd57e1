"""A mute: for some time nothing is said to a patient and their caregivers.

It silences reminders to the family and nothing else. The pump runs on: who works there is
told and alarmed as ever. Whether a mute holds is read from its times alone, so that it
ends by itself when nobody and nothing looks after it.
"""

import datetime as dt
from enum import StrEnum

from infusion.domain.instants import in_utc
from infusion.domain.refusals import Refusal


class MuteReason(StrEnum):
    """Why nothing is to be said for a while."""

    IN_HOSPITAL = "IN_HOSPITAL"
    FAMILY_WISH = "FAMILY_WISH"
    WRONG_MESSAGES = "WRONG_MESSAGES"
    BEREAVEMENT = "BEREAVEMENT"
    # Asks for a word.
    OTHER = "OTHER"


class MuteEnd(StrEnum):
    """How a mute ended."""

    UNMUTED = "UNMUTED"
    EXPIRED = "EXPIRED"
    # The patient died or the course is over, and nothing more is owed.
    CLOSED = "CLOSED"


class MuteReasonMissing(Refusal):
    """A mute says why; another reason than those listed is said in a few words."""

    code = "mute_reason_missing"


class MuteEndsBefore(Refusal):
    """A mute ends in time to come."""

    code = "mute_ends_before"


class MuteTooLong(Refusal):
    """A mute lasts no longer than the site allows."""

    code = "mute_too_long"


class MuteClosed(Refusal):
    """The mute has ended: its end is not moved any more."""

    code = "mute_closed"


def check_reason(reason: str, note: str) -> MuteReason:
    """Return why a mute is set.

    :raises MuteReasonMissing: when the reason is none, or OTHER without a word.
    """
    if reason not in set(MuteReason) or (
        reason == MuteReason.OTHER and not note.strip()
    ):
        raise MuteReasonMissing(field="reason")
    return MuteReason(reason)


def check_end(
    until: dt.datetime, now: dt.datetime, longest: dt.timedelta
) -> dt.datetime:
    """Return the end of a mute in UTC.

    :raises NaiveTime: when it has no offset.
    :raises MuteEndsBefore: when it is not to come.
    :raises MuteTooLong: when it is further away than ``longest``.
    """
    instant = in_utc(until, field="until")
    if instant <= now:
        raise MuteEndsBefore(field="until")
    if instant - now > longest:
        raise MuteTooLong(field="until", days=longest.days)
    return instant
