"""A patient leaves a regimen by its exit and finds the next one, at a real browser."""

import datetime as dt

import pytest

from tests.browser.walks import account, chinese_ward
from tests.factories import walks, wards


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_course_is_left_for_a_transplant(language, person, moving_clock):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.order("us-label-mrd")
    end = walks.run_cycle(ward, course, ward.now + wards.HOUR)
    moving_clock.set(end + dt.timedelta(days=2))
    physician = person(language, account(ward.physician))
    page = physician.page
    physician.open(f"/courses/{course.pk}/decide")
    physician.inspect("decide")

    page.check("[name=to][value=allo-hsct]")
    physician.send("[name=decide]")
    assert page.get_attribute("#errors a", "href") == "#id_response"
    page.select_option("[name=response]", "YES")
    physician.do("[name=decide]")

    physician.inspect("left")
    course.refresh_from_db()
    assert course.status == "LEFT"
    with page.expect_navigation():
        page.click(f'a.main[href^="/patients/{ward.patient.pk}/order"]')
    assert page.input_value("[name=regimen_key]") == "post-hsct"
    physician.inspect("re-entry")
