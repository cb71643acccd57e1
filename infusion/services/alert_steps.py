"""What happens to an alert, each step with its row: raised, climbing, told, ended."""

import datetime as dt
import uuid
from collections.abc import Collection

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule, span_of
from infusion.domain.alerts import AlertStepKind, Cause, CauseRule, Outcome, Standing
from infusion.domain.ladders import Reached, Severity, Whom, next_rung
from infusion.domain.states import AlertStatus, check_step
from infusion.selectors.alert_people import list_holders
from infusion.services.alert_telling import call_off, tell


def rule_of(alert: models.Alert) -> CauseRule:
    """Return how the site of an alert deals with its cause now."""
    return cause_rule(catalogue.site_policy(alert.site.policy), Cause(alert.cause))


def raise_alert(standing: Standing, rule: CauseRule, now: dt.datetime) -> models.Alert:
    """Raise an alert for a cause that holds, and tell the first who is there."""
    alert = models.Alert.objects.create(
        site_id=standing.place.site_id,
        course_id=standing.place.course_id,
        cause=standing.cause,
        severity=rule.severity,
        subject=standing.subject,
        since=standing.since,
        stage=standing.stage,
        raised_at=now,
    )
    note(alert, AlertStepKind.RAISED, now)
    if rule.severity is not Severity.INFO:
        climb(alert, now)
    return alert


def climb(alert: models.Alert, now: dt.datetime) -> None:
    """Tell the next on the ladder; when nobody is left, the administrators."""
    holders = list_holders(alert, now)
    reached = next_rung(alert.rung, rule_of(alert).ladder, holders)
    if reached is None:
        _exhaust(alert, holders[Whom.EVERY_ADMIN], now)
        return
    alert.rung = reached.number
    alert.climb_at = now + reached.rung.wait
    save(alert)
    _tell_rung(alert, reached, holders[reached.rung.whom], now)


def _tell_rung(
    alert: models.Alert,
    reached: Reached,
    user_ids: Collection[uuid.UUID],
    now: dt.datetime,
) -> None:
    rung = reached.rung
    told = tell(alert, user_ids, now, whom=rung.whom)
    note(alert, AlertStepKind.CLIMBED, now, role=rung.whom, told=told)


def _exhaust(
    alert: models.Alert, administrators: Collection[uuid.UUID], now: dt.datetime
) -> None:
    """The ladder has run out: a red alert is told again until a person takes it."""
    move(alert, AlertStatus.EXHAUSTED)
    is_red = alert.severity == Severity.RED
    alert.climb_at = now + _span(alert, "alert_repeat_minutes") if is_red else None
    save(alert)
    told = tell(alert, administrators, now)
    note(alert, AlertStepKind.EXHAUSTED, now, role=Whom.EVERY_ADMIN, told=told)


def let_go(alert: models.Alert, now: dt.datetime) -> None:
    """Take an alert from an owner who left, and let it climb from the first rung."""
    move(alert, AlertStatus.OPEN)
    alert.owner_id = None
    alert.rung = -1
    alert.climb_at = None
    save(alert)
    call_off(alert)
    note(alert, AlertStepKind.LEFT_ALONE, now)
    if alert.severity != Severity.INFO:
        climb(alert, now)


def tell_again(alert: models.Alert, now: dt.datetime) -> None:
    """Tell it again: its owner, or everybody whom it has reached so far."""
    if alert.severity == Severity.INFO:
        save(alert)
        return
    if alert.climb_at is not None and alert.status != AlertStatus.OPEN:
        key = "alert_taken_minutes" if alert.owner_id else "alert_repeat_minutes"
        alert.climb_at = now + _span(alert, key)
    save(alert)
    told = tell(alert, _reached_so_far(alert, now), now)
    note(alert, AlertStepKind.AGAIN, now, told=told)


def _reached_so_far(alert: models.Alert, now: dt.datetime) -> set[uuid.UUID]:
    if alert.owner_id is not None:
        return {alert.owner_id}
    holders = list_holders(alert, now)
    rungs = rule_of(alert).ladder[: alert.rung + 1]
    people = {one for rung in rungs for one in holders[rung.whom]}
    if alert.status == AlertStatus.EXHAUSTED:
        people |= holders[Whom.EVERY_ADMIN]
    return people


def be_owned(alert: models.Alert, user_id: uuid.UUID, now: dt.datetime) -> None:
    """Give an alert to a person, who is reminded of it while it does not end."""
    alert.owner_id = user_id
    is_told = alert.severity != Severity.INFO
    alert.climb_at = now + _span(alert, "alert_taken_minutes") if is_told else None
    save(alert)


def end(
    alert: models.Alert,
    outcome: Outcome,
    now: dt.datetime,
    *,
    by_id: uuid.UUID | None = None,
    words: str = "",
) -> None:
    """End an alert and what of it was still to be told."""
    move(alert, AlertStatus.RESOLVED)
    alert.outcome = outcome
    alert.ended_at = now
    alert.climb_at = None
    save(alert)
    call_off(alert)
    note(alert, AlertStepKind.RESOLVED, now, by_id=by_id, words=words)


def move(alert: models.Alert, status: AlertStatus) -> None:
    """Take a step of the table of states."""
    check_step(AlertStatus(alert.status), status)
    alert.status = status


def save(alert: models.Alert) -> None:
    """Store an alert that changed, with its next version."""
    alert.version += 1
    alert.save()


def note(
    alert: models.Alert,
    kind: AlertStepKind,
    now: dt.datetime,
    *,
    by_id: uuid.UUID | None = None,
    role: str = "",
    told: int = 0,
    words: str = "",
) -> None:
    """Append what happened to the history of an alert."""
    models.AlertStep.objects.create(
        alert=alert, kind=kind, at=now, by_id=by_id, role=role, told=told, note=words
    )


def _span(alert: models.Alert, key: str) -> dt.timedelta:
    return span_of(catalogue.site_policy(alert.site.policy), key)
