"""Every other cause of an alert on real rows: raised once, ended when it is gone."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.alerts import Cause
from infusion.domain.rota import OnCallRole
from infusion.selectors import alert_watches
from infusion.services import alert_sweeps, rota
from infusion.services.visits import assign_visit
from tests.factories.messages import Scene, in_hours
from tests.factories.patients import MembershipFactory, staff_actor
from tests.factories.wards import HOUR, MONDAY, ward

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def sweep(now):
    return alert_sweeps.sweep_alerts(now=now)


def of(cause):
    return list(models.Alert.objects.filter(cause=cause).order_by("id"))


@pytest.fixture
def visit():
    """Return the next change of a patient at home, in four days; nobody has taken it."""
    here = ward()
    course = here.running()
    rows = models.Visit.objects.filter(cycle__course=course, kind="BAG_CHANGE")
    rows.update(placement="HOME", assigned_to=None)
    found = rows.order_by("planned_at").first()
    found.nurse = here.nurse
    return found


def test_a_change_at_home_that_is_nobodys_is_an_alert_a_day_before(visit):
    at = visit.planned_at

    sweep(at - 25 * HOUR)
    assert of(Cause.CHANGE_UNOWNED) == []
    sweep(at - 24 * HOUR)
    sweep(at - 23 * HOUR)

    (alert,) = of(Cause.CHANGE_UNOWNED)
    assert (alert.severity, alert.since, alert.stage) == ("AMBER", at, 1)
    assert alert.course_id == visit.cycle.course_id


def test_it_ends_once_somebody_takes_the_visit(visit):
    at = visit.planned_at
    sweep(at - 24 * HOUR)
    assign_visit(
        actor=visit.nurse,
        visit_id=visit.id,
        expected_version=visit.version,
        user_id=visit.nurse.user_id,
        now=at - 23 * HOUR,
    )

    sweep(at - 22 * HOUR)

    (alert,) = of(Cause.CHANGE_UNOWNED)
    assert (alert.status, alert.outcome) == ("RESOLVED", "CAUSE_ENDED")


def test_a_change_on_the_ward_needs_no_owner(visit):
    models.Visit.objects.update(placement="WARD")

    sweep(visit.planned_at - HOUR)

    assert of(Cause.CHANGE_UNOWNED) == []


@pytest.fixture
def void():
    """Return a sign-off that a fact has ended on Monday."""
    course = ward().running()
    return models.SignOff.objects.create(
        course=course,
        cycle=course.cycles.get(status="STARTED"),
        status="VOID",
        opened_at=MONDAY,
        voided_at=MONDAY + HOUR,
        voided_for=["HR01"],
    )


def test_signatures_that_no_longer_hold_are_an_alert_until_they_are_begun_anew(void):
    sweep(MONDAY + 2 * HOUR)
    (alert,) = of(Cause.READINESS_VOID)
    assert (alert.since, alert.subject) == (void.voided_at, str(void.id))

    models.SignOff.objects.create(
        course=void.course, cycle=void.cycle, opened_at=MONDAY + 2 * HOUR
    )
    sweep(MONDAY + 3 * HOUR)

    (alert,) = of(Cause.READINESS_VOID)
    assert alert.outcome == "CAUSE_ENDED"


def test_a_signature_that_was_taken_back_by_its_signer_is_no_alert(void):
    models.SignOff.objects.update(voided_for=[])

    sweep(MONDAY + 2 * HOUR)

    assert of(Cause.READINESS_VOID) == []


@pytest.mark.parametrize("status", ["FAILED", "EXPIRED"])
def test_an_event_of_which_nobody_could_be_told_is_an_alert(status):
    scene = Scene()
    scene.owe(status=status, reason="no_way_left")
    scene.owe(status="FAILED", channel="SMS")

    sweep(in_hours(0))
    sweep(in_hours(0) + MINUTE)

    (alert,) = of(Cause.NOBODY_REACHED)
    assert (alert.course, alert.severity) == (scene.course, "AMBER")


@pytest.mark.parametrize("status", ["SENT", "DELIVERED", "UNKNOWN", "SENDING"])
def test_one_who_was_told_is_enough(status):
    scene = Scene()
    scene.owe(status="FAILED")
    more = {"lease_until": in_hours(1)} if status == "SENDING" else {}
    other = {"person_kind": "STAFF", "user": scene.staff(), "channel": "SMS"}
    scene.owe(status=status, **other, **more)

    sweep(in_hours(0))

    assert of(Cause.NOBODY_REACHED) == []


def test_the_alert_ends_when_a_later_message_of_the_event_arrives():
    scene = Scene()
    scene.owe(status="FAILED")
    sweep(in_hours(0))
    later = {"kind": "bag_change_overdue", "expires_at": in_hours(9)}
    scene.owe(status="DELIVERED", due_at=in_hours(2.5), **later)

    sweep(in_hours(3))

    (alert,) = of(Cause.NOBODY_REACHED)
    assert alert.outcome == "CAUSE_ENDED"


@pytest.mark.parametrize("outcome", ["RETRY", "REFUSED", "UNKNOWN"])
def test_a_channel_over_which_half_fails_is_an_alert_for_the_administrators(outcome):
    scene = Scene()
    admin = MembershipFactory(site=scene.site, role="ADMIN").user
    tried(scene, 5, outcome)
    tried(scene, 4, "ACCEPTED")
    sweep(in_hours(0))
    assert of(Cause.PROVIDER_FAILING) == []

    tried(scene, 1, "ACCEPTED")
    sweep(in_hours(0))
    sweep(in_hours(0))

    (alert,) = of(Cause.PROVIDER_FAILING)
    assert alert.subject == f"{scene.site.id}:SMS"
    assert (alert.course_id, alert.rung, admin.is_active) == (None, 0, True)


def test_a_channel_that_works_again_ends_its_alert():
    scene = Scene()
    tried(scene, 10, "RETRY")
    sweep(in_hours(0))
    tried(scene, 11, "ACCEPTED")

    sweep(in_hours(0))

    (alert,) = of(Cause.PROVIDER_FAILING)
    assert alert.outcome == "CAUSE_ENDED"


def tried(scene, number, outcome):
    message = models.Message.objects.first() or scene.owe(status="SENT")
    at = in_hours(0) - MINUTE
    for _number in range(number):
        models.MessageAttempt.objects.create(
            message=message, at=at, channel="SMS", outcome=outcome
        )


class Line:
    """A site whose nurses are on call from now on, day by day."""

    def __init__(self):
        self.site = ward().site
        self.nurse = staff_actor(self.site, "NURSE")
        self.coordinator = staff_actor(self.site, "COORDINATOR")

    def hold(self, start, end, user_id):
        return rota.plan_shift(
            actor=self.coordinator,
            site_id=self.site.id,
            role=OnCallRole.NURSE,
            user_id=user_id,
            from_at=MONDAY + start * DAY,
            to_at=MONDAY + end * DAY,
            now=MONDAY,
        )


@pytest.fixture
def line():
    """Return a line held for four days, then by nobody for two, then held again."""
    found = Line()
    found.hold(0, 4, found.nurse.user_id)
    found.empty = found.hold(4, 6, None)
    found.hold(6, 20, found.nurse.user_id)
    return found


def test_a_shift_without_a_person_is_an_alert_days_before(line):
    sweep(MONDAY)
    sweep(MONDAY + DAY)

    (alert,) = of(Cause.ROTA_GAP)
    assert (alert.course_id, alert.site_id) == (None, line.site.id)
    assert (alert.since, alert.stage) == (MONDAY + 4 * DAY, 1)
    assert alert.patient_id is None


def test_a_gap_comes_nearer_and_is_told_again(line):
    stages = []
    for days in (1, 3, 4, 5):
        sweep(MONDAY + days * DAY)
        stages.append(of(Cause.ROTA_GAP)[0].stage)

    assert stages == [1, 2, 3, 3]


def test_a_gap_that_is_filled_or_over_ends_its_alert(line):
    sweep(MONDAY)
    rota.assign_shift(
        actor=line.coordinator,
        shift_id=line.empty.id,
        expected_version=line.empty.version,
        user_id=line.nurse.user_id,
        now=MONDAY + DAY,
    )

    sweep(MONDAY + DAY)

    (alert,) = of(Cause.ROTA_GAP)
    assert alert.outcome == "CAUSE_ENDED"


def test_a_gap_that_goes_on_stays_one_alert(line):
    for hours in (1, 9, 17, 25):
        sweep(MONDAY + 4 * DAY + hours * HOUR)

    assert len(of(Cause.ROTA_GAP)) == 1


def test_a_line_that_ran_out_long_ago_stays_one_alert():
    found = Line()
    found.hold(0, 1, found.nurse.user_id)

    for days in (30, 31, 45):
        sweep(MONDAY + days * DAY)

    (alert,) = of(Cause.ROTA_GAP)
    assert (alert.status, alert.since) == ("EXHAUSTED", MONDAY + 30 * DAY)


def test_a_cause_that_cannot_be_read_keeps_its_alerts_and_hides_no_other(
    line, monkeypatch
):
    sweep(MONDAY)
    broken = Cause.ROTA_GAP

    def look(_rules, _now):
        raise ValueError

    watches = [
        alert_watches.Watch(causes=one.causes, look=look)
        if broken in one.causes
        else one
        for one in alert_watches.WATCHES
    ]
    monkeypatch.setattr(alert_sweeps, "WATCHES", watches)
    scene = Scene()
    scene.owe(status="FAILED")

    sweep(in_hours(0))

    assert [one.outcome for one in of(broken)] == [""]
    assert len(of(Cause.NOBODY_REACHED)) == 1


def test_information_is_shown_and_told_to_nobody(line):
    line.site.policy = {
        "alert_rota_gap_severity": {"value": "INFO", "signed_by": "RN B"}
    }
    line.site.save()

    sweep(MONDAY)
    sweep(MONDAY + 3 * DAY)

    (alert,) = of(Cause.ROTA_GAP)
    assert (alert.severity, alert.status, alert.climb_at) == ("INFO", "OPEN", None)
    assert [step.told for step in alert.steps.all()] == [0]
    assert not models.Message.objects.filter(kind="alert_raised").exists()
