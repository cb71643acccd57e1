"""The steps of a bag in the pharmacy: ordered, made, checked by another, sent."""

import datetime as dt
import uuid

from infusion import models
from infusion.domain.hanging import BagDiscarded, BagExpired, SamePersonTwice
from infusion.domain.recipes import use_by
from infusion.domain.states import BagStatus, CycleStatus
from infusion.services.bags import (
    Changing,
    changing_bag,
    recipe_of,
    start_clock,
    store,
)
from infusion.services.common import past_instant, touch
from infusion.services.ledgers import EventTooEarly
from infusion.services.planning import replan
from infusion.services.projection import project_course
from patients.policy import Actor

_OPEN = (CycleStatus.PLANNED, CycleStatus.STARTED)


def order_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.Bag:
    """Order a planned bag: from now on a plan that gives it up withdraws the order.

    :raises StepNotAllowed: when it is not only planned.
    """
    with changing_bag(
        actor=actor,
        action="bag.order",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = _next(here, BagStatus.ORDERED)
        bag.ordered_at = now
        store(bag)
        touch(here.course)
    return bag


def compound_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    prepared_at: dt.datetime,
    lot: str = "",
    now: dt.datetime,
) -> models.Bag:
    """Record that an ordered bag was made: its two use-by clocks begin.

    :raises PharmacyStepsNotRecorded: when the site does not record this step.
    :raises BagExpired: when its cold limit has passed.
    :raises StepNotAllowed: when it is not ordered.
    """
    with changing_bag(
        actor=actor,
        action="bag.compound",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = _next(here, BagStatus.COMPOUNDED)
        start_clock(bag, past_instant(prepared_at, now, field="prepared_at"))
        _check_keeps(bag, now, field="prepared_at")
        bag.compounded_by_id, bag.lot = actor.user_id, lot
        _limit(bag)
        store(bag)
        replan(here.course, cause="bag_compounded", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def check_compounded(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    now: dt.datetime,
) -> models.Bag:
    """Record that a second person found a made bag and its label right.

    :raises SamePersonTwice: when it is the person who made it.
    :raises BagExpired: when its use-by has passed.
    :raises StepNotAllowed: when it is not made, or checked before.
    """
    with changing_bag(
        actor=actor,
        action="bag.check",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = _next(here, BagStatus.CHECKED)
        if bag.compounded_by_id == actor.user_id:
            raise SamePersonTwice(field="checked_by")
        _check_keeps(bag, now, field="bag")
        bag.checked_by_id, bag.checked_at = actor.user_id, now
        store(bag)
        project_course(here.course, now)
        touch(here.course)
    return bag


def dispatch_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    out_of_cold_at: dt.datetime | None = None,
    now: dt.datetime,
) -> models.Bag:
    """Record that a checked bag has left the pharmacy.

    ``out_of_cold_at`` is when it left the cold, where it travels without: the clock of the
    room begins then and does not stop again.

    :raises EventTooEarly: when it left the cold before it was made.
    :raises BagExpired: when its use-by has passed.
    :raises StepNotAllowed: when it is not checked.
    """
    with changing_bag(
        actor=actor,
        action="bag.dispatch",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = _next(here, BagStatus.DISPATCHED)
        _check_keeps(bag, now, field="bag")
        if out_of_cold_at is not None:
            _warm(bag, past_instant(out_of_cold_at, now, field="out_of_cold_at"), now)
        bag.dispatched_at = now
        store(bag)
        replan(here.course, cause="bag_dispatched", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def _next(here: Changing, wanted: BagStatus) -> models.Bag:
    """Move a bag on; one of a cycle that is over has no further step but the bin."""
    here.check(wanted)
    if here.bag.cycle.status not in _OPEN:
        raise BagDiscarded(field="bag")
    here.bag.status = wanted
    return here.bag


def _warm(bag: models.Bag, out_of_cold_at: dt.datetime, now: dt.datetime) -> None:
    if bag.prepared_at is not None and out_of_cold_at < bag.prepared_at:
        raise EventTooEarly(field="out_of_cold_at")
    bag.out_of_cold_at = out_of_cold_at
    _limit(bag)
    _check_keeps(bag, now, field="out_of_cold_at")


def _limit(bag: models.Bag) -> None:
    """Say by when the bag must be down, as planned; a new plan says it again."""
    bag.use_by = use_by(
        recipe_of(bag),
        hang_at=bag.planned_hang_at,
        out_of_cold_at=bag.out_of_cold_at,
        prepared_at=bag.prepared_at,
    )


def _check_keeps(bag: models.Bag, now: dt.datetime, *, field: str) -> None:
    """Refuse a bag that is past a clock that already runs."""
    ends = [bag.cold_until] if bag.cold_until else []
    if bag.out_of_cold_at:
        ends.append(bag.out_of_cold_at + recipe_of(bag).room_limit)
    if any(end <= now for end in ends):
        raise BagExpired(field=field)
