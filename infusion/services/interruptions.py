"""Pauses and resumes the infusion under the label's 4-hour and 7-day rules."""

import datetime as dt
import uuid
from collections.abc import Mapping

from infusion import models
from infusion.domain.clock import EventKind, Gap, PauseReason
from infusion.domain.events import (
    Happening,
    ReasonUnknown,
    RestartNotSaid,
    effective,
)
from infusion.domain.hanging import BagExpired, RestartNeedsSupervision
from infusion.domain.refusals import Refusal
from infusion.domain.states import PlacementKind
from infusion.domain.stops import AFTER_OVERDOSE, WayOn, open_gap, way_on
from infusion.domain.toxicity import Choice
from infusion.selectors.planning import CycleRows, as_told, load_rows, stop_limits
from infusion.services.common import changing, past_instant
from infusion.services.cycles import running_cycle
from infusion.services.due_doses import check_dose_on_pump
from infusion.services.ledgers import (
    check_since_go,
    ledger,
    record_event,
    standing_still,
)
from infusion.services.planning import replan
from patients import policy
from patients.policy import Actor


class NotRunning(Refusal):
    """The pump does not run."""

    code = "not_running"


class NotPaused(Refusal):
    """The pump does not stand still."""

    code = "not_paused"


class NoBagHanging(Refusal):
    """No bag hangs on the pump."""

    code = "no_bag_hanging"


class BagIsEmpty(Refusal):
    """The bag on the pump is empty."""

    code = "bag_is_empty"


class NewCycleNeeded(Refusal):
    """More than seven days after an adverse event: a new cycle, not a restart."""

    code = "new_cycle_needed"


class HoldStands(Refusal):
    """A physician holds the infusion for a toxicity and has not decided otherwise."""

    code = "hold_stands"


class OverdoseTooRecent(Refusal):
    """The line was flushed, and the pump has not stood still long enough since."""

    code = "overdose_too_recent"


class GapRuleMissing(Refusal):
    """No source says what to do after so long a stop without an adverse event."""

    code = "gap_rule_missing"


class StopTooLong(Refusal):
    """The site does not go on after so long a stop."""

    code = "stop_too_long"


