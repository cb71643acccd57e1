"""Delivers and discards bags."""

import datetime as dt
import uuid

from infusion import catalogue, models
from infusion.domain.refusals import Refusal
from infusion.domain.states import BagStatus, check_step
from infusion.selectors.planning import load_rows
from infusion.services.checks import withdraw_checks
from infusion.services.common import (
    NotFound,
    VersionOutdated,
    changing,
    past_instant,
)
from infusion.services.ledgers import ledger
from infusion.services.planning import replan
from patients.policy import Actor


class BagExpiredAtDelivery(Refusal):
    """The bag has passed its cold limit before it came."""

    code = "bag_expired_at_delivery"


class PauseFirst(Refusal):
    """A bag can't be discarded while the pump runs from it."""

    code = "pause_first"


def deliver_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    prepared_at: dt.datetime,
    lot: str = "",
    now: dt.datetime,
) -> models.Bag:
    """Record that a planned bag was made and has come.

    :raises BagExpiredAtDelivery: when its cold limit has passed.
    :raises StepNotAllowed: when it was delivered, hung or cancelled before.
    """
    with changing(
        actor=actor, action="bag.deliver", course_id=_course_id(bag_id)
    ) as course:
        bag = _bag(bag_id, expected_version)
        check_step(BagStatus(bag.status), BagStatus.DELIVERED)
        prepared_at = past_instant(prepared_at, now, field="prepared_at")
        cold_until = prepared_at + catalogue.get_recipe(bag.recipe_key).cold_limit
        if cold_until <= now:
            raise BagExpiredAtDelivery(field="prepared_at")
        bag.status = BagStatus.DELIVERED
        bag.prepared_at, bag.cold_until = prepared_at, cold_until
        bag.delivered_at, bag.lot = now, lot
        bag.version += 1
        bag.save()
        replan(course, cause="bag_delivered", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def discard_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    reason: str,
    now: dt.datetime,
) -> models.Bag:
    """Throw a bag away; what hangs must stand still first.

    :raises PauseFirst: when the pump runs from it.
    :raises StepNotAllowed: when it is not in anybody's hands.
    """
    with changing(
        actor=actor, action="bag.discard", course_id=_course_id(bag_id)
    ) as course:
        bag = _bag(bag_id, expected_version)
        check_step(BagStatus(bag.status), BagStatus.DISCARDED)
        if bag.status == BagStatus.HUNG:
            _check_stands_still(course, bag)
            bag.taken_down_at = now
        withdraw_checks([bag], now)
        bag.status, bag.discard_reason = BagStatus.DISCARDED, reason
        bag.version += 1
        bag.save()
        replan(course, cause="bag_discarded", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def _course_id(bag_id: uuid.UUID) -> uuid.UUID:
    found = models.Bag.objects.filter(id=bag_id).values_list("course_id", flat=True)
    course_id = found.first()
    if course_id is None:
        raise NotFound(field="bag")
    return course_id


def _bag(bag_id: uuid.UUID, expected_version: int | None) -> models.Bag:
    bag = models.Bag.objects.get(id=bag_id)
    if expected_version is not None and bag.version != expected_version:
        raise VersionOutdated(field="version")
    return bag


def _check_stands_still(course: models.Course, bag: models.Bag) -> None:
    rows = load_rows(course)
    cycle = next(one for one in rows.cycles if one.id == bag.cycle_id)
    if ledger(rows.of(cycle)).is_running:
        raise PauseFirst(field="bag")
