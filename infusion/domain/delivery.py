"""What becomes of a message that is due: pure decisions, taken right before and after.

The ledger tells the truth in codes. Before sending a message may be stopped because
its time or its reason is gone, or held while its reader sleeps. After sending it is
settled by what the channel said. An answer that was lost is neither sent nor failed:
the rule of the kind says whether "maybe twice" or "maybe never" is the lesser harm.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.reminders.events import EVENTS, Event, Subject
from infusion.domain.reminders.rules import Quiet, ReminderRule
from infusion.domain.states import MessageStatus

# A message that a worker took up this often without success is given up.
MOST_ATTEMPTS = 8
# A lost answer may mean the message arrived: it is risked this often and no more.
MOST_UNKNOWN = 2
# Why a message is called off for good: it was due while its reader was muted, or somebody
# has told them on the telephone. No later plan owes it anew.
MUTED, RANG_INSTEAD = "muted", "rang_instead"
FINAL_REASONS = frozenset({MUTED, RANG_INSTEAD})
# After so many delays on one way to a person, another way is taken if there is one.
TRIES_A_CHANNEL = 3
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=15)
# Up to this share of a wait is added by chance, so that retries do not come in waves.
SPREAD = 0.25


class Outcome(StrEnum):
    """What one try to send came to."""

    ACCEPTED = "ACCEPTED"
    RETRY = "RETRY"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A message a worker holds, and the facts it is about, read a moment ago.

    ``rule`` is the rule of the site it follows today; None when the site has taken it
    away. ``subject_status`` and ``subject_at`` are the state of what it is about, and when
    that happens by now. ``course_status`` is None of a message that is about no course.
    """

    event: str
    event_at: dt.datetime
    expires_at: dt.datetime
    attempts: int
    unknown_before: int
    course_status: str | None
    subject_status: str
    subject_at: dt.datetime | None
    rule: ReminderRule | None
    # Nothing is said to the reader for now; somebody has told them meanwhile.
    is_muted: bool = False
    was_rung: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next status of a message, why, and when it may be tried again."""

    status: MessageStatus
    reason: str = ""
    not_before: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What the channel said, in codes.

    ``wait`` is how long the provider asks to be left alone. ``may_repeat`` says that it
    knows a message by its key, so that a second try cannot arrive twice.
    """

    outcome: Outcome
    code: str = ""
    wait: dt.timedelta = dt.timedelta(0)
    may_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Past:
    """An earlier try of a message: over which channel, and what came of it."""

    channel: str
    outcome: Outcome


@dataclass(frozen=True)
class Ways:
    """The channels of a person that a message has not used up, best first.

    A channel that refused is used up for good. One that only delayed is left for another
    after a few tries, and taken up again when no other is left.
    """

    usable: tuple[str, ...]
    past: tuple[Past, ...] = ()

    def best(self) -> str | None:
        """Return the channel to try next, None when every one refused."""
        fresh = [one for one in self._open() if not self._is_tired(one)]
        return next(iter(fresh or self._open()), None)

    def after(self, channel: str, outcome: Outcome) -> "Ways":
        """Return the ways left after one more try."""
        return Ways(self.usable, (*self.past, Past(channel=channel, outcome=outcome)))

    def _open(self) -> list[str]:
        refused = {one.channel for one in self.past if one.outcome == Outcome.REFUSED}
        return [one for one in self.usable if one not in refused]

    def _is_tired(self, channel: str) -> bool:
        delays = [
            one
            for one in self.past
            if one == Past(channel=channel, outcome=Outcome.RETRY)
        ]
        return len(delays) >= TRIES_A_CHANNEL


def before_sending(owed: Owed, now: dt.datetime) -> Step | None:
    """Return why the message must not leave any more, if it must not."""
    if now >= owed.expires_at:
        return Step(status=MessageStatus.EXPIRED, reason="too_late")
    if owed.event not in EVENTS:
        return Step(status=MessageStatus.FAILED, reason="unknown_kind")
    if owed.attempts > MOST_ATTEMPTS:
        return Step(status=MessageStatus.FAILED, reason="gave_up")
    if reason := _reason_gone(owed):
        return Step(status=MessageStatus.CANCELLED, reason=reason)
    return None


