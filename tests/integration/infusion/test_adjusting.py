"""Visits moved and recipes swapped: the plan is made around what people fixed."""

import datetime as dt
from decimal import Decimal

import pytest

from infusion import models
from infusion.domain.changes import Change, Scope, Verb
from infusion.domain.previews import Fate
from infusion.domain.recipes import RecipeUnknown
from infusion.selectors.courses import read_course
from infusion.services import replanning, visits
from infusion.services.adjusting import (
    NoBagThen,
    VisitAfterDry,
    VisitAfterUseBy,
    VisitFixed,
    VisitInThePast,
)
from infusion.services.reweighing import DoseStaysSame
from infusion.services.visits import VisitClosed
from patients.policy import NotAllowed
from tests.factories.patients import MeasurementFactory
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
NOW = MONDAY + HOUR


def running(regimen="us-label-mrd"):
    here = ward()
    return here, here.running(regimen)


def asked(verb, scope="STEP", **rest):
    return Change(verb=Verb(verb), scope=Scope(scope), reason="Because.", **rest)


def look(here, course, change, now=NOW, by=None):
    return replanning.preview_change(
        actor=by or here.physician, course_id=course.id, change=change, now=now
    )


def make(here, course, change, now=NOW):
    seen = look(here, course, change, now)
    replanning.apply_change(
        actor=here.physician,
        course_id=course.id,
        change=change,
        token=seen.shown.token,
        now=now,
    )
    return seen


def changes(course):
    rows = models.Visit.objects.filter(
        cycle__course=course, status="BOOKED", kind="BAG_CHANGE"
    )
    return list(rows.order_by("planned_at"))


def hours_of(course):
    return [one.planned_at for one in changes(course)]


def unmet(course, now):
    return [one.code for one in read_course(course.id, now).unmet]


def test_a_visit_is_moved_and_stays_there_with_its_nurse():
    here, course = running()
    visit, *_ = changes(course)
    visits.assign_visit(
        actor=here.nurse, visit_id=visit.id, user_id=here.nurse.user_id, now=NOW
    )
    to = visit.planned_at - 5 * HOUR

    seen = make(here, course, asked("MOVE_VISIT", visit_id=visit.id, to=to))

    mine = next(one for one in seen.visits if one.now.id == visit.id)
    assert (mine.fate, mine.after.at) == (Fate.MOVED, to)
    visit.refresh_from_db()
    assert (visit.planned_at, visit.assigned_to_id) == (to, here.nurse.user_id)
    # Another plan, for another reason, leaves it there.
    here.deliver(planned_bags(course)[0], NOW + HOUR)
    assert hours_of(course)[0] == to


def test_all_later_visits_move_by_as_much():
    here, course = running()
    before = hours_of(course)
    visit = changes(course)[0]

    make(
        here,
        course,
        asked(
            "MOVE_VISIT",
            "CYCLE",
            visit_id=visit.id,
            to=visit.planned_at - 3 * HOUR,
        ),
    )

    after = hours_of(course)
    assert {at - 3 * HOUR for at in before} <= set(after)
    assert unmet(course, NOW) == []


def test_what_a_visit_cannot_be_moved_to():
    here, course = running()
    visit = changes(course)[0]
    hanging = models.Bag.objects.get(status="HUNG")
    late = hanging.hung_at + dt.timedelta(hours=hanging.hours) + MINUTE
    rows = models.PlanAdjustment.objects

    with pytest.raises((VisitAfterDry, VisitAfterUseBy)):
        look(here, course, asked("MOVE_VISIT", visit_id=visit.id, to=late))
    with pytest.raises(VisitInThePast):
        look(here, course, asked("MOVE_VISIT", visit_id=visit.id, to=NOW - MINUTE))
    end = models.Visit.objects.get(kind="DISCONNECT")
    with pytest.raises(VisitFixed):
        look(here, course, asked("MOVE_VISIT", visit_id=end.id, to=late))
    begin = models.Visit.objects.get(kind="START")
    with pytest.raises(VisitClosed):
        look(here, course, asked("MOVE_VISIT", visit_id=begin.id, to=late))
    assert not rows.exists()


def test_a_later_stop_that_makes_it_impossible_is_named():
    here, course = running()
    visit = changes(course)[0]
    to = visit.planned_at - 5 * HOUR
    make(here, course, asked("MOVE_VISIT", visit_id=visit.id, to=to))
    hold = asked("HOLD", "CYCLE", at=to - 2 * HOUR)
    make(here, course, hold, to - 2 * HOUR)
    resume = asked("RESUME", "CYCLE", at=to - HOUR)
    make(here, course, resume, to - HOUR)

    # It is still the hour that was fixed: the pump ran on from an hour before.
    assert hours_of(course)[0] == to
    # A bag that must come down before takes the visit along.
    models.Bag.objects.filter(status="HUNG").update(use_by=to - 30 * MINUTE)
    at = to - 50 * MINUTE
    here.deliver(planned_bags(course)[-1], at)

    assert hours_of(course)[0] == to - 30 * MINUTE
    assert "visit_move_lost" in unmet(course, at)


