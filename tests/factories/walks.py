"""Courses along a graph for tests: a site that completed a regimen, blocks recorded."""

import datetime as dt
from typing import Any

from infusion import catalogue, models
from infusion.services import cycles, overlays, walking
from infusion.services.deciding import decide
from infusion.services.facts import FactGiven
from patients.policy import Actor
from tests.factories.patients import MeasurementFactory
from tests.factories.wards import HOUR, Ward, planned_bags

A041703 = "alliance-a041703"
DAY = dt.timedelta(days=1)
# What the abstract leaves open; a site decides it.
FREE_DAYS = {"value": "14", "unit": "d", "source": "Local protocol 7", "note": ""}


def holes(key: str = A041703) -> list[str]:
    """Return the places of a regimen that no source fills."""
    return [one.place for one in catalogue.get_regimen(key).missing]


def completion(key: str = A041703) -> dict[str, dict[str, str]]:
    """Return values that complete the regimen."""
    return {place: dict(FREE_DAYS) for place in holes(key)}


def signed(ward: Ward, key: str = A041703, **values: Any) -> models.RegimenOverlay:
    """Return an overlay of the ward's site that both have signed."""
    row = overlays.draft_overlay(
        actor=ward.pharmacist,
        site_id=ward.site.id,
        regimen_key=key,
        values={**completion(key), **values},
        now=ward.now,
    )
    for actor, role in ((ward.pharmacist, "PHARMACIST"), (ward.physician, "PHYSICIAN")):
        row = overlays.sign_overlay(
            actor=actor, overlay_id=row.id, role=role, now=ward.now
        )
    return row


def fact(
    kind: str, value: str, now: dt.datetime, unit: str = "", assay: str = ""
) -> FactGiven:
    """Return a fact found on the day before."""
    day = (now - DAY).date()
    return FactGiven(kind=kind, value=value, unit=unit, assay=assay, taken_on=day)


def given_block(
    ward: Ward, course: models.Course, key: str, start: dt.date, end: dt.date
) -> dt.datetime:
    """Record a block from its first to its last day; return the evening after."""
    for step, day in (("START", start), ("FINISH", end)):
        walking.record_block(
            actor=ward.nurse,
            course_id=course.id,
            block=key,
            step=step,
            on=day,
            now=evening(day),
        )
    return evening(end)


def evening(day: dt.date) -> dt.datetime:
    """Return an instant at which a day has begun everywhere in America."""
    return dt.datetime.combine(day, dt.time(23), tzinfo=dt.UTC)


def decided(
    ward: Ward,
    course: models.Course,
    to: str,
    now: dt.datetime,
    *facts: FactGiven,
    **more: str,
) -> models.Course:
    """Let the physician take a way."""
    return decide(
        actor=ward.physician,
        course_id=course.id,
        to=to,
        facts=facts,
        now=now,
        **more,
    )


def run_cycle(ward: Ward, course: models.Course, start: dt.datetime) -> dt.datetime:
    """Run the planned cycle from its first bag to its last hour; return the end."""
    bags = planned_bags(course)
    ward.deliver(bags[0], start)
    ward.start(course, start)
    before = None
    for bag in bags:
        at = start if before is None else before.planned_take_down_at
        if before is not None:
            ward.deliver(bag, at)
        ward.hang(bag, at, replaces=before)
        bag.refresh_from_db()
        before = bag
    end = start + 672 * HOUR
    return finish_cycle(ward, course, end)


def finish_cycle(ward: Ward, course: models.Course, end: dt.datetime) -> dt.datetime:
    """Disconnect after the last hour."""
    cycles.end_cycle(
        actor=ward.nurse, course_id=course.id, at=end, reason="COMPLETED", now=end
    )
    course.refresh_from_db()
    return end


def weighed(ward: Ward, now: dt.datetime) -> None:
    """Weigh the patient an hour before."""
    MeasurementFactory(patient=ward.patient, taken_at=now - HOUR)


def order_next(
    ward: Ward,
    course: models.Course,
    start: dt.datetime,
    actor: Actor | None = None,
    now: dt.datetime | None = None,
) -> models.Cycle:
    """Order the next cycle an hour before it starts."""
    at = now or start - HOUR
    weighed(ward, at)
    cycles.order_next_cycle(
        actor=actor or ward.physician, course_id=course.id, start_at=start, now=at
    )
    course.refresh_from_db()
    return course.cycles.get(status="PLANNED")
