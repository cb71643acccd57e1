"""A course on the ward, and what is recorded of it before it goes home."""

from decimal import Decimal

from infusion.selectors.readiness import load_readiness
from infusion.services.readiness import NewFact, record_facts
from tests.factories.wards import HOUR

DAY = 24 * HOUR


GARDEN = "a garden of tests"


def found(course, now):
    course.refresh_from_db()
    return load_readiness(course, now)


def record(place, course, now, *facts, taken_at=None):
    return record_facts(
        actor=place.nurse,
        course_id=course.id,
        taken_at=taken_at or now,
        facts=list(facts),
        now=now,
    )


def fever(celsius="38.3"):
    return NewFact(kind="TEMPERATURE", number=Decimal(celsius), unit="Cel")
