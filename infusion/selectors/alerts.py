"""Reads alerts: the open ones, those a person may see, and the rule behind each."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.catalogue.alerts import rule_values
from infusion.domain.alerts import Cause, Place
from infusion.domain.ladders import Severity
from infusion.domain.readiness.criteria import SiteNumber
from infusion.domain.states import AlertStatus
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor


def open_alerts_by_place() -> Mapping[Place, set[uuid.UUID]]:
    """Return the alerts that have not ended by where they are."""
    rows = models.Alert.objects.exclude(status=AlertStatus.RESOLVED)
    found: dict[Place, set[uuid.UUID]] = defaultdict(set)
    for alert_id, site_id, course_id in rows.values_list("id", "site_id", "course_id"):
        found[Place(site_id, course_id)].add(alert_id)
    return found


def list_alerts(actor: Actor, *, is_open: bool | None = None) -> QuerySet[models.Alert]:
    """List the alerts the actor may see, the latest first."""
    rows = policy.scope(models.Alert.objects.all(), actor)
    if is_open is True:
        rows = rows.exclude(status=AlertStatus.RESOLVED)
    elif is_open is False:
        rows = rows.filter(status=AlertStatus.RESOLVED)
    return rows.select_related("course__patient", "site", "owner")


def count_waiting(actor: Actor) -> int:
    """Count the alerts that wait for a person, of those the actor may see."""
    rows = policy.scope(models.Alert.objects.all(), actor)
    waiting = rows.filter(status__in=(AlertStatus.OPEN, AlertStatus.EXHAUSTED))
    return waiting.exclude(severity=Severity.INFO).count()


def get_alert(actor: Actor, alert_id: uuid.UUID) -> models.Alert:
    """Load an alert the actor may see.

    :raises NotFound: when there is none in reach.
    """
    found = list_alerts(actor).filter(id=alert_id).first()
    if found is None:
        raise NotFound(field="alert")
    return found


def rule_behind(alert: models.Alert) -> Collection[SiteNumber]:
    """Return the values of the site by which an alert was raised and climbs."""
    return rule_values(catalogue.site_policy(alert.site.policy), Cause(alert.cause))
