"""One course from the order to the next cycle, in the console, in both languages."""

import datetime as dt

import pytest

from infusion import models
from patients import models as patients
from tests.browser.walks import Walk, account, chinese_ward
from tests.factories import wards

HOUR = dt.timedelta(hours=1)
WORDS = {
    "en": {"done": "The infusion runs again.", "never": "NEVER FLUSH"},
    "zh": {"done": "输注已恢复。", "never": "严禁冲管"},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_course_runs_from_the_order_to_the_next_cycle(person, moving_clock, language):
    ward = wards.ward() if language == "en" else chinese_ward()
    patients.Allergy.objects.create(patient=ward.patient, substance="Penicillin")
    walk = Walk(ward, moving_clock)
    words = WORDS[language]
    physician = person(language, account(ward.physician))
    pharmacist = person(language, account(ward.pharmacist))
    nurse = person(language, account(ward.nurse))
    other = person(language, account(ward.other_nurse))

    physician.page.fill("[name=q]", ward.patient.initials)
    physician.send(".search button")
    physician.inspect("patients")
    physician.page.click("tbody th a")
    physician.inspect("patient-before")
    walk.order(physician, moving_clock.now() + HOUR)
    physician.inspect("course-ordered")

    walk.deliver(pharmacist)
    moving_clock.forward(hours=1)
    walk.step(nurse, "start")
    nurse.page.check("[name=premedication_given]")
    nurse.inspect("start")
    nurse.do()
    walk.hang(nurse, other)
    other.inspect("course-running")
    assert walk.course.status == "ACTIVE"

    moving_clock.forward(hours=3)
    walk.step(nurse, "pause")
    nurse.page.select_option("[name=reason]", "OCCLUSION")
    nurse.inspect("pause")
    nurse.do()
    moving_clock.forward(minutes=40)
    nurse.open(f"/courses/{walk.course_id}/")
    nurse.inspect("course-paused")
    walk.step(nurse, "resume")
    nurse.do()
    assert words["done"] in nurse.page.inner_text(".notes")

    # The pause has moved the end of the first bag past its use-by: a short one follows.
    walk.change_bag(pharmacist, nurse, other)
    walk.change_bag(pharmacist, nurse, other)
    moving_clock.forward(days=3)
    walk.step(nurse, "placement")
    nurse.page.check("[name=kind][value=HOME]")
    nurse.inspect("placement")
    nurse.do()
    walk.step(nurse, "hang")
    assert words["never"] in nurse.page.inner_text("main")
    nurse.inspect("hang")
    while walk.bag():
        walk.change_bag(pharmacist, nurse, other)
    nurse.open(f"/courses/{walk.course_id}/")
    nurse.inspect("course-home")

    last = walk.bag("HUNG")
    moving_clock.set(last.planned_take_down_at + dt.timedelta(minutes=5))
    walk.step(nurse, "end")
    nurse.inspect("end")
    nurse.do()
    assert models.Cycle.objects.get(course_id=walk.course_id).status == "COMPLETED"

    moving_clock.forward(days=15)
    physician.open(f"/patients/{ward.patient.pk}/")
    physician.page.fill("[name=value]", "69.5")
    physician.do()
    walk.step(physician, "next")
    physician.fill_instant("start_at", moving_clock.now() + HOUR, walk.zone)
    physician.do()
    physician.inspect("course-next-cycle")
    assert models.Cycle.objects.filter(course_id=walk.course_id).count() == 2
