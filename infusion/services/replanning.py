"""Changes a plan by one verb: looked at first, then made exactly as it was shown.

A preview runs the very services of the change inside a savepoint and rolls it back, so
both sides come from the code that would apply it (ADR 0016). A confirmation makes the
change as of the instant of the preview: only facts that changed can make it differ.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping

from django.db import transaction

from infusion import models
from infusion.domain.changes import Change, PreviewOutdated, Scope, Shown, Verb
from infusion.domain.clock import PauseReason
from infusion.domain.previews import Picture, Preview, preview
from infusion.domain.refusals import Refusal
from infusion.domain.states import CourseStatus, CycleStatus
from infusion.selectors.pictures import load_picture
from infusion.services import (
    adjusting,
    cycles,
    interruptions,
    omitting,
    placements,
    reweighing,
    scheduling,
    stopping,
)
from infusion.services.common import changing
from patients.policy import Actor


class NotLater(Refusal):
    """What is deferred begins later, not earlier."""

    code = "not_later"


class CeaseEndsCourse(Refusal):
    """A cycle that runs does not end early without its course."""

    code = "cease_ends_course"


class EndNotSaid(Refusal):
    """Nobody said when the pump was disconnected."""

    code = "end_not_said"


def preview_change(
    *, actor: Actor, course_id: uuid.UUID, change: Change, now: dt.datetime
) -> Preview:
    """Show what a change would do to the plan of a course; store nothing.

    :raises Refusal: for every reason for which making it would be refused.
    """
    with changing(
        actor=actor, action=ACTIONS[change.verb], course_id=course_id
    ) as course:
        before = load_picture(course, now)
        with transaction.atomic():
            after = _make(actor, course, change, now)
            transaction.set_rollback(True)
        return preview(change, course.version, now, before, after)


def apply_change(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    change: Change,
    token: str,
    now: dt.datetime,
) -> models.Course:
    """Make a change exactly as it was shown, all of it or nothing.

    :raises PreviewOutdated: when the course changed since, when it was looked at too
        long ago, or when anything else makes the outcome another one.
    :raises Refusal: for the reasons of the verb.
    """
    shown = Shown.read(token)
    with changing(
        actor=actor, action=ACTIONS[change.verb], course_id=course_id
    ) as course:
        shown.check(change, course.version, now)
        before = load_picture(course, shown.at)
        after = _make(actor, course, change, shown.at)
        made = preview(change, shown.version, shown.at, before, after)
        if made.shown != shown:
            raise PreviewOutdated(field="token")
        _keep(actor, course, change, now)
        course.refresh_from_db()
    return course


def _keep(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Keep what was confirmed and why, for verbs too that store no reason themselves."""
    numbers = course.plan_versions.order_by("-number").values_list("number", flat=True)
    models.PlanChange.objects.create(
        course=course,
        verb=change.verb,
        scope=change.scope,
        parameters=change.parameters(),
        reason=change.reason,
        made_by_id=actor.user_id,
        made_at=now,
        plan_number=numbers.first(),
    )


