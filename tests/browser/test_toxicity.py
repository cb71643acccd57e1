"""A physician decides about a toxicity at a real browser."""

import pytest

from infusion import models
from tests.browser.walks import account, chinese_ward
from tests.factories import wards


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_physician_decides_a_third_grade(language, person, moving_clock):
    ward = wards.ward() if language == "en" else chinese_ward()
    course = ward.running()
    physician = person(language, account(ward.physician))
    page = physician.page
    physician.open(f"/courses/{course.pk}/toxicity")
    physician.inspect("toxicity")
    page.select_option("[name=event]", "CRS")
    page.select_option("[name=grade]", "3")
    page.select_option("[name=scale]", "ASTCT")
    physician.do("button[name=assess]")
    assert "HCP-RR-adj" in page.inner_text("section:has(#rule-head)")
    physician.inspect("toxicity-rule")
    assert not models.ToxicityDecision.objects.exists()

    page.select_option("[name=choice]", "INTERRUPT")
    physician.do("button[name=decide]")

    physician.inspect("toxicity-decided")
    decision = models.ToxicityDecision.objects.get()
    assert (decision.choice, decision.grade) == ("INTERRUPT", 3)
    assert page.locator("section:has(#history-head) li").count() == 1
