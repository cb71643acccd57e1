"""The check-ins of a course as rows: with the facts, with the sweep, after a sign of harm."""

import datetime as dt
import zoneinfo

import pytest
from django.db import transaction

from infusion import models
from infusion.domain.states import BagStatus
from infusion.selectors.subjects import subject_now
from infusion.services import checkins_planning
from infusion.services.checkins_missing import mark_missed
from infusion.services.planning import replan
from tests.factories.messages import Scene

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
ZONE = zoneinfo.ZoneInfo("America/New_York")
# 11:00 in New York, on the 20th day of the second cycle.
NOW = dt.datetime(2026, 10, 29, 15, tzinfo=dt.UTC)


def scene(now: dt.datetime = NOW, *, day: int = 20, number: int = 2) -> Scene:
    """A patient at home whose cycle runs; the bag on the pump lasts for a week."""
    one = Scene(event_at=now + 7 * DAY)
    start = now - day * DAY
    models.Cycle.objects.filter(id=one.cycle.id).update(
        number=number, planned_start_at=start, surface_formula="MOSTELLER"
    )
    models.Bag.objects.filter(id=one.bag.id).update(
        hung_at=now - HOUR, planned_hang_at=now - HOUR
    )
    models.InfusionEvent.objects.create(
        cycle=one.cycle, kind="START", at=start, recorded_by=one.nurse
    )
    go(one, "HOME", start)
    return one


def go(one: Scene, kind: str, at: dt.datetime) -> None:
    models.Placement.objects.create(
        course=one.course, kind=kind, from_at=at, recorded_by=one.nurse
    )


def plan(one: Scene, now: dt.datetime = NOW) -> bool:
    return checkins_planning.look_ahead(one.course.id, now)


def asked(one: Scene, *statuses: str) -> list[models.CheckIn]:
    rows = one.course.check_ins.filter(status__in=statuses or ["DUE"])
    return list(rows.order_by("due_at"))


def walls(rows: list[models.CheckIn]) -> list[str]:
    return [f"{one.due_at.astimezone(ZONE):%d %H:%M}" for one in rows]


def reminders(one: Scene, status: str = "PENDING") -> list[models.Message]:
    rows = one.course.messages.filter(event="CHECK_IN", status=status)
    return list(rows.order_by("due_at", "kind"))


def answer(row: models.CheckIn, colour: str, at: dt.datetime) -> None:
    models.CheckIn.objects.filter(id=row.id).update(
        status="ANSWERED", answered_at=at, colour=colour, coloured_at=at
    )


def test_three_days_are_planned_with_their_reminders_and_the_next_look():
    one = scene()

    assert plan(one)

    assert walls(asked(one)) == ["30 08:00", "31 08:00", "01 08:00"]
    assert [(each.kind, each.event_at) for each in reminders(one)][:2] == [
        ("check_in_due", asked(one)[0].due_at),
        ("check_in_missed", asked(one)[0].due_at),
    ]
    assert models.CadenceDebt.objects.get().due_at == NOW + DAY


def test_eight_o_clock_stays_eight_o_clock_over_the_night_when_the_clocks_change():
    one = scene()
    plan(one)

    instants = [each.due_at for each in asked(one)]

    assert instants[1] - instants[0] == 24 * HOUR
    assert instants[2] - instants[1] == 25 * HOUR


def test_looking_twice_changes_nothing():
    one = scene()
    plan(one)
    before = [(each.id, each.version) for each in asked(one)]

    assert not plan(one)

    assert [(each.id, each.version) for each in asked(one)] == before


def test_a_plan_made_again_keeps_what_waits_and_what_was_answered():
    one = scene()
    plan(one)
    first, second, third = asked(one)
    answer(first, "GREEN", first.due_at + HOUR)
    later = first.due_at + 2 * HOUR

    course = models.Course.objects.select_related("site", "patient").get()
    with transaction.atomic():
        replan(course, cause="test", actor_id=None, now=later)

    assert [each.id for each in asked(one)][:2] == [second.id, third.id]
    assert walls(asked(one)) == ["31 08:00", "01 08:00", "02 08:00"]
    assert [each.id for each in asked(one, "ANSWERED")] == [first.id]


