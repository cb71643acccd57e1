"""Answers that arrive while a sweep of the alerts is under way."""

import datetime as dt

import pytest

from infusion import models
from infusion.selectors.alert_watches import Watch
from infusion.selectors.checkin_alerts import CAUSES
from infusion.services import alert_sweeps, checkins_answering
from tests.factories.submissions import due, form, sent

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


def while_it_reads(monkeypatch, work):
    """Let something happen after a sweep has read the check-ins and before it acts."""
    watches = alert_sweeps.WATCHES
    own = next(one for one in watches if one.causes == CAUSES)

    def look(rules, now):
        found = list(own.look(rules, now))
        work()
        return iter(found)

    others = tuple(one for one in watches if one is not own)
    watch = Watch(causes=own.causes, look=look)
    monkeypatch.setattr(alert_sweeps, "WATCHES", (watch, *others))


# The clocks of two machines differ a little, and a request takes its time.
@pytest.mark.parametrize("ahead", [-SECOND, SECOND], ids=["before", "after"])
def test_a_sweep_does_not_end_a_red_that_came_while_it_read(here, monkeypatch, ahead):
    row = due(here.course, here.now)
    at = here.now + MINUTE

    def answer():
        checkins_answering.answer_check_in(
            actor=here.patient_actor,
            check_in_id=row.id,
            given=sent(at + ahead, form(temperature="38.4")),
            now=at + ahead,
        )

    while_it_reads(monkeypatch, answer)
    alert_sweeps.sweep_alerts(now=at)

    alert = models.Alert.objects.get()
    assert (alert.status, alert.rung) == ("OPEN", 0)
    assert models.Message.objects.get(subject_id=alert.pk).status == "PENDING"


def test_a_sweep_by_a_slower_clock_does_not_end_a_red(here):
    row = due(here.course, here.now)
    at = here.now + MINUTE
    checkins_answering.answer_check_in(
        actor=here.patient_actor,
        check_in_id=row.id,
        given=sent(at, form(temperature="38.4")),
        now=at,
    )

    done = alert_sweeps.sweep_alerts(now=at - SECOND)

    assert done.ended == 0
    assert models.Alert.objects.get().status == "OPEN"