def pause(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    at: dt.datetime,
    reason: str,
    note: str = "",
    now: dt.datetime,
) -> models.Course:
    """Record that the pump stands still.

    When the bag had run dry before, the clock counts from then: an empty bag delivers
    nothing. The reason stays what was said.

    :raises NotRunning: when the pump does not run.
    :raises ReasonUnknown: when the reason is not in the table.
    :raises RestartNotSaid: when a bag was changed since.
    """
    with changing(
        actor=actor,
        action="infusion.pause",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        if not ledger(rows).is_running:
            raise NotRunning(field="at")
        if reason not in PauseReason.__members__:
            raise ReasonUnknown(field="reason", known=", ".join(PauseReason))
        at = past_instant(at, now, field="at")
        check_since_go(rows, at)
        check_restart_said(rows, at, None)
        record_event(rows, EventKind.PAUSE, at, actor.user_id, reason=reason, note=note)
        replan(course, cause="paused", actor_id=actor.user_id, now=now)
    return course


def resume(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    at: dt.datetime,
    supervised: bool,
    now: dt.datetime,
) -> models.Course:
    """Record that the pump runs again.

    From four hours on a restart is a re-initiation: supervised, premedicated, and not at
    home (label, mark A). ``supervised`` says that this was done.

    :raises NotPaused: when the pump does not stand still.
    :raises RestartNeedsSupervision: when the 4-hour rule is not met.
    :raises NewCycleNeeded: beyond seven days after an adverse event.
    :raises GapRuleMissing: beyond seven days for any other reason; not sourced.
    :raises HoldStands: while a physician's hold for a toxicity stands.
    :raises OverdoseTooRecent: soon after a flush, unless a physician records it.
    """
    with changing(
        actor=actor,
        action="infusion.resume",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        check_resume(actor, course, rows, at, now, supervised=supervised)
        record_event(rows, EventKind.RESUME, at, actor.user_id, supervised=supervised)
        replan(course, cause="resumed", actor_id=actor.user_id, now=now)
    return course


def check_resume(
    actor: Actor,
    course: models.Course,
    rows: CycleRows,
    at: dt.datetime,
    now: dt.datetime,
    *,
    supervised: bool,
) -> None:
    """Refuse a restart that the clock, the bag or the rules do not allow.

    :raises Refusal: for the reasons of ``resume``.
    """
    if ledger(rows).paused_since is None:
        raise NotPaused(field="at")
    at = past_instant(at, now, field="at")
    check_since_go(rows, at)
    gap = open_gap(standing_still(rows, at))
    if gap is not None and at > gap.start:
        _check_gap(course, gap, at, supervised=supervised)
        check_hold(rows)
        _check_overdose(actor, course, rows, gap, at)
    _check_bag(rows, at)
    check_dose_on_pump(course, rows, at, now)


def check_restart_said(
    rows: CycleRows, at: dt.datetime, until: dt.datetime | None
) -> None:
    """Refuse a stop from before the last bag change without its restart.

    The bag that went up since ran: an open stop would take its hours away. Inside a
    stop that is known, and over, another one takes nothing.

    :raises RestartNotSaid: when it is not said when the pump ran again.
    """
    hung = [bag.hung_at for bag in rows.bags if bag.hung_at]
    if until is not None or not hung or at >= max(hung):
        return
    book = ledger(rows)
    known = any(gap.start <= at < gap.end for gap in book.gaps() if gap.end)
    if book.is_running and not known:
        raise RestartNotSaid(field="until")


def check_same_cycle(course: models.Course, rows: CycleRows, at: dt.datetime) -> WayOn:
    """Refuse to go on with a cycle after a stop for which there is another rule.

    :raises NotPaused: when the pump does not stand still.
    :raises Refusal: for the reasons of ``resume`` that a long stop has.
    """
    gap = open_gap(standing_still(rows, at))
    if gap is None:
        raise NotPaused(field="at")
    found = way_on(gap, at, stop_limits(course.site_id))
    if found in _REFUSALS:
        raise _REFUSALS[found](field="at")
    return found


_HOLDS = frozenset({Choice.INTERRUPT.value, Choice.HOLD_ON.value})
_REFUSALS: Mapping[WayOn, type[Refusal]] = {
    WayOn.NEW_CYCLE: NewCycleNeeded,
    WayOn.NOT_KNOWN: GapRuleMissing,
    WayOn.TOO_LONG: StopTooLong,
}


def _check_gap(
    course: models.Course, gap: Gap, at: dt.datetime, *, supervised: bool
) -> None:
    found = way_on(gap, at, stop_limits(course.site_id))
    if found in _REFUSALS:
        raise _REFUSALS[found](field="at")
    if found == WayOn.SUPERVISED and not (supervised and _is_attended(course, at)):
        raise RestartNeedsSupervision(field="supervised")


def check_hold(rows: CycleRows) -> None:
    """Refuse to end a hold that a physician decided; a physician decides how it ends.

    The label restarts at the low dose once the toxicity has settled (label fact sheet,
    section 8.1): the bag on the pump is rarely the one to go on with.

    :raises HoldStands: when the last decision of the cycle is a hold.
    """
    made = models.ToxicityDecision.objects.filter(cycle=rows.cycle)
    last = made.order_by("-decided_at", "-id").values_list("choice", flat=True).first()
    if last in _HOLDS:
        raise HoldStands(field="at")


def _check_overdose(
    actor: Actor, course: models.Course, rows: CycleRows, gap: Gap, at: dt.datetime
) -> None:
    """Refuse a restart soon after a flush, unless a physician records it.

    One source gives the hours (label fact sheet, section 6, mark B): a physician may
    judge otherwise.
    """
    earliest = gap.start + AFTER_OVERDOSE
    told = effective(map(as_told, rows.events))
    flushed = any(one.kind == Happening.FLUSHED and one.at >= gap.start for one in told)
    if flushed and at < earliest and not policy.can(actor, "toxicity.decide", course):
        raise OverdoseTooRecent(field="at", at=earliest.isoformat())


def _is_attended(course: models.Course, at: dt.datetime) -> bool:
    """Say whether the patient is on the ward or in the clinic."""
    rows = course.placements.filter(from_at__lte=at)
    last = rows.order_by("-from_at", "-created_at").first()
    return last is None or last.kind != PlacementKind.HOME


def _check_bag(rows: CycleRows, at: dt.datetime) -> None:
    bag = rows.hanging
    if bag is None or bag.hung_at is None or at < bag.hung_at:
        raise NoBagHanging(field="at")
    if bag.use_by is not None and at >= bag.use_by:
        raise BagExpired(field="at")
    book = ledger(rows)
    run = book.delivered(at) - book.delivered(bag.hung_at)
    if run >= dt.timedelta(hours=bag.hours):
        raise BagIsEmpty(field="at")
