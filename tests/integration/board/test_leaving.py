"""A stopped course in the console: left later by an exit of its regimen."""

import pytest

from infusion.services.cycles import end_cycle
from patients import clock
from tests.factories import wards
from tests.integration.board.test_walk import ordered, page, send

pytestmark = pytest.mark.django_db


def test_a_stopped_course_is_left_for_a_transplant_with_a_reason(ward, browser_of):
    course = ordered(ward, "us-label-rr")
    now = clock.now()
    (bag, *_) = wards.planned_bags(course)
    ward.deliver(bag, now)
    ward.start(course, now)
    ward.hang(bag, now)
    end_cycle(
        actor=ward.physician, course_id=course.pk, at=now, reason="STOPPED", now=now
    )
    client = browser_of(ward.physician)
    assert f'href="/courses/{course.pk}/decide"' in page(client, course, "outlook")
    assert "no way to it from here" in page(client, course, "decide")

    refused = send(client, course, "decide", to="allo-hsct", response="YES")
    assert refused.status_code == 422
    form = {"to": "allo-hsct", "response": "YES", "reason": "Donor found"}
    left = send(client, course, "decide", **form)
    course.refresh_from_db()

    assert course.status == "LEFT"
    assert "Left the regimen" in left.text
