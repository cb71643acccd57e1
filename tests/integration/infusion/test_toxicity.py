"""A toxicity on real rows: the rule shown, the physician's decision, the plan after it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from infusion import models
from infusion.domain.dose_changes import LowStepUnknown
from infusion.domain.hanging import BagOfAnotherDose
from infusion.domain.toxicity import (
    Choice,
    Missing,
    Scale,
    ToxicityEvent,
    ToxicityFactsNotSane,
)
from infusion.selectors.courses import read_course
from infusion.selectors.toxicity import ToxicityAsked, read_toxicity, running_rows
from infusion.services import interruptions, new_cycles
from infusion.services.cycles import NoFurtherCycle
from infusion.services.facts import ReasonNeeded
from infusion.services.interruptions import NewCycleNeeded, NotPaused
from infusion.services.new_cycles import NewCycleNotDue, begin_new_cycle
from infusion.services.toxicity import decide_toxicity
from patients.policy import NotAllowed
from tests.factories import patients as people
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
# Day three of the cycle.
ONSET = MONDAY + 2 * DAY + 12 * HOUR


def asked(event="CRS", grade=3, onset=ONSET, **more):
    scale = Scale.ASTCT if grade else None
    return ToxicityAsked(
        event=ToxicityEvent(event), grade=grade, scale=scale, onset_at=onset, **more
    )


def shown(course, told, at):
    """Look at the rules, as who decides has to."""
    rows = running_rows(course)
    return read_toxicity(course, rows, told, at).token if rows else ""


def decide(here, course, choice, at, told=None, *, by=None, **more):
    told = told or asked()
    return decide_toxicity(
        actor=by or here.physician,
        course_id=course.id,
        asked=told,
        shown=shown(course, told, at),
        choice=Choice(choice),
        now=at,
        **more,
    )


def held(regimen="us-label-rr"):
    """Return a course that stands still since a CRS of grade 3 on day three."""
    here = ward()
    course = here.running(regimen)
    decide(here, course, "INTERRUPT", ONSET + HOUR, stopped_at=ONSET)
    return here, course


def settled(at, **more):
    return asked(grade_now=0, settled_at=at - HOUR, **more)


def replace_cycle(here, course, at, *, repeats=True, begins_low=True, **more):
    told = {"reason": "Eight days after grade 3 CRS.", "start_at": at + DAY, **more}
    return begin_new_cycle(
        actor=here.physician,
        course_id=course.id,
        repeats=repeats,
        begins_low=begins_low,
        now=at,
        **told,
    )


def doses(course):
    return [int(bag.daily_dose_mcg) for bag in planned_bags(course)]


def test_a_hold_for_grade_3_crs_stops_the_clock_at_the_instant_that_was_said():
    _, course = held()

    clock = read_course(course.id, ONSET + 2 * HOUR).current_cycle.clock
    row = models.ToxicityDecision.objects.get()

    assert (clock.is_running, clock.delivered_hours) == (False, 60)
    assert clock.gaps[-1].reason == "ADVERSE_EVENT"
    assert (row.choice, row.departs, row.offered) == ("INTERRUPT", False, ["INTERRUPT"])
    assert row.shown["version"] == "1.0.0"
    (rule,) = row.shown["rules"]
    assert (rule["key"], rule["mark"]) == ("crs-3-from-45", "B")
    assert rule["sources"] == ["HCP-RR-adj"]


def test_after_three_days_the_low_dose_runs_seven_delivered_days_from_the_restart():
    here, course = held()
    back = ONSET + 3 * DAY
    decide(here, course, "RESTART_LOW", back, settled(back))

    interruptions.resume(
        actor=here.nurse, course_id=course.id, at=back, supervised=True, now=back
    )

    plan = course.plan_versions.order_by("-number").first().body["cycles"][0]
    # 60 h low, then 168 h low from the restart.
    assert [one["level"] for one in plan["steps"]] == ["low", "full"]
    step = dt.datetime.fromisoformat(plan["steps"][1]["at"])
    assert step == back + 7 * DAY
    end = dt.datetime.fromisoformat(plan["infusion_ends_at"])
    assert end == MONDAY + 31 * DAY
    (change,) = models.DoseChange.objects.all()
    assert (change.kind, change.level, change.low_hours) == ("RESTART_LOW", "low", 168)
    assert change.decision.choice == "RESTART_LOW"


def test_a_full_dose_bag_may_not_run_on_after_a_restart_at_the_low_dose():
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    step = MONDAY + 7 * DAY
    full = planned_bags(course)[0]
    here.deliver(full, step - HOUR)
    here.hang(full, step, replaces=first)
    onset = step + DAY
    told = asked("OTHER", onset=onset)
    decide(here, course, "INTERRUPT", onset, told)
    back = onset + DAY
    low = asked("OTHER", onset=onset, grade_now=1, settled_at=back - HOUR)

    decide(here, course, "RESTART_LOW", back, low)

    with pytest.raises(BagOfAnotherDose):
        interruptions.resume(
            actor=here.nurse, course_id=course.id, at=back, supervised=True, now=back
        )
    plan = course.plan_versions.order_by("-number").first().body
    named = [(one["code"], one["vials"]) for one in plan["unmet"]]
    assert ("bag_must_come_down", "6") in named
    assert doses(course)[0] == 9
    new = planned_bags(course)[0]
    here.deliver(new, back)
    here.hang(new, back, replaces=full)
    interruptions.resume(
        actor=here.nurse, course_id=course.id, at=back, supervised=True, now=back
    )
    clock = read_course(course.id, back).current_cycle.clock
    assert clock.is_running


def test_who_departs_from_the_rule_says_why():
    here, course = held()
    at = ONSET + DAY

    with pytest.raises(ReasonNeeded):
        decide(here, course, "RESTART_LOW", at, asked(grade_now=2))
    row = decide(here, course, "RESTART_LOW", at, asked(grade_now=2), reason="Board.")

    assert (row.departs, row.reason) == (True, "Board.")


@pytest.mark.parametrize("event", ["ICANS", "NEUROTOXICITY"])
def test_without_a_rule_a_reason_is_asked_for_and_nothing_is_offered(event):
    here = ward(weight_kg="46")
    course = here.running()
    grade = 3 if event == "ICANS" else 2
    told = asked(event, grade)

    with pytest.raises(ReasonNeeded):
        decide(here, course, "INTERRUPT", ONSET, told)
    row = decide(here, course, "INTERRUPT", ONSET, told, reason="Grade 3 by ICE.")

    assert (row.offered, row.shown["verdict"]) == ([], "NO_RULE")
    event = models.InfusionEvent.objects.get(kind="HOLD_ORDERED")
    assert event.reason == "NEUROTOXICITY"


def test_a_regimen_for_which_no_table_was_read_has_no_rule():
    here = ward()
    course = here.running("us-label-mrd")
    row = decide(here, course, "INTERRUPT", ONSET, reason="As in the R/R text.")

    assert (row.shown["table"], row.shown["rules"], row.departs) == ("", [], True)
    with pytest.raises(LowStepUnknown):
        decide(here, course, "RESTART_LOW", ONSET + DAY, reason="Low.")


def test_only_a_physician_decides():
    here = ward()
    course = here.running()

    with pytest.raises(NotAllowed):
        decide(here, course, "INTERRUPT", ONSET, by=here.nurse)

    assert not models.ToxicityDecision.objects.exists()


def test_to_go_on_changes_nothing_but_is_kept():
    here = ward()
    course = here.running()
    told = asked(
        "LIVER",
        None,
        multiples={
            Missing.TRANSAMINASES_X_ULN: Decimal(4),
            Missing.BILIRUBIN_X_ULN: Decimal(2),
        },
    )
    before = course.bags.count()

    row = decide(here, course, "CONTINUE", ONSET, told)

    assert (row.shown["verdict"], row.departs) == ("NOT_MET", False)
    assert read_course(course.id, ONSET).current_cycle.clock.is_running
    assert course.bags.count() == before


def test_to_stop_ends_the_cycle_and_the_course():
    here = ward()
    course = here.running()

    decide(here, course, "STOP", ONSET, asked(grade=4))

    course.refresh_from_db()
    assert course.status == "STOPPED"
    assert course.cycles.get().status == "STOPPED"


def test_a_technical_stop_becomes_one_for_the_adverse_event():
    here = ward()
    course = here.running()
    interruptions.pause(
        actor=here.nurse,
        course_id=course.id,
        at=ONSET,
        reason="OCCLUSION",
        now=ONSET,
    )
    decide(here, course, "HOLD_ON", ONSET + HOUR, asked(grade_now=3))

    clock = read_course(course.id, ONSET + HOUR).current_cycle.clock
    assert (clock.gaps[-1].reason, clock.gaps[-1].paused_at) == ("ADVERSE_EVENT", ONSET)


def test_the_low_dose_needs_a_pump_that_stands_still():
    here = ward()
    course = here.running()

    with pytest.raises(NotPaused):
        decide(here, course, "RESTART_LOW", ONSET, reason="Lower.")

    assert not models.ToxicityDecision.objects.exists()
    assert not models.DoseChange.objects.exists()


def test_facts_from_the_future_are_refused():
    here = ward()
    course = here.running()

    with pytest.raises(ToxicityFactsNotSane):
        decide(here, course, "INTERRUPT", ONSET, asked(onset=ONSET + HOUR))


def test_after_eight_days_a_new_cycle_takes_the_place_of_this_one():
    here, course = held()
    at = ONSET + 8 * DAY
    people.MeasurementFactory(patient=here.patient, taken_at=at - HOUR)

    with pytest.raises(NewCycleNeeded):
        decide(here, course, "RESTART_LOW", at, settled(at), reason="Try.")
    replace_cycle(here, course, at)

    course.refresh_from_db()
    first, second = course.cycles.order_by("number")
    assert (course.status, first.status, second.status) == (
        "ACTIVE", "STOPPED", "PLANNED",
    )  # fmt: skip
    assert (second.block_key, second.ordinal) == (first.block_key, first.ordinal)
    assert (first.end_reason, first.ended_at) == (new_cycles.STOPPED_TOO_LONG, at)
    assert (second.restart.repeats, second.restart.begins_low) == (True, True)
    assert {9, 28} == set(doses(course))
    assert not first.visits.filter(status="BOOKED").exists()


@pytest.mark.parametrize("begins_low", [True, False])
def test_the_next_cycle_begins_as_the_physician_says(begins_low):
    here, course = held()
    at = ONSET + 8 * DAY
    people.MeasurementFactory(patient=here.patient, taken_at=at - HOUR)
    planned = course.cycles_planned

    replace_cycle(here, course, at, repeats=False, begins_low=begins_low)

    course.refresh_from_db()
    assert course.cycles.get(status="PLANNED").block_key == "c2"
    assert course.cycles_planned == planned
    # Cycle 2 has no step of its own.
    assert doses(course)[0] == (9 if begins_low else 28)


def test_a_repeated_cycle_plans_one_more_and_runs_to_its_end():
    here, course = held()
    at = ONSET + 8 * DAY
    people.MeasurementFactory(patient=here.patient, taken_at=at - HOUR)
    planned = course.cycles_planned
    replace_cycle(here, course, at, begins_low=False)
    start = at + DAY
    first = planned_bags(course)[0]
    assert int(first.daily_dose_mcg) == 28

    here.deliver(first, start)
    here.start(course, start)
    here.hang(first, start)

    course.refresh_from_db()
    assert course.cycles_planned == planned + 1
    assert read_course(course.id, start).current_cycle.clock.is_running


def test_within_seven_days_no_new_cycle_is_due():
    here, course = held()

    with pytest.raises(NewCycleNotDue):
        replace_cycle(here, course, ONSET + 7 * DAY)
    with pytest.raises(ReasonNeeded):
        replace_cycle(here, course, ONSET + 8 * DAY, reason=" ")

    assert course.cycles.get().status == "STARTED"


def test_a_new_cycle_that_cannot_be_leaves_the_old_one_as_it_was():
    here = ward()
    course = here.running("us-label-mrd")
    decide(here, course, "INTERRUPT", ONSET, reason="As in the R/R text.")
    at = ONSET + 8 * DAY
    people.MeasurementFactory(patient=here.patient, taken_at=at - HOUR)

    with pytest.raises(LowStepUnknown):
        replace_cycle(here, course, at)
    models.Course.objects.filter(id=course.id).update(cycles_planned=1)
    with pytest.raises(NoFurtherCycle):
        replace_cycle(here, course, at, repeats=False, begins_low=False)

    assert course.cycles.get().status == "STARTED"
    assert not models.CycleRestart.objects.exists()


def test_a_decision_and_a_change_are_never_changed():
    here, course = held()
    back = ONSET + 3 * DAY
    decide(here, course, "RESTART_LOW", back, settled(back))

    for row in (
        models.ToxicityDecision.objects.last(),
        models.DoseChange.objects.get(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(id=row.id).update(reason="other")
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


def test_the_database_refuses_a_low_step_without_its_level():
    here, course = held()
    row = {
        "cycle": course.cycles.get(),
        "from_at": ONSET,
        "reason": "r",
        "made_by_id": here.physician.user_id,
        "made_at": ONSET,
    }
    for wrong in (
        {"kind": "RESTART_LOW"},
        {"kind": "WEIGHT"},
        {"kind": "START_FULL", "level": "low", "low_hours": 168},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.DoseChange.objects.create(**row, **wrong)
