"""A course walks the graph of its regimen, on real rows."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.domain.blocks import Gate
from infusion.domain.conditions import Condition, FactKind, FactNotUsable, Operator
from infusion.domain.courses import Text
from infusion.domain.entries import BlockNotEnterable
from infusion.domain.quantities import UnitNotSupported
from infusion.domain.regimens import BlockUnknown, Cap, CycleNotInRegimen
from infusion.domain.standings import Due
from infusion.domain.walks import Firmness, Verdict
from infusion.selectors import regimens
from infusion.selectors.courses import read_course
from infusion.selectors.outlook import read_outlook
from infusion.services import cycles, reentry, scheduling, stopping, walking
from infusion.services.common import InTheFuture
from infusion.services.courses import order_course, preview_course
from infusion.services.cycles import (
    CycleStillOpen,
    FreeIntervalNotOver,
    NoFurtherCycle,
)
from infusion.services.deciding import ResponseNeeded, WayNotOpen
from infusion.services.facts import FactsMissing, FactTwice, ReasonNeeded
from infusion.services.reentry import NoReentry
from infusion.services.rounds import (
    BlockIsCycle,
    BlockNotNext,
    BlockOpen,
    CourseOver,
    DecisionNeeded,
    GateNotPassed,
)
from infusion.services.walking import BlockDatesWrong
from patients.domain.refusals import NotFound
from patients.policy import NotAllowed
from tests.factories.walks import (
    A041703,
    decided,
    evening,
    fact,
    given_block,
    order_next,
    run_cycle,
    signed,
    weighed,
)
from tests.factories.wards import HOUR, MONDAY, ward

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FIRST = MONDAY.date()
IA_ENDS = FIRST + 20 * DAY


@pytest.fixture
def here():
    place = ward()
    signed(place)
    return place


@pytest.fixture
def course(here):
    """Return a course under A041703 that begins today with inotuzumab."""
    return here.order(A041703)


def record(here, course, key, step, on, **more):
    now = more.pop("now", evening(on))
    return walking.record_block(
        actor=more.pop("actor", here.nurse),
        course_id=course.id,
        block=key,
        step=step,
        on=on,
        now=now,
        **more,
    )


def keys(course):
    rows = course.blocks.exclude(status="CANCELLED").order_by("sequence")
    return [(row.block_key, row.ordinal, row.status) for row in rows]


def remission(now, value="CR"):
    return fact("REMISSION", value, now)


def reduced(now, value="YES"):
    return fact("CYTOREDUCTION", value, now)


# --- The journey -------------------------------------------------------------------


def test_from_inotuzumab_over_two_decisions_to_the_transplant(here, course):
    assert keys(course) == [("ia", 1, "PLANNED")]
    assert not course.cycles.exists()
    assert read_course(course.id, MONDAY).current_cycle is None

    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    course.refresh_from_db()
    assert course.status == "ACTIVE"
    with pytest.raises(DecisionNeeded):
        order_next(here, course, now + 12 * HOUR)
    decided(here, course, "ic", now, reduced(now), remission(now, "NONE"))
    now = given_block(here, course, "ic", IA_ENDS + DAY, IA_ENDS + 28 * DAY)

    first = order_next(here, course, now + 12 * HOUR)
    assert (first.number, first.block_key) == (1, "ii-1")
    end = run_cycle(here, course, first.planned_start_at)
    second = order_next(here, course, end + 14 * DAY)
    assert (second.number, second.block_key) == (2, "ii-2")
    end = run_cycle(here, course, second.planned_start_at)

    outlook = read_outlook(course.id, end)
    assert outlook.standing.due == Due.DECISION
    assert outlook.cycles_given == 2
    decided(here, course, "iii-three", end, remission(end), fact("RESPONSE", "NO", end))
    third = order_next(here, course, end + 14 * DAY)
    assert (third.block_key, third.ordinal, third.number) == ("iii-three", 1, 3)
    assert keys(course) == [
        ("ia", 1, "COMPLETED"),
        ("ic", 1, "COMPLETED"),
        ("ii-1", 1, "COMPLETED"),
        ("ii-2", 1, "COMPLETED"),
        ("iii-three", 1, "PLANNED"),
    ]
    row = course.decisions.order_by("-decided_at").first()
    assert row.regimen_version.endswith("+site.1")
    assert {one["to"] for one in row.shown} == {
        "iii-two",
        "iii-three",
        "off-protocol",
    }


def test_no_remission_after_course_two_leaves_the_protocol(here):
    course = entered(here, "ii-2")
    end = run_cycle(here, course, MONDAY + HOUR)

    with pytest.raises(ResponseNeeded):
        decided(here, course, "off-protocol", end, remission(end, "NONE"))
    decided(
        here,
        course,
        "off-protocol",
        end,
        remission(end, "NONE"),
        response="NO",
        reason="refractory",
    )

    course.refresh_from_db()
    assert (course.status, course.exit_key) == ("LEFT", "off-protocol")
    assert keys(course)[-1] == ("off-protocol", 1, "COMPLETED")
    outlook = read_outlook(course.id, end)
    assert outlook.standing.due == Due.NOTHING
    assert outlook.items[-1].block.key == "off-protocol"
    with pytest.raises(NoReentry):
        reentry.order_again(
            actor=here.physician, course_id=course.id, start_at=end + DAY, now=end
        )
    with pytest.raises(CourseOver):
        decided(here, course, "off-protocol", end, remission(end), response="NO")


def entered(here, block, **more):
    """Order a course that begins at a later block, an hour from now."""
    return order_course(
        actor=here.physician,
        patient_id=here.patient.id,
        regimen_key=more.pop("regimen", A041703),
        start_at=MONDAY + HOUR,
        from_block=block,
        now=MONDAY,
        **more,
    )


# --- Branches ----------------------------------------------------------------------


def test_the_physician_decides_and_nobody_else(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    for actor in (here.nurse, here.pharmacist):
        with pytest.raises(NotAllowed):
            decided(replace(here, physician=actor), course, "ib", now)
    with pytest.raises(NotFound):
        decided(ward(), course, "ib", now)


def test_a_decision_without_its_facts_is_refused_and_names_them(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(FactsMissing) as refusal:
        decided(here, course, "ib", now)
    assert refusal.value.params["kinds"] == "CYTOREDUCTION, REMISSION"
    with pytest.raises(FactsMissing) as refusal:
        decided(here, course, "ic", now, reduced(now))
    assert refusal.value.params["kinds"] == "REMISSION"
    assert not course.decisions.exists()


def test_what_the_facts_settle_asks_for_no_more_of_them(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    decided(here, course, "ii-1", now, reduced(now, "NO"))

    assert read_outlook(course.id, now).standing.due == Due.CYCLE_ORDER


def test_against_the_facts_only_with_a_reason_and_it_is_kept(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    facts = [reduced(now), remission(now)]

    with pytest.raises(ReasonNeeded):
        decided(here, course, "ic", now, *facts)
    with pytest.raises(ReasonNeeded):
        decided(here, course, "ic", now, *facts, reason="   ")
    decided(here, course, "ic", now, *facts, reason="marrow not representative")

    row = course.decisions.get()
    assert (row.verdict, row.reason) == ("CLOSED", "marrow not representative")
    assert {one["to"]: one["verdict"] for one in row.shown} == {
        "ib": "OPEN",
        "ic": "CLOSED",
        "ii-1": "CLOSED",
    }


def test_a_way_that_does_not_lead_on_from_here_is_refused(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(WayNotOpen):
        decided(here, course, "iii-two", now, reduced(now), remission(now))
    with pytest.raises(BlockUnknown):
        decided(here, course, "nowhere", now, reduced(now), remission(now))


def test_while_a_block_runs_nothing_is_decided(here, course):
    record(here, course, "ia", "START", FIRST)

    with pytest.raises(BlockOpen):
        decided(here, course, "ib", evening(FIRST), reduced(evening(FIRST)))


def test_until_the_next_block_begins_a_later_decision_replaces_the_first(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))
    decided(here, course, "ic", now + HOUR, reduced(now), remission(now, "NONE"))

    assert course.decisions.count() == 2
    assert read_outlook(course.id, now + HOUR).standing.block.key == "ic"
    record(here, course, "ic", "START", IA_ENDS + DAY)
    with pytest.raises(BlockOpen):
        decided(here, course, "ib", evening(IA_ENDS + DAY), reduced(now))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ([("REMISSION", "MAYBE", "")], FactNotUsable),
        ([("NO_SUCH_KIND", "YES", "")], FactNotUsable),
        ([("MRD", "0.0001", "%")], UnitNotSupported),
        ([("MRD", "0.0001", "")], UnitNotSupported),
        # Per cent typed as a share of cells.
        ([("MRD", "5", "1")], FactNotUsable),
        ([("MRD", "NaN", "1")], FactNotUsable),
        ([("AGE_YEARS", "30", "a")], FactNotUsable),
        ([("CYTOREDUCTION", "YES", ""), ("CYTOREDUCTION", "NO", "")], FactTwice),
    ],
)
def test_facts_that_can_not_be_are_refused(here, course, given, refusal):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    facts = [fact(kind, value, now, unit) for kind, value, unit in given]

    with pytest.raises(refusal):
        decided(here, course, "ib", now, *facts)
    assert not course.decisions.exists()


def test_a_fact_of_tomorrow_is_refused(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(InTheFuture):
        decided(here, course, "ib", now, reduced(now + 3 * DAY))


def test_the_age_is_that_on_the_day_of_the_decision(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))

    ages = [one for one in course.decisions.get().facts if one["kind"] == "AGE_YEARS"]
    # Born on 17 May 1980.
    assert [(one["value"], one["is_computed"]) for one in ages] == [("46", True)]


def test_an_old_remission_says_nothing_of_a_later_fork(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))
    now = given_block(here, course, "ib", IA_ENDS + DAY, IA_ENDS + 28 * DAY)
    order_next(here, course, now + 12 * HOUR)

    outlook = read_outlook(course.id, now)

    assert {one.fact.kind.value for one in outlook.facts} == {
        "CYTOREDUCTION",
        "REMISSION",
        "AGE_YEARS",
    }
    fork = next(one for one in outlook.items if one.block.key == "ii-2")
    assert {one.verdict for one in fork.branches} == {Verdict.UNKNOWN}


# --- Blocks ------------------------------------------------------------------------


def test_a_block_between_must_be_recorded_before_the_next_cycle(here, course):
    with pytest.raises(BlockOpen) as refusal:
        order_next(here, course, MONDAY + 2 * DAY)

    assert refusal.value.params["block"] == "ia"


def test_a_block_given_elsewhere_leads_on(here, course):
    now = evening(IA_ENDS)
    record(here, course, "ia", "ELSEWHERE", FIRST, ended_on=IA_ENDS, now=now)
    decided(here, course, "ii-1", now, reduced(now, "NO"))

    assert keys(course) == [("ia", 1, "ELSEWHERE")]
    assert order_next(here, course, now + 12 * HOUR).block_key == "ii-1"


def test_a_cycle_given_elsewhere_is_counted(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ii-1", now, reduced(now, "NO"))
    end = IA_ENDS + 42 * DAY
    late = evening(end)
    record(here, course, "ii-1", "ELSEWHERE", IA_ENDS + DAY, ended_on=end, now=late)

    cycle = order_next(here, course, evening(end) + 12 * HOUR)

    assert (cycle.block_key, cycle.number) == ("ii-2", 2)
    assert read_outlook(course.id, evening(end)).cycles_given == 1


@pytest.mark.parametrize(
    ("key", "step", "refusal"),
    [
        ("ib", "START", BlockNotNext),
        ("ia", "FINISH", BlockNotNext),
        ("ia", "STOP", ReasonNeeded),
        ("ii-1", "START", BlockNotNext),
        ("nowhere", "START", BlockUnknown),
    ],
)
def test_a_block_that_is_not_due_is_not_recorded(here, course, key, step, refusal):
    with pytest.raises(refusal):
        record(here, course, key, step, FIRST)

    assert keys(course) == [("ia", 1, "PLANNED")]


def test_a_cycle_is_not_recorded_as_a_block(here):
    course = entered(here, "ii-1")

    for step in ("START", "FINISH", "STOP"):
        with pytest.raises(BlockIsCycle):
            record(here, course, "ii-1", step, FIRST, reason="x")
    with pytest.raises(BlockNotNext):
        record(here, course, "ii-1", "ELSEWHERE", FIRST)


def test_days_that_contradict_each_other_are_refused(here, course):
    with pytest.raises(InTheFuture):
        record(here, course, "ia", "START", FIRST + 5 * DAY, now=MONDAY)
    record(here, course, "ia", "START", FIRST)
    with pytest.raises(BlockDatesWrong):
        record(here, course, "ia", "FINISH", FIRST - DAY, now=evening(FIRST))
    record(here, course, "ia", "FINISH", IA_ENDS)
    now = evening(IA_ENDS + 5 * DAY)
    decided(here, course, "ib", now, reduced(now), remission(now))
    with pytest.raises(BlockDatesWrong):
        record(here, course, "ib", "START", IA_ENDS - DAY, now=now)
    with pytest.raises(BlockDatesWrong):
        record(
            here,
            course,
            "ib",
            "ELSEWHERE",
            IA_ENDS + 2 * DAY,
            ended_on=IA_ENDS + DAY,
            now=now,
        )
    # A fact that is told late is still a fact.
    record(here, course, "ib", "START", IA_ENDS + DAY, now=now)


def test_recorded_twice_is_recorded_once(here, course):
    record(here, course, "ia", "START", FIRST)

    with pytest.raises(BlockNotNext):
        record(here, course, "ia", "START", FIRST)


def test_a_cycle_does_not_begin_before_the_block_before_it_is_over(here, course):
    record(here, course, "ia", "ELSEWHERE", FIRST, now=evening(FIRST))
    row = course.blocks.get()
    models.CourseBlock.objects.filter(id=row.id).update(ended_on=FIRST + 30 * DAY)
    now = evening(FIRST)
    decided(here, course, "ii-1", now, reduced(now, "NO"))

    with pytest.raises(FreeIntervalNotOver) as refusal:
        order_next(here, course, now + 2 * DAY)

    assert refusal.value.params["earliest"] == (FIRST + 30 * DAY).isoformat()


def test_a_planned_cycle_is_not_ordered_again(here):
    course = entered(here, "ii-1")

    with pytest.raises(CycleStillOpen):
        order_next(here, course, MONDAY + 60 * DAY)


def test_a_cancelled_cycle_can_be_ordered_anew(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ii-1", now, reduced(now, "NO"))
    order_next(here, course, now + 12 * HOUR)
    scheduling.cancel_cycle(
        actor=here.physician, course_id=course.id, reason="no bed", now=now
    )

    assert keys(course) == [("ia", 1, "COMPLETED")]
    again = order_next(here, course, now + 36 * HOUR)
    assert (again.number, again.block_key) == (1, "ii-1")


# --- Entry, opening, exit, re-entry --------------------------------------------------


def test_a_course_enters_at_a_later_block_and_keeps_the_count(here):
    course = entered(here, "iii-two", from_round=2)

    cycle = course.cycles.get()
    assert (cycle.number, cycle.block_key, cycle.ordinal) == (4, "iii-two", 2)
    assert keys(course)[:-1] == [
        ("ia", 1, "ELSEWHERE"),
        ("ib", 1, "ELSEWHERE"),
        ("ii-1", 1, "ELSEWHERE"),
        ("ii-2", 1, "ELSEWHERE"),
        ("iii-two", 1, "ELSEWHERE"),
    ]
    outlook = read_outlook(course.id, MONDAY)
    assert outlook.cycles_given == 3
    assert {one.firmness for one in outlook.items[:-1]} == {Firmness.UNKNOWN}


@pytest.mark.parametrize(
    ("block", "more", "refusal"),
    [
        ("off-protocol", {}, BlockNotEnterable),
        ("iii-two", {"from_round": 3}, BlockNotEnterable),
        ("nowhere", {}, BlockUnknown),
        ("ii-2", {"cycles": 1}, CycleNotInRegimen),
        ("ii-2", {"opening": "steroid-prephase"}, BlockNotEnterable),
    ],
)
def test_no_course_begins_where_it_can_not(here, block, more, refusal):
    with pytest.raises(refusal):
        entered(here, block, **more)

    assert not models.Course.objects.exists()


def test_a_course_opens_with_a_pre_phase(here):
    course = entered(here, None, regimen="us-label-rr", opening="steroid-prephase")

    assert keys(course) == [("steroid-prephase", 1, "PLANNED")]
    assert not course.cycles.exists()
    with pytest.raises(GateNotPassed):
        record(here, course, "steroid-prephase", "START", FIRST)
    pass_gate(
        here,
        course,
        evening(FIRST),
        fact("MARROW_BLASTS", "70", MONDAY, "%"),
        block="steroid-prephase",
        reason="blood blasts not counted",
    )
    now = given_block(here, course, "steroid-prephase", FIRST, FIRST + 3 * DAY)
    assert order_next(here, course, now + 12 * HOUR).block_key == "c1"
    with pytest.raises(BlockUnknown):
        entered(here.neighbour(), None, regimen="us-label-rr", opening="allo-hsct")


def test_a_transplant_after_a_cycle_and_the_course_after_it(here):
    course = here.order("us-label-mrd")
    end = run_cycle(here, course, MONDAY + HOUR)
    assert "allo-hsct" in {
        one.to for one in read_outlook(course.id, end).standing.choices
    }

    decided(here, course, "allo-hsct", end, response="YES", reason="donor found")

    course.refresh_from_db()
    assert (course.status, course.exit_key) == ("LEFT", "allo-hsct")
    with pytest.raises(NoFurtherCycle):
        order_next(here, course, end + 20 * DAY)
    assert regimens.regimen_of(course).block("allo-hsct").reentry == "post-hsct"


def test_a_course_is_stopped_between_its_cycles(here, course):
    record(here, course, "ia", "START", FIRST)
    now = evening(FIRST + DAY)

    with pytest.raises(NotAllowed):
        stopping.stop_course(
            actor=here.nurse, course_id=course.id, reason="died", now=now
        )
    stopping.stop_course(
        actor=here.physician, course_id=course.id, reason="progression", now=now
    )

    course.refresh_from_db()
    assert (course.status, course.end_reason) == ("STOPPED", "progression")
    assert keys(course) == [("ia", 1, "STOPPED")]
    with pytest.raises(CourseOver):
        record(here, course, "ia", "FINISH", FIRST + DAY)
    here.order("us-label-mrd")


def test_a_running_cycle_is_ended_before_the_course_is(here):
    course = here.running()

    with pytest.raises(BlockOpen):
        stopping.stop_course(
            actor=here.physician, course_id=course.id, reason="x", now=MONDAY + HOUR
        )


# --- Gates -------------------------------------------------------------------------

COUNTS = Condition(
    kind=FactKind.NEUTROPHILS, operator=Operator.AT_LEAST, values=("0.75",)
)


@pytest.fixture
def gated(here, monkeypatch):
    """Return a running course whose second cycle waits for neutrophils."""
    course = here.order("us-label-rr")
    regimen = regimens.regimen_of(course)
    gate = Gate(text=Text(en="counts", zh="血象"), thresholds=(COUNTS,))
    blocks = tuple(
        replace(one, gate=gate) if one.key == "c2" else one for one in regimen.blocks
    )
    changed = replace(regimen, blocks=blocks)
    for module in ("regimens", "walking", "planning"):
        monkeypatch.setattr(
            f"infusion.selectors.{module}.regimen_of", lambda _course: changed
        )
    end = run_cycle(here, course, MONDAY + HOUR)
    order_next(here, course, end + 15 * DAY)
    return course, end + 15 * DAY


def pass_gate(here, course, now, *facts, **more):
    return walking.pass_gate(
        actor=more.pop("actor", here.physician),
        course_id=course.id,
        block=more.pop("block", "c2"),
        facts=facts,
        now=now,
        **more,
    )


def test_a_cycle_does_not_start_before_its_gate_is_passed(here, gated):
    course, start = gated
    outlook = read_outlook(course.id, start)
    assert outlook.standing.needs_gate
    assert outlook.items[1].firmness == Firmness.PROVISIONAL
    weighed(here, start)

    with pytest.raises(GateNotPassed):
        here.start(course, start)
    with pytest.raises(FactsMissing):
        pass_gate(here, course, start)
    with pytest.raises(UnitNotSupported):
        pass_gate(here, course, start, fact("NEUTROPHILS", "0.9", start, "%"))
    low = fact("NEUTROPHILS", "0.5", start, "10*9/L")
    with pytest.raises(ReasonNeeded):
        pass_gate(here, course, start, low)
    with pytest.raises(NotAllowed):
        pass_gate(here, course, start, low, actor=here.nurse)
    pass_gate(here, course, start, fact("NEUTROPHILS", "0.9", start, "10*9/L"))

    outlook = read_outlook(course.id, start)
    assert not outlook.standing.needs_gate
    (gate,) = outlook.gates
    assert [one.fact.value for one in gate.facts if not one.is_computed] == ["0.9"]
    with pytest.raises(walking.NoGate):
        pass_gate(here, course, start)


def test_a_physician_may_let_it_begin_against_the_values_with_a_reason(here, gated):
    course, start = gated
    low = fact("NEUTROPHILS", "0.5", start, "10*9/L")

    pass_gate(here, course, start, low, reason="marrow full of leukaemia")

    row = course.blocks.get(block_key="c2")
    assert row.gate_reason == "marrow full of leukaemia"
    assert str(row.gate_passed_by_id) == str(here.physician.user_id)


def test_nothing_is_asked_where_there_is_no_gate(here, course):
    with pytest.raises(walking.NoGate):
        pass_gate(here, course, MONDAY, block="ia")


# --- What is shown -----------------------------------------------------------------


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

    assert len(after) <= len(before) <= 12


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
