"""A plan is changed by one verb: looked at first, then made as it was shown or not at all."""

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction

from infusion import models
from infusion.domain.changes import (
    LASTS,
    SCOPES,
    Change,
    PreviewOutdated,
    Scope,
    Verb,
)
from infusion.domain.previews import Fate
from infusion.selectors.changes import list_changes
from infusion.services import replanning, visits
from infusion.services.interruptions import NotPaused
from infusion.services.replanning import CeaseEndsCourse, NotLater
from patients.policy import NotAllowed
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
TRACKED = (
    models.Course,
    models.Cycle,
    models.Bag,
    models.Visit,
    models.Message,
    models.PlanVersion,
    models.InfusionEvent,
    models.Placement,
    models.PlanChange,
)


def running(regimen="us-label-mrd"):
    here = ward()
    return here, here.running(regimen)


def change(verb, scope="CYCLE", **rest):
    return Change(verb=Verb(verb), scope=Scope(scope), reason="Because.", **rest)


def look(here, course, wanted, now, by=None):
    return replanning.preview_change(
        actor=by or here.physician, course_id=course.id, change=wanted, now=now
    )


def make(here, course, wanted, seen, now, by=None):
    return replanning.apply_change(
        actor=by or here.physician,
        course_id=course.id,
        change=wanted,
        token=seen.shown.token,
        now=now,
    )


def everything():
    return {
        model.__name__: sorted(map(repr, model.objects.values_list()))
        for model in TRACKED
    }


def fates(pairs):
    return {fate for fate in Fate if any(one.fate == fate for one in pairs)}


def test_a_preview_leaves_nothing_behind():
    here, course = running()
    before = everything()

    seen = look(here, course, change("HOLD", at=MONDAY + 5 * HOUR), MONDAY + 5 * HOUR)

    assert everything() == before
    assert seen.messages_cancelled


def test_what_was_shown_is_what_is_stored():
    here, course = running()
    at = MONDAY + 5 * HOUR
    wanted = change("HOLD", at=at)
    seen = look(here, course, wanted, at)

    make(here, course, wanted, seen, at + 2 * MINUTE)

    for pair in seen.bags:
        if pair.before and pair.after:
            row = models.Bag.objects.get(id=pair.before.id)
            assert row.planned_take_down_at == pair.after.take_down_at
    stop = models.InfusionEvent.objects.get(kind="PAUSE")
    assert (stop.reason, stop.note) == ("ADVERSE_EVENT", "Because.")
    assert not course.messages.filter(status="PENDING").exists()


def test_a_resume_moves_the_rest_and_keeps_the_booked_nurse():
    here, course = running()
    stop, back = MONDAY + 5 * HOUR, MONDAY + 8 * HOUR
    hold = change("HOLD", at=stop)
    make(here, course, hold, look(here, course, hold, stop), stop)
    visit = models.Visit.objects.filter(status="BOOKED").order_by("planned_at").first()
    visits.assign_visit(
        actor=here.nurse, visit_id=visit.id, user_id=here.other_nurse.user_id, now=stop
    )
    wanted = change("RESUME", at=back)

    seen = look(here, course, wanted, back)

    mine = next(pair for pair in seen.visits if pair.now.id == visit.id)
    assert mine.after.owner_id == mine.before.owner_id == here.other_nurse.user_id
    assert (
        seen.cycles[0].after.infusion_ends_at > seen.cycles[0].before.infusion_ends_at
    )
    assert {one.kind for one in seen.people} >= {"PATIENT", "CAREGIVER", "STAFF"}
    make(here, course, wanted, seen, back)
    visit.refresh_from_db()
    assert (visit.status, visit.assigned_to_id) == ("BOOKED", here.other_nurse.user_id)


def test_who_comes_second_looks_again():
    here, course = running()
    at = MONDAY + 5 * HOUR
    wanted = change("HOLD", at=at)
    first = look(here, course, wanted, at, by=here.nurse)
    second = look(here, course, wanted, at, by=here.other_nurse)
    make(here, course, wanted, first, at, by=here.nurse)
    before = everything()

    with pytest.raises(PreviewOutdated):
        make(here, course, wanted, second, at, by=here.other_nurse)

    assert everything() == before


def test_a_fact_outside_the_course_that_alters_the_outcome_is_found_too():
    here, course = running()
    at = MONDAY + 5 * HOUR
    hold = change("HOLD", at=at)
    make(here, course, hold, look(here, course, hold, at), at)
    wanted = change("RESUME", at=at + HOUR)
    seen = look(here, course, wanted, at + HOUR)
    # Not by a service: the course has no new version.
    models.Visit.objects.filter(status="BOOKED").update(assigned_to=here.nurse.user_id)
    before = everything()

    with pytest.raises(PreviewOutdated):
        make(here, course, wanted, seen, at + HOUR)

    assert everything() == before


@pytest.mark.parametrize("age", [LASTS + MINUTE, -MINUTE])
def test_a_preview_is_confirmed_while_it_is_fresh(age):
    here, course = running()
    at = MONDAY + 5 * HOUR
    wanted = change("HOLD", at=at)
    seen = look(here, course, wanted, at)

    with pytest.raises(PreviewOutdated):
        make(here, course, wanted, seen, at + age)


def test_another_change_than_the_one_shown_is_refused():
    here, course = running()
    at = MONDAY + 5 * HOUR
    seen = look(here, course, change("HOLD", at=at), at)

    with pytest.raises(PreviewOutdated):
        make(here, course, change("HOLD", at=at - HOUR), seen, at)


