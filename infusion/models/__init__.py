"""The tables of courses, bags, plans and messages."""

from infusion.models.bags import Bag, EventKind, HangCheck, InfusionEvent
from infusion.models.courses import Course, Cycle, Placement, PlanVersion, Visit
from infusion.models.messages import Heartbeat, Message, MessageAttempt, StoredReply

__all__ = [
    "Bag",
    "Course",
    "Cycle",
    "EventKind",
    "HangCheck",
    "Heartbeat",
    "InfusionEvent",
    "Message",
    "MessageAttempt",
    "Placement",
    "PlanVersion",
    "StoredReply",
    "Visit",
]
