"""A course with a hanging bag, and the messages owed about it."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from infusion import models
from infusion.domain.states import BagStatus, CourseStatus
from infusion.selectors.regimens import effective_regimen
from infusion.services.snapshots import store_snapshot
from patients import models as people
from tests.factories import patients as factories

NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@dataclass
class Scene:
    """One patient at home with a bag on the pump that must be changed at an instant."""

    event_at: dt.datetime = field(default_factory=lambda: in_hours(2))
    site: people.Site = field(default_factory=factories.SiteFactory)
    address: str | None = "jane@example.org"
    patient_fields: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.patient = factories.PatientFactory(site=self.site, **self.patient_fields)
        if self.address:
            factories.ContactPointFactory(patient=self.patient, value=self.address)
        self.nurse = factories.UserFactory()
        self.course = self._course()
        self.cycle = self._cycle()
        self.plan = self._plan()
        self.bag = self._bag()

    def _course(self) -> models.Course:
        return models.Course.objects.create(
            patient=self.patient,
            site=self.site,
            regimen_key="us-label-rr",
            regimen_version="1",
            snapshot=store_snapshot(effective_regimen("us-label-rr")),
            label_id="label",
            label_revision="1",
            status=CourseStatus.ACTIVE,
            time_zone=self.patient.time_zone,
            cycles_planned=1,
            ordered_by=self.nurse,
            ordered_at=self.event_at - 72 * HOUR,
        )

    def _cycle(self) -> models.Cycle:
        return models.Cycle.objects.create(
            course=self.course,
            number=1,
            status="STARTED",
            planned_start_at=self.event_at - 48 * HOUR,
            weight_kg=Decimal(70),
            surface_formula="",
            weight_taken_at=self.event_at - 96 * HOUR,
        )

    def _plan(self) -> models.PlanVersion:
        return models.PlanVersion.objects.create(
            course=self.course,
            number=1,
            cause="ordered",
            made_by=self.nurse,
            made_at=self.event_at - 72 * HOUR,
            request_digest="0" * 64,
            sources={},
            body={},
        )

    def _bag(self) -> models.Bag:
        return models.Bag.objects.create(
            course=self.course,
            cycle=self.cycle,
            sequence=1,
            status=BagStatus.HUNG,
            recipe_key="us-48h",
            recipe_version="1",
            hours=48,
            rate_ml_h=Decimal(5),
            volume_ml=Decimal(240),
            daily_dose_mcg=Decimal(28),
            planned_hang_at=self.event_at - 48 * HOUR,
            planned_take_down_at=self.event_at,
            hung_at=self.event_at - 48 * HOUR,
            use_by=self.event_at + 24 * HOUR,
        )

    def staff(self, **fields: Any) -> people.User:
        """Make somebody who works at the site."""
        account = factories.UserFactory(**fields)
        return factories.MembershipFactory(site=self.site, user=account).user

    def owe(self, **fields: Any) -> models.Message:
        """Store a message to the patient that is due a minute ago."""
        return models.Message.objects.create(**self.values(**fields))

    def values(self, **fields: Any) -> dict[str, Any]:
        """Return the fields of a message to the patient that is due a minute ago."""
        values: dict[str, Any] = {
            "site": self.site,
            "course": self.course,
            "plan_version": self.plan,
            "kind": "bag_change_2h",
            "bag": self.bag,
            "event_at": self.event_at,
            "person_kind": "PATIENT",
            "channel": "EMAIL",
            "due_at": in_hours(0) - dt.timedelta(minutes=1),
            "expires_at": self.event_at,
        }
        values |= fields
        ends = values["kind"] == "infusion_end_24h"
        values.setdefault("event", "INFUSION_END" if ends else "BAG_CHANGE")
        values.setdefault("subject_kind", "BAG")
        values.setdefault("subject_id", values["bag"].id)
        if "user" not in values:
            values.setdefault("patient", self.patient)
        return values


def in_hours(hours: float) -> dt.datetime:
    """Return an instant from now on: due is decided by the database's own clock."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0) + hours * HOUR