def test_a_preview_is_refused_for_the_reasons_of_the_change():
    here, course = running()

    with pytest.raises(NotPaused):
        look(here, course, change("RESUME", at=MONDAY + HOUR), MONDAY + HOUR)
    with pytest.raises(NotAllowed):
        look(
            here,
            course,
            change("HOLD", at=MONDAY + HOUR),
            MONDAY + HOUR,
            by=here.pharmacist,
        )


def test_a_planned_cycle_is_deferred_with_all_that_follows():
    here = ward()
    course = here.order("us-label-rr", start_at=MONDAY + DAY)
    wanted = change("DEFER", "LATER", to=MONDAY + 3 * DAY)
    seen = look(here, course, wanted, MONDAY)

    assert fates(seen.bags) == {Fate.MOVED}
    make(here, course, wanted, seen, MONDAY)

    assert course.cycles.get().planned_start_at == MONDAY + 3 * DAY
    with pytest.raises(NotLater):
        look(here, course, change("DEFER", "LATER", to=MONDAY + 2 * DAY), MONDAY)


def test_to_cease_names_the_bags_that_are_thrown_away():
    here, course = running("us-label-rr")
    waiting = here.deliver(planned_bags(course)[0], MONDAY + HOUR)
    at = MONDAY + 2 * DAY
    with pytest.raises(CeaseEndsCourse):
        look(here, course, change("CEASE", at=at), at)
    wanted = change("CEASE", "LATER", at=at)

    seen = look(here, course, wanted, at)

    thrown = {one.bag_id: one for one in seen.waste}
    assert thrown[waiting.id].vials > 0
    assert thrown[waiting.id].ml == (waiting.rate_ml_h * waiting.hours).quantize(
        thrown[waiting.id].ml
    )
    hung = models.Bag.objects.get(status="HUNG")
    assert 0 < thrown[hung.id].ml < hung.rate_ml_h * hung.hours
    assert seen.after.course_status == "STOPPED"
    assert fates(seen.visits) <= {Fate.CANCELLED, Fate.ENDED}
    make(here, course, wanted, seen, at)
    assert models.Cycle.objects.get().end_reason == "Because."
    assert not models.Visit.objects.filter(status="BOOKED").exists()
    # Only what is said after an end is owed by now.
    owed = models.Message.objects.filter(status="PENDING")
    assert set(owed.values_list("event", flat=True)) == {"INFUSION_ENDED"}


def test_a_patient_who_goes_home_has_the_visits_there():
    here, course = running()
    at = MONDAY + 3 * DAY
    wanted = change("CHANGE_PLACEMENT", at=at, place="HOME", override_reason="Paper.")

    seen = look(here, course, wanted, at)

    assert {pair.after.placement for pair in seen.visits} == {"HOME"}
    make(here, course, wanted, seen, at)
    assert models.Placement.objects.filter(kind="HOME").count() == 1


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_has_a_reach_and_an_action(verb):
    assert SCOPES[verb]
    assert replanning.ACTIONS[verb]
    assert verb in replanning._VERBS


# --- What was confirmed is kept ---------------------------------------------------


def test_a_verb_that_stores_no_reason_itself_keeps_it():
    here = ward()
    course = here.order("us-label-rr", start_at=MONDAY + DAY)
    to = MONDAY + 3 * DAY
    wanted = Change(
        verb=Verb.DEFER, scope=Scope.LATER, reason="The port is not in.", to=to
    )

    make(here, course, wanted, look(here, course, wanted, MONDAY), MONDAY + 2 * MINUTE)

    row = course.plan_changes.get()
    assert (row.verb, row.scope, row.reason) == ("DEFER", "LATER", wanted.reason)
    assert row.parameters == {"to": to.isoformat()}
    assert row.made_by_id == here.physician.user_id
    assert row.made_at == MONDAY + 2 * MINUTE
    numbers = course.plan_versions.order_by("number").values_list("number", flat=True)
    assert row.plan_number == list(numbers)[-1] > 1


def test_each_change_is_kept_once_and_the_latest_is_listed_first():
    here, course = running()
    stop, back = MONDAY + 5 * HOUR, MONDAY + 8 * HOUR
    hold, resume = change("HOLD", at=stop), change("RESUME", at=back, supervised=True)
    make(here, course, hold, look(here, course, hold, stop), stop)
    make(here, course, resume, look(here, course, resume, back), back)

    latest, first = list_changes(course)

    assert (first.verb, latest.verb) == (Verb.HOLD, Verb.RESUME)
    assert latest.parameters == {"at": back.isoformat(), "supervised": "true"}
    assert first.made_by_name == latest.made_by_name != ""


def test_what_is_refused_is_not_kept():
    here, course = running()
    at = MONDAY + 5 * HOUR
    wanted = change("HOLD", at=at)
    seen = look(here, course, wanted, at)

    with pytest.raises(PreviewOutdated):
        make(here, course, wanted, seen, at + LASTS + MINUTE)

    assert not models.PlanChange.objects.exists()


@pytest.mark.parametrize("step", ["update", "delete"])
def test_the_database_lets_nobody_rewrite_a_change(step):
    here, course = running()
    at = MONDAY + 5 * HOUR
    wanted = change("HOLD", at=at)
    make(here, course, wanted, look(here, course, wanted, at), at)
    rows = models.PlanChange.objects.filter(course=course)

    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.update(reason="Another.") if step == "update" else rows.delete()

    assert rows.get().reason == "Because."
