"""A synthetic patient comes: registered, with a line and a family, and a course ordered."""

import datetime as dt
from decimal import Decimal
from typing import Any

from infusion.domain.states import PlacementKind
from infusion.services.courses import order_course
from infusion.simulation.life import DAY, HOUR, Life, Stay
from patients.domain.profiles import PatientProfile
from patients.selectors.actors import get_actor
from patients.services import invented
from patients.services.assignments import assign_staff
from patients.services.caregivers import confirm_caregiver, link_caregiver
from patients.services.measurements import record_measurement
from patients.services.patients import register_patient

# How long before the first hour a course is ordered. An assumption.
ORDERED_BEFORE = 4 * DAY
_LANGUAGES = {"en": "en", "zh": "zh-hans"}
_YEAR = dt.timedelta(days=365.25)


def arrive(life: Life) -> None:
    """Register the patient with everything a course asks for, and order it."""
    day = life.local(life.now).date()
    for name in life.world.ids:
        life.actors[name] = life.world.actor(name, day)
    patient = _register(life, day)
    life.patient_id = patient.pk
    measure(life)
    invented.give_line(patient, day)
    _family(life, patient, day)
    for name in ("nurse", "home-nurse"):
        assign_staff(
            actor=life.actors["coordinator"],
            patient_id=patient.pk,
            user_id=life.world.ids[name],
            starts_on=day,
        )
        life.actors[name] = life.world.actor(name, day)
    course = order_course(
        actor=life.actors["physician"],
        patient_id=patient.pk,
        regimen_key=life.plot.regimen,
        start_at=life.begins_at,
        cycles=life.plot.cycles,
        now=life.now,
    )
    life.course_id = course.pk
    life.stays.append(Stay(PlacementKind.WARD, life.begins_at))


def _register(life: Life, day: dt.date) -> Any:
    profile = life.patient.profile
    return register_patient(
        actor=life.actors["nurse"],
        site=life.world.site,
        profile=PatientProfile(
            mrn=f"INVENTED-{life.patient.index}",
            family_name="Invented",
            given_name=str(life.patient.index),
            birth_date=day - (profile.age + 0.5) * _YEAR,
            language=_LANGUAGES[profile.language],
            time_zone=life.world.site.time_zone,
        ),
        now=life.now,
    )


def measure(life: Life) -> None:
    """Weigh and measure the patient: a cycle is dosed by fresh readings."""
    profile = life.patient.profile
    readings = (("WEIGHT_KG", profile.weight_kg), ("HEIGHT_CM", profile.height_cm))
    for kind, value in readings:
        record_measurement(
            actor=life.actors["nurse"],
            patient_id=life.patient_id,
            kind=kind,
            value=Decimal(str(round(value, 1))),
            taken_at=life.now,
            now=life.now,
        )


def _family(life: Life, patient: Any, day: dt.date) -> None:
    """Give the patient a caregiver, and an account to whoever answers themselves."""
    nurse, number = life.actors["nurse"], life.patient.index
    caregiver = invented.make_account(f"caregiver-{number}@family.invalid")
    link = link_caregiver(
        actor=nurse,
        patient_id=patient.pk,
        user_id=caregiver,
        kind="PARTNER",
        starts_on=day,
    )
    life.link_id = confirm_caregiver(actor=nurse, link_id=link.pk).pk
    answers = caregiver
    if not life.patient.profile.answers_by_caregiver:
        answers = invented.make_account(f"patient-{number}@family.invalid")
        invented.give_account(patient, answers)
    life.actors["family"] = get_actor(answers, day)


def morning(life: Life) -> dt.datetime:
    """Return the next eleven o'clock: when people leave a ward. An assumption."""
    today = life.at_hour(life.now, 11)
    return today if today > life.now + HOUR else life.at_hour(life.now + DAY, 11)
