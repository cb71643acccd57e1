"""Messages that follow from what somebody did, and how they are handled.

Every other message follows from a rule of the site: see ``infusion.domain.reminders``.
"""

from collections.abc import Mapping
from enum import StrEnum

from infusion.domain.reminders.events import Event
from infusion.domain.reminders.rules import Quiet, ReminderRule, Urgency


class MessageKind(StrEnum):
    """What a notice says; the kind of any other message is the key of its rule."""

    READINESS_VOIDED = "readiness_voided"
    ALERT_RAISED = "alert_raised"


# They follow from an event, not from the plan: a new plan neither owes nor cancels them.
NOTICES = frozenset(MessageKind)

_DAY = 24 * 60


def _notice(kind: MessageKind, event: Event) -> ReminderRule:
    return ReminderRule(
        key=kind.value,
        event=event,
        offset_minutes=0,
        expires_minutes=_DAY,
        to=(),
        quiet=Quiet.IGNORE,
        urgency=Urgency.URGENT,
    )


# Handled like a message of a rule that wakes people.
NOTICE_RULES: Mapping[str, ReminderRule] = {
    one.key: one
    for one in (
        _notice(MessageKind.READINESS_VOIDED, Event.SIGNATURES_VOID),
        _notice(MessageKind.ALERT_RAISED, Event.ALERT),
    )
}