def test_on_the_ward_nobody_is_asked_and_going_home_again_asks_anew():
    one = scene()
    plan(one)
    first = asked(one)[0]
    late = first.due_at + HOUR
    go(one, "WARD", late)

    plan(one, late)

    assert asked(one) == []
    assert {each.reason for each in asked(one, "CANCELLED")} == {"not_at_home"}
    assert reminders(one) == []
    assert not models.CadenceDebt.objects.exists()

    home = late + DAY
    go(one, "HOME", home)
    plan(one, home)

    # Home again is a risk window: three times a day, and sooner missed.
    assert walls(asked(one))[:3] == ["31 14:00", "31 20:00", "01 08:00"]
    assert all(each.is_risky for each in asked(one)[:3])
    assert {each.kind for each in reminders(one)[:2]} == {
        "check_in_due",
        "check_in_missed_risk",
    }


def test_a_discharge_that_comes_later_than_thought_moves_every_check_in():
    one = scene()
    go(one, "WARD", NOW)
    plan(one)
    assert asked(one, "DUE", "CANCELLED") == []
    go(one, "HOME", NOW + 2 * DAY)

    plan(one, NOW + 2 * DAY)

    assert walls(asked(one))[0] == "31 14:00"


def _end(one: Scene, status: str = "COMPLETED", reason: str = "") -> None:
    models.Cycle.objects.filter(id=one.cycle.id).update(
        status=status, ended_at=NOW, end_reason=reason
    )


def _end_by_death(one: Scene) -> None:
    _end(one, "STOPPED", "DEATH")


def _die(one: Scene) -> None:
    one.patient.is_deceased = True
    one.patient.save()


@pytest.mark.parametrize(
    ("change", "reason"),
    [(_end, "cycle_over"), (_end_by_death, "died"), (_die, "died")],
    ids=["end", "death by the cycle", "death by the record"],
)
def test_after_the_end_or_a_death_nobody_is_asked(change, reason):
    one = scene()
    plan(one)
    change(one)

    plan(one, NOW + DAY)

    assert asked(one) == []
    assert {each.reason for each in asked(one, "CANCELLED")} == {reason}
    assert reminders(one) == []


def test_while_the_pump_stands_still_the_family_is_asked_but_not_about_the_pump():
    one = scene()
    models.InfusionEvent.objects.create(
        cycle=one.cycle,
        kind="PAUSE",
        at=NOW - HOUR,
        reason="ADVERSE_EVENT",
        recorded_by=one.nurse,
    )

    plan(one)

    assert [each.forms for each in asked(one)] == [["daily-adult", "neuro"]] * 3


def test_silence_is_not_given_up_for_a_new_plan_but_on_the_ward_it_is():
    one = scene()
    plan(one)
    missed, due = asked(one)[:2]
    models.CheckIn.objects.filter(id=missed.id).update(status="MISSED")
    late = due.due_at + HOUR

    plan(one, late)

    assert [each.id for each in asked(one, "MISSED")] == [missed.id]
    assert asked(one)[0].id == due.id

    go(one, "WARD", late)
    plan(one, late)

    assert asked(one, "MISSED", "DUE") == []


def test_after_a_red_the_next_morning_asks_again_until_it_is_gone():
    one = scene()
    plan(one)
    first = asked(one)[0]
    at = first.due_at + HOUR
    answer(first, "RED", at)

    with transaction.atomic():
        checkins_planning.follow_ups_after(one.course, at)

    again = asked(one)
    assert walls(again) == ["31 08:00", "01 08:00"]
    assert {each.kind for each in again} == {"FOLLOW_UP"}
    assert {each.follows_id for each in again} == {first.id}
    assert again[0].alert_at - again[0].due_at == 2 * HOUR

    gone = again[0].due_at + HOUR
    answer(again[0], "GREEN", gone)
    with transaction.atomic():
        checkins_planning.follow_ups_after(one.course, gone)

    assert walls(asked(one)) == ["01 08:00", "02 08:00"]
    assert asked(one)[0].id == again[1].id
    assert {each.kind for each in asked(one)} == {"PLANNED"}
    assert {each.follows_id for each in asked(one)} == {None}


def test_a_sign_of_harm_is_followed_up_though_the_cycle_is_over():
    one = scene()
    plan(one)
    first = asked(one)[0]
    at = first.due_at + HOUR
    answer(first, "AMBER", at)
    _end(one)

    plan(one, at)

    assert walls(asked(one)) == ["31 08:00", "01 08:00"]
    assert {each.forms[0] for each in asked(one)} == {"daily-adult"}
    assert {each.event_at for each in reminders(one)} == {
        each.due_at for each in asked(one)
    }


