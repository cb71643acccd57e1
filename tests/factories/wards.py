"""A ward with its people and one patient, ready for a course: what most tests need."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from infusion import models as infusion_models
from infusion.domain.bag_life import TO_COME
from infusion.domain.hanging import PumpReading
from infusion.services import bags, courses, cycles, hanging
from patients import models
from patients.policy import Actor
from tests.factories import patients as people

HOUR = dt.timedelta(hours=1)
# A Monday, well away from any clock change in New York.
MONDAY = dt.datetime(2026, 6, 1, 14, 0, tzinfo=dt.UTC)


@dataclass
class Ward:
    """Standing people of one site and a patient of 70 kg with a caregiver."""

    site: models.Site
    patient: models.Patient
    nurse: Actor
    other_nurse: Actor
    physician: Actor
    pharmacist: Actor
    now: dt.datetime

    def neighbour(self) -> "Ward":
        """Return the same ward around another patient."""
        patient = people.PatientFactory(site=self.site)
        people.MeasurementFactory(patient=patient, taken_at=self.now - HOUR)
        return replace(self, patient=patient)

    def order(
        self, regimen: str = "us-label-rr", start_at: dt.datetime | None = None
    ) -> infusion_models.Course:
        return courses.order_course(
            actor=self.physician,
            patient_id=self.patient.id,
            regimen_key=regimen,
            start_at=start_at or self.now + HOUR,
            now=self.now,
        )

    def deliver(self, bag: infusion_models.Bag, at: dt.datetime) -> infusion_models.Bag:
        return bags.deliver_bag(
            actor=self.pharmacist, bag_id=bag.id, prepared_at=at - HOUR, now=at
        )

    def start(
        self, course: infusion_models.Course, at: dt.datetime
    ) -> infusion_models.Course:
        return cycles.start_cycle(
            actor=self.nurse,
            course_id=course.id,
            premedication_given=True,
            now=at,
        )

    def hang(
        self,
        bag: infusion_models.Bag,
        at: dt.datetime,
        replaces: infusion_models.Bag | None = None,
    ) -> infusion_models.Bag:
        reading = reading_of(bag, at)
        check = hanging.enter_hang(
            actor=self.nurse,
            course_id=bag.course_id,
            bag_code=bag.code,
            replaces_code=replaces.code if replaces else None,
            hung_at=at,
            reading=reading,
            now=at,
        )
        return hanging.confirm_hang(
            actor=self.other_nurse, check_id=check.id, reading=reading, now=at
        )

    def running(self, regimen: str = "us-label-rr") -> infusion_models.Course:
        """Order, deliver the first bag, start and hang it at ``now``."""
        course = self.order(regimen, start_at=self.now)
        first = planned_bags(course)[0]
        self.deliver(first, self.now)
        self.start(course, self.now)
        self.hang(first, self.now)
        course.refresh_from_db()
        return course


def reading_of(bag: infusion_models.Bag, at: dt.datetime) -> PumpReading:
    """Return what a careful person reads on the pump."""
    hours = float(bag.volume_ml / bag.rate_ml_h)
    return PumpReading(
        rate_ml_h=bag.rate_ml_h,
        volume_ml=bag.volume_ml,
        ends_at=at + dt.timedelta(hours=hours),
    )


def planned_bags(course: infusion_models.Course) -> list[infusion_models.Bag]:
    """Return the bags that have not been hung, in the order of the plan."""
    rows = course.bags.filter(status__in=TO_COME)
    return list(rows.order_by("planned_hang_at"))


def ward(now: dt.datetime = MONDAY, weight_kg: str = "70") -> Ward:
    """Make a ward at an instant."""
    site = people.SiteFactory()
    patient = people.PatientFactory(site=site)
    taken_by = people.UserFactory()
    models.Measurement.objects.create(
        patient=patient,
        kind="WEIGHT_KG",
        value=Decimal(weight_kg),
        taken_at=now - HOUR,
        taken_by=taken_by,
    )
    models.ContactPoint.objects.create(
        patient=patient, channel="EMAIL", value="patient@example.org"
    )
    people.CaregiverLinkFactory(patient=patient)
    nurse = people.staff_actor(site, "NURSE")
    people.CareAssignmentFactory(
        patient=patient, user=models.User.objects.get(id=nurse.user_id)
    )
    return Ward(
        site=site,
        patient=patient,
        nurse=nurse,
        other_nurse=people.staff_actor(site, "NURSE"),
        physician=people.staff_actor(site, "PHYSICIAN"),
        pharmacist=people.staff_actor(site, "PHARMACIST"),
        now=now,
    )