def _make(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> Picture:
    """Make a change and read what has become of the course."""
    _VERBS[change.verb](actor, course, change, now)
    return load_picture(models.Course.objects.get(id=course.id), now)


def _defer(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Let the planned cycle begin later; those after it count from its end."""
    to = _said(change.to)
    cycle = course.cycles.filter(status=CycleStatus.PLANNED).first()
    if cycle is not None and to <= cycle.planned_start_at:
        raise NotLater(field="to")
    scheduling.move_start(actor=actor, course_id=course.id, start_at=to, now=now)


def _omit(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Leave out the round that is planned or comes next."""
    omitting.omit_round(actor=actor, course_id=course.id, reason=change.reason, now=now)


def _cease(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """End the planned cycle, or the whole course, before its time."""
    open_ = course.cycles.filter(status__in=[CycleStatus.PLANNED, CycleStatus.STARTED])
    cycle = open_.order_by("number").first()
    if cycle is not None and cycle.status == CycleStatus.STARTED:
        _disconnect(actor, course, change, now)
        return
    if cycle is not None or change.scope == Scope.CYCLE:
        scheduling.cancel_cycle(
            actor=actor, course_id=course.id, reason=change.reason, now=now
        )
    course.refresh_from_db(fields=["status"])
    if change.scope == Scope.LATER and course.status != CourseStatus.CANCELLED:
        stopping.stop_course(
            actor=actor, course_id=course.id, reason=change.reason, now=now
        )


def _disconnect(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """End the cycle that runs, and with it the course.

    :raises CeaseEndsCourse: when only the cycle was meant to end.
    """
    if change.scope != Scope.LATER:
        raise CeaseEndsCourse(field="scope")
    if change.at is None:
        raise EndNotSaid(field="at")
    cycles.end_cycle(
        actor=actor,
        course_id=course.id,
        at=change.at,
        reason="CEASED",
        shortfall_reason=change.reason,
        now=now,
    )


def _hold(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Stop the pump for an adverse event, until somebody resumes."""
    interruptions.pause(
        actor=actor,
        course_id=course.id,
        at=_said(change.at),
        reason=PauseReason.ADVERSE_EVENT,
        note=change.reason,
        now=now,
    )


def _resume(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Let the pump run again, under the rules for the time it stood still."""
    interruptions.resume(
        actor=actor,
        course_id=course.id,
        at=_said(change.at),
        supervised=change.supervised,
        now=now,
    )


def _change_placement(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Move the patient; for the cycle that runs, or between cycles too."""
    if change.scope == Scope.CYCLE:
        cycles.running_cycle(course)
    placements.change_placement(
        actor=actor,
        course_id=course.id,
        kind=str(change.place),
        from_at=_said(change.at),
        reason=change.reason,
        override_reason=change.override_reason,
        now=now,
    )


def _move_visit(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Change a bag at another hour, or all bags from there on."""
    adjusting.move_visit(
        actor=actor,
        course_id=course.id,
        visit_id=change.visit_id or course.id,
        to=_said(change.to),
        scope=change.scope,
        reason=change.reason,
        now=now,
    )


def _swap_recipe(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Use another bag, once or from there on."""
    adjusting.swap_recipe(
        actor=actor,
        course_id=course.id,
        recipe=change.recipe,
        at=change.at,
        scope=change.scope,
        reason=change.reason,
        now=now,
    )


def _change_weight(
    actor: Actor, course: models.Course, change: Change, now: dt.datetime
) -> None:
    """Dose by the present weight, from a bag change on or in the next cycle."""
    reweighing.change_weight(
        actor=actor,
        course_id=course.id,
        at=change.at,
        scope=change.scope,
        reason=change.reason,
        now=now,
    )


def _said(at: dt.datetime | None) -> dt.datetime:
    """Return an instant that a change of this verb always has."""
    assert at is not None  # noqa: S101 - held by the change itself
    return at


_VERBS: Mapping[Verb, Callable[[Actor, models.Course, Change, dt.datetime], None]] = {
    Verb.DEFER: _defer,
    Verb.OMIT: _omit,
    Verb.CEASE: _cease,
    Verb.HOLD: _hold,
    Verb.RESUME: _resume,
    Verb.CHANGE_PLACEMENT: _change_placement,
    Verb.MOVE_VISIT: _move_visit,
    Verb.SWAP_RECIPE: _swap_recipe,
    Verb.CHANGE_WEIGHT: _change_weight,
}

# What the policy asks for; the service behind a verb asks again.
ACTIONS: Mapping[Verb, str] = {
    Verb.DEFER: "cycle.move",
    Verb.OMIT: "round.omit",
    Verb.CEASE: "course.stop",
    Verb.HOLD: "infusion.pause",
    Verb.RESUME: "infusion.resume",
    Verb.CHANGE_PLACEMENT: "placement.change",
    Verb.MOVE_VISIT: "visit.move",
    Verb.SWAP_RECIPE: "recipe.swap",
    Verb.CHANGE_WEIGHT: "dose.reweigh",
}
