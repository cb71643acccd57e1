"""A person takes an alert, hands it over, or ends it and says how.

Each locks the alert: of two who take it at once one has it, and who comes while its cause
ends finds it ended.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from infusion import models
from infusion.domain.alerts import SAID_BY_PEOPLE, AlertStepKind, Outcome
from infusion.domain.refusals import Refusal
from infusion.domain.states import AlertStatus
from infusion.selectors.alert_people import is_left_alone, list_takers
from infusion.services import alert_steps
from infusion.services.alert_telling import call_off, tell
from infusion.services.common import NotFound, VersionOutdated
from patients import policy
from patients.policy import Actor
from patients.services.assignments import NotOnStaff
from patients.services.writing import written_by


class AlertClosed(Refusal):
    """The alert has ended, or somebody else has it."""

    code = "alert_closed"


class AlertNotYours(Refusal):
    """Only who has taken an alert hands it over or ends it."""

    code = "alert_not_yours"


class OutcomeUnknown(Refusal):
    """An alert ends in one of a few ways, and some ask for a word."""

    code = "outcome_unknown"


def take_alert(
    *, actor: Actor, alert_id: uuid.UUID, expected_version: int, now: dt.datetime
) -> models.Alert:
    """Take an alert: it climbs no further, and whoever else was to be told is not.

    One whose owner has left the site is nobody's and can be taken like any other.

    :raises NotFound: when there is no such alert for the actor.
    :raises VersionOutdated: when somebody was faster.
    :raises AlertClosed: when somebody has it or it has ended.
    """
    with _changing(actor, alert_id, expected_version) as alert:
        if alert.status in {AlertStatus.OPEN, AlertStatus.EXHAUSTED}:
            alert_steps.move(alert, AlertStatus.TAKEN)
        elif not is_left_alone(alert, now):
            raise AlertClosed(field="alert")
        alert_steps.be_owned(alert, actor.user_id, now)
        call_off(alert)
        alert_steps.note(alert, AlertStepKind.TAKEN, now, by_id=actor.user_id)
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
    :raises NotOnStaff: when the person may not take this alert.
    :raises VersionOutdated: when the alert changed meanwhile.
    """
    with _changing(actor, alert_id, expected_version) as alert:
        _check_owner(alert, actor)
        if user_id not in list_takers(alert, now):
            raise NotOnStaff(field="user_id")
        alert_steps.be_owned(alert, user_id, now)
        told = tell(alert, {user_id}, now)
        kind = AlertStepKind.HANDED_OVER
        alert_steps.note(alert, kind, now, by_id=actor.user_id, told=told)
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
        alert_steps.end(
            alert,
            Outcome(outcome),
            now,
            by_id=actor.user_id,
            words=note.strip(),
        )
    return alert


@contextmanager
def _changing(
    actor: Actor, alert_id: uuid.UUID, expected_version: int
) -> Iterator[models.Alert]:
    with written_by(actor):
        rows = models.Alert.objects.select_for_update(of=("self",))
        alert = (
            rows.select_related("course__patient", "site").filter(id=alert_id).first()
        )
        if alert is None or not policy.can(actor, "alert.view", alert):
            raise NotFound(field="alert")
        policy.check(actor, "alert.take", alert)
        if alert.version != expected_version:
            raise VersionOutdated(field="version")
        yield alert


def _check_owner(alert: models.Alert, actor: Actor) -> None:
    if alert.status != AlertStatus.TAKEN or alert.owner_id != actor.user_id:
        raise AlertNotYours(field="alert")
