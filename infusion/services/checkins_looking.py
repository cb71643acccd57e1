"""A person looked at a check-in, or at a silence, and says what came of it.

The alerts of a course are locked first, the course second and the check-in last: whoever
was reached about one silence was reached about others, and each may be answered meanwhile.
"""

import datetime as dt
import uuid

from django.db.models import F

from infusion import models
from infusion.domain.alerts import Outcome
from infusion.domain.checkins import Look
from infusion.domain.refusals import Refusal
from infusion.domain.states import AlertStatus, CheckInStatus
from infusion.domain.triage import Colour
from infusion.selectors.checkin_alerts import CAUSES
from infusion.services import alert_steps
from infusion.services.alert_raising import lock_alerts
from infusion.services.common import NotFound, VersionOutdated
from patients import policy
from patients.policy import Actor
from patients.services.writing import written_by


class NothingToLookAt(Refusal):
    """The check-in asks for nobody: it is green, or not due."""

    code = "nothing_to_look_at"


def look_at_check_in(
    *,
    actor: Actor,
    check_in_id: uuid.UUID,
    expected_version: int | None = None,
    what: Look,
    note: str = "",
    now: dt.datetime,
) -> models.CheckInLook:
    """Write down what came of it. Its alert ends, unless nobody was reached.

    Whoever was reached about one silence was reached about all of the course until now.

    :raises NotFound: when there is no such check-in for the actor.
    :raises NothingToLookAt: when it asks for nobody.
    :raises VersionOutdated: when it changed after the actor looked at it.
    """
    with written_by(actor):
        row = _locked(actor, check_in_id)
        if expected_version is not None and expected_version != row.version:
            raise VersionOutdated(field="version")
        _check_asks(row, now)
        look = models.CheckInLook.objects.create(
            check_in=row, what=what, note=note.strip(), at=now, by_id=actor.user_id
        )
        if what is not Look.NOT_REACHED:
            _close(row, now)
            _end_alerts(row, actor, now)
    return look


def _locked(actor: Actor, check_in_id: uuid.UUID) -> models.CheckIn:
    rows = models.CheckIn.objects.select_related("course")
    seen = rows.filter(id=check_in_id).first()
    if seen is None or not policy.can(actor, "checkin.view", seen):
        raise NotFound(field="check_in")
    policy.check(actor, "checkin.look", seen)
    lock_alerts(seen.course_id)
    models.Course.objects.select_for_update().get(id=seen.course_id)
    return rows.select_for_update(of=("self",)).get(id=check_in_id)


def _check_asks(row: models.CheckIn, now: dt.datetime) -> None:
    """Refuse a look at what is green, cancelled, or still to come."""
    is_coloured = row.colour in {Colour.AMBER, Colour.RED}
    is_silent = row.status == CheckInStatus.MISSED or (
        row.status == CheckInStatus.DUE and row.due_at <= now
    )
    if not (is_coloured or is_silent):
        raise NothingToLookAt(field="check_in")


def _close(row: models.CheckIn, now: dt.datetime) -> None:
    rows = models.CheckIn.objects.filter(pk=row.pk)
    if row.status in {CheckInStatus.DUE, CheckInStatus.MISSED}:
        rows = models.CheckIn.objects.filter(
            course_id=row.course_id,
            status__in=(CheckInStatus.DUE, CheckInStatus.MISSED),
            looked_at=None,
            due_at__lte=now,
        )
    # Still DUE ones can be answered; nobody has to ring about them again.
    rows.update(looked_at=now, version=F("version") + 1)


def _end_alerts(row: models.CheckIn, actor: Actor, now: dt.datetime) -> None:
    """End its alerts at once; one that somebody changes meanwhile ends at the sweep."""
    rows = models.Alert.objects.select_for_update(of=("self",), skip_locked=True)
    rows = rows.select_related("site", "course__patient").exclude(
        status=AlertStatus.RESOLVED
    )
    mine = rows.filter(cause__in=CAUSES, subject__startswith=str(row.pk))
    for alert in mine.order_by("id"):
        alert_steps.end(alert, Outcome.CAUSE_ENDED, now, by_id=actor.user_id)
