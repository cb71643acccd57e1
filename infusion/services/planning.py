"""Plans a course again from its facts and stores only what differs.

Called inside the transaction of the fact that caused it, with the course locked.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from infusion import models
from infusion.domain.bag_life import UNMADE
from infusion.domain.bags import PlannedBag
from infusion.domain.plan_json import plan_as_json
from infusion.domain.plans import CyclePlan, Plan, PlanRequest, make_plan
from infusion.domain.states import BagStatus, CycleStatus, VisitStatus
from infusion.domain.visits import PlannedVisit, VisitKind
from infusion.selectors.following import people_of
from infusion.selectors.planning import (
    CourseRows,
    CycleRows,
    load_rows,
    plan_request,
)
from infusion.services.checkins_planning import store_check_ins
from infusion.services.common import touch
from infusion.services.projection import store_messages
from infusion.services.reassessments import hasten

_OPEN = (CycleStatus.PLANNED, CycleStatus.STARTED)
_AT_ONCE = dt.timedelta(minutes=1)

# Visit -> the hour that somebody put it to.
Hours = Mapping[uuid.UUID, dt.datetime]
_Wanted = tuple[PlannedVisit, models.Bag | None]
_Booked = dict[tuple[str, uuid.UUID | None], models.Visit]


def replan(
    course: models.Course,
    *,
    cause: str,
    actor_id: uuid.UUID | None,
    now: dt.datetime,
    hours: Hours | None = None,
) -> Plan:
    """Make the plan again, store the difference, and give the course a new version.

    ``actor_id`` is None when the service itself asks for it. ``hours`` says which visit
    is meant to be at which hour.
    """
    rows = load_rows(course)
    request = plan_request(rows, now)
    plan = make_plan(request)
    bags, visits = {bag.id: bag for bag in rows.bags}, []
    for cycle, cycle_plan in zip(rows.cycles, plan.cycles, strict=False):
        if cycle.status in _OPEN:
            chain = _store_bags(rows.of(cycle), cycle_plan)
            bags |= {bag.id: bag for bag in chain}
            visits += _store_visits(cycle, cycle_plan, chain, hours or {})
    # After the visits: who is booked for them belongs to the people of the plan.
    version = _store_version(course, request, plan, cause, actor_id, now)
    stored = _as_planned(rows, bags.values(), visits)
    # Before the messages: who is asked is reminded of it.
    store_check_ins(stored, now)
    store_messages(stored, version, now, request.rules)
    # Visits, bags and the end are part of what was signed.
    hasten(course, now)
    touch(course)
    return plan


def _as_planned(
    rows: CourseRows, bags: Iterable[models.Bag], visits: Iterable[models.Visit]
) -> CourseRows:
    """Return the rows as the plan has left them in the database."""
    return replace(
        rows,
        bags=sorted(bags, key=lambda bag: (bag.planned_hang_at, bag.sequence)),
        booked=sorted(visits, key=lambda visit: (visit.planned_at, visit.id)),
    )


def _store_version(
    course: models.Course,
    request: PlanRequest,
    plan: Plan,
    cause: str,
    actor_id: uuid.UUID | None,
    now: dt.datetime,
) -> models.PlanVersion:
    # Not the rows: each holds a whole plan.
    numbers = course.plan_versions.order_by("-number").values_list("number", flat=True)
    return models.PlanVersion.objects.create(
        course=course,
        number=(numbers.first() or 0) + 1,
        cause=cause,
        made_by_id=actor_id,
        made_at=now,
        request_digest=hashlib.sha256(canonical(request).encode()).hexdigest(),
        sources=_sources(request),
        people=people_of([course], now)[course.id],
        body=plan_as_json(plan, request.regimen),
    )


def canonical(request: PlanRequest) -> str:
    """Write a request down the same way in every process: sets of days in order."""
    wishes = request.wishes
    days: list[list[dt.date]] = []
    if wishes is not None:
        calendar = wishes.calendar
        days = [sorted(calendar.holidays), sorted(calendar.workdays)]
        bare = replace(calendar, holidays=frozenset(), workdays=frozenset())
        request = replace(request, wishes=replace(wishes, calendar=bare))
    return repr((request, days))


def _sources(request: PlanRequest) -> dict[str, str]:
    """Return every file that took part with its version."""
    recipes = {recipe.key: recipe.version for recipe in request.recipes}
    return {request.regimen.key: request.regimen.version, **recipes}


def _store_bags(rows: CycleRows, plan: CyclePlan) -> list[models.Bag]:
    """Bring the bag rows in line with the chain; return them in the chain's order."""
    by_id = {bag.id: bag for bag in rows.bags}
    used = {bag.id for bag in plan.bags if bag.id}
    spare = [bag for bag in rows.bags if bag.status in UNMADE and bag.id not in used]
    sequence = max((bag.sequence for bag in rows.bags), default=0)
    chain: list[models.Bag] = []
    for planned in plan.bags:
        row = by_id[planned.id] if planned.id else _take_spare(spare, planned)
        if row is not None and row.status == BagStatus.PLANNED:
            row = ordered_twin(spare, row)
        if row is None:
            sequence += 1
            row = _create(rows.cycle, sequence, planned)
        else:
            _update(row, planned)
        chain.append(row)
    for row in spare:
        _cancel(row)
    return chain


