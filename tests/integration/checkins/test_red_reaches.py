"""Every red is with a person, or its ladder ran out and the administrators were told.

Answers, calls, looks, takings, people who leave, gaps in the rota and time come in any
order; after each of them, with the sweep that follows, no red is silent.
"""

import datetime as dt
import os
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infusion import models
from infusion.domain.checkins import Look
from infusion.selectors.alert_people import list_takers
from infusion.services import alerts, checkins_answering
from infusion.services.alert_sweeps import sweep_alerts
from infusion.services.checkins_looking import look_at_check_in
from patients.models import Membership
from patients.selectors.actors import get_actor
from tests.factories.patients import MembershipFactory, UserFactory
from tests.factories.submissions import bare_course, due, form, sent
from tests.factories.wards import HOUR, ward

MINUTE = dt.timedelta(minutes=1)
# The proposed values of a site: two rungs of a quarter of an hour; what a person ended
# comes back after an hour while its cause stands.
LADDER = 30 * MINUTE
COMES_BACK = 60 * MINUTE
SHIFTS = {"nurse": "NURSE", "physician": "PHYSICIAN"}
PEOPLE = ("nurse", "other_nurse", "physician")
WAYS = {
    "well": {},
    "hidden": {"antipyretic": "YES"},
    "fever": {"temperature": "38.4"},
    "silent": {"temperature": ""},
}
COLOURS = {"well": "GREEN", "hidden": "AMBER", "fever": "RED", "silent": "RED"}


class World:
    """One patient at home, three people with a rota, and an administrator."""

    def __init__(self) -> None:
        here = self.here = ward()
        self.course = bare_course(here)
        here.patient.user = UserFactory()
        here.patient.save()
        self.patient = get_actor(here.patient.user_id, here.now.date())
        self.admin_id = MembershipFactory(site=here.site, role="ADMIN").user_id
        for name, role in SHIFTS.items():
            models.Shift.objects.create(
                site=here.site,
                role=role,
                user_id=getattr(here, name).user_id,
                from_at=here.now - HOUR,
                to_at=here.now + dt.timedelta(days=99),
            )


