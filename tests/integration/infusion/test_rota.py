"""The on-call rota on real rows: overlaps, swaps and people who leave."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from infusion import models
from infusion.domain.rota import Gap, OnCallRole, ShiftOver
from infusion.selectors.rota import on_call_now, rota_gaps
from infusion.services import rota
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed
from patients.selectors.actors import get_actor
from patients.services.assignments import NotOnStaff
from tests.factories.patients import MembershipFactory, SiteFactory

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def person(site):
    def make(role="NURSE", at=site):
        user = MembershipFactory(site=at, role=role).user
        return get_actor(user.id, NOW.date())

    return make


def plan(actor, site, start=0, end=8, **asked):
    values = {"role": OnCallRole.NURSE, "user_id": None, "now": NOW, **asked}
    return rota.plan_shift(
        actor=actor,
        site_id=site.id,
        from_at=NOW + start * HOUR,
        to_at=NOW + end * HOUR,
        **values,
    )


def test_a_shift_is_planned_and_its_holder_is_on_call(site, person):
    ada = person()
    plan(ada, site, user_id=ada.user_id)

    assert on_call_now(site.id, NOW) == {OnCallRole.NURSE: ada.user_id}
    assert on_call_now(site.id, NOW + 8 * HOUR) == {}


def test_two_shifts_of_one_role_never_overlap(site, person):
    ada = person()
    plan(ada, site)

    with pytest.raises(rota.ShiftOverlaps):
        plan(ada, site, 7, 9)
    plan(ada, site, 8, 9)
    plan(ada, site, role=OnCallRole.PHYSICIAN)


def test_the_database_refuses_an_overlap_by_itself(site, person):
    first = plan(person(), site)

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Shift.objects.create(
            site=site, role="NURSE", from_at=first.from_at, to_at=first.to_at
        )


def test_only_who_works_there_in_the_role_is_put_on_call(site, person):
    ada = person()

    with pytest.raises(NotOnStaff):
        plan(ada, site, user_id=person(at=SiteFactory()).user_id)
    with pytest.raises(rota.RoleNotHeld):
        plan(ada, site, user_id=person("PHARMACIST").user_id)
    with pytest.raises(NotFound):
        plan(person(at=SiteFactory()), site)
    with pytest.raises(NotAllowed):
        plan(person("PHYSICIAN"), site)
    assert not models.Shift.objects.exists()


def test_a_shift_without_a_person_is_a_gap_days_before(site, person):
    ada = person()
    plan(ada, site, 0, 48, user_id=ada.user_id)
    plan(ada, site, 48, 60)
    plan(ada, site, 60, 7 * 24 + 1, user_id=ada.user_id)

    assert rota_gaps(site.id, NOW) == {
        OnCallRole.NURSE: (Gap(NOW + 48 * HOUR, NOW + 60 * HOUR),)
    }


def test_a_rota_that_runs_out_is_a_gap_and_one_never_begun_is_none(site, person):
    ada = person()
    assert rota_gaps(site.id, NOW) == {}

    plan(ada, site, 0, 24, user_id=ada.user_id)

    week = NOW + dt.timedelta(days=7)
    assert rota_gaps(site.id, NOW)[OnCallRole.NURSE] == (Gap(NOW + 24 * HOUR, week),)


def test_who_has_left_is_not_on_call_whatever_the_rota_says(site, person):
    ada = person()
    plan(ada, site, 0, 24 * 8, user_id=ada.user_id)
    assert rota_gaps(site.id, NOW) == {}

    site.memberships.filter(user_id=ada.user_id).update(is_active=False)

    assert on_call_now(site.id, NOW) == {}
    assert OnCallRole.NURSE in rota_gaps(site.id, NOW)


def test_a_shift_changes_hands_only_when_the_other_one_takes_it(site, person):
    ada, bob = person(), person()
    shift = plan(ada, site, user_id=ada.user_id)

    swap = offer(ada, shift, bob)
    assert on_call_now(site.id, NOW)[OnCallRole.NURSE] == ada.user_id
    with pytest.raises(rota.SwapNotYours):
        rota.answer_swap(actor=ada, swap_id=swap.id, accept=True, now=NOW)
    rota.answer_swap(actor=bob, swap_id=swap.id, accept=True, now=NOW)

    assert on_call_now(site.id, NOW)[OnCallRole.NURSE] == bob.user_id
    with pytest.raises(rota.SwapClosed):
        rota.answer_swap(actor=bob, swap_id=swap.id, accept=False, now=NOW)


def test_a_declined_shift_stays_where_it_was_and_can_be_offered_again(site, person):
    ada, bob = person(), person()
    shift = plan(ada, site, user_id=ada.user_id)
    swap = offer(ada, shift, bob)

    with pytest.raises(rota.SwapOpen):
        offer(ada, shift, bob)
    rota.answer_swap(actor=bob, swap_id=swap.id, accept=False, now=NOW)

    assert on_call_now(site.id, NOW)[OnCallRole.NURSE] == ada.user_id
    offer(ada, shift, bob)


def test_nobody_offers_the_shift_of_somebody_else(site, person):
    ada, bob = person(), person()
    shift = plan(ada, site, user_id=ada.user_id)

    with pytest.raises(rota.ShiftNotYours):
        offer(bob, shift, bob)
    with pytest.raises(rota.ShiftNotYours):
        offer(ada, shift, ada)
    with pytest.raises(rota.RoleNotHeld):
        offer(ada, shift, person("PHYSICIAN"))


def test_an_offer_is_void_once_the_shift_is_given_to_somebody_else(site, person):
    ada, bob, eve = person(), person(), person()
    shift = plan(ada, site, user_id=ada.user_id)
    swap = offer(ada, shift, bob)

    rota.assign_shift(
        actor=ada, shift_id=shift.id, expected_version=1, user_id=eve.user_id, now=NOW
    )

    with pytest.raises(rota.SwapClosed):
        rota.answer_swap(actor=bob, swap_id=swap.id, accept=True, now=NOW)
    assert on_call_now(site.id, NOW)[OnCallRole.NURSE] == eve.user_id


def test_a_shift_taken_out_frees_its_time_and_stays_in_the_history(site, person):
    ada = person()
    shift = plan(ada, site, user_id=ada.user_id)

    rota.remove_shift(actor=ada, shift_id=shift.id, expected_version=1, now=NOW)

    assert on_call_now(site.id, NOW) == {}
    assert models.Shift.objects.get().removed_at == NOW
    plan(ada, site)
    with pytest.raises(NotFound):
        rota.remove_shift(actor=ada, shift_id=shift.id, expected_version=2, now=NOW)


def test_who_was_on_call_is_not_rewritten(site, person):
    ada = person()
    shift = plan(ada, site, user_id=ada.user_id)
    given = {"actor": ada, "shift_id": shift.id, "expected_version": 1}

    with pytest.raises(ShiftOver):
        rota.remove_shift(**given, now=NOW + 8 * HOUR)
    with pytest.raises(VersionOutdated):
        rota.remove_shift(**{**given, "expected_version": 2}, now=NOW)


def offer(actor, shift, other):
    return rota.propose_swap(
        actor=actor,
        shift_id=shift.id,
        expected_version=models.Shift.objects.get(id=shift.id).version,
        user_id=other.user_id,
        now=NOW,
    )


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_reassignment_at_once_leave_one_holder(site, person):
    ada, bob, eve = person(), person(), person()
    shift = plan(ada, site, user_id=ada.user_id)
    swap = offer(ada, shift, bob)
    together = threading.Barrier(2)

    def run(step):
        together.wait()
        try:
            step()
        except (rota.SwapClosed, VersionOutdated) as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    given = {"shift_id": shift.id, "expected_version": 1, "user_id": eve.user_id}
    steps = [
        lambda: rota.answer_swap(actor=bob, swap_id=swap.id, accept=True, now=NOW),
        lambda: rota.assign_shift(actor=ada, **given, now=NOW),
    ]
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(run, steps))

    assert ends.count("done") == 1
    holder = bob if ends[0] == "done" else eve
    assert on_call_now(site.id, NOW)[OnCallRole.NURSE] == holder.user_id
