"""What the next person must know: what hangs, until when, what not to do, whom to call."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from infusion import models
from infusion.domain.bag_life import TO_COME
from infusion.domain.clock import REINITIATION_FROM
from infusion.domain.courses import BagState, ClockState, CourseState, VisitState
from infusion.domain.restarts import RestartRule, restart_rule
from infusion.domain.states import VisitStatus
from infusion.selectors.courses import read_course
from infusion.selectors.readiness import standing_rows
from infusion.selectors.rota import OnDuty, on_duty
from patients.selectors.people import (
    get_patient,
    list_caregiver_links,
    list_contact_points,
)

_CALLED = ("PHONE", "SMS")
_VISITS = 4


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Whom to call, what they are to the patient, and the number."""

    kind: str
    name: str
    number: str


@dataclass(frozen=True, kw_only=True)
class LineState:
    """A central line of the patient."""

    kind: str
    lumens: int
    placed_on: dt.date


@dataclass(frozen=True, kw_only=True)
class Pump:
    """The home pump, as it was recorded; empty where it was not."""

    model: str
    serial: str
    spare: str
    battery: str
    help_line: str


@dataclass(frozen=True, kw_only=True)
class Departure:
    """How the patient left the ward for the last time."""

    at: dt.datetime
    pump_serial: str
    volume_read_ml: Decimal
    volume_computed_ml: Decimal
    signed_by: tuple[str, ...]
    override_reason: str
    recorded_by: str


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Everything on the hand-over sheet and on the on-call page, from one plan."""

    state: CourseState
    read_at: dt.datetime
    hanging: BagState | None
    volume_left_ml: Decimal | None
    clock: ClockState | None
    rule: RestartRule
    # Until then a stop of now would be a simple restart.
    resume_until: dt.datetime | None
    next_bag: BagState | None
    visits: tuple[VisitState, ...]
    lines: tuple[LineState, ...]
    pump: Pump
    stays_on_home_pump: bool | None
    site_phone: Phone
    phones: tuple[Phone, ...]
    # Who is on call at the site at the instant of reading.
    on_call: tuple[OnDuty, ...]
    departure: Departure | None


def read_handover(course_id: uuid.UUID, now: dt.datetime) -> HandOver:
    """Return what the next person must know, in a fixed number of queries.

    :raises NotFound: when there is no such course.
    """
    state = read_course(course_id, now)
    patient = get_patient(state.patient_id)
    cycle = state.current_cycle
    clock = cycle.clock if cycle else None
    facts = _latest(course_id)
    stopped = clock.stopped_since if clock else None
    reason = clock.gaps[-1].reason if clock and stopped and clock.gaps else ""
    stays = facts.get("STAY_ON_HOME_PUMP")
    return HandOver(
        state=state,
        read_at=now,
        hanging=state.hanging,
        volume_left_ml=_volume_left(state.hanging, clock, now),
        clock=clock,
        rule=restart_rule(stopped, reason, now),
        resume_until=(stopped or now) + REINITIATION_FROM if state.hanging else None,
        next_bag=_next_bag(cycle.bags if cycle else ()),
        visits=_visits_to_come(cycle.visits if cycle else ()),
        lines=_lines(patient),
        pump=_pump(facts),
        stays_on_home_pump=stays.answer if stays else None,
        site_phone=_on_call(patient.site),
        phones=_phones(state.patient_id, str(patient)),
        on_call=on_duty(patient.site_id, now),
        departure=_departure(course_id),
    )


def _latest(course_id: uuid.UUID) -> Mapping[str, models.ReadinessFact]:
    """Return the latest standing fact of each kind and part."""
    found: dict[str, models.ReadinessFact] = {}
    for row in standing_rows(course_id):
        found.setdefault(f"{row.kind} {row.item}".strip(), row)
    return found


def _volume_left(
    bag: BagState | None, clock: ClockState | None, now: dt.datetime
) -> Decimal | None:
    """Return what is left by rate and dry-at; not known while the pump stands still."""
    if bag is None or clock is None or clock.dry_at is None:
        return None
    seconds = max((clock.dry_at - now) // dt.timedelta(seconds=1), 0)
    left = min(bag.rate_ml_h * Decimal(seconds) / 3600, bag.volume_ml)
    return left.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _next_bag(bags: Iterable[BagState]) -> BagState | None:
    """Return the bag that is hung after the one on the pump."""
    waiting = (bag for bag in bags if bag.status in TO_COME)
    return min(waiting, key=lambda bag: (bag.hang_at, bag.sequence), default=None)


def _visits_to_come(visits: Iterable[VisitState]) -> tuple[VisitState, ...]:
    """Return the next booked visits, as many as the sheet has room for."""
    booked = (one for one in visits if one.status == VisitStatus.BOOKED)
    return tuple(sorted(booked, key=lambda one: one.planned_at)[:_VISITS])


def _lines(patient: Any) -> tuple[LineState, ...]:
    """Return the central lines the patient has now."""
    return tuple(
        LineState(kind=row.kind, lumens=row.lumens, placed_on=row.placed_on)
        for row in patient.central_lines.filter(removed_on=None).order_by("id")
    )


def _on_call(site: Any) -> Phone:
    return Phone(kind="ON_CALL", name=site.on_call_name, number=site.on_call_phone)


def _pump(facts: Mapping[str, models.ReadinessFact]) -> Pump:
    def text(item: str) -> str:
        row = facts.get(f"PUMP {item}")
        return row.text if row else ""

    return Pump(
        model=text("MODEL"),
        serial=text("SERIAL"),
        spare=text("SPARE"),
        battery=text("BATTERY"),
        help_line=text("HELP_LINE"),
    )


def _phones(patient_id: uuid.UUID, name: str) -> tuple[Phone, ...]:
    """Return the numbers of the patient and the confirmed caregivers."""
    own = [
        Phone(kind="PATIENT", name=name, number=row.value)
        for row in list_contact_points(patient_id).filter(channel__in=_CALLED)
    ]
    links = list_caregiver_links(patient_id).filter(state="CONFIRMED")
    found = {
        (str(link.user), link.kind, row.value)
        for link in links.prefetch_related("user__contact_points")
        for row in link.user.contact_points.all()
        if row.channel in _CALLED
    }
    unnumbered = {
        (str(link.user), link.kind, "")
        for link in links
        if str(link.user) not in {one[0] for one in found}
    }
    return (
        *own,
        *(
            Phone(kind=kind, name=who, number=number)
            for who, kind, number in sorted(found | unnumbered)
        ),
    )


def _departure(course_id: uuid.UUID) -> Departure | None:
    rows = models.Discharge.objects.filter(course_id=course_id).select_related(
        "placement", "recorded_by", "sign_off"
    )
    row = rows.order_by("-created_at").first()
    if row is None:
        return None
    signatures = (
        row.sign_off.signatures.select_related("signed_by").order_by("place")
        if row.sign_off
        else ()
    )
    return Departure(
        at=row.placement.from_at,
        pump_serial=row.pump_serial,
        volume_read_ml=row.volume_read_ml,
        volume_computed_ml=row.volume_computed_ml,
        signed_by=tuple(str(one.signed_by) for one in signatures),
        override_reason=row.placement.override_reason,
        recorded_by=str(row.recorded_by),
    )
