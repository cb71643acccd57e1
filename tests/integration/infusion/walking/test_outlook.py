"""What is shown of the way ahead, and how sure it is."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.domain.courses import Text
from infusion.domain.regimens import Cap
from infusion.domain.walks import Firmness
from infusion.selectors import regimens
from infusion.selectors.outlook import read_outlook
from infusion.services import cycles
from infusion.services.courses import order_course, preview_course
from infusion.services.cycles import (
    NoFurtherCycle,
)
from infusion.services.rounds import (
    CourseOver,
)
from tests.factories.walks import (
    A041703,
    decided,
    given_block,
    order_next,
    run_cycle,
)
from tests.factories.wards import HOUR, MONDAY, ward
from tests.integration.infusion.walking.scenes import (
    DAY,
    FIRST,
    IA_ENDS,
    record,
    reduced,
    remission,
)

pytestmark = pytest.mark.django_db


def test_the_outlook_takes_a_fixed_number_of_queries(here, course):
    read_outlook(course.id, MONDAY)
    with CaptureQueriesContext(connection) as before:
        read_outlook(course.id, MONDAY)
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))
    now = given_block(here, course, "ib", IA_ENDS + DAY, IA_ENDS + 28 * DAY)
    order_next(here, course, now + 12 * HOUR)

    with CaptureQueriesContext(connection) as after:
        read_outlook(course.id, now)

    assert len(after) <= len(before) <= 14


def test_dates_after_a_decision_are_provisional_and_say_why(here, course):
    outlook = read_outlook(course.id, MONDAY)

    by_key = {item.block.key: item for item in outlook.items}
    assert by_key["ia"].starts_on == FIRST
    assert by_key["ia"].ends_on == IA_ENDS
    later = by_key["ii-1"]
    assert later.firmness == Firmness.PROVISIONAL
    assert ("DECISION", "ia") in {(one.why, one.block) for one in later.reasons}


def test_a_preview_shows_an_incomplete_regimen_as_far_as_it_is_sourced():
    place = ward()

    shown = preview_course(
        actor=place.physician,
        patient_id=place.patient.id,
        regimen_key=A041703,
        start_at=MONDAY + HOUR,
        now=MONDAY,
    )

    assert [one["place"] for one in shown["missing"]]
    assert shown["outlook"][0]["block"] == "ia"
    assert shown["cycles"][0]["starts_at"].startswith("2026-")
    assert not models.Course.objects.exists()
    assert not models.RegimenSnapshot.objects.exists()


def test_a_cycle_beyond_what_a_payer_pays_is_warned_of(here, monkeypatch):
    course = here.order("us-label-rr")
    cap = Cap(payer=Text(en="insurer", zh="保险"), cycles=4)
    capped = replace(regimens.regimen_of(course), caps=(cap,))
    monkeypatch.setattr("infusion.selectors.walking.regimen_of", lambda _course: capped)

    (warning,) = read_outlook(course.id, MONDAY).warnings

    assert (warning.payer.en, warning.cycles, warning.cycle) == ("insurer", 4, 5)


def test_cycles_asked_for_end_the_course_before_its_graph_does(here):
    course = order_course(
        actor=here.physician,
        patient_id=here.patient.id,
        regimen_key="us-label-rr",
        start_at=MONDAY + HOUR,
        cycles=1,
        now=MONDAY,
    )

    end = run_cycle(here, course, MONDAY + HOUR)

    course.refresh_from_db()
    assert course.status == "COMPLETED"
    with pytest.raises(CourseOver):
        record(here, course, "c2", "ELSEWHERE", end.date())
    with pytest.raises(NoFurtherCycle):
        cycles.order_next_cycle(
            actor=here.physician,
            course_id=course.id,
            start_at=end + 20 * DAY,
            now=end,
        )
