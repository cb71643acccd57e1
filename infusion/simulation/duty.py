"""The people on duty of a synthetic site: they take alerts, ring, look, and resolve."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from functools import partial

from infusion import models
from infusion.domain.alerts import AlertStepKind, Cause, Outcome
from infusion.domain.checkins import Look, Way
from infusion.domain.ladders import Severity, Whom
from infusion.domain.states import AlertStatus, CheckInStatus, VisitStatus
from infusion.services.alerts import resolve_alert, take_alert
from infusion.services.checkins_looking import look_at_check_in
from infusion.services.visits import assign_visit
from infusion.simulation import bags
from infusion.simulation.family import answer
from infusion.simulation.life import HOUR, Life
from infusion.simulation.sweeping import wake
from infusion.simulation.treating import notice
from infusion.simulation.world import taker_of

# An alert that climbed out to the administrators is taken at last. An assumption.
TAKEN_AT_LAST = HOUR
_WAITING = {AlertStatus.OPEN, AlertStatus.EXHAUSTED}
_SILENT = (CheckInStatus.DUE, CheckInStatus.MISSED)


def expect_duty(life: Life) -> None:
    """Enter when each alert that waits is taken, and when it climbs until then."""
    rows = models.Alert.objects.filter(course_id=life.course_id)
    still = rows.exclude(status=AlertStatus.RESOLVED).exclude(severity=Severity.INFO)
    for alert in still.order_by("raised_at", "id"):
        if alert.climb_at is not None:
            key = ("climb", alert.pk, alert.climb_at)
            act = partial(_wake_if_waiting, alert_id=alert.pk)
            life.once(key, alert.climb_at, "an alert climbs", act)
        _expect_taking(life, alert)


def _wake_if_waiting(life: Life, alert_id: uuid.UUID) -> None:
    """Let the sweep look at an alert that is due; most were taken or ended before."""
    rows = models.Alert.objects.filter(id=alert_id, climb_at__lte=life.now)
    if rows.exclude(status=AlertStatus.RESOLVED).exists():
        wake(life)


def _expect_taking(life: Life, alert: models.Alert) -> None:
    key = ("take", alert.pk)
    if key not in life.entered and alert.status == AlertStatus.OPEN:
        life.entered.add(key)
        cause, severity = Cause(alert.cause), Severity(alert.severity)
        told = life.local(alert.raised_at)
        taking = life.staff.takes(life.patient.index, cause, severity, told)
        if taking.taken_after is not None:
            act = partial(
                _take, alert_id=alert.pk, resolved_after=taking.resolved_after
            )
            at = alert.raised_at + taking.taken_after
            life.enter(at, "an alert is taken", act)
    if alert.status == AlertStatus.EXHAUSTED:
        act = partial(_take, alert_id=alert.pk, resolved_after=HOUR)
        at = life.now + TAKEN_AT_LAST
        life.once(("take at last", alert.pk), at, "an alert is taken at last", act)


def _take(life: Life, alert_id: uuid.UUID, resolved_after: dt.timedelta) -> None:
    alert = models.Alert.objects.get(id=alert_id)
    if alert.status not in _WAITING:
        return
    name = _taker(alert)
    take_alert(
        actor=life.actors[name],
        alert_id=alert_id,
        expected_version=alert.version,
        now=life.now,
    )
    act = partial(_settle, alert_id=alert_id, by=name, again_after=resolved_after)
    life.enter(life.now + resolved_after, "an alert is settled", act)


def _taker(alert: models.Alert) -> str:
    """Return who of those whom it reached last takes it."""
    if alert.status == AlertStatus.EXHAUSTED:
        return taker_of(Whom.EVERY_ADMIN)
    climbed = alert.steps.filter(kind=AlertStepKind.CLIMBED).order_by("-at", "-id")
    return taker_of(climbed.values_list("role", flat=True).first() or "")


def _settle(
    life: Life, alert_id: uuid.UUID, by: str, again_after: dt.timedelta
) -> None:
    """Do what an alert asks for; where that takes longer, come back to it."""
    alert = models.Alert.objects.get(id=alert_id)
    if alert.status == AlertStatus.RESOLVED:
        return
    is_done = _DEEDS.get(Cause(alert.cause), _say_done)(life, alert, by)
    if not is_done:
        act = partial(_settle, alert_id=alert_id, by=by, again_after=again_after)
        life.enter(life.now + max(again_after, HOUR), "an alert is settled", act)
    alert.refresh_from_db()
    if alert.status != AlertStatus.RESOLVED:
        # What ends by itself ends at the next sweep.
        wake(life)


def _look(life: Life, alert: models.Alert, _by: str) -> bool:
    """Ring about answers, and write down what came of it."""
    check_in_id = _check_in(alert)
    what = life.staff.looks(life.patient.index, life.worst_grade(), life.since)
    look_at_check_in(
        actor=life.actors["nurse"], check_in_id=check_in_id, what=what, now=life.now
    )
    if what is Look.NOT_REACHED:
        return False
    rows = models.CheckInResult.objects.filter(answers__check_in_id=check_in_id)
    last = rows.order_by("-made_at", "-id").values_list("id", flat=True).first()
    notice(life, last)
    return True


def _ring(life: Life, _alert: models.Alert, _by: str) -> bool:
    """Ring about a silence; who is reached is asked, and a nurse types it in."""
    rows = models.CheckIn.objects.filter(
        course_id=life.course_id,
        status__in=_SILENT,
        due_at__lte=life.now,
        looked_at=None,
    )
    row = rows.order_by("-due_at", "-id").first()
    if row is None:
        return True
    what = life.staff.looks(life.patient.index, life.worst_grade(), life.since)
    nurse = life.actors["nurse"]
    if what is not Look.NOT_REACHED:
        answer(life, row, nurse, Way.TELEPHONE)
        row = rows.order_by("-due_at", "-id").first()
    if row is not None:
        look_at_check_in(actor=nurse, check_in_id=row.pk, what=what, now=life.now)
    if what is Look.NOT_REACHED:
        return False
    notice(life)
    return True


def _check_in(alert: models.Alert) -> uuid.UUID:
    return uuid.UUID(alert.subject.split(":")[0])


def _change(life: Life, _alert: models.Alert, _by: str) -> bool:
    """Send somebody who changes the bag, if nobody has meanwhile."""
    hung = life.hanging()
    is_late = hung is not None and hung.planned_take_down_at <= life.now
    if is_late and life.pump.is_on and bags.next_bag(life) is not None:
        bags.change(life)
    return life.pump.is_on


def _own(life: Life, _alert: models.Alert, _by: str) -> bool:
    own_visits(life)
    return True


def _wait_for_pump(life: Life, _alert: models.Alert, _by: str) -> bool:
    """Whoever sees to a pump stays with it until it runs."""
    return life.pump.is_on


def _say_done(life: Life, alert: models.Alert, by: str) -> bool:
    resolve_alert(
        actor=life.actors[by],
        alert_id=alert.pk,
        expected_version=alert.version,
        outcome=Outcome.DONE,
        now=life.now,
    )
    return True


_DEEDS: Mapping[Cause, Callable[[Life, models.Alert, str], bool]] = {
    Cause.CHECK_IN_RED: _look,
    Cause.CHECK_IN_AMBER: _look,
    Cause.CALL_WANTED: _look,
    Cause.CHECK_IN_TO_RING: _ring,
    Cause.CHECK_IN_MISSED: _ring,
    Cause.BAG_CHANGE_OVERDUE: _change,
    Cause.CHANGE_UNOWNED: _own,
    Cause.PUMP_STOPPED: _wait_for_pump,
}


def own_visits(life: Life) -> None:
    """Give every visit that is nobody's to the home nurse."""
    free = models.Visit.objects.filter(
        cycle__course_id=life.course_id, status=VisitStatus.BOOKED, assigned_to=None
    )
    # Each of them is planned around again: the next one may be another by then.
    while visit := free.order_by("planned_at", "id").first():
        assign_visit(
            actor=life.actors["coordinator"],
            visit_id=visit.pk,
            user_id=life.world.ids["home-nurse"],
            now=life.now,
        )
