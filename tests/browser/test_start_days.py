"""A physician looks for a start day, compares two, and goes on to the order."""

import pytest

from patients.models import Site, User
from tests.browser.conftest import Person
from tests.factories import wards

HOURS = {str(day): [["08:00", "17:00"]] for day in range(5)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_start_days_to_the_order(person, moving_clock, language):
    ward = wards.ward(moving_clock.now())
    Site.objects.update(working_hours=HOURS, holiday_calendar="US")
    physician = User.objects.get(id=ward.physician.user_id)
    me: Person = person(language, physician)

    me.open(f"/patients/{ward.patient.pk}/order")
    me.page.select_option("[name=regimen_key]", "us-label-rr")
    me.send("button[formaction$='start-days']")
    me.inspect("start-days-asked")
    me.send()
    me.inspect("start-days")
    assert me.page.locator("tr.current").count() == 1
    assert me.page.locator("#best").inner_text()

    me.send("tbody tr:nth-child(6) button[formaction$='compare']")
    me.inspect("compared")
    assert me.page.locator(".ribbon svg").count() == 2

    me.send("section:has(#plan-A) button[name=preview]")
    me.inspect("start-day-previewed")
    assert me.page.locator("#preview").count() == 1
