"""A block that may begin only after somebody answered for it, at a real browser."""

import pytest

from tests.browser.walks import account, chinese_ward
from tests.factories import wards

MET = {"en": "Start condition met:", "zh": "开始条件已满足"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_gate_without_a_number_asks_what_was_looked_at(
    language, person, moving_clock
):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.order("post-hsct")
    physician = person(language, account(ward.physician))
    physician.open(f"/courses/{course.pk}/")
    with physician.page.expect_navigation():
        physician.page.click(f'a.main[href="/courses/{course.pk}/gate"]')
    physician.inspect("gate")

    physician.send()
    assert physician.page.get_attribute("#errors a", "href") == "#id_reason"
    physician.inspect("gate-refused")
    physician.page.fill("[name=reason]", "D+80, ANC 1.2")
    physician.do()

    assert MET[language] in physician.page.inner_text("table.decisions")
    assert "D+80, ANC 1.2" in physician.page.inner_text("table.decisions")
    physician.inspect("gate-passed")
    row = course.blocks.get()
    assert row.gate_passed_by_id == ward.physician.user_id
