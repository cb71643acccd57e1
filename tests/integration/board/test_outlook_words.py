"""How sure a date is, in the same words in the console as over REST."""

import pytest

from patients import clock
from tests.factories import wards
from tests.integration.board.test_walk import ordered, page

pytestmark = pytest.mark.django_db


def test_a_cycle_nobody_has_planned_is_provisional(ward, browser_of):
    course = ordered(ward, "us-label-mrd")
    now = clock.now()
    (bag, *_) = wards.planned_bags(course)
    ward.deliver(bag, now)
    ward.start(course, now)
    ward.hang(bag, now)

    text = page(browser_of(ward.nurse), course, "outlook")

    first, second, third = text.split('<tr class="')[1:4]
    assert first.startswith("firm")
    assert '"badge sure-firm">Firm<' in first
    assert second.startswith("provisional")
    assert '"badge sure-provisional">Provisional<' in second
    assert "has not started" in second
    assert "for the reasons above" in third