def test_who_has_answered_is_not_told_that_nothing_came():
    one = scene()
    plan(one)
    first = asked(one)[0]
    reminder = next(each for each in reminders(one) if each.kind == "check_in_missed")
    assert subject_now(reminder) == ("DUE", first.due_at)

    answer(first, "GREEN", first.due_at + HOUR)

    # No plan was made since: the reason is asked again right before it leaves.
    assert reminder in reminders(one)
    assert subject_now(reminder)[0] == "ANSWERED"


def test_the_sweep_looks_ahead_for_what_is_due_and_once():
    one, other = scene(), scene()
    plan(one)
    plan(other)
    debts = models.CadenceDebt.objects
    debts.filter(course=one.course).update(due_at=dt.datetime.now(dt.UTC) - HOUR)
    debts.filter(course=other.course).update(due_at=dt.datetime.now(dt.UTC) + HOUR)
    tomorrow = NOW + DAY

    changed = checkins_planning.plan_check_ins_due(now=tomorrow, offset=dt.timedelta(0))

    assert changed == 1
    assert walls(asked(one))[-1] == "02 08:00"
    assert walls(asked(other))[-1] == "01 08:00"
    assert debts.get(course=one.course).due_at == tomorrow + DAY


def test_a_course_that_is_broken_holds_up_no_other(monkeypatch):
    one, broken = scene(), scene()
    plan(one)
    plan(broken)
    models.CadenceDebt.objects.update(due_at=dt.datetime.now(dt.UTC) - HOUR)
    models.Course.objects.filter(id=broken.course.id).update(time_zone="Mars/Base")
    tomorrow = NOW + DAY

    changed = checkins_planning.plan_check_ins_due(now=tomorrow, offset=dt.timedelta(0))

    assert changed == 1
    assert walls(asked(one))[-1] == "02 08:00"
    # It is tried again when its lease is over.
    assert models.CadenceDebt.objects.get(course=broken.course).lease_until


def test_a_step_of_the_dose_opens_a_risk_window():
    one = scene()
    models.Bag.objects.create(
        course=one.course,
        cycle=one.cycle,
        sequence=2,
        status=BagStatus.PLANNED,
        recipe_key="us-7d",
        recipe_version="1",
        hours=168,
        rate_ml_h=one.bag.rate_ml_h,
        volume_ml=one.bag.volume_ml,
        daily_dose_mcg=one.bag.daily_dose_mcg * 2,
        planned_hang_at=NOW + DAY,
        planned_take_down_at=NOW + 8 * DAY,
    )

    plan(one)

    assert walls(asked(one)) == [
        "30 08:00",
        *["30 14:00", "30 20:00"],
        *["31 08:00", "31 14:00", "31 20:00"],
        "01 08:00",
    ]


def test_a_plan_costs_three_statements_more(django_assert_num_queries):
    one = scene()
    plan(one)
    rows = checkins_planning.load_rows(
        models.Course.objects.select_related("site", "patient").get()
    )

    with django_assert_num_queries(3) as seen:
        checkins_planning.store_check_ins(rows, NOW)

    assert len(seen) == 3


@pytest.mark.django_db(transaction=True)
def test_what_is_missed_is_written_down_by_a_worker_that_opens_no_transaction():
    one = scene()
    plan(one)
    first = asked(one)[0]

    assert mark_missed(now=first.alert_at) == 1

    assert [each.id for each in asked(one, "MISSED")] == [first.id]


def test_what_is_owed_about_anything_else_is_left_alone():
    one = scene()
    other = one.owe(due_at=NOW + DAY, expires_at=NOW + 2 * DAY)

    plan(one)

    other.refresh_from_db()
    assert other.status == "PENDING"
    assert reminders(one)


def test_what_was_asked_before_the_last_bag_ran_out_still_waits_for_its_answer():
    one = scene()
    plan(one)
    first = asked(one)[0]
    models.Bag.objects.update(planned_take_down_at=first.due_at + HOUR)

    # Nobody has recorded the disconnect yet.
    plan(one, first.due_at + 2 * HOUR)

    assert [each.id for each in asked(one)] == [first.id]


def test_what_only_a_nurse_compares_is_not_asked_of_the_family_next_morning():
    one = scene()
    plan(one)
    first = asked(one)[0]
    answer(first, "AMBER", first.due_at)
    models.CheckIn.objects.filter(id=first.id).update(forms=["handwriting"])

    plan(one, first.due_at + HOUR)

    again = asked(one)
    assert {each.kind for each in again} == {"FOLLOW_UP"}
    assert all(each.forms and "handwriting" not in each.forms for each in again)