class RedReaches(RuleBasedStateMachine):
    """Answers, people who come and go, and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = transaction.atomic()
        self.kept.__enter__()

    def teardown(self) -> None:
        self.wait(LADDER // MINUTE)
        self.no_red_is_silent()
        transaction.set_rollback(True)
        self.kept.__exit__(None, None, None)

    # Set before the runs, each of which is rolled back to it.
    world: "World"

    @initialize()
    def start(self) -> None:
        self.here, self.course = self.world.here, self.world.course
        self.now = self.here.now
        # What is red until somebody has looked, whatever is sent afterwards.
        self.told: set[Any] = set()
        self.send(due(self.course, self.now), "fever", self.now)

    # --- What families do -------------------------------------------------------------

    @rule(
        way=st.sampled_from(sorted(WAYS)),
        ago=st.sampled_from([0, 40, 300]),
        data=st.data(),
    )
    def answer(self, way, ago, data) -> None:
        """Answer now or a while ago without a network, what is new or was answered."""
        at = max(self.now - ago * MINUTE, self.here.now)
        rows = self.course.check_ins.exclude(kind="CALL_WANTED").order_by("id")
        rows = [None, *rows.filter(due_at__lte=at)]
        row = data.draw(st.sampled_from(rows)) or due(self.course, at)
        self.send(row, way, at)

    def send(self, row, way, at) -> None:
        answers = checkins_answering.answer_check_in(
            actor=self.world.patient,
            check_in_id=row.pk,
            given=sent(at, form(**WAYS[way])),
            now=self.now,
        )
        assert answers.result.colour == COLOURS[way]
        if COLOURS[way] == "RED":
            self.told.add(answers.check_in_id)

    @rule()
    def ask_to_be_rung(self) -> None:
        row = checkins_answering.ask_for_call(
            actor=self.world.patient, course_id=self.course.pk, now=self.now
        )
        self.told.add(row.pk)

    # --- What people do ---------------------------------------------------------------

    def actor(self, name: str) -> Any:
        return get_actor(getattr(self.here, name).user_id, self.now.date())

    def staff(self) -> list[str]:
        return [one for one in PEOPLE if self.working(one).get().is_active]

    def standing(self) -> list[models.Alert]:
        rows = models.Alert.objects.exclude(status="RESOLVED")
        return list(rows.filter(course=self.course).order_by("id"))

    @precondition(lambda self: self.staff() and self.standing())
    @rule(
        then=st.sampled_from(["KEEP", "LEAVE", "DONE", "FALSE_ALARM"]), data=st.data()
    )
    def take(self, then, data) -> None:
        """Take an alert; then leave, or end it though nobody has looked."""
        alert = data.draw(st.sampled_from(self.standing()))
        name = data.draw(st.sampled_from(self.staff()))
        try:
            alert = alerts.take_alert(
                actor=self.actor(name),
                alert_id=alert.pk,
                expected_version=alert.version,
                now=self.now,
            )
        except alerts.AlertClosed:
            assert alert.owner_id in list_takers(alert, self.now)
            return
        if then == "LEAVE":
            self.working(name).update(is_active=False)
        elif then != "KEEP":
            alerts.resolve_alert(
                actor=self.actor(name),
                alert_id=alert.pk,
                expected_version=alert.version,
                outcome=then,
                now=self.now,
            )

    @precondition(lambda self: self.staff() and self.reds())
    @rule(what=st.sampled_from([Look.NOT_REACHED, Look.WATCHED]), data=st.data())
    def look(self, what, data) -> None:
        row = data.draw(st.sampled_from(self.reds()))
        look_at_check_in(
            actor=self.actor(data.draw(st.sampled_from(self.staff()))),
            check_in_id=row.pk,
            what=what,
            now=self.now,
        )
        if what is Look.WATCHED:
            self.told.discard(row.pk)

    @rule(name=st.sampled_from(PEOPLE), on_call=st.booleans())
    def leave_or_come_back(self, name, on_call) -> None:
        """Somebody leaves or comes back; a shift of theirs may stay with nobody."""
        rows = self.working(name)
        rows.update(is_active=not rows.get().is_active)
        if role := SHIFTS.get(name):
            person = getattr(self.here, name).user_id if on_call else None
            models.Shift.objects.filter(role=role).update(user_id=person)

    def working(self, name: str) -> Any:
        user_id = getattr(self.here, name).user_id
        return Membership.objects.filter(site=self.here.site, user_id=user_id)

    # --- Time -------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 16, 31, 61]))
    def wait(self, minutes) -> None:
        """Let time go by, with a sweep whenever something is to be told."""
        until = self.now + minutes * MINUTE
        while self.now < until:
            times = [one.climb_at for one in self.standing() if one.climb_at]
            later = [one for one in times if one > self.now]
            self.now = min([*later, until])
            self.sweep()

    def sweep(self) -> None:
        sweep_alerts(now=self.now)

    # --- What must hold ---------------------------------------------------------------

    def reds(self) -> list[models.CheckIn]:
        rows = models.CheckIn.objects.filter(course=self.course, looked_at=None)
        return list(rows.filter(colour="RED").order_by("id"))

    @invariant()
    def no_red_is_silent(self) -> None:
        if not hasattr(self, "course"):
            return
        self.sweep()
        assert {one.pk for one in self.reds()} == self.told, "a red was taken back"
        for row in self.reds():
            subject = f"{row.pk}:{row.coloured_at.isoformat()}"
            found = models.Alert.objects.filter(subject=subject)
            last = found.filter(cause__in=("CHECK_IN_RED", "CALL_WANTED"))
            alert = last.order_by("-raised_at").first()
            assert alert is not None, "a red without an alert"
            self.check(alert)

    def check(self, alert: models.Alert) -> None:
        """Hold an alert to what the site was promised, by its history alone."""
        steps = list(alert.steps.order_by("at", "id"))
        last = {one.kind: one for one in steps}
        if alert.status == "RESOLVED":
            assert last["RESOLVED"].by_id, "nobody ended it while it stood"
            assert self.now < alert.ended_at + COMES_BACK, "it did not come back"
        elif alert.status == "TAKEN":
            assert alert.owner_id in list_takers(alert, self.now), "nobody has it"
        elif alert.status == "EXHAUSTED":
            told = models.Message.objects.filter(
                subject_id=alert.pk, user_id=self.world.admin_id
            )
            assert told.exists(), "the administrators do not know"
            assert alert.climb_at > self.now, "it is not told again"
        else:
            since = last.get("LEFT_ALONE", steps[0]).at
            assert self.now - since < LADDER, "it did not climb to its end"
            assert any(
                one.told for one in steps if one.kind == "CLIMBED" and one.at >= since
            ), "it waits for nobody"


NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


@pytest.mark.timeout(3600)
@pytest.mark.django_db
def test_every_red_reaches_a_person_or_a_ladder_that_ran_out():
    times = settings(
        max_examples=120 if NIGHTLY else 12,
        stateful_step_count=25 if NIGHTLY else 8,
        # Each try costs a transaction: what fails is shown as it was found.
        phases=[Phase.generate],
        deadline=None,
    )

    RedReaches.world = World()
    run_state_machine_as_test(RedReaches, settings=times)

    assert not models.CheckIn.objects.exists(), "each run leaves nothing behind"
