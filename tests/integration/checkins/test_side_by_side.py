"""Answers, looks and sweeps at the same moment: nothing twice, nothing lost, no deadlock."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from infusion import models
from infusion.domain.checkins import Look
from infusion.services import (
    alert_sweeps,
    checkins_answering,
    checkins_looking,
    checkins_triage,
)
from infusion.services.checkins_looking import look_at_check_in
from infusion.services.checkins_missing import mark_missed
from infusion.services.checkins_planning import look_ahead
from tests.factories.submissions import HOUR, due, form, sent

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> Sequence[object]:
    """Do it all at the same moment; raise what any of it raises."""
    together = threading.Barrier(len(works))

    def run(work):
        together.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def answering(here, row, submission, actor=None):
    return lambda: checkins_answering.answer_check_in(
        actor=actor or here.patient_actor,
        check_in_id=row.id,
        given=submission,
        now=here.now + 3 * HOUR,
    )


def test_the_same_answers_sent_by_two_requests_are_taken_once(here):
    row = due(here.course, here.now)
    submission = sent(here.now, form(temperature="38.4"))

    first, second = at_once(*[answering(here, row, submission)] * 2)

    assert first.pk == second.pk
    assert models.CheckInAnswers.objects.count() == 1
    assert models.Alert.objects.count() == 1


def test_answers_sweeps_a_plan_and_a_look_meet_without_losing_one_another(here):
    """Each locks the alerts, the course and the check-in in the same order."""
    row = due(here.course, here.now)
    # Of a kind that no plan takes away before somebody has looked.
    other = due(here.course, here.now + HOUR, kind="UNPLANNED")
    alert_sweeps.sweep_alerts(now=here.now + 2 * HOUR)
    now = here.now + 3 * HOUR

    at_once(
        answering(here, row, sent(here.now, form(temperature="38.4"))),
        answering(here, row, sent(here.now), here.caregiver),
        lambda: alert_sweeps.sweep_alerts(now=now),
        lambda: mark_missed(now=now),
        lambda: look_ahead(here.course.id, now),
        lambda: look_at_check_in(
            actor=here.nurse, check_in_id=other.id, what=Look.WATCHED, now=now
        ),
    )
    alert_sweeps.sweep_alerts(now=now)

    row.refresh_from_db()
    assert (row.status, row.colour, row.answers.count()) == ("ANSWERED", "RED", 2)
    still = models.Alert.objects.exclude(status="RESOLVED")
    assert [one.cause for one in still] == ["CHECK_IN_RED"]


def test_a_look_at_a_silence_and_an_answer_after_it_wait_for_one_another(
    here, monkeypatch
):
    """Both change both check-ins: the one about which to ring, and the one answered."""
    silent, row = due(here.course, here.now), due(here.course, here.now + HOUR)
    both_hold = threading.Barrier(2)

    def after_meeting(work):
        def run(*given):
            # Whoever does not wait for the other holds a check-in by then.
            with suppress(threading.BrokenBarrierError):
                both_hold.wait(timeout=1)
            return work(*given)

        return run

    for where, name in (
        (checkins_looking, "_check_asks"),
        (checkins_triage, "read_findings"),
    ):
        monkeypatch.setattr(where, name, after_meeting(getattr(where, name)))

    at_once(
        answering(here, row, sent(here.now + 2 * HOUR)),
        lambda: look_at_check_in(
            actor=here.nurse,
            check_in_id=silent.id,
            what=Look.WATCHED,
            now=here.now + 3 * HOUR,
        ),
    )

    silent.refresh_from_db()
    row.refresh_from_db()
    assert silent.looked_at == here.now + 3 * HOUR
    assert (row.status, row.colour) == ("ANSWERED", "GREEN")