def _reason_gone(owed: Owed) -> str:
    """Return why there is nothing to say any more; empty when there still is."""
    spec = EVENTS[Event(owed.event)]
    if owed.course_status is not None and owed.course_status not in spec.courses:
        return "course_closed"
    if owed.rule is None or owed.rule.event != owed.event:
        return "rule_gone"
    held = spec.before if owed.rule.is_before else spec.after
    if owed.subject_status not in held:
        return "bag_changed" if spec.subject == Subject.BAG else "reason_gone"
    if spec.instant and owed.event_at != owed.subject_at:
        return "event_moved"
    return _reason_silent(owed)


def _reason_silent(owed: Owed) -> str:
    """Return why nothing is said although the event stands."""
    if owed.was_rung:
        return RANG_INSTEAD
    return MUTED if owed.is_muted else ""


def held_until(owed: Owed, quiet_until: dt.datetime, now: dt.datetime) -> Step | None:
    """Hold a message over quiet hours when it still comes in time afterwards.

    What the rule lets wake people does. What quiet hours would carry past the event still
    to come, or past the expiry, is sent at once: a reminder in the night beats none.
    """
    if quiet_until <= now or owed.rule is None or owed.rule.quiet is Quiet.IGNORE:
        return None
    is_to_come = owed.rule.is_before
    if quiet_until >= (
        min(owed.event_at, owed.expires_at) if is_to_come else owed.expires_at
    ):
        return None
    return Step(
        status=MessageStatus.PENDING, reason="quiet_hours", not_before=quiet_until
    )


def after_sending(
    owed: Owed,
    tried: Tried,
    now: dt.datetime,
    chance: float,
    *,
    turns_to_other: bool = False,
) -> Step:
    """Return what a try makes of the message; ``chance`` (0 to 1) spreads retries.

    ``turns_to_other`` says that the next try goes over another channel: at once, for that
    one has done nothing yet to be left alone.
    """
    if tried.outcome is Outcome.ACCEPTED:
        return Step(status=MessageStatus.SENT)
    if tried.outcome is Outcome.REFUSED and not turns_to_other:
        return Step(status=MessageStatus.FAILED, reason=tried.code)
    if tried.outcome is Outcome.UNKNOWN and not _may_repeat(owed, tried):
        return Step(status=MessageStatus.UNKNOWN, reason=tried.code)
    wait = dt.timedelta(0) if turns_to_other else _wait(owed, tried, chance)
    return _again(owed, tried, now, now + wait)


def _may_repeat(owed: Owed, tried: Tried) -> bool:
    repeats = owed.rule is not None and owed.rule.repeat_when_unknown
    may_risk = repeats and owed.unknown_before + 1 < MOST_UNKNOWN
    return tried.may_repeat or may_risk


def _wait(owed: Owed, tried: Tried, chance: float) -> dt.timedelta:
    return max(wait_before(owed.attempts, chance), tried.wait)


def _again(owed: Owed, tried: Tried, now: dt.datetime, next_at: dt.datetime) -> Step:
    """Try again, while the message has sense and patience lasts."""
    if next_at >= owed.expires_at or owed.attempts >= MOST_ATTEMPTS:
        return Step(status=MessageStatus.FAILED, reason=tried.code)
    not_before = next_at if next_at > now else None
    return Step(status=MessageStatus.PENDING, reason=tried.code, not_before=not_before)


def wait_before(attempts: int, chance: float) -> dt.timedelta:
    """Return how long to wait after this many attempts: doubling, capped, spread."""
    doubled = FIRST_WAIT * float(1 << min(max(attempts, 1) - 1, 16))
    return min(doubled, LONGEST_WAIT) * (1 + SPREAD * chance)


class Arrival(StrEnum):
    """What a provider reports of a message after it took it."""

    ON_ITS_WAY = "ON_ITS_WAY"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


_TAKEN = frozenset({MessageStatus.SENT, MessageStatus.UNKNOWN})


def after_report(
    status: MessageStatus, arrival: Arrival, *, is_of_last_try: bool, is_late: bool
) -> Step | None:
    """Return what a report makes of a message, None when it changes nothing.

    Reports come twice, late and out of order: what has arrived stays arrived, and what
    failed on an earlier way says nothing of the present one. A message that did not
    arrive is owed again, over another way, unless it is too late for it.
    """
    if arrival is Arrival.DELIVERED and status in {
        *_TAKEN,
        MessageStatus.PENDING,
        MessageStatus.FAILED,
    }:
        return Step(status=MessageStatus.DELIVERED)
    if arrival is Arrival.FAILED and status in _TAKEN and is_of_last_try:
        after = MessageStatus.FAILED if is_late else MessageStatus.PENDING
        return Step(status=after, reason="not_delivered")
    return None
