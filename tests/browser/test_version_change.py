"""A physician moves a course to the regimen's new version, at a real browser."""

import pytest

from tests.browser.walks import account, chinese_ward
from tests.factories import walks, wards

PLACE = "blocks.iii-two.infusion.free_days"
NEW = {"value": "21", "unit": "d", "source": "Local protocol 8", "note": ""}
NAMED = {"en": "days free of treatment", "zh": "无治疗天数"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_course_moves_to_the_new_version(language, person, moving_clock):
    ward = wards.ward() if language == "en" else chinese_ward()
    walks.signed(ward)
    course = ward.order(walks.A041703)
    walks.signed(ward, **{PLACE: NEW})
    physician = person(language, account(ward.physician))
    page = physician.page
    physician.open(f"/courses/{course.pk}/outlook")
    with page.expect_navigation():
        page.click(f'a[href="/courses/{course.pk}/regimen-version"]')

    changes = page.inner_text("table.changes")
    assert NAMED[language] in changes
    assert page.locator("table.changes del").first.inner_text() == "14"
    assert page.locator("table.changes ins").first.inner_text() == "21"
    physician.inspect("version")
    physician.send()
    assert page.get_attribute("#errors a", "href") == "#id_reason"
    page.fill("[name=reason]", "2026-06")
    physician.do()

    physician.inspect("version-changed")
    course.refresh_from_db()
    assert course.regimen_version.endswith("site.2")
