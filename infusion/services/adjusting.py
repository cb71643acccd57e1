"""Moves a visit and swaps a recipe: what people fix, and why it can't be."""

import datetime as dt
import uuid
from collections.abc import Sequence

from infusion import catalogue, models
from infusion.domain.adjustments import Adjustment, AdjustmentKind
from infusion.domain.changes import Scope
from infusion.domain.instants import in_utc
from infusion.domain.plans import Plan
from infusion.domain.recipes import RecipeUnknown
from infusion.domain.refusals import Refusal
from infusion.domain.states import CycleStatus, VisitStatus
from infusion.domain.visits import VisitKind
from infusion.selectors.planning import CycleRows, load_rows
from infusion.selectors.regimens import regimen_of
from infusion.services.common import NotFound, changing
from infusion.services.cycles import running_cycle
from infusion.services.ledgers import emptied_at
from infusion.services.planning import Hours, replan
from infusion.services.scheduling import NoPlannedCycle
from infusion.services.visits import VisitClosed
from patients.policy import Actor


class VisitFixed(Refusal):
    """Only a bag change can be moved: the rest follows from the hours."""

    code = "visit_fixed"


class VisitInThePast(Refusal):
    """A visit can't be moved to an instant that has gone by."""

    code = "visit_in_the_past"


class VisitAlreadyThen(Refusal):
    """The visit is planned for that instant already."""

    code = "visit_already_then"


class VisitAfterDry(Refusal):
    """The bag on the pump is empty before."""

    code = "visit_after_dry"


class VisitAfterUseBy(Refusal):
    """The bag on the pump reaches its use-by before."""

    code = "visit_after_use_by"


class VisitWithoutBag(Refusal):
    """No allowed bag lasts until then, or none can be there then."""

    code = "visit_without_bag"


class NoBagThen(Refusal):
    """No bag is planned to be hung at that instant."""

    code = "no_bag_then"


class RecipeNotPossible(Refusal):
    """No chain of bags has this one there."""

    code = "recipe_not_possible"


