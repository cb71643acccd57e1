"""Load the demo: two sites, one login per role, and courses in every state."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from infusion import models
from infusion.domain.hanging import PumpReading
from infusion.management.demo_checkins import answer_so_far
from infusion.management.demo_rota import Crew, put_on_call
from infusion.services import (
    bags,
    courses,
    cycles,
    hanging,
    interruptions,
)
from infusion.simulation.departure import Departure, go_home
from patients import clock
from patients.domain.profiles import PatientProfile
from patients.policy import Actor
from patients.selectors.actors import get_actor
from patients.services import demo
from patients.services.assignments import assign_staff
from patients.services.caregivers import confirm_caregiver, link_caregiver
from patients.services.contacts import add_contact_point
from patients.services.demo import DemoPerson
from patients.services.measurements import record_measurement
from patients.services.patients import register_patient

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
HOST = "demo.example"
CHINESE: Mapping[str, Any] = {"language": "zh-hans"}
# No source gives a limit for blood counts before going home: each site signs its own.
# 0 asks for the count and takes any.
POLICY = {"neutrophils_least": "0", "lymphocytes_least": "0"}


def _person(
    name: str, first: str, last: str, role: str, lang: str = "en"
) -> DemoPerson:
    return DemoPerson(
        email=f"{name}@{HOST}",
        first_name=first,
        last_name=last,
        role=role,
        language=lang,
    )


RIVERSIDE: Sequence[DemoPerson] = (
    _person("nurse", "Nora", "Nurse", "NURSE"),
    _person("nurse2", "Olu", "Okafor", "NURSE"),
    _person("physician", "Petra", "Physician", "PHYSICIAN"),
    _person("pharmacist", "Paul", "Pharmacist", "PHARMACIST"),
    _person("coordinator", "Cora", "Coordinator", "COORDINATOR"),
    _person("homenurse", "Hana", "Homenurse", "HOME_NURSE"),
    _person("admin", "Ada", "Admin", "ADMIN"),
    _person("auditor", "Aldo", "Auditor", "AUDITOR"),
    _person("patient", "John", "Carter", "PATIENT"),
    _person("caregiver", "Carol", "Carter", "CAREGIVER"),
    _person("caregiver2", "Mateo", "Lopez", "CAREGIVER"),
)
DONGHU: Sequence[DemoPerson] = (
    _person("hushi", "慧", "胡", "NURSE", "zh-hans"),
    _person("hushi2", "婷", "陈", "NURSE", "zh-hans"),
    _person("yisheng", "明", "李", "PHYSICIAN", "zh-hans"),
    _person("yaoshi", "静", "赵", "PHARMACIST", "zh-hans"),
    _person("jiashu", "强", "王", "CAREGIVER", "zh-hans"),
)


class Team:
    """The staff of one demo site, as actors."""

    def __init__(self, site: Any, users: dict[str, Any], now: dt.datetime) -> None:
        self.site, self.users, self.now = site, users, now

    def actor(self, name: str) -> Actor:
        """Return a member of the team as an actor."""
        return get_actor(self.users[f"{name}@{HOST}"].id, self.now.date())

    def patient(
        self,
        mrn: str,
        family: str,
        given: str,
        weight: str,
        height: str,
        reached: Sequence[tuple[str, str]] = (),
        **more: Any,
    ) -> Any:
        """Register a patient with a weight, a height and addresses, the mail the last."""
        profile = PatientProfile(
            mrn=mrn,
            family_name=family,
            given_name=given,
            time_zone=self.site.time_zone,
            **more,
        )
        nurse, when = self.actor(self.nurses[0]), self.now - 20 * DAY
        patient = register_patient(
            actor=nurse, site=self.site, profile=profile, now=when
        )
        _measure(patient, nurse, weight, height, when)
        demo.give_line(patient, when.date())
        for channel, value in (*reached, ("EMAIL", f"{mrn.lower()}@{HOST}")):
            add_contact_point(
                actor=nurse, patient_id=patient.id, channel=channel, value=value
            )
        assign_staff(
            actor=nurse,
            patient_id=patient.id,
            user_id=nurse.user_id,
            starts_on=when.date(),
        )
        return patient

    @property
    def nurses(self) -> tuple[str, str]:
        """Return the names of the two nurses."""
        first = next(iter(self.users)).split("@")[0]
        return first, f"{first}2"

    @property
    def crew(self) -> Crew:
        """Return who is on call."""
        first, second = map(self.actor, self.nurses)
        return Crew(first, second, self.physician.user_id, self.pharmacist.user_id)

    @property
    def physician(self) -> Actor:
        """Return the physician."""
        return self.actor("physician" if self.nurses[0] == "nurse" else "yisheng")

    @property
    def pharmacist(self) -> Actor:
        """Return the pharmacist."""
        return self.actor("pharmacist" if self.nurses[0] == "nurse" else "yaoshi")


def _measure(
    patient: Any, nurse: Actor, weight: str, height: str, when: dt.datetime
) -> None:
    """Record the weight (kg) and the height (cm) a dose is computed from."""
    for kind, value in (("WEIGHT_KG", weight), ("HEIGHT_CM", height)):
        record_measurement(
            actor=nurse,
            patient_id=patient.id,
            kind=kind,
            value=value,
            taken_at=when,
            now=when,
        )


class Story:
    """One course told through the real services, at the instants it happened."""

    def __init__(
        self, team: Team, patient: Any, regimen: str, start: dt.datetime
    ) -> None:
        self.team, self.at = team, start
        ordered = min(start, team.now) - DAY
        self.course = courses.order_course(
            actor=team.physician,
            patient_id=patient.id,
            regimen_key=regimen,
            start_at=start,
            now=ordered,
        )

    def deliver_next(self, at: dt.datetime) -> models.Bag:
        """Deliver the next planned bag."""
        rows = self.course.bags.filter(status="PLANNED").order_by("planned_hang_at")
        return bags.deliver_bag(
            actor=self.team.pharmacist,
            bag_id=rows[0].id,
            prepared_at=at - 3 * HOUR,
            lot="DEMO-1",
            now=at,
        )

    def begin(self) -> "Story":
        """Deliver the first bag, give the go and hang it."""
        bag = self.deliver_next(self.at - HOUR)
        cycles.start_cycle(
            actor=self.team.actor(self.team.nurses[0]),
            course_id=self.course.id,
            premedication_given=True,
            now=self.at,
        )
        self._hang(bag, None, self.at)
        return self

    def change_until(self, until: dt.datetime) -> "Story":
        """Hang each next bag when the one on the pump is due, up to an instant."""
        while (old := self.course.bags.get(status="HUNG")) and (
            at := old.planned_take_down_at
        ) <= until:
            new = self.deliver_next(max(at - 2 * HOUR, self.at))
            self._hang(new, old, at)
            self.at = at
        return self

    def go_home(self, at: dt.datetime, caregiver: str, visitor: str = "") -> "Story":
        """Assess the patient, let two sign, and send the patient home."""
        team = self.team
        link = _caregiver(team, self.course.patient, caregiver)
        departure = Departure(
            course=self.course,
            nurse=team.actor(team.nurses[0]),
            physician=team.physician,
            visitor_id=team.actor(visitor or team.nurses[1]).user_id,
            caregiver_link_id=link.id,
            pump_serial=f"DEMO-{self.course.patient.mrn}",
        )
        self.change_until(at)
        go_home(departure, at)
        self.at = self.home_at = at
        self.family = team.actor(caregiver)
        return self

    def answered(self) -> "Story":
        """Let the family at home have answered what it was asked."""
        answer_so_far(self.course, self.family, self.home_at, self.team.now)
        return self

    def pause(self, at: dt.datetime, reason: str) -> "Story":
        """Stop the pump."""
        interruptions.pause(
            actor=self.team.actor(self.team.nurses[0]),
            course_id=self.course.id,
            at=at,
            reason=reason,
            now=at,
        )
        return self

    def _hang(self, bag: models.Bag, old: models.Bag | None, at: dt.datetime) -> None:
        hours = float(bag.volume_ml / bag.rate_ml_h)
        reading = PumpReading(
            rate_ml_h=bag.rate_ml_h,
            volume_ml=bag.volume_ml,
            ends_at=at + hours * HOUR,
        )
        first, second = self.team.nurses
        check = hanging.enter_hang(
            actor=self.team.actor(first),
            course_id=self.course.id,
            bag_code=bag.code,
            replaces_code=old.code if old else None,
            hung_at=at,
            reading=reading,
            now=at,
        )
        hanging.confirm_hang(
            actor=self.team.actor(second), check_id=check.id, reading=reading, now=at
        )


class Command(BaseCommand):
    """Make the demo people once, and give them today's password every time."""

    help = __doc__

    def handle(self, *_args: object, **_options: Any) -> None:
        """Load what is missing and print one login per role."""
        try:
            demo.check_demo()
        except demo.NotADemo:
            message = "The demo is loaded only where DEMO_MODE is on."
            raise CommandError(message) from None
        password = os.environ.get("DEMO_PASSWORD") or demo.new_password()
        now = clock.now().replace(microsecond=0)
        # All or nothing: a half-told demo would never be finished.
        with transaction.atomic():
            self._riverside(password, now)
            self._donghu(password, now)
        self.stdout.write(f"Password of every demo login: {password}")
        for person in (*RIVERSIDE, *DONGHU):
            self.stdout.write(f"  {person.email:<26} {person.role.lower()}")

    def _riverside(self, password: str, now: dt.datetime) -> None:
        site, is_new = demo.demo_site(
            code="riverside",
            name="Riverside Hospital",
            time_zone="America/New_York",
            country="US",
            phone="+1 212 555 0100",
            policy=POLICY,
        )
        users = demo.demo_people(site, RIVERSIDE, password)
        if is_new:
            _tell_riverside(Team(site, users, now), now)

    def _donghu(self, password: str, now: dt.datetime) -> None:
        site, is_new = demo.demo_site(
            code="donghu",
            name="东湖医院",
            time_zone="Asia/Shanghai",
            country="CN",
            phone="+86 27 5555 0100",
            policy=POLICY,
        )
        users = demo.demo_people(site, DONGHU, password)
        if is_new:
            _tell_donghu(Team(site, users, now), now)


