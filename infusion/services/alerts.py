"""Raises what a person must take, lets it climb until somebody does, and ends it.

A sweep may run twice, late or beside another: a course is locked while its alerts are
looked at, and no two alerts are open for one cause.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from infusion import models
from infusion.domain.alerts import (
    SAID_BY_PEOPLE,
    AlertStepKind,
    Cause,
    Outcome,
    Past,
    Standing,
    is_to_be_raised,
    next_rung,
)
from infusion.domain.messages import MessageKind
from infusion.domain.pulse import ALERTS
from infusion.domain.refusals import Refusal
from infusion.domain.states import AlertStatus, MessageStatus, check_step
from infusion.selectors.alerts import (
    Watched,
    alert_times,
    open_alerts,
    standing_causes,
    watched_cycles,
)
from infusion.selectors.rota import on_call_now
from infusion.services.common import NotFound, VersionOutdated
from infusion.services.sparing import sparing_the_others
from infusion.services.sweeps import show_life
from patients import policy
from patients.domain.contacts import EMAIL, STAFF
from patients.policy import ADMIN, Actor
from patients.selectors.assignments import active_roles_of, list_staff
from patients.selectors.people import get_recipients
from patients.services.assignments import NotOnStaff
from patients.services.writing import written_by

# A telling that nobody could be given within this time: the alert has climbed on.
_MESSAGE_LIFE = dt.timedelta(hours=4)
# Alerts told in one sweep have instants of their own: messages are unique by them.
_APART = dt.timedelta(microseconds=1)


class AlertClosed(Refusal):
    """The alert has ended, or somebody else has it."""

    code = "alert_closed"


class AlertNotYours(Refusal):
    """Only who has taken an alert hands it over or ends it."""

    code = "alert_not_yours"


class OutcomeUnknown(Refusal):
    """An alert ends in one of a few ways, and some ask for a word."""

    code = "outcome_unknown"


@dataclass
class AlertSweep:
    """What one sweep did."""

    raised: int = 0
    ended: int = 0
    told: int = 0


def sweep_alerts(
    *, now: dt.datetime, offset: dt.timedelta = dt.timedelta(0)
) -> AlertSweep:
    """Raise, end and climb what is due, course by course, and show that it was done.

    ``offset`` is how far the clock of a demo is ahead, zero in production.
    """
    done = AlertSweep()
    watched = {one.course_id: one for one in watched_cycles()}
    alerted = {alert.course_id for alert in open_alerts()}
    for course_id in sorted({*watched, *alerted}):
        sparing_the_others(
            partial(
                _sweep_course,
                course_id,
                watched.get(course_id),
                now,
                done,
                has_alert=course_id in alerted,
            ),
            course_id=course_id,
            event="alerts_not_swept",
        )
    # A sweep that fails every time would be silent: its age is watched like the beat's.
    show_life(ALERTS, offset)
    return done


def _sweep_course(
    course_id: uuid.UUID,
    watched: Watched | None,
    now: dt.datetime,
    done: AlertSweep,
    *,
    has_alert: bool,
) -> bool:
    """Look at one course; one that cannot be read keeps the alerts it has."""
    causes = list(standing_causes(watched, now)) if watched else []
    # A course where all is well is not locked.
    if has_alert or any(one.stage for one in causes):
        _look_at(course_id, causes, now, done)
    return True


@transaction.atomic
def _look_at(
    course_id: uuid.UUID, causes: list[Standing], now: dt.datetime, done: AlertSweep
) -> None:
    rows = models.Course.objects.select_for_update(of=("self",)).select_related("site")
    course = rows.get(id=course_id)
    held = {(one.cause, one.subject): one for one in causes}
    instant = now
    for alert in open_alerts([course_id]):
        standing = held.get((Cause(alert.cause), alert.subject))
        instant += _APART
        if standing is None or standing.stage == 0:
            _end(alert, Outcome.CAUSE_ENDED, instant)
            done.ended += 1
        elif standing.stage > alert.stage:
            _again(alert, standing.stage, instant)
            done.told += 1
        elif alert.climb_at is not None and alert.climb_at <= now:
            _climb(alert, instant)
            done.told += 1
    for standing in causes:
        instant += _APART
        if is_to_be_raised(standing, _past(standing)):
            _raise(course, standing, instant)
            done.raised += 1


def _past(standing: Standing) -> Past | None:
    rows = models.Alert.objects.filter(
        cause=standing.cause, subject=standing.subject
    ).order_by("-id")
    last = rows.first()
    if last is None:
        return None
    return Past(
        stage=last.stage, outcome=Outcome(last.outcome) if last.outcome else None
    )


def _raise(course: models.Course, standing: Standing, now: dt.datetime) -> None:
    alert = models.Alert.objects.create(
        site=course.site,
        course=course,
        cause=standing.cause,
        subject=standing.subject,
        since=standing.since,
        stage=standing.stage,
        raised_at=now,
    )
    _note(alert, AlertStepKind.RAISED, now)
    _climb(alert, now)


def _climb(alert: models.Alert, now: dt.datetime) -> None:
    """Tell the next person on call; when nobody is left, the administrators."""
    holders = on_call_now(alert.site_id, now)
    reached = next_rung(alert.rung, holders)
    if reached.rung is None or reached.role is None:
        _move(alert, AlertStatus.EXHAUSTED)
        alert.climb_at = None
        people = _administrators(alert.site_id)
        _save(alert)
        _tell(alert, AlertStepKind.EXHAUSTED, people, now, role=ADMIN)
        return
    alert.rung = reached.rung
    alert.climb_at = now + alert_times(alert.site.policy).climb
    _save(alert)
    people = {holders[reached.role]}
    _tell(alert, AlertStepKind.CLIMBED, people, now, role=reached.role)


def _again(alert: models.Alert, stage: int, now: dt.datetime) -> None:
    """Tell it again at the next time of its cause: its owner, or everybody so far."""
    alert.stage = stage
    _save(alert)
    if alert.owner_id is not None:
        _tell(alert, AlertStepKind.AGAIN, {alert.owner_id}, now)
        return
    people = set(on_call_now(alert.site_id, now).values())
    if alert.status == AlertStatus.EXHAUSTED:
        people |= _administrators(alert.site_id)
    _tell(alert, AlertStepKind.AGAIN, people, now)


def _administrators(site_id: uuid.UUID) -> set[uuid.UUID]:
    return {user_id for user_id, _name, roles in list_staff(site_id) if ADMIN in roles}


def take_alert(
    *, actor: Actor, alert_id: uuid.UUID, expected_version: int, now: dt.datetime
) -> models.Alert:
    """Take an alert: it climbs no further, and whoever else was to be told is not.

    :raises NotFound: when there is no such alert for the actor.
    :raises VersionOutdated: when somebody was faster.
    :raises AlertClosed: when somebody has it or it has ended.
    """
    with _changing(actor, alert_id, expected_version) as alert:
        if alert.status not in {AlertStatus.OPEN, AlertStatus.EXHAUSTED}:
            raise AlertClosed(field="alert")
        _move(alert, AlertStatus.TAKEN)
        alert.owner_id = actor.user_id
        alert.climb_at = None
        _save(alert)
        _call_off(alert)
        _note(alert, AlertStepKind.TAKEN, now, by_id=actor.user_id)
    return alert


def hand_over_alert(
    *,
    actor: Actor,
    alert_id: uuid.UUID,
    expected_version: int,
    user_id: uuid.UUID,
    now: dt.datetime,
) -> models.Alert:
    """Hand an alert over to somebody who works there; they are told.

    :raises AlertNotYours: when somebody else has it, or nobody.
    :raises NotOnStaff: when the person may take no alert at the site.
    :raises VersionOutdated: when the alert changed meanwhile.
    """
    with _changing(actor, alert_id, expected_version) as alert:
        _check_owner(alert, actor)
        roles = active_roles_of([user_id], alert.site_id).get(user_id, frozenset())
        if not roles & policy.ACTIONS["alert.take"]:
            raise NotOnStaff(field="user_id")
        alert.owner_id = user_id
        _save(alert)
        _tell(alert, AlertStepKind.HANDED_OVER, {user_id}, now, by_id=actor.user_id)
    return alert


def resolve_alert(
    *,
    actor: Actor,
    alert_id: uuid.UUID,
    expected_version: int,
    outcome: str,
    note: str = "",
    now: dt.datetime,
) -> models.Alert:
    """End an alert and say how; it comes back if its cause reaches its next time.

    :raises AlertNotYours: when somebody else has it, or nobody.
    :raises OutcomeUnknown: when the outcome is none, or OTHER without a word.
    :raises VersionOutdated: when the alert changed meanwhile.
    """
    with _changing(actor, alert_id, expected_version) as alert:
        _check_owner(alert, actor)
        if outcome not in SAID_BY_PEOPLE or (
            outcome == Outcome.OTHER and not note.strip()
        ):
            raise OutcomeUnknown(field="outcome")
        _end(alert, Outcome(outcome), now, by_id=actor.user_id, note=note.strip())
    return alert


@contextmanager
def _changing(
    actor: Actor, alert_id: uuid.UUID, expected_version: int
) -> Iterator[models.Alert]:
    with written_by(actor):
        rows = models.Alert.objects.select_for_update(of=("self",))
        alert = rows.select_related("course", "site").filter(id=alert_id).first()
        if alert is None or not policy.can(actor, "alert.view", alert):
            raise NotFound(field="alert")
        policy.check(actor, "alert.take", alert)
        if alert.version != expected_version:
            raise VersionOutdated(field="version")
        yield alert


def _check_owner(alert: models.Alert, actor: Actor) -> None:
    if alert.status != AlertStatus.TAKEN or alert.owner_id != actor.user_id:
        raise AlertNotYours(field="alert")


def _end(
    alert: models.Alert,
    outcome: Outcome,
    now: dt.datetime,
    *,
    by_id: uuid.UUID | None = None,
    note: str = "",
) -> None:
    _move(alert, AlertStatus.RESOLVED)
    alert.outcome = outcome
    alert.ended_at = now
    alert.climb_at = None
    _save(alert)
    _call_off(alert)
    _note(alert, AlertStepKind.RESOLVED, now, by_id=by_id, note=note)


def _move(alert: models.Alert, status: AlertStatus) -> None:
    check_step(AlertStatus(alert.status), status)
    alert.status = status


def _save(alert: models.Alert) -> None:
    alert.version += 1
    alert.save()


def _tell(
    alert: models.Alert,
    kind: AlertStepKind,
    user_ids: Collection[uuid.UUID],
    now: dt.datetime,
    *,
    role: str = "",
    by_id: uuid.UUID | None = None,
) -> None:
    """Owe each of these people a message that names nobody, in the same transaction."""
    course = alert.course
    bag = course.bags.order_by("-hung_at", "sequence").first()
    plan = course.plan_versions.order_by("-number").first()
    people = get_recipients(course.patient_id, now, user_ids)
    told = [
        models.Message(
            site_id=course.site_id,
            course=course,
            plan_version=plan,
            kind=MessageKind.ALERT_RAISED,
            bag=bag,
            event_at=now,
            person_kind=STAFF,
            user_id=person.user_id,
            channel=person.addresses[0].channel if person.addresses else EMAIL,
            due_at=now,
            expires_at=now + _MESSAGE_LIFE,
        )
        for person in people
        if person.kind == STAFF and person.user_id in user_ids
    ]
    models.Message.objects.bulk_create(told)
    _note(alert, kind, now, by_id=by_id, role=role, told=len(told))


def _call_off(alert: models.Alert) -> None:
    """Cancel what was to be told of an alert and has not left."""
    instants = alert.steps.values("at")
    rows = models.Message.objects.filter(
        course=alert.course, kind=MessageKind.ALERT_RAISED, event_at__in=instants
    )
    rows.filter(status=MessageStatus.PENDING).update(
        status=MessageStatus.CANCELLED, reason="alert_taken"
    )


def _note(
    alert: models.Alert,
    kind: AlertStepKind,
    now: dt.datetime,
    *,
    by_id: uuid.UUID | None = None,
    role: str = "",
    told: int = 0,
    note: str = "",
) -> None:
    models.AlertStep.objects.create(
        alert=alert, kind=kind, at=now, by_id=by_id, role=role, told=told, note=note
    )
