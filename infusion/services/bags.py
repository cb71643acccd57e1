"""Delivers and discards bags."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from infusion import catalogue, models
from infusion.domain.bag_life import DiscardReason, check_discard, check_life
from infusion.domain.events import ReasonUnknown
from infusion.domain.recipes import Recipe
from infusion.domain.refusals import Refusal
from infusion.domain.states import BagStatus, check_step
from infusion.selectors.planning import load_rows, site_policy
from infusion.services.checks import withdraw_checks
from infusion.services.common import (
    NotFound,
    VersionOutdated,
    changing,
    past_instant,
)
from infusion.services.discharging import VolumeImpossible
from infusion.services.ledgers import ledger
from infusion.services.planning import replan
from patients.policy import Actor


class BagExpiredAtDelivery(Refusal):
    """The bag has passed its cold limit before it came."""

    code = "bag_expired_at_delivery"


class PauseFirst(Refusal):
    """A bag can't be discarded while the pump runs from it."""

    code = "pause_first"


class MakingUnknown(Refusal):
    """Nobody has said when the bag was made."""

    code = "making_unknown"


class MakingDiffers(Refusal):
    """The pharmacy has recorded another instant at which the bag was made."""

    code = "making_differs"


@dataclass(frozen=True, kw_only=True)
class Changing:
    """A bag of a locked course, and what its site says about the steps of its life."""

    course: models.Course
    bag: models.Bag
    records_steps: bool

    def check(self, wanted: BagStatus) -> None:
        """Refuse a step the bag may not take here.

        :raises StepNotAllowed: when it may not be taken from where it is.
        :raises PharmacyStepLeftOut: when the site records what comes before.
        :raises PharmacyStepsNotRecorded: when it does not record this one.
        """
        check_life(BagStatus(self.bag.status), wanted, records_steps=self.records_steps)


@contextmanager
def changing_bag(
    *, actor: Actor, action: str, bag_id: uuid.UUID, expected_version: int | None
) -> Iterator[Changing]:
    """Lock the course of a bag for a change of that bag.

    :raises NotFound: when there is no such bag for the actor.
    :raises VersionOutdated: when the bag changed after the actor looked at it.
    """
    with changing(actor=actor, action=action, course_id=_course_id(bag_id)) as course:
        bag = models.Bag.objects.get(id=bag_id)
        if expected_version is not None and bag.version != expected_version:
            raise VersionOutdated(field="version")
        values = site_policy(course.site_id)
        is_recorded = values.is_on("pharmacy_records_steps")
        yield Changing(course=course, bag=bag, records_steps=is_recorded)


def store(bag: models.Bag) -> None:
    """Store a changed bag under its next version."""
    bag.version += 1
    bag.save()


def recipe_of(bag: models.Bag) -> Recipe:
    """Return how a bag is made."""
    return catalogue.get_recipe(bag.recipe_key)


def deliver_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    prepared_at: dt.datetime | None = None,
    lot: str = "",
    now: dt.datetime,
) -> models.Bag:
    """Record that a bag has come.

    Where the site does not record the steps of its pharmacy a planned bag comes as it
    is, and ``prepared_at`` says when it was made. Else the pharmacy has said so.

    :raises BagExpiredAtDelivery: when its cold limit has passed.
    :raises PharmacyStepLeftOut: when the site records steps that were not taken.
    :raises MakingUnknown: when nobody says when it was made.
    :raises MakingDiffers: when the pharmacy has said something else.
    :raises StepNotAllowed: when it was delivered, hung or cancelled before.
    """
    with changing_bag(
        actor=actor,
        action="bag.deliver",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = here.bag
        here.check(BagStatus.DELIVERED)
        _take_making(bag, prepared_at, now)
        if bag.cold_until is None or bag.cold_until <= now:
            raise BagExpiredAtDelivery(field="prepared_at")
        bag.status, bag.delivered_at = BagStatus.DELIVERED, now
        bag.lot = bag.lot or lot
        store(bag)
        replan(here.course, cause="bag_delivered", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def _take_making(
    bag: models.Bag, prepared_at: dt.datetime | None, now: dt.datetime
) -> None:
    """Keep when a bag was made, unless the pharmacy has said so before."""
    if prepared_at is not None:
        prepared_at = past_instant(prepared_at, now, field="prepared_at")
    if bag.prepared_at is None:
        if prepared_at is None:
            raise MakingUnknown(field="prepared_at")
        start_clock(bag, prepared_at)
    elif prepared_at not in {None, bag.prepared_at}:
        raise MakingDiffers(field="prepared_at")


def start_clock(bag: models.Bag, prepared_at: dt.datetime) -> None:
    """Let the use-by clock of the cold begin with the making of a bag."""
    bag.prepared_at = prepared_at
    bag.cold_until = prepared_at + recipe_of(bag).cold_limit


def discard_bag(
    *,
    actor: Actor,
    bag_id: uuid.UUID,
    expected_version: int | None = None,
    reason: str,
    note: str = "",
    remaining_ml: Decimal | None = None,
    now: dt.datetime,
) -> models.Bag:
    """Throw a made bag away; what hangs must stand still first.

    ``remaining_ml`` is what is left in the whole bag, overfill included; None when nobody
    can tell, as after a leak.

    :raises PauseFirst: when the pump runs from it.
    :raises ReasonUnknown: when the reason is none of the list.
    :raises DiscardNoteMissing: when another reason is not given in words.
    :raises VolumeImpossible: when more is said to be left than the bag held.
    :raises StepNotAllowed: when it is not in anybody's hands.
    """
    with changing_bag(
        actor=actor,
        action="bag.discard",
        bag_id=bag_id,
        expected_version=expected_version,
    ) as here:
        bag = here.bag
        check_step(BagStatus(bag.status), BagStatus.DISCARDED)
        _check_why(bag, reason, note, remaining_ml)
        if bag.status == BagStatus.HUNG:
            _check_stands_still(here.course, bag)
            bag.taken_down_at = now
        withdraw_checks([bag], now)
        bag.status, bag.discarded_at = BagStatus.DISCARDED, now
        bag.discard_reason, bag.discard_note = reason, note
        bag.discarded_ml = remaining_ml
        store(bag)
        replan(here.course, cause="bag_discarded", actor_id=actor.user_id, now=now)
    bag.refresh_from_db()
    return bag


def _check_why(
    bag: models.Bag, reason: str, note: str, remaining_ml: Decimal | None
) -> None:
    if reason not in set(DiscardReason):
        raise ReasonUnknown(field="reason", known=", ".join(DiscardReason))
    check_discard(DiscardReason(reason), note)
    most = recipe_of(bag).bag_volume_ml or bag.volume_ml
    if remaining_ml is not None and not 0 <= remaining_ml <= most:
        raise VolumeImpossible(field="remaining_ml", most=most)


def _course_id(bag_id: uuid.UUID) -> uuid.UUID:
    found = models.Bag.objects.filter(id=bag_id).values_list("course_id", flat=True)
    course_id = found.first()
    if course_id is None:
        raise NotFound(field="bag")
    return course_id


def _check_stands_still(course: models.Course, bag: models.Bag) -> None:
    rows = load_rows(course)
    cycle = next(one for one in rows.cycles if one.id == bag.cycle_id)
    if ledger(rows.of(cycle)).is_running:
        raise PauseFirst(field="bag")