def _tell_riverside(team: Team, now: dt.datetime) -> None:
    """Four courses: a change due in two hours, a stopped pump, a ward, an order."""
    put_on_call(team.site, team.crew, team.now)
    _tell_of_john(team, now)
    maria = team.patient(
        "RV-1002", "Lopez", "Maria", "61", "164", **_born("female", 1974, 11, 30)
    )
    Story(team, maria, "us-label-mrd", now - 5 * DAY).begin().go_home(
        now - 1.5 * DAY, "caregiver2"
    ).change_until(now - HOUR).answered().pause(now - HOUR * 2 / 3, "OCCLUSION")
    zhang = team.patient(
        "RV-1003", "张", "三", "68", "172", **_born("male", 1988, 6, 1), **CHINESE
    )
    Story(team, zhang, "us-label-rr", now - 2 * DAY - 5 * HOUR).begin().change_until(
        now
    )
    emma = team.patient(
        "RV-1004", "Brown", "Emma", "20.4", "112", **_born("female", 2019, 8, 15)
    )
    Story(team, emma, "us-label-consolidation", now + DAY).deliver_next(now - HOUR)
    team.patient("RV-1005", "Okoye", "Ife", "74", "177", **_born("male", 1990, 1, 22))


def _tell_of_john(team: Team, now: dt.datetime) -> None:
    """Tell of a patient at home with a caregiver and a home nurse."""
    number = ("SMS", "+1 202 555 0142")
    john = team.patient(
        "RV-1001",
        "Carter",
        "John",
        "82.5",
        "181",
        [number],
        **_born("male", 1961, 3, 9),
    )
    demo.give_account(john, team.users[f"patient@{HOST}"])
    assign_staff(
        actor=team.actor("nurse"),
        patient_id=john.id,
        user_id=team.users[f"homenurse@{HOST}"].id,
        starts_on=(now - 20 * DAY).date(),
    )
    # The two-hour reminder falls due three minutes after the demo is loaded.
    start = now - 14 * DAY + 2 * HOUR + HOUR / 20
    Story(team, john, "us-label-rr", start).begin().go_home(
        start + 9 * DAY + HOUR, "caregiver", "homenurse"
    ).change_until(now).answered().deliver_next(now - HOUR)


