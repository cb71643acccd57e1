"""Reads whom an alert can reach now."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Collection, Mapping, Set

from infusion import catalogue, models
from infusion.catalogue.alerts import cause_rule
from infusion.domain.alerts import Cause
from infusion.domain.ladders import EVERY, ON_CALL, Rung, Whom
from infusion.domain.states import AlertStatus
from infusion.selectors.rota import on_call_now
from patients import policy
from patients.selectors.assignments import ids_assigned_staff, list_staff

_TAKERS = policy.ACTIONS["alert.take"]


def list_takers(alert: models.Alert, now: dt.datetime) -> Mapping[uuid.UUID, str]:
    """Return who can take an alert, with their names, in order of these.

    Who sees only the patients they look after takes nothing else.
    """
    assigned = _assigned(alert, now)
    return {
        one: name
        for one, name, roles in list_staff(alert.site_id)
        if _can_take(one, roles, assigned)
    }


def _can_take(
    user_id: uuid.UUID, roles: Set[str], assigned: Collection[uuid.UUID]
) -> bool:
    counts = roles if user_id in assigned else roles - policy.LINKED_ONLY
    return bool(counts & _TAKERS)


def list_holders(
    alert: models.Alert, now: dt.datetime
) -> Mapping[Whom, frozenset[uuid.UUID]]:
    """Return who is on every rung there may be, of those who can take an alert."""
    staff = {one: roles for one, _name, roles in list_staff(alert.site_id)}
    assigned = _assigned(alert, now)
    # Who is told of an alert can take it.
    takers = {one for one, roles in staff.items() if _can_take(one, roles, assigned)}
    on_call = on_call_now(alert.site_id, now)
    found = {
        whom: frozenset({on_call[role]} & takers if role in on_call else ())
        for whom, role in ON_CALL.items()
    }
    for whom, role in EVERY.items():
        found[whom] = frozenset(one for one in takers if role in staff[one])
    found[Whom.ASSIGNED] = assigned & takers
    return found


def is_left_alone(alert: models.Alert, now: dt.datetime) -> bool:
    """Say whether who took an alert could not take it any more: nobody has it."""
    if alert.status != AlertStatus.TAKEN or alert.owner_id is None:
        return False
    return alert.owner_id not in list_takers(alert, now)


def rungs_now(
    alert: models.Alert, now: dt.datetime
) -> list[tuple[Rung, frozenset[uuid.UUID]]]:
    """Return the ladder of an alert, and who is on each rung now."""
    rule = cause_rule(catalogue.site_policy(alert.site.policy), Cause(alert.cause))
    holders = list_holders(alert, now)
    return [(rung, holders[rung.whom]) for rung in rule.ladder]


def _assigned(alert: models.Alert, now: dt.datetime) -> frozenset[uuid.UUID]:
    """Return who looks after the patient of an alert on the patient's day."""
    if alert.course is None:
        return frozenset()
    zone = alert.course.patient.time_zone
    return ids_assigned_staff(alert.course.patient_id, _day(now, zone))


def _day(now: dt.datetime, zone: str) -> dt.date:
    return now.astimezone(zoneinfo.ZoneInfo(zone)).date()
