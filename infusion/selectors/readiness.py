"""Reads whether a patient may go home: recorded facts, and those of the course itself."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infusion import catalogue, models
from infusion.domain.bag_life import TO_COME
from infusion.domain.courses import Unmet
from infusion.domain.instants import local_date, zone
from infusion.domain.plans import CyclePlan, effective_ledger
from infusion.domain.readiness import (
    Assessment,
    Criterion,
    Fact,
    Facts,
    Waiver,
    assess,
    digest,
)
from infusion.domain.states import (
    CycleStatus,
    SignOffStatus,
    VisitStatus,
)
from infusion.selectors.planning import (
    CourseRows,
    PlannedCourse,
    cycle_facts,
    plan_course,
    site_policy,
)

LIVE = (SignOffStatus.OPEN, SignOffStatus.SIGNED)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """A course before the way home, at one instant: what is known and what it means."""

    course: models.Course
    cycle: models.Cycle
    plan: CyclePlan
    rows: CourseRows
    facts: Facts
    criteria: tuple[Criterion, ...]
    assessment: Assessment
    digest: str


def load_readiness(
    course: models.Course, now: dt.datetime, planned: PlannedCourse | None = None
) -> Readiness | None:
    """Assess the running cycle of a course, else the planned one; None without either.

    ``planned`` is its plan of this instant, where somebody has it.
    """
    planned = planned or plan_course(course, now)
    rows = planned.rows
    cycle = _cycle_of(rows)
    if cycle is None:
        return None
    plans = {one.number: one for one in planned.plan.cycles}
    plan = plans.get(cycle.number)
    if plan is None:
        return None
    facts = Facts(
        records=(*recorded_facts(course.id), *_derived(rows, cycle, plan, now)),
        waivers=_waivers(cycle),
        age_years=_age(course, now),
    )
    criteria = catalogue.criteria_of(site_policy(course.site_id))
    return Readiness(
        course=course,
        cycle=cycle,
        plan=plan,
        rows=rows,
        facts=facts,
        criteria=criteria,
        assessment=assess(facts, criteria, now),
        digest=digest(facts, criteria),
    )


def _cycle_of(rows: CourseRows) -> models.Cycle | None:
    for status in (CycleStatus.STARTED, CycleStatus.PLANNED):
        for cycle in rows.cycles:
            if cycle.status == status:
                return cycle
    return None


def standing_rows(course_id: uuid.UUID) -> list[models.ReadinessFact]:
    """Return the facts that were neither corrected nor withdrawn, the latest first."""
    rows = models.ReadinessFact.objects.filter(
        course_id=course_id, corrected_by=None, is_withdrawn=False
    )
    return list(
        rows.select_related("recorded_by", "caregiver__user").order_by(
            "-taken_at", "-recorded_at", "-id"
        )
    )


def recorded_facts(course_id: uuid.UUID) -> tuple[Fact, ...]:
    """Return the standing facts of a course as values."""
    rows = models.ReadinessFact.objects.filter(
        course_id=course_id, corrected_by=None, is_withdrawn=False
    )
    return tuple(as_fact(row) for row in rows.order_by("id"))


def as_fact(row: models.ReadinessFact) -> Fact:
    """Return a stored fact as a value."""
    return Fact(
        id=row.id,
        kind=row.kind,
        item=row.item,
        number=row.number,
        upper_limit=row.upper_limit,
        answer=row.answer,
        text=row.text,
        from_at=row.from_at,
        until_at=row.until_at,
        person_id=row.caregiver_id,
        taken_at=row.taken_at,
        recorded_at=row.recorded_at,
    )


def _waivers(cycle: models.Cycle) -> tuple[Waiver, ...]:
    rows = cycle.readiness_waivers.select_related("given_by").order_by("given_at", "id")
    return tuple(
        Waiver(
            criterion=row.criterion,
            roles=frozenset(row.roles),
            given_at=row.given_at,
            reason=row.reason,
            given_by_id=row.given_by_id,
            given_by_name=str(row.given_by),
        )
        for row in rows
    )


def _age(course: models.Course, now: dt.datetime) -> int | None:
    born = course.patient.birth_date
    if born is None:
        return None
    today = local_date(now, zone(course.time_zone))
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _derived(
    rows: CourseRows, cycle: models.Cycle, plan: CyclePlan, now: dt.datetime
) -> Iterator[Fact]:
    """Yield what follows from the course: nobody records it and it is never too old."""
    ledger = effective_ledger(cycle_facts(rows.of(cycle)), now)
    began = ledger.started_at or plan.starts_at
    yield Fact(kind="OBSERVED_UNTIL", from_at=plan.inpatient_until or began)
    steps = [step.at for step in plan.steps[1:] if step.at > now]
    yield _count("STEPS_TO_COME", len(steps))
    yield from (Fact(kind="STEP_DUE", from_at=at) for at in steps)
    lines = rows.course.patient.central_lines.filter(removed_on=None)
    yield _count("LINES", lines.count())
    yield _count("PLAN_GAPS", len(about_bags(plan.unmet)))
    yield from _visits(rows, cycle)
    # While the pump stands still, or runs on an empty bag, nobody knows the end.
    if ledger.is_running:
        yield Fact(kind="INFUSION_END", from_at=plan.infusion_ends_at)


def about_bags(unmet: Sequence[Unmet]) -> list[Unmet]:
    """Return why bags or visits to come are not all planned."""
    return [reason for reason in unmet if reason.code != "start_overdue"]


def _count(kind: str, number: int) -> Fact:
    return Fact(kind=kind, number=Decimal(number))


def _visits(rows: CourseRows, cycle: models.Cycle) -> Iterator[Fact]:
    booked = list(cycle.visits.filter(status=VisitStatus.BOOKED))
    yield _count(
        "VISITS_WITHOUT_OWNER", sum(one.assigned_to_id is None for one in booked)
    )
    bags = {bag.id for bag in rows.of(cycle).bags if bag.status in TO_COME}
    visited: set[uuid.UUID | None] = {one.bag_id for one in booked}
    missing = len(bags - visited) + (None not in visited)
    yield _count("BAGS_WITHOUT_VISIT", missing)


def live_sign_off(cycle: models.Cycle) -> models.SignOff | None:
    """Return the sign-off of a cycle that still counts."""
    return cycle.sign_offs.filter(status__in=LIVE).first()


@dataclass(frozen=True, kw_only=True)
class SignatureState:
    """A signature as it is shown."""

    role: str
    name: str
    signed_by_id: uuid.UUID
    signed_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SignOffState:
    """A sign-off as it is shown, live or void."""

    id: uuid.UUID
    status: str
    signatures: tuple[SignatureState, ...]
    voided_at: dt.datetime | None
    voided_for: tuple[str, ...]


def list_sign_offs(cycle: models.Cycle) -> list[SignOffState]:
    """List the sign-offs of a cycle, the latest first."""
    rows = cycle.sign_offs.prefetch_related("signatures__signed_by")
    return [
        SignOffState(
            id=row.id,
            status=row.status,
            voided_at=row.voided_at,
            voided_for=tuple(row.voided_for),
            signatures=tuple(
                SignatureState(
                    role=one.role,
                    name=str(one.signed_by),
                    signed_by_id=one.signed_by_id,
                    signed_at=one.signed_at,
                )
                for one in sorted(row.signatures.all(), key=lambda each: each.place)
            ),
        )
        for row in rows.order_by("-opened_at", "-id")
    ]


def signer_roles(site_id: uuid.UUID) -> tuple[str, ...]:
    """Return the roles a site asks two different people to sign in."""
    return tuple(site_policy(site_id).text("readiness_signers").split("_"))


def roles_left(site_id: uuid.UUID, taken: Sequence[str]) -> list[str]:
    """Return the roles that have not signed yet."""
    left = list(signer_roles(site_id))
    for role in taken:
        if role in left:
            left.remove(role)
    return left
