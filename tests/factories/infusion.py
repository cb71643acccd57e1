"""Courses for tests, made by the services, as people make them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from infusion.domain.hanging import PumpReading
from infusion.domain.states import BagStatus
from infusion.services.bags import deliver_bag
from infusion.services.courses import order_course
from infusion.services.cycles import start_cycle
from infusion.services.hanging import confirm_hang, enter_hang
from patients.policy import Actor
from tests.factories.patients import MeasurementFactory

REGIMEN = "us-label-rr"


def weigh(patient: Any, now: dt.datetime, weight_kg: str = "70.00") -> None:
    """Record a weight of yesterday."""
    MeasurementFactory(
        patient=patient,
        value=Decimal(weight_kg),
        taken_at=now - dt.timedelta(days=1),
    )


def order(
    patient: Any, physician: Actor, now: dt.datetime, regimen: str = REGIMEN
) -> Any:
    """Order a course that starts in an hour."""
    weigh(patient, now)
    return order_course(
        actor=physician,
        patient_id=patient.id,
        regimen_key=regimen,
        start_at=now + dt.timedelta(hours=1),
        now=now,
    )


def deliver(bag: Any, nurse: Actor, now: dt.datetime) -> Any:
    """Deliver a bag that was made an hour ago."""
    return deliver_bag(
        actor=nurse,
        bag_id=bag.id,
        prepared_at=now - dt.timedelta(hours=1),
        lot="LOT1",
        now=now,
    )


def next_bag(course: Any) -> Any:
    """Return the bag to hang next."""
    waiting = [BagStatus.PLANNED, BagStatus.DELIVERED]
    return course.bags.filter(status__in=waiting).order_by("planned_hang_at").first()


def start(course: Any, nurse: Actor, now: dt.datetime) -> Any:
    """Deliver the first bag and give the go."""
    deliver(next_bag(course), nurse, now)
    return start_cycle(
        actor=nurse, course_id=course.id, premedication_given=True, now=now
    )


def reading_of(bag: Any, hung_at: dt.datetime) -> PumpReading:
    """Return what the pump shows when it is set to what the label says."""
    hours = float(bag.volume_ml / bag.rate_ml_h)
    return PumpReading(
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        ends_at=hung_at + dt.timedelta(hours=hours),
    )


def hang(
    course: Any,
    first: Actor,
    second: Actor,
    now: dt.datetime,
    hung_at: dt.datetime | None = None,
) -> Any:
    """Hang the next bag: one person enters it, another one confirms."""
    bag, hung_at = next_bag(course), hung_at or now
    old = course.bags.filter(status=BagStatus.HUNG).first()
    check = enter_hang(
        actor=first,
        course_id=course.id,
        bag_code=bag.code,
        replaces_code=old.code if old else None,
        hung_at=hung_at,
        reading=reading_of(bag, hung_at),
        now=now,
    )
    return confirm_hang(
        actor=second, check_id=check.id, reading=reading_of(bag, hung_at), now=now
    )