def move_visit(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    visit_id: uuid.UUID,
    to: dt.datetime,
    scope: Scope,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Let a bag be changed at another instant; with scope CYCLE all later ones too.

    Later visits move by as much as this one. The plan is made around the new hours.

    :raises VisitFixed: when it is not a bag change.
    :raises VisitAfterDry: naming when the bag on the pump is empty.
    :raises VisitAfterUseBy: naming when the bag on the pump reaches its use-by.
    :raises VisitWithoutBag: when no bag lasts until then or is made and there in time.
    """
    with changing(actor=actor, action="visit.move", course_id=course_id) as course:
        cycle = running_cycle(course)
        visit = _bag_change(cycle, visit_id)
        to = in_utc(to, field="to").replace(second=0, microsecond=0)
        if to <= now:
            raise VisitInThePast(field="to")
        if to == visit.planned_at:
            raise VisitAlreadyThen(field="to")
        _check_pump(load_rows(course).of(cycle), visit, to)
        moved = [visit, *(_later(cycle, visit) if scope == Scope.CYCLE else ())]
        fixed = [_moved(one, to - visit.planned_at) for one in moved]
        for one in fixed:
            _keep(cycle, actor, one, scope, reason, now)
        plan = replan(
            course,
            cause="visit_moved",
            actor_id=actor.user_id,
            now=now,
            hours={
                row.id: one.to_at
                for row, one in zip(moved, fixed, strict=True)
                if one.to_at
            },
        )
        _check_kept(plan, fixed, VisitWithoutBag)
    return course


def swap_recipe(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    recipe: str,
    at: dt.datetime | None,
    scope: Scope,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Use another bag: for the one hung at an instant, from it on, or for later cycles too.

    Without an instant it counts from now on.

    :raises RecipeUnknown: when the regimen's jurisdiction has no such bag.
    :raises NoBagThen: when one bag is meant and none is planned to be hung then.
    :raises RecipeNotPossible: when no chain of bags has it there.
    """
    with changing(actor=actor, action="recipe.swap", course_id=course_id) as course:
        if recipe not in {one.key for one in catalogue.recipes_of(regimen_of(course))}:
            raise RecipeUnknown(field="recipe")
        cycle = _open_cycle(course)
        from_at = (
            min(now, cycle.planned_start_at) if at is None else in_utc(at, field="at")
        )
        hours = _hours(cycle, from_at) if scope == Scope.STEP else None
        one = Adjustment(
            kind=AdjustmentKind.USE_RECIPE, from_at=from_at, recipe_key=recipe
        )
        _keep(cycle, actor, one, scope, reason, now)
        plan = replan(
            course,
            cause="recipe_swapped",
            actor_id=actor.user_id,
            now=now,
            hours=hours,
        )
        _check_kept(plan, [one], RecipeNotPossible)
    return course


def _bag_change(cycle: models.Cycle, visit_id: uuid.UUID) -> models.Visit:
    visit = cycle.visits.filter(id=visit_id).first()
    if visit is None:
        raise NotFound(field="visit_id")
    if visit.status != VisitStatus.BOOKED:
        raise VisitClosed(field="visit_id")
    if visit.kind != VisitKind.BAG_CHANGE:
        raise VisitFixed(field="visit_id")
    return visit


def _later(cycle: models.Cycle, visit: models.Visit) -> Sequence[models.Visit]:
    """Return the bag changes after one."""
    return list(
        cycle.visits.filter(
            status=VisitStatus.BOOKED,
            kind=VisitKind.BAG_CHANGE,
            planned_at__gt=visit.planned_at,
        ).order_by("planned_at")
    )


def _moved(visit: models.Visit, by: dt.timedelta) -> Adjustment:
    return Adjustment(
        kind=AdjustmentKind.MOVE_VISIT,
        from_at=visit.planned_at,
        to_at=visit.planned_at + by,
    )


def _check_pump(rows: CycleRows, visit: models.Visit, to: dt.datetime) -> None:
    """Refuse an hour until which the bag on the pump does not last.

    A bag that is not hung yet may be exchanged for one that lasts longer.
    """
    bag = rows.hanging
    if bag is None or bag.planned_take_down_at != visit.planned_at:
        return
    limit = emptied_at(rows)
    if limit is None or to <= limit:
        return
    if bag.use_by is not None and bag.use_by <= limit:
        raise VisitAfterUseBy(field="to", at=bag.use_by.isoformat())
    raise VisitAfterDry(field="to", at=limit.isoformat())


def _open_cycle(course: models.Course) -> models.Cycle:
    """Return the cycle that runs or is planned.

    :raises NoPlannedCycle: when there is none.
    """
    rows = course.cycles.filter(status__in=[CycleStatus.STARTED, CycleStatus.PLANNED])
    cycle = rows.order_by("number").first()
    if cycle is None:
        raise NoPlannedCycle(field="cycle")
    return cycle


def _hours(cycle: models.Cycle, at: dt.datetime) -> Hours:
    """Return the visit at which the bag meant is hung.

    :raises NoBagThen: when there is none.
    """
    rows = cycle.visits.filter(
        status=VisitStatus.BOOKED, kind=VisitKind.BAG_CHANGE, planned_at=at
    )
    found = {row.id: row.planned_at for row in rows}
    if not found:
        raise NoBagThen(field="at")
    return found


def _keep(
    cycle: models.Cycle,
    actor: Actor,
    one: Adjustment,
    scope: Scope,
    reason: str,
    now: dt.datetime,
) -> None:
    models.PlanAdjustment.objects.create(
        cycle=cycle,
        kind=one.kind,
        scope=scope,
        from_at=one.from_at,
        to_at=one.to_at,
        recipe_key=one.recipe_key,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=now,
    )


def _check_kept(
    plan: Plan, fixed: Sequence[Adjustment], refused: type[Refusal]
) -> None:
    """Refuse what the plan can't do, naming the first instant of it."""
    for one in fixed:
        at = dict(one.lost.params)["at"]
        for reason in plan.unmet:
            if reason.code == one.lost.code and dict(reason.params)["at"] == at:
                raise refused(field="to" if one.to_at else "recipe", at=at)