def _take_spare(spare: list[models.Bag], planned: PlannedBag) -> models.Bag | None:
    """Return an unmade bag of the same kind, so that it keeps its identity."""
    for row in spare:
        same = (row.recipe_key, row.daily_dose_mcg)
        if same == (planned.recipe.key, planned.daily_dose_mcg):
            spare.remove(row)
            return row
    return None


def ordered_twin(spare: list[models.Bag], row: models.Bag) -> models.Bag:
    """Rather use a bag of the same kind that is ordered, and give up one that is not."""
    for other in spare:
        same = (other.recipe_key, other.daily_dose_mcg)
        is_ordered = other.status == BagStatus.ORDERED
        if is_ordered and same == (row.recipe_key, row.daily_dose_mcg):
            spare[spare.index(other)] = row
            return other
    return row


def _create(cycle: models.Cycle, sequence: int, planned: PlannedBag) -> models.Bag:
    recipe = planned.recipe
    return models.Bag.objects.create(
        course_id=cycle.course_id,
        cycle=cycle,
        sequence=sequence,
        recipe_key=recipe.key,
        recipe_version=recipe.version,
        hours=recipe.hours,
        rate_ml_h=recipe.rate_ml_h,
        volume_ml=recipe.volume_ml,
        daily_dose_mcg=planned.daily_dose_mcg,
        planned_hang_at=planned.hang_at,
        planned_take_down_at=planned.take_down_at,
        use_by=planned.use_by,
    )


def _update(row: models.Bag, planned: PlannedBag) -> None:
    """Write what the plan moved; a hanging bag keeps its use-by.

    One that went up after its time is to come down at once; no row lasts for no time.
    """
    wanted = {
        "planned_hang_at": planned.hang_at,
        "planned_take_down_at": max(planned.take_down_at, planned.hang_at + _AT_ONCE),
        "use_by": planned.use_by,
    }
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, wanted[name])
        row.version += 1
        row.save(update_fields=[*changed, "version"])


def _cancel(row: models.Bag) -> None:
    row.status = BagStatus.CANCELLED
    row.version += 1
    row.save(update_fields=["status", "version"])


def _store_visits(
    cycle: models.Cycle, plan: CyclePlan, chain: Sequence[models.Bag], hours: Hours
) -> list[models.Visit]:
    """Bring the booked visits in line with the plan and return those that stand.

    Each stays that of its bag. One that somebody put to an hour is the one at that hour,
    whichever bag is hung then.
    """
    found = list(cycle.visits.filter(status=VisitStatus.BOOKED))
    booked = {(row.kind, row.bag_id): row for row in found}
    wanted = [
        (visit, chain[visit.bag_index] if visit.bag_index is not None else None)
        for visit in plan.visits
    ]
    wanted = _at_their_hours(wanted, booked, hours)
    fresh: list[_Wanted] = []
    for visit, bag in wanted:
        row = booked.pop((visit.kind.value, bag.id if bag else None), None)
        if row is None:
            fresh.append((visit, bag))
        else:
            _move(row, visit)
    # Whoever is booked for an hour comes, though another bag is hung then.
    rest = _at_their_hours(fresh, booked, _hours_of(booked))
    _cancel_visits(booked.values())
    new = [_book(cycle, visit, bag) for visit, bag in rest]
    return [*(row for row in found if row.status == VisitStatus.BOOKED), *new]


def _at_their_hours(
    wanted: Sequence[_Wanted], booked: _Booked, hours: Hours
) -> list[_Wanted]:
    """Give visits of the plan to the rows for their hour; return those without one."""
    rows = {(row.kind, hours.get(row.id)): row for row in booked.values()}
    left: list[_Wanted] = []
    for visit, bag in wanted:
        row = rows.get((visit.kind.value, visit.at))
        holder = booked.get((visit.kind.value, bag.id if bag else None), row)
        if row is None or bag is None or holder is not row:
            left.append((visit, bag))
            continue
        del booked[row.kind, row.bag_id]
        _move(row, visit, bag)
    return left


def _hours_of(booked: _Booked) -> Hours:
    return {row.id: row.planned_at for row in booked.values()}


def _book(
    cycle: models.Cycle, visit: PlannedVisit, bag: models.Bag | None
) -> models.Visit:
    return models.Visit.objects.create(
        cycle=cycle,
        kind=visit.kind.value,
        bag=bag,
        planned_at=visit.at,
        placement=visit.placement.value,
    )


def _move(
    row: models.Visit, visit: PlannedVisit, bag: models.Bag | None = None
) -> None:
    """Write what the plan moved; a ``bag`` is the one to hang instead of another."""
    wanted: dict[str, object] = {
        "planned_at": visit.at,
        "placement": visit.placement.value,
    }
    if bag is not None:
        wanted["bag_id"] = bag.id
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, wanted[name])
        row.version += 1
        row.save(update_fields=[*changed, "version"])


def _cancel_visits(rows: Iterable[models.Visit]) -> None:
    for row in rows:
        row.status = VisitStatus.CANCELLED
        row.version += 1
        row.save(update_fields=["status", "version"])


def fulfil_visit(
    cycle: models.Cycle, *, bag: models.Bag | None, done_at: dt.datetime
) -> None:
    """Mark the visit for a bag, or the disconnect, as done."""
    rows = cycle.visits.filter(status=VisitStatus.BOOKED, bag=bag)
    if bag is None:
        rows = rows.filter(kind=VisitKind.DISCONNECT.value)
    for row in rows:
        row.status = VisitStatus.FULFILLED
        row.done_at = done_at
        row.version += 1
        row.save(update_fields=["status", "done_at", "version"])
