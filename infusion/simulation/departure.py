"""How invented patients get home: by what was found and signed, as on a ward."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from infusion import models
from infusion.domain.states import VisitStatus
from infusion.selectors.planning import load_rows
from infusion.selectors.readiness import Readiness, load_readiness
from infusion.services import discharging
from infusion.services.cycles import running_cycle
from infusion.services.readiness import NewFact, record_facts
from infusion.services.signing import sign_readiness
from infusion.services.visits import assign_visit
from patients.policy import Actor

HOUR = dt.timedelta(hours=1)
# Every number here is of an invented patient, none is a limit.
_FEVER_FREE = (24, 18, 12, 6)
_YES = (
    ("NO_INFECTION", ""),
    ("NO_CNS_HISTORY", ""),
    ("TRANSPORT", ""),
    ("PHONE_TEST", ""),
    ("SECOND_CONTACT", ""),
    ("LANGUAGE", ""),
    ("LUMEN", ""),
    ("DRESSING_CHANGED", ""),
    ("LAB_ROUTE", ""),
    ("TEACH_BACK", "ALARMS"),
    ("TEACH_BACK", "TUBING"),
    ("TEACH_BACK", "BATTERY"),
    ("TEACH_BACK", "NO_SETTINGS"),
    ("TEACH_BACK", "NO_FLUSH"),
    ("TEACH_BACK", "NO_DRIVING"),
    ("TEACH_BACK", "WASTE"),
    ("KIT", "THERMOMETER"),
    ("KIT", "BLOOD_PRESSURE"),
    ("KIT", "OXIMETER"),
    ("EMERGENCY", "PLAN"),
    ("EMERGENCY", "CARD"),
    ("OTHER_VISITS", ""),
    ("STAY_ON_HOME_PUMP", ""),
)
_NUMBERS = (
    ("TEMPERATURE", "36.8", "Cel"),
    ("CRS_GRADE", "0", ""),
    ("ICANS_GRADE", "0", ""),
    ("ICE", "10", ""),
    # Read below the age line of the site alone.
    ("CAPD_BASELINE", "2", ""),
    ("CAPD", "2", ""),
    ("ECOG", "1", ""),
    ("BLASTS", "1", "%"),
    ("NEUTROPHILS", "1.8", "10*9/L"),
    ("LYMPHOCYTES", "0.6", "10*9/L"),
    ("TRAVEL_TIME", "35", "min"),
)
# Value and the upper limit of normal that came with it.
_LABORATORY = (
    ("AST", "30", "40", "U/L"),
    ("ALT", "28", "40", "U/L"),
    ("BILIRUBIN", "12", "20", "umol/L"),
)
_TEXTS = (
    ("PUMP", "MODEL", "INVENTED PUMP"),
    ("PUMP", "SPARE", "ward 7"),
    ("PUMP", "BATTERY", "2"),
    ("PUMP", "HELP_LINE", "+1 800 555 0199"),
    ("FUNDING", "", "INVENTED-17"),
)


class CriteriaLacking(Exception):
    """A criterion is not met: what is invented here no longer meets everything."""


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Who brings a patient home, and what goes along."""

    course: models.Course
    nurse: Actor
    physician: Actor
    visitor_id: uuid.UUID
    caregiver_link_id: uuid.UUID
    pump_serial: str


def go_home(departure: Departure, at: dt.datetime) -> None:
    """Give every visit an owner, record what is asked, let two sign, and discharge.

    :raises CriteriaLacking: with the criteria that are not met.
    """
    _own_visits(departure, at)
    _record(departure, at)
    for signer in (departure.physician, departure.nurse):
        _sign(departure, signer, at)
    rows = load_rows(departure.course).of(running_cycle(departure.course))
    assert rows.hanging is not None  # noqa: S101 - it hangs
    discharging.discharge(
        actor=departure.nurse,
        course_id=departure.course.id,
        from_at=at,
        pump_serial=departure.pump_serial,
        volume_left_ml=discharging.volume_left(rows, rows.hanging, at),
        now=at,
    )


def _own_visits(departure: Departure, at: dt.datetime) -> None:
    free = models.Visit.objects.filter(
        cycle__course=departure.course, status=VisitStatus.BOOKED, assigned_to=None
    )
    # Each of them is planned around again: the next one may be another by then.
    while visit := free.order_by("planned_at").first():
        assign_visit(
            actor=departure.nurse,
            visit_id=visit.id,
            user_id=departure.visitor_id,
            now=at,
        )


def _record(departure: Departure, at: dt.datetime) -> None:
    for hours in _FEVER_FREE:
        reading = NewFact(kind="TEMPERATURE", number=Decimal("36.9"), unit="Cel")
        _facts(departure, at - hours * HOUR, [reading], at)
    _facts(departure, at, list(_found(departure, at)), at)


def _facts(
    departure: Departure, taken_at: dt.datetime, facts: list[NewFact], now: dt.datetime
) -> None:
    record_facts(
        actor=departure.nurse,
        course_id=departure.course.id,
        taken_at=taken_at,
        facts=facts,
        now=now,
    )


def _found(departure: Departure, at: dt.datetime) -> Iterator[NewFact]:
    """Yield what the ward, the laboratory and the home visit found."""
    for kind, item in _YES:
        yield NewFact(kind=kind, item=item, answer=True)
    for kind, number, unit in _NUMBERS:
        yield NewFact(kind=kind, number=Decimal(number), unit=unit)
    for kind, number, top, unit in _LABORATORY:
        yield NewFact(
            kind=kind, number=Decimal(number), upper_limit=Decimal(top), unit=unit
        )
    for kind, item, text in (*_TEXTS, ("PUMP", "SERIAL", departure.pump_serial)):
        yield NewFact(kind=kind, item=item, text=text)
    yield NewFact(
        kind="CAREGIVER_PRESENT",
        from_at=at - HOUR,
        until_at=at + 200 * HOUR,
        caregiver_id=departure.caregiver_link_id,
    )
    ends_at = _readiness(departure, at).plan.infusion_ends_at
    yield NewFact(kind="SUPPLY_UNTIL", from_at=ends_at + 24 * HOUR)


def _sign(departure: Departure, signer: Actor, at: dt.datetime) -> None:
    found = _readiness(departure, at)
    if not found.assessment.is_ready:
        lacking = [one.criterion.key for one in found.assessment.lines if one.blocks]
        raise CriteriaLacking(", ".join(lacking))
    sign_readiness(
        actor=signer, course_id=departure.course.id, digest=found.digest, now=at
    )


def _readiness(departure: Departure, at: dt.datetime) -> Readiness:
    found = load_readiness(departure.course, at)
    assert found is not None  # noqa: S101 - its cycle runs
    return found
