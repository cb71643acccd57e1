"""Moves the patient between ward, home and clinic."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.plans import make_plan
from infusion.domain.refusals import Refusal
from infusion.domain.states import CycleStatus, PlacementKind
from infusion.selectors.planning import load_rows, plan_request
from infusion.services.common import changing, past_instant
from infusion.services.planning import replan
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

    Leaving the ward before the recommended days are over needs a physician's reason.

    :raises InpatientDaysNotOver: when they are not and no physician gave a reason.
    """
    with changing(
        actor=actor,
        action="placement.change",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        if kind not in PlacementKind.__members__:
            raise PlacementUnknown(field="kind", known=", ".join(PlacementKind))
        from_at = past_instant(from_at, now, field="from_at")
        _check_order(course, kind, from_at)
        early = kind != PlacementKind.WARD and _is_early(course, from_at, now)
        if early:
            _check_override(actor, course, override_reason)
        models.Placement.objects.create(
            course=course,
            kind=kind,
            from_at=from_at,
            reason=reason,
            override_reason=override_reason if early else "",
            recorded_by_id=actor.user_id,
        )
        replan(course, cause="placement_changed", actor_id=actor.user_id, now=now)
    return course


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


def _check_override(actor: Actor, course: models.Course, reason: str) -> None:
    if not reason.strip() or not policy.can(actor, "placement.override", course):
        raise InpatientDaysNotOver(field="override_reason")
