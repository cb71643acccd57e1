"""The way home with the infusion running, and the way back."""

import datetime as dt
import uuid
from decimal import ROUND_HALF_UP, Decimal

from infusion import models
from infusion.domain.bag_life import TO_COME
from infusion.domain.plans import effective_ledger
from infusion.domain.refusals import Refusal
from infusion.domain.states import PlacementKind, VisitStatus
from infusion.selectors.planning import (
    CycleRows,
    cycle_facts,
    load_rows,
    site_policy,
)
from infusion.services.common import changing
from infusion.services.cycles import running_cycle
from infusion.services.interruptions import NoBagHanging, NotRunning
from infusion.services.ledgers import ledger
from infusion.services.placements import Move, Moved, move
from patients.policy import Actor

_PLACES = Decimal("0.01")


class PumpDiffers(Refusal):
    """The pump is not the one that was assessed."""

    code = "pump_differs"


class VolumeImpossible(Refusal):
    """More is said to be left than the bag held."""

    code = "volume_impossible"


class HomePumpNotAllowed(Refusal):
    """The site does not let patients stay on the home pump on the ward."""

    code = "home_pump_not_allowed"


def discharge(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    from_at: dt.datetime,
    pump_serial: str,
    volume_left_ml: Decimal,
    reason: str = "",
    override_reason: str = "",
    now: dt.datetime,
) -> models.Course:
    """Send the patient home on the home pump; everything else follows from the plan.

    :raises NotRunning: when the pump stands still: nobody goes home like that.
    :raises PumpDiffers: when another pump was assessed.
    :raises VolumeImpossible: when more is left than the bag held.
    :raises Refusal: as a move of the patient does.
    """
    with changing(
        actor=actor,
        action="placement.change",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        rows = load_rows(course).of(running_cycle(course))
        bag = _running_bag(rows, now)
        _check_pump(course, pump_serial)
        if not 0 <= volume_left_ml <= bag.volume_ml:
            raise VolumeImpossible(field="volume_left_ml", most=bag.volume_ml)
        asked = Move(
            kind=PlacementKind.HOME,
            from_at=from_at,
            reason=reason,
            override_reason=override_reason,
        )
        moved = move(course, asked, actor, now)
        _store(rows, bag, moved, (pump_serial.strip(), volume_left_ml), actor)
    return course


def _running_bag(rows: CycleRows, now: dt.datetime) -> models.Bag:
    """Return the bag that runs; an empty one does not, whatever the pump says."""
    bag = rows.hanging
    if bag is None:
        raise NoBagHanging(field="from_at")
    if not effective_ledger(cycle_facts(rows), now).is_running:
        raise NotRunning(field="from_at")
    return bag


def _check_pump(course: models.Course, serial: str) -> None:
    assessed = (
        models.ReadinessFact.objects.filter(
            course=course,
            kind="PUMP",
            item="SERIAL",
            corrected_by=None,
            is_withdrawn=False,
        )
        .order_by("-taken_at", "-recorded_at", "-id")
        .first()
    )
    if assessed and assessed.text.casefold() != serial.strip().casefold():
        raise PumpDiffers(field="pump_serial")


def volume_left(rows: CycleRows, bag: models.Bag, at: dt.datetime) -> Decimal:
    """Return what is left in the hanging bag at an instant, in mL, from its rate."""
    book = ledger(rows)
    ran = book.delivered(at) - book.delivered(bag.hung_at or at)
    hours = Decimal(ran // dt.timedelta(seconds=1)) / 3600
    left = max(bag.volume_ml - bag.rate_ml_h * hours, Decimal(0))
    return left.quantize(_PLACES, ROUND_HALF_UP)


def _store(
    rows: CycleRows,
    bag: models.Bag,
    moved: Moved,
    read: tuple[str, Decimal],
    actor: Actor,
) -> None:
    """Keep what the hand-over sheet says, with the plan it comes from."""
    pump_serial, volume_ml = read
    course = rows.cycle.course
    waiting = rows.cycle.bags.filter(status__in=TO_COME)
    visits = rows.cycle.visits.filter(status=VisitStatus.BOOKED)
    models.Discharge.objects.create(
        course=course,
        cycle=rows.cycle,
        placement=moved.placement,
        sign_off=moved.sign_off,
        plan_version=course.plan_versions.order_by("-number")[0],
        pump_serial=pump_serial,
        bag=bag,
        volume_read_ml=volume_ml,
        volume_computed_ml=volume_left(rows, bag, moved.placement.from_at),
        first_home_bag=waiting.order_by("planned_hang_at", "sequence").first(),
        next_visit=visits.order_by("planned_at").first(),
        recorded_by_id=actor.user_id,
    )


def readmit(
    *,
    actor: Actor,
    course_id: uuid.UUID,
    expected_version: int | None = None,
    from_at: dt.datetime,
    keeps_home_pump: bool,
    reason: str,
    now: dt.datetime,
) -> models.Course:
    """Bring the patient back to the ward; the infusion and its clock run on.

    :raises HomePumpNotAllowed: when the site has not signed that the home pump stays.
    :raises Refusal: as a move of the patient does.
    """
    with changing(
        actor=actor,
        action="placement.change",
        course_id=course_id,
        expected_version=expected_version,
    ) as course:
        policy = site_policy(course.site_id)
        if keeps_home_pump and not policy.is_on("readmission_home_pump"):
            raise HomePumpNotAllowed(field="keeps_home_pump")
        asked = Move(kind=PlacementKind.WARD, from_at=from_at, reason=reason)
        moved = move(course, asked, actor, now)
        models.Readmission.objects.create(
            course=course,
            placement=moved.placement,
            keeps_home_pump=keeps_home_pump,
            recorded_by_id=actor.user_id,
        )
    return course