def test_one_bag_of_another_recipe_keeps_the_visit():
    here, course = running()
    visit = changes(course)[1]
    visits.assign_visit(
        actor=here.nurse, visit_id=visit.id, user_id=here.nurse.user_id, now=NOW
    )
    other = "us-48h" if visit.bag.recipe_key != "us-48h" else "us-72h"

    make(here, course, asked("SWAP_RECIPE", at=visit.planned_at, recipe=other))

    visit.refresh_from_db()
    assert (visit.status, visit.assigned_to_id) == ("BOOKED", here.nurse.user_id)
    assert visit.bag.recipe_key == other
    assert visit.bag.planned_hang_at == visit.planned_at


def test_all_bags_from_now_on_are_of_another_recipe():
    here, course = running()

    seen = make(here, course, asked("SWAP_RECIPE", "CYCLE", recipe="us-48h"))

    left = [bag.recipe_key for bag in planned_bags(course)]
    assert set(left) == {"us-48h"}
    assert seen.deliveries


def test_a_recipe_that_is_not_there_is_refused():
    here, course = running()
    at = changes(course)[0].planned_at

    with pytest.raises(RecipeUnknown):
        look(here, course, asked("SWAP_RECIPE", at=at, recipe="eu-24h"))
    with pytest.raises(NoBagThen):
        look(here, course, asked("SWAP_RECIPE", at=at + MINUTE, recipe="us-24h"))
    with pytest.raises(NotAllowed):
        look(
            here,
            course,
            asked("SWAP_RECIPE", at=at, recipe="us-24h"),
            by=here.nurse,
        )


def test_a_made_bag_that_a_swap_leaves_over_is_waste():
    here, course = running()
    made = here.deliver(planned_bags(course)[0], NOW)
    other = "us-48h" if made.recipe_key != "us-48h" else "us-72h"
    visit = changes(course)[0]

    seen = look(here, course, asked("SWAP_RECIPE", at=visit.planned_at, recipe=other))

    fates = {one.now.id: one.fate for one in seen.bags}
    thrown = [one.bag_id for one in seen.waste]
    assert (fates[made.id] == Fate.NOT_USED) == (made.id in thrown)


def test_the_database_keeps_an_adjustment_as_it_was_made():
    here, course = running()
    visit = changes(course)[0]
    to = visit.planned_at - HOUR
    make(here, course, asked("MOVE_VISIT", visit_id=visit.id, to=to))
    row = models.PlanAdjustment.objects.get()
    row.reason = "Another."

    with pytest.raises(Exception, match="append_only"):
        row.save()


def weigh(here, kg, at):
    MeasurementFactory(patient=here.patient, value=Decimal(kg), taken_at=at)


def child():
    """Return a ward around a patient of 44 kg, who is dosed by surface."""
    here = ward(weight_kg="44")
    MeasurementFactory(
        patient=here.patient,
        kind="HEIGHT_CM",
        value=Decimal(150),
        taken_at=MONDAY - HOUR,
    )
    return here


def test_another_weight_counts_from_a_bag_change_on_and_keeps_the_visits():
    here = child()
    course = here.running("us-label-mrd")
    first, second = changes(course)[:2]
    visits.assign_visit(
        actor=here.nurse, visit_id=second.id, user_id=here.nurse.user_id, now=NOW
    )
    change = asked("CHANGE_WEIGHT", "CYCLE", at=second.planned_at)
    with pytest.raises(DoseStaysSame):
        look(here, course, change)
    weigh(here, "46", NOW)

    seen = make(here, course, change)

    assert Fate.CANCELLED in {one.fate for one in seen.bags}
    doses = {bag.planned_hang_at: bag.daily_dose_mcg for bag in planned_bags(course)}
    assert doses[first.planned_at] < doses[second.planned_at] == 28
    second.refresh_from_db()
    assert (second.status, second.assigned_to_id) == ("BOOKED", here.nurse.user_id)
    with pytest.raises(NoBagThen):
        look(here, course, asked("CHANGE_WEIGHT", "CYCLE", at=NOW + HOUR))


def test_the_next_cycle_is_dosed_by_the_present_weight():
    here = child()
    course = here.order("us-label-mrd", start_at=MONDAY + DAY)
    weigh(here, "46", NOW)

    make(here, course, asked("CHANGE_WEIGHT", "LATER"))

    assert {bag.daily_dose_mcg for bag in planned_bags(course)} == {Decimal(28)}
    assert course.cycles.get().weight_kg == 46
