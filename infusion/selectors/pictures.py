"""Reads a course as it is stored, for one side of a preview; nine queries."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from infusion import catalogue, models
from infusion.domain.clock import Ledger
from infusion.domain.courses import Unmet
from infusion.domain.plans import effective_ledger
from infusion.domain.previews import (
    BagPicture,
    CyclePicture,
    MessagePicture,
    Picture,
    Risk,
    VisitPicture,
    Waiting,
)
from infusion.domain.standings import Due
from infusion.domain.states import (
    BagStatus,
    CourseStatus,
    CycleStatus,
    MessageStatus,
    VisitStatus,
)
from infusion.selectors.planning import CourseRows, cycle_facts, load_clock_rows
from infusion.selectors.walking import waits_for
from patients.selectors.assignments import names_of

_OPEN_COURSES = frozenset({CourseStatus.ORDERED, CourseStatus.ACTIVE})
_OPEN_CYCLES = frozenset({CycleStatus.PLANNED, CycleStatus.STARTED})
_OVER = frozenset({BagStatus.FINISHED, BagStatus.DISCARDED, BagStatus.CANCELLED})
_OWED = (MessageStatus.PENDING, MessageStatus.SENDING)
_MINUTE = dt.timedelta(minutes=1)
_ZERO = dt.timedelta(0)


def load_picture(course: models.Course, now: dt.datetime) -> Picture:
    """Read the bags, visits and messages of a course and what its last plan says."""
    rows = load_clock_rows(course)
    body = _last_plan(course)
    visits = list(
        models.Visit.objects.filter(cycle__course=course).order_by("planned_at", "id")
    )
    messages = list(course.messages.filter(status__in=_OWED).order_by("due_at", "id"))
    people = [
        *(one.assigned_to_id for one in visits),
        *(one.user_id for one in messages),
    ]
    names = names_of({one for one in people if one})
    used = {one.bag_id for one in visits if one.status == VisitStatus.BOOKED}
    return Picture(
        course_status=course.status,
        cycles=tuple(_cycles(rows, body)),
        bags=tuple(_bags(rows, used, now)),
        visits=_visits(visits, names),
        messages=_messages(messages, names),
        unmet=tuple(_unmet(one) for one in body.get("unmet", ())),
        risks=tuple(_risks(body)),
        waits_for=_waits_for(course),
    )


def _waits_for(course: models.Course) -> Waiting:
    if course.status not in _OPEN_COURSES:
        return Waiting(due=Due.NOTHING)
    place = waits_for(course)
    key = place.block.key if place.block else ""
    return Waiting(due=place.due, block=key, ordinal=place.ordinal)


def _last_plan(course: models.Course) -> Mapping[str, Any]:
    last = course.plan_versions.order_by("-number").values_list("body", flat=True)
    return last.first() or {}


def _cycles(rows: CourseRows, body: Mapping[str, Any]) -> Iterator[CyclePicture]:
    planned = {one["number"]: one for one in body.get("cycles", ())}
    for cycle in rows.cycles:
        plan = planned.get(cycle.number)
        if plan is not None:
            yield CyclePicture(
                id=cycle.number,
                status=cycle.status,
                starts_at=plan["starts_at"],
                infusion_ends_at=plan["infusion_ends_at"],
                inpatient_until=plan["inpatient_until"],
                is_open=cycle.status in _OPEN_CYCLES,
            )


def _unmet(reason: Mapping[str, Any]) -> Unmet:
    params = ((name, str(value)) for name, value in reason.items() if name != "code")
    return Unmet(code=reason["code"], params=tuple(params))


def _risks(body: Mapping[str, Any]) -> Iterator[Risk]:
    for cycle in body.get("cycles", ()):
        for one in cycle["relaxations"]:
            yield Risk(code=one["code"], at=one["at"], recipe=one["recipe"])


def _bags(
    rows: CourseRows, used: set[uuid.UUID | None], now: dt.datetime
) -> Iterator[BagPicture]:
    ledgers = {
        one.id: effective_ledger(cycle_facts(rows.of(one)), now) for one in rows.cycles
    }
    for bag in rows.bags:
        recipe = catalogue.get_recipe(bag.recipe_key)
        is_hanging = bag.status == BagStatus.HUNG
        is_used = is_hanging or bag.id in used
        has_run = bag.hung_at is not None and not is_hanging
        ledger = ledgers.get(bag.cycle_id)
        run = _run(ledger, bag, now) if is_used or has_run else _ZERO
        left = max(recipe.life - run, _ZERO)
        yield BagPicture(
            id=bag.id,
            sequence=bag.sequence,
            status=bag.status,
            recipe_key=bag.recipe_key,
            daily_dose_mcg=bag.daily_dose_mcg,
            vials=recipe.vials(bag.daily_dose_mcg),
            hang_at=bag.hung_at or bag.planned_hang_at,
            take_down_at=bag.taken_down_at or bag.planned_take_down_at,
            use_by=bag.use_by,
            left_ml=_ml(left, bag.rate_ml_h),
            is_open=bag.status not in _OVER,
            is_made=bag.prepared_at is not None,
            is_used=is_used,
        )


def _run(ledger: Ledger | None, bag: models.Bag, now: dt.datetime) -> dt.timedelta:
    """Return how long a bag has run and is planned to run on."""
    if bag.hung_at is None or ledger is None:
        return bag.planned_take_down_at - bag.planned_hang_at
    down = bag.taken_down_at or bag.planned_take_down_at
    past = ledger.delivered(min(down, now)) - ledger.delivered(bag.hung_at)
    return past + (max(down - now, _ZERO) if bag.taken_down_at is None else _ZERO)


def _ml(span: dt.timedelta, rate_ml_h: Decimal) -> Decimal:
    """Return the volume of whole minutes at a rate, to a tenth of a millilitre."""
    volume = Decimal(span // _MINUTE) * rate_ml_h / 60
    return volume.quantize(Decimal("0.1"))


def _visits(
    rows: Sequence[models.Visit], names: Mapping[uuid.UUID, str]
) -> tuple[VisitPicture, ...]:
    return tuple(
        VisitPicture(
            id=row.id,
            kind=row.kind,
            status=row.status,
            at=row.planned_at,
            placement=row.placement,
            owner_id=row.assigned_to_id,
            owner_name=names.get(row.assigned_to_id, "") if row.assigned_to_id else "",
            bag_id=row.bag_id,
            is_open=row.status == VisitStatus.BOOKED,
        )
        for row in rows
    )


def _messages(
    rows: Sequence[models.Message], names: Mapping[uuid.UUID, str]
) -> tuple[MessagePicture, ...]:
    return tuple(
        MessagePicture(
            id=row.id,
            kind=row.kind,
            due_at=row.due_at,
            person_kind=row.person_kind,
            person_id=row.user_id or row.patient_id,
            person_name=names.get(row.user_id, "") if row.user_id else "",
        )
        for row in rows
    )
