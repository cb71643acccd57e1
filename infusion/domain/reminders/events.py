"""What a reminder may be about, and when it still tells the truth.

Every occurrence of an event has a subject: a row whose state says, right before a message
leaves, whether there is still a reason for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion.domain.bag_life import MADE, TO_COME, UNMADE
from infusion.domain.courses import Text
from infusion.domain.states import (
    AlertStatus,
    BagStatus,
    CareDateStatus,
    CourseStatus,
    CycleStatus,
    SignOffStatus,
    VisitStatus,
)


class Subject(StrEnum):
    """What kind of row an occurrence is about."""

    BAG = "BAG"
    VISIT = "VISIT"
    CYCLE = "CYCLE"
    COURSE = "COURSE"
    # A stop of the pump, named by its cycle.
    STOP = "STOP"
    SIGN_OFF = "SIGN_OFF"
    # A day that somebody entered: a blood sample, a dressing.
    CARE_DATE = "CARE_DATE"
    CHECK_IN = "CHECK_IN"
    ALERT = "ALERT"


class Event(StrEnum):
    """What a reminder is about."""

    BAG_CHANGE = "BAG_CHANGE"
    INFUSION_END = "INFUSION_END"
    INFUSION_ENDED = "INFUSION_ENDED"
    BAG_TO_COMPOUND = "BAG_TO_COMPOUND"
    BAG_TO_CHECK = "BAG_TO_CHECK"
    BAG_TO_DISPATCH = "BAG_TO_DISPATCH"
    DELIVERY = "DELIVERY"
    USE_BY = "USE_BY"
    PREMEDICATION = "PREMEDICATION"
    DOSE_STEP = "DOSE_STEP"
    VISIT = "VISIT"
    VISIT_WITHOUT_OWNER = "VISIT_WITHOUT_OWNER"
    NEEDLE_CHANGE = "NEEDLE_CHANGE"
    DRESSING_CHANGE = "DRESSING_CHANGE"
    LABORATORY_DRAW = "LABORATORY_DRAW"
    INTRATHECAL_DAY = "INTRATHECAL_DAY"
    ADMISSION = "ADMISSION"
    READINESS_REACHED = "READINESS_REACHED"
    SIGNATURE_WANTED = "SIGNATURE_WANTED"
    PUMP_STOPPED = "PUMP_STOPPED"
    AUTHORISATION = "AUTHORISATION"
    CHECK_IN = "CHECK_IN"
    # Notices.
    SIGNATURES_VOID = "SIGNATURES_VOID"
    ALERT = "ALERT"


@dataclass(frozen=True, kw_only=True)
class EventSpec:
    """One event: what it is about, and when there is still a reason to speak of it.

    ``before`` are the states of the subject in which the event is to come, ``after`` those
    in which what should have happened has not; empty means that no reminder goes on that
    side. ``instant`` names what its time is read from, empty where the time cannot move
    without a new projection. ``courses`` are the states of the course.
    """

    subject: Subject
    title: Text
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    instant: str = ""
    courses: frozenset[CourseStatus] = frozenset(
        {CourseStatus.ORDERED, CourseStatus.ACTIVE}
    )
    # A day before it is a calendar day, not 24 hours.
    is_by_wall_clock: bool = False
    # It follows from what somebody did, never from a rule of a site.
    is_notice: bool = False


def _of(*states: StrEnum) -> frozenset[str]:
    return frozenset(map(str, states))


_TO_COME = _of(*TO_COME)
_ON_PUMP = _of(BagStatus.HUNG)
_BOOKED = _of(VisitStatus.BOOKED)
_ENTERED = _of(CareDateStatus.BOOKED)
_ALL_COURSES = frozenset(CourseStatus)
_DOWN, _HANG = "planned_take_down_at", "planned_hang_at"

EVENTS: Mapping[Event, EventSpec] = {
    Event.BAG_CHANGE: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Bag change", zh="更换输液袋"),
        before=_TO_COME | _ON_PUMP,
        after=_ON_PUMP,
        instant=_DOWN,
    ),
    Event.INFUSION_END: EventSpec(
        subject=Subject.BAG,
        title=Text(en="End of the infusion", zh="输液结束"),
        before=_TO_COME | _ON_PUMP,
        after=_ON_PUMP,
        instant=_DOWN,
    ),
    Event.INFUSION_ENDED: EventSpec(
        subject=Subject.CYCLE,
        title=Text(en="After the end of the infusion", zh="输液结束之后"),
        after=_of(CycleStatus.COMPLETED, CycleStatus.STOPPED),
        instant="ended_at",
        courses=_ALL_COURSES - {CourseStatus.CANCELLED},
    ),
    Event.BAG_TO_COMPOUND: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Bag to make", zh="待配制的输液袋"),
        before=_of(*UNMADE),
        instant=_HANG,
    ),
    Event.BAG_TO_CHECK: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Bag to check", zh="待核对的输液袋"),
        before=_of(BagStatus.COMPOUNDED),
        instant=_HANG,
    ),
    Event.BAG_TO_DISPATCH: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Bag to send", zh="待发出的输液袋"),
        before=_of(BagStatus.CHECKED),
        instant=_HANG,
    ),
    Event.DELIVERY: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Delivery of a bag", zh="输液袋送达"),
        before=_TO_COME - _of(BagStatus.DELIVERED),
        instant=_HANG,
    ),
    Event.USE_BY: EventSpec(
        subject=Subject.BAG,
        title=Text(en="Use-by of a bag", zh="输液袋有效期"),
        before=_of(*MADE),
        instant="use_by",
    ),
    Event.PREMEDICATION: EventSpec(
        subject=Subject.VISIT,
        title=Text(en="Premedication", zh="预处理用药"),
        before=_BOOKED,
        instant="planned_at",
        is_by_wall_clock=True,
    ),
    Event.DOSE_STEP: EventSpec(
        subject=Subject.VISIT,
        title=Text(en="Dose step", zh="剂量递增"),
        before=_BOOKED,
        instant="planned_at",
    ),
    Event.VISIT: EventSpec(
        subject=Subject.VISIT,
        title=Text(en="Visit", zh="访视"),
        before=_BOOKED,
        after=_BOOKED,
        instant="planned_at",
        is_by_wall_clock=True,
    ),
    Event.VISIT_WITHOUT_OWNER: EventSpec(
        subject=Subject.VISIT,
        title=Text(en="Visit that nobody has taken", zh="无人负责的访视"),
        before=_BOOKED,
        instant="planned_at",
        is_by_wall_clock=True,
    ),
    Event.NEEDLE_CHANGE: EventSpec(
        subject=Subject.VISIT,
        title=Text(en="Change of the port needle", zh="更换输液港针头"),
        before=_BOOKED,
        instant="planned_at",
        is_by_wall_clock=True,
    ),
    Event.DRESSING_CHANGE: EventSpec(
        subject=Subject.CARE_DATE,
        title=Text(en="Change of the dressing", zh="更换敷料"),
        before=_ENTERED,
        after=_ENTERED,
        instant="at",
        is_by_wall_clock=True,
    ),
    Event.LABORATORY_DRAW: EventSpec(
        subject=Subject.CARE_DATE,
        title=Text(en="Blood sample", zh="抽血化验"),
        before=_ENTERED,
        after=_ENTERED,
        instant="at",
        is_by_wall_clock=True,
    ),
    Event.INTRATHECAL_DAY: EventSpec(
        subject=Subject.CARE_DATE,
        title=Text(en="Intrathecal day", zh="鞘内注射日"),
        before=_ENTERED,
        after=_ENTERED,
        instant="at",
        is_by_wall_clock=True,
    ),
    Event.ADMISSION: EventSpec(
        subject=Subject.CYCLE,
        title=Text(en="Admission for the next cycle", zh="下一周期入院"),
        before=_of(CycleStatus.PLANNED),
        instant="planned_start_at",
        is_by_wall_clock=True,
    ),
    Event.READINESS_REACHED: EventSpec(
        subject=Subject.SIGN_OFF,
        title=Text(en="Ready to go home", zh="已具备回家条件"),
        after=_of(SignOffStatus.SIGNED),
        instant="signed_at",
    ),
    Event.SIGNATURE_WANTED: EventSpec(
        subject=Subject.SIGN_OFF,
        title=Text(en="Second signature wanted", zh="等待第二人签署"),
        after=_of(SignOffStatus.OPEN),
        instant="opened_at",
    ),
    Event.PUMP_STOPPED: EventSpec(
        subject=Subject.STOP,
        title=Text(en="Pump stands still", zh="输液泵停止"),
        after=frozenset({"STANDS"}),
        instant="at",
    ),
    Event.AUTHORISATION: EventSpec(
        subject=Subject.CARE_DATE,
        title=Text(en="Authorisation runs out", zh="付费授权到期"),
        before=_ENTERED,
        after=_ENTERED,
        instant="at",
        is_by_wall_clock=True,
    ),
    Event.CHECK_IN: EventSpec(
        subject=Subject.CHECK_IN,
        title=Text(en="Check-in", zh="每日问询"),
        before=frozenset({"DUE"}),
        after=frozenset({"DUE"}),
        instant="due_at",
        # A sign of harm is asked about again though the course is over.
        courses=_ALL_COURSES - {CourseStatus.CANCELLED},
        is_by_wall_clock=True,
    ),
    Event.SIGNATURES_VOID: EventSpec(
        subject=Subject.SIGN_OFF,
        title=Text(en="Signatures no longer hold", zh="签署已失效"),
        after=_of(SignOffStatus.VOID),
        is_notice=True,
    ),
    Event.ALERT: EventSpec(
        subject=Subject.ALERT,
        title=Text(en="Alert", zh="警报"),
        after=_of(*(set(AlertStatus) - {AlertStatus.RESOLVED})),
        courses=_ALL_COURSES,
        is_notice=True,
    ),
}
