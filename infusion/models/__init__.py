"""The tables of courses, bags, plans and messages."""

from infusion.models.adjustments import PlanAdjustment, PlanChange
from infusion.models.adverse_events import AdverseEvent, AdverseEventEntry
from infusion.models.alerts import Alert, AlertStep
from infusion.models.bags import Bag, HangCheck, InfusionEvent
from infusion.models.blocks import CourseBlock, Decision
from infusion.models.cadence import CadenceDebt
from infusion.models.checkins import (
    CheckIn,
    CheckInAnswers,
    CheckInLook,
    CheckInPhoto,
    CheckInResult,
    UnreadAnswers,
)
from infusion.models.courses import Course, Cycle, Placement, PlanVersion, Visit
from infusion.models.dosing import CycleRestart, DoseChange, ToxicityDecision
from infusion.models.following_up import PhoneCall, Resending
from infusion.models.inbox import Acknowledgement
from infusion.models.messages import (
    DeliveryReport,
    Heartbeat,
    Message,
    MessageAttempt,
    StoredReply,
)
from infusion.models.mutes import KeptBack, Mute
from infusion.models.overlays import OverlaySignature, RegimenOverlay
from infusion.models.readiness import (
    Discharge,
    ReadinessFact,
    ReadinessSignature,
    ReadinessWaiver,
    Readmission,
    Reassessment,
    SignOff,
)
from infusion.models.reminders import CareDate, ReminderDocument
from infusion.models.rota import Shift, ShiftSwap
from infusion.models.site_texts import AdviceText, QuestionWording
from infusion.models.snapshots import RegimenChange, RegimenSnapshot
from infusion.models.triage import TriageDocument

__all__ = [
    "Acknowledgement",
    "AdverseEvent",
    "AdverseEventEntry",
    "AdviceText",
    "Alert",
    "AlertStep",
    "Bag",
    "CadenceDebt",
    "CareDate",
    "CheckIn",
    "CheckInAnswers",
    "CheckInLook",
    "CheckInPhoto",
    "CheckInResult",
    "Course",
    "CourseBlock",
    "Cycle",
    "CycleRestart",
    "Decision",
    "DeliveryReport",
    "Discharge",
    "DoseChange",
    "HangCheck",
    "Heartbeat",
    "InfusionEvent",
    "KeptBack",
    "Message",
    "MessageAttempt",
    "Mute",
    "OverlaySignature",
    "PhoneCall",
    "Placement",
    "PlanAdjustment",
    "PlanChange",
    "PlanVersion",
    "QuestionWording",
    "ReadinessFact",
    "ReadinessSignature",
    "ReadinessWaiver",
    "Readmission",
    "Reassessment",
    "RegimenChange",
    "RegimenOverlay",
    "RegimenSnapshot",
    "ReminderDocument",
    "Resending",
    "Shift",
    "ShiftSwap",
    "SignOff",
    "StoredReply",
    "ToxicityDecision",
    "TriageDocument",
    "UnreadAnswers",
    "Visit",
]
