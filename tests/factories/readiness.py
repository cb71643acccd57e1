"""Patients who are ready to go home, made by the services, as people make them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from infusion import models as infusion_models
from infusion.selectors.readiness import load_readiness
from infusion.services.readiness import NewFact, record_facts
from infusion.services.signing import sign_readiness
from infusion.services.visits import assign_visit
from patients.policy import Actor
from tests.factories import patients as people

HOUR = dt.timedelta(hours=1)
SERIAL = "HP-0042"
# Numbers the site must set before anything can be assessed; signed here.
SIGNED = {
    key: {"value": value, "signed_by": "Dr A", "signed_on": "2026-03-01"}
    for key, value in (("neutrophils_least", "0.5"), ("lymphocytes_least", "0"))
}
YES = (
    ("NO_INFECTION", ""),
    ("NO_CNS_HISTORY", ""),
    ("TRANSPORT", ""),
    ("PHONE_TEST", ""),
    ("SECOND_CONTACT", ""),
    ("LANGUAGE", ""),
    ("LUMEN", ""),
    ("DRESSING_CHANGED", ""),
    ("LAB_ROUTE", ""),
    *(
        ("TEACH_BACK", item)
        for item in (
            "ALARMS",
            "TUBING",
            "BATTERY",
            "NO_SETTINGS",
            "NO_FLUSH",
            "NO_DRIVING",
            "WASTE",
        )
    ),
    *(("KIT", item) for item in ("THERMOMETER", "BLOOD_PRESSURE", "OXIMETER")),
    ("EMERGENCY", "PLAN"),
    ("EMERGENCY", "CARD"),
    ("OTHER_VISITS", ""),
    ("STAY_ON_HOME_PUMP", ""),
)
NUMBERS = (
    ("TEMPERATURE", "36.8", "Cel"),
    ("CRS_GRADE", "0", ""),
    ("ICANS_GRADE", "0", ""),
    ("ICE", "10", ""),
    ("ECOG", "1", ""),
    ("BLASTS", "1", "%"),
    ("NEUTROPHILS", "1.8", "10*9/L"),
    ("LYMPHOCYTES", "0.6", "10*9/L"),
    ("TRAVEL_TIME", "35", "min"),
)
TEXTS = (
    ("PUMP", "MODEL", "Model P"),
    ("PUMP", "SERIAL", SERIAL),
    ("PUMP", "SPARE", "ward 7"),
    ("PUMP", "BATTERY", "two"),
    ("PUMP", "HELP_LINE", "+1 800 555 0199"),
    ("FUNDING", "", "AUTH-17"),
)
LABORATORY = (
    ("AST", "30", "40", "U/L"),
    ("ALT", "30", "40", "U/L"),
    ("BILIRUBIN", "12", "20", "umol/L"),
)


def everything(course: Any, now: dt.datetime) -> list[NewFact]:
    """Return facts by which every recorded need is met."""
    found = load_readiness(course, now)
    assert found is not None
    link = people.CaregiverLinkFactory(patient=course.patient)
    return [
        *(NewFact(kind=kind, item=item, answer=True) for kind, item in YES),
        *(
            NewFact(kind=kind, number=Decimal(n), unit=unit)
            for kind, n, unit in NUMBERS
        ),
        *(NewFact(kind=kind, item=item, text=text) for kind, item, text in TEXTS),
        *(
            NewFact(kind=kind, number=Decimal(n), upper_limit=Decimal(top), unit=unit)
            for kind, n, top, unit in LABORATORY
        ),
        NewFact(
            kind="CAREGIVER_PRESENT",
            from_at=now - HOUR,
            until_at=now + 100 * HOUR,
            caregiver_id=link.id,
        ),
        NewFact(kind="SUPPLY_UNTIL", from_at=found.plan.infusion_ends_at + 24 * HOUR),
    ]


def make_ready(course: Any, nurse: Actor, now: dt.datetime) -> Any:
    """Meet every criterion at an instant: line, visits, temperatures, everything."""
    site = course.site
    site.policy = site.policy | SIGNED
    site.save()
    patient = course.patient
    if not patient.central_lines.exists():
        patient.central_lines.create(kind="PICC", lumens=2, placed_on=now.date())
    if patient.birth_date is None:
        patient.birth_date = dt.date(1980, 1, 1)
        patient.save()
    for visit in infusion_models.Visit.objects.filter(
        cycle__course=course, status="BOOKED", assigned_to=None
    ):
        assign_visit(actor=nurse, visit_id=visit.id, user_id=nurse.user_id, now=now)
    for hours in (24, 18, 12, 6):
        record_facts(
            actor=nurse,
            course_id=course.id,
            taken_at=now - hours * HOUR,
            facts=[NewFact(kind="TEMPERATURE", number=Decimal("36.9"), unit="Cel")],
            now=now,
        )
    record_facts(
        actor=nurse,
        course_id=course.id,
        taken_at=now,
        facts=everything(course, now),
        now=now,
    )
    course.refresh_from_db()
    return course


def sign(course: Any, actor: Actor, now: dt.datetime) -> Any:
    """Sign what is known now."""
    found = load_readiness(course, now)
    assert found is not None
    return sign_readiness(
        actor=actor, course_id=course.id, digest=found.digest, now=now
    )


def make_signed(course: Any, nurse: Actor, physician: Actor, now: dt.datetime) -> Any:
    """Make a patient ready and let a physician and a nurse sign."""
    make_ready(course, nurse, now)
    sign(course, physician, now)
    sign(course, nurse, now)
    return course