def _born(sex: str, year: int, month: int, day: int) -> dict[str, Any]:
    return {"sex": sex, "birth_date": dt.date(year, month, day)}


def _tell_donghu(team: Team, now: dt.datetime) -> None:
    """Show one course at home and one patient without a course, in Chinese."""
    put_on_call(team.site, team.crew, team.now)
    born, wechat = _born("female", 1979, 2, 18), ("WECHAT", "o6_demo_wangfang_0001")
    wang = team.patient("DH-2001", "王", "芳", "55", "160", [wechat], **born, **CHINESE)
    Story(team, wang, "us-label-mrd", now - 6 * DAY).begin().go_home(
        now - 2 * DAY, "jiashu"
    ).change_until(now).answered()
    team.patient(
        "DH-2002", "欧阳", "修", "70", "175", **_born("male", 1966, 10, 4), **CHINESE
    )


def _caregiver(team: Team, patient: Any, name: str) -> Any:
    """Link a member of the family to a patient and return the confirmed link."""
    nurse = team.actor(team.nurses[0])
    link = link_caregiver(
        actor=nurse,
        patient_id=patient.id,
        user_id=team.users[f"{name}@{HOST}"].id,
        kind="PARTNER",
        starts_on=(team.now - 20 * DAY).date(),
    )
    return confirm_caregiver(actor=nurse, link_id=link.id)
