"""Moves the patient between ward, home and clinic."""

import datetime as dt
import uuid
from dataclasses import dataclass

from infusion import models
from infusion.domain.plans import make_plan
from infusion.domain.refusals import Refusal
from infusion.domain.states import CycleStatus, PlacementKind
from infusion.selectors.planning import load_rows, plan_request
from infusion.services.common import changing, past_instant
from infusion.services.planning import replan
from infusion.services.signing import signed_and_ready, use
from patients import policy
from patients.policy import Actor


class PlacementUnknown(Refusal):
    """The placement is not ward, home or clinic."""

    code = "placement_unknown"


class AlreadyThere(Refusal):
    """The patient is there already."""

    code = "already_there"


class PlacementTooEarly(Refusal):
    """A later placement is recorded already."""

    code = "placement_too_early"


class InpatientDaysNotOver(Refusal):
    """The label recommends hospital for longer; a physician may decide otherwise."""

    code = "inpatient_days_not_over"


class NotReadyForHome(Refusal):
    """Nobody has signed that the patient is ready, or it no longer holds."""

    code = "not_ready_for_home"


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where the patient goes, from when, and why."""

    kind: str
    from_at: dt.datetime
    reason: str = ""
    override_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A move that is recorded, and the signatures under which it was made."""

    placement: models.Placement
    sign_off: models.SignOff | None


def change_placement(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    kind: str,
    from_at: dt.datetime,
    reason: str = "",
    override_reason: str = "",
    now: dt.datetime,
) -> models.Course:
    """Record where the patient is from an instant on.

    :raises Refusal: as ``move`` does.
    """
    with changing(
        actor=actor,
        action="placement.change",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        asked = Move(
            kind=kind, from_at=from_at, reason=reason, override_reason=override_reason
        )
        move(course, asked, actor, now)
    return course


def move(course: models.Course, asked: Move, actor: Actor, now: dt.datetime) -> Moved:
    """Move the patient of a locked course and plan again.

    Leaving the ward before the days of the regimen are over, or going home from the ward
    without two signatures that still hold, needs a physician's reason.

    :raises InpatientDaysNotOver: when the days are not over and no physician gave one.
    :raises NotReadyForHome: when nobody signed, or it no longer holds, and likewise.
    """
    if asked.kind not in PlacementKind.__members__:
        raise PlacementUnknown(field="kind", known=", ".join(PlacementKind))
    from_at = past_instant(asked.from_at, now, field="from_at")
    _check_order(course, asked.kind, from_at)
    early = asked.kind != PlacementKind.WARD and _is_early(course, from_at, now)
    signed: models.SignOff | None = None
    unsigned = False
    if asked.kind == PlacementKind.HOME and _leaves_the_ward(course):
        signed = signed_and_ready(course, now)
        unsigned = signed is None
    if early or unsigned:
        _check_override(actor, course, asked.override_reason, early=early)
    placement = models.Placement.objects.create(
        course=course,
        kind=asked.kind,
        from_at=from_at,
        reason=asked.reason,
        override_reason=asked.override_reason if early or unsigned else "",
        recorded_by_id=actor.user_id,
    )
    if signed is not None:
        use(signed)
    replan(course, cause="placement_changed", actor_id=actor.user_id, now=now)
    return Moved(placement=placement, sign_off=signed)


def _check_order(course: models.Course, kind: str, from_at: dt.datetime) -> None:
    last = course.placements.order_by("-from_at", "-created_at").first()
    if last is None:
        return
    if from_at < last.from_at:
        raise PlacementTooEarly(field="from_at")
    if last.kind == kind:
        raise AlreadyThere(field="kind")


def _is_early(course: models.Course, from_at: dt.datetime, now: dt.datetime) -> bool:
    """Say whether the recommended days in hospital of the running cycle are not over."""
    rows = load_rows(course)
    plan = make_plan(plan_request(rows, now))
    for cycle, planned in zip(rows.cycles, plan.cycles, strict=False):
        if cycle.status == CycleStatus.STARTED:
            stay = planned.inpatient_until
            return stay is not None and from_at < stay
    return False


def _leaves_the_ward(course: models.Course) -> bool:
    """Say whether the patient goes home from the ward with a cycle running.

    Who was discharged and comes to the clinic in between goes home as before.
    """
    if not course.cycles.filter(status=CycleStatus.STARTED).exists():
        return False
    kinds = course.placements.order_by("-from_at", "-created_at")
    for kind in kinds.values_list("kind", flat=True):
        if kind != PlacementKind.CLINIC:
            return bool(kind == PlacementKind.WARD)
    return True


def _check_override(
    actor: Actor, course: models.Course, reason: str, *, early: bool
) -> None:
    if reason.strip() and policy.can(actor, "placement.override", course):
        return
    if early:
        raise InpatientDaysNotOver(field="override_reason")
    raise NotReadyForHome(field="override_reason")
