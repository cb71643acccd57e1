"""One course from the order to the next cycle, in the console, in both languages."""

import datetime as dt
from dataclasses import dataclass

import pytest

from infusion import models
from patients import clock
from patients import models as patients
from tests.browser.conftest import Person
from tests.browser.walks import Walk, account, chinese_ward
from tests.factories import readiness, wards

HOUR = dt.timedelta(hours=1)
WORDS = {
    "en": {"done": "The infusion runs again.", "never": "NEVER FLUSH"},
    "zh": {"done": "输注已恢复。", "never": "严禁冲管"},
}


@dataclass
class Team:
    """Four people, each at a browser of their own."""

    physician: Person
    pharmacist: Person
    nurse: Person
    other: Person

    @property
    def bedside(self) -> tuple[Person, Person, Person]:
        return self.pharmacist, self.nurse, self.other


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_course_runs_from_the_order_to_the_next_cycle(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    patients.Allergy.objects.create(patient=ward.patient, substance="Penicillin")
    team = Team(
        physician=person(language, account(ward.physician)),
        pharmacist=person(language, account(ward.pharmacist)),
        nurse=person(language, account(ward.nurse)),
        other=person(language, account(ward.other_nurse)),
    )
    walk = Walk(ward, moving_clock)

    order(walk, team.physician)
    think_again(walk, team.physician)
    start(walk, team)
    pause_and_resume(walk, team.nurse, WORDS[language]["done"])
    walk.change_bag(*team.bedside)
    go_home(walk, team.nurse, WORDS[language]["never"])
    while walk.bag():
        walk.change_bag_unseen()
    end(walk, team.nurse)
    go_on(walk, team.physician)

    cycles = walk.course.cycles.order_by("number")
    states = [cycle.status for cycle in cycles]
    assert states == ["COMPLETED", "PLANNED"]
    assert walk.bag("PLANNED").cycle_id == cycles[1].pk


def order(walk: Walk, physician: Person) -> None:
    physician.page.fill("[name=q]", walk.ward.patient.initials)
    physician.send(".search button")
    physician.inspect("patients")
    physician.follow("tbody th a")
    physician.inspect("patient")
    walk.order(physician, walk.clock.now() + HOUR)


def think_again(walk: Walk, physician: Person) -> None:
    walk.cancel(physician)
    walk.order(physician, walk.clock.now() + dt.timedelta(days=1))
    walk.move(physician, walk.clock.now() + HOUR)


def start(walk: Walk, team: Team) -> None:
    walk.deliver(team.pharmacist)
    walk.clock.forward(hours=1)
    walk.step(team.nurse, "start")
    team.nurse.page.check("[name=premedication_given]")
    team.nurse.inspect("start")
    team.nurse.do()
    walk.hang(team.nurse, team.other)
    assert walk.course.status == "ACTIVE"


def pause_and_resume(walk: Walk, nurse: Person, done: str) -> None:
    walk.clock.forward(hours=3)
    walk.step(nurse, "pause")
    nurse.page.select_option("[name=reason]", "OCCLUSION")
    nurse.inspect("pause")
    nurse.do()
    walk.clock.forward(minutes=40)
    nurse.open(f"/courses/{walk.course_id}/")
    nurse.inspect("course-paused")
    walk.step(nurse, "resume")
    nurse.do()
    assert done in nurse.page.inner_text(".notes")


def go_home(walk: Walk, nurse: Person, never: str) -> None:
    walk.clock.forward(days=3)
    people = walk.ward
    readiness.make_signed(walk.course, people.nurse, people.physician, clock.now())
    walk.step(nurse, "placement")
    nurse.page.check("[name=kind][value=HOME]")
    nurse.inspect("placement")
    nurse.do()
    walk.step(nurse, "hang")
    assert never in nurse.page.inner_text("main")
    nurse.inspect("hang")


def end(walk: Walk, nurse: Person) -> None:
    nurse.open(f"/courses/{walk.course_id}/")
    nurse.inspect("course-home")
    last = walk.bag("HUNG")
    walk.clock.set(last.planned_take_down_at + dt.timedelta(minutes=5))
    walk.step(nurse, "end")
    nurse.inspect("end")
    nurse.do()
    cycle = models.Cycle.objects.get(course_id=walk.course_id)
    assert cycle.status == "COMPLETED"


def go_on(walk: Walk, physician: Person) -> None:
    walk.clock.forward(days=15)
    physician.open(f"/patients/{walk.ward.patient.pk}/")
    physician.page.fill("[name=value]", "69.5")
    physician.do()
    walk.step(physician, "next")
    physician.fill_instant("start_at", walk.clock.now() + HOUR, walk.zone)
    physician.do()
    physician.inspect("course-next-cycle")
