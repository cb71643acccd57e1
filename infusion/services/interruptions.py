"""Pauses and resumes the infusion under the label's 4-hour and 7-day rules."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.clock import (
    SAME_CYCLE_UP_TO,
    EventKind,
    PauseReason,
    needs_reinitiation,
)
from infusion.domain.events import ReasonUnknown
from infusion.domain.hanging import BagExpired, RestartNeedsSupervision
from infusion.domain.refusals import Refusal
from infusion.domain.states import PlacementKind
from infusion.selectors.planning import CycleRows, load_rows
from infusion.services.common import changing, past_instant
from infusion.services.cycles import running_cycle
from infusion.services.ledgers import (
    check_after_last_change,
    emptied_at,
    ledger,
    record_event,
)
from infusion.services.planning import replan
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


class GapRuleMissing(Refusal):
    """No source says what to do after so long a stop without an adverse event."""

    code = "gap_rule_missing"


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

    When the bag had run dry before, the stop counts from then: an empty bag delivers
    nothing.

    :raises NotRunning: when the pump does not run.
    :raises ReasonUnknown: when the reason is not in the table.
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
        check_after_last_change(rows, at)
        # The stop counts from the empty bag; why it stopped stays what was said.
        dry_at = emptied_at(rows)
        if dry_at is not None and dry_at < at:
            at = dry_at
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
    """
    with changing(
        actor=actor,
        action="infusion.resume",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        since = ledger(rows).paused_since
        if since is None:
            raise NotPaused(field="at")
        at = past_instant(at, now, field="at")
        check_after_last_change(rows, at)
        _check_gap(course, rows, at - since, at, supervised=supervised)
        _check_bag(rows, at)
        record_event(rows, EventKind.RESUME, at, actor.user_id, supervised=supervised)
        replan(course, cause="resumed", actor_id=actor.user_id, now=now)
    return course


def _check_gap(
    course: models.Course,
    rows: CycleRows,
    stopped_for: dt.timedelta,
    at: dt.datetime,
    *,
    supervised: bool,
) -> None:
    if stopped_for > SAME_CYCLE_UP_TO:
        if rows.events[-1].reason == PauseReason.ADVERSE_EVENT:
            raise NewCycleNeeded(field="at")
        raise GapRuleMissing(field="at")
    if needs_reinitiation(stopped_for) and not (
        supervised and _is_attended(course, at)
    ):
        raise RestartNeedsSupervision(field="supervised")


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
