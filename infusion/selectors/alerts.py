"""Reads which causes hold now, and which alerts are open."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from infusion import catalogue, models
from infusion.domain.alerts import Cause, Standing, stage_at
from infusion.domain.clock import PauseReason
from infusion.domain.plans import effective_ledger
from infusion.domain.states import AlertStatus, CourseStatus, CycleStatus
from infusion.domain.stops import open_gap
from infusion.selectors.planning import CycleRows, cycle_facts
from patients import policy
from patients.domain.refusals import NotFound
from patients.policy import Actor
from patients.selectors.sites import policies_of

_PUMP_TIMES = ("pump_stopped_first", "pump_stopped_second", "pump_stopped_third")


@dataclass(frozen=True, kw_only=True)
class AlertTimes:
    """When a site is told: times after the beginning of a cause, and between rungs."""

    pump_stopped: tuple[dt.timedelta, ...]
    overdue: tuple[dt.timedelta, ...]
    climb: dt.timedelta


def alert_times(stored: Mapping[str, Any]) -> AlertTimes:
    """Return the times of a site from what it has stored as its values."""
    values = catalogue.site_policy(stored)

    def minutes(key: str) -> dt.timedelta:
        return dt.timedelta(minutes=float(values.number(key)))

    return AlertTimes(
        pump_stopped=tuple(minutes(f"{key}_minutes") for key in _PUMP_TIMES),
        overdue=(minutes("overdue_after_minutes"),),
        climb=minutes("alert_climb_minutes"),
    )


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A running cycle, and the times of its site."""

    course_id: uuid.UUID
    rows: CycleRows
    times: AlertTimes


def watched_cycles() -> list[Watched]:
    """Return every running cycle, in five queries for any number of them."""
    cycles = models.Cycle.objects.filter(
        status=CycleStatus.STARTED, course__status=CourseStatus.ACTIVE
    ).select_related("course")
    running = list(cycles)
    ids = [cycle.pk for cycle in running]
    events = _by_cycle(models.InfusionEvent.objects.filter(cycle__in=ids))
    bags = _by_cycle(models.Bag.objects.filter(cycle__in=ids, hung_at__isnull=False))
    stored = policies_of({cycle.course.site_id for cycle in running})
    times = {site: alert_times(values) for site, values in stored.items()}
    return [
        Watched(
            course_id=cycle.course_id,
            rows=CycleRows(
                cycle=cycle,
                bags=bags.get(cycle.pk, []),
                events=events.get(cycle.pk, []),
            ),
            times=times[cycle.course.site_id],
        )
        for cycle in running
    ]


def _by_cycle(rows: QuerySet[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.cycle_id].append(row)
    return found


def standing_causes(watched: Watched, now: dt.datetime) -> Iterator[Standing]:
    """Yield what is wrong, or about to be, with a running cycle.

    A hold that was ordered for an adverse event is no stop that somebody forgot.
    """
    rows, times = watched.rows, watched.times
    gap = open_gap(effective_ledger(cycle_facts(rows), now))
    if gap is not None and gap.reason != PauseReason.ADVERSE_EVENT:
        yield Standing(
            cause=Cause.PUMP_STOPPED,
            subject=f"{rows.cycle.pk}:{gap.start.isoformat()}",
            since=gap.start,
            stage=stage_at(gap.start, times.pump_stopped, now),
        )
    if bag := rows.hanging:
        yield Standing(
            cause=Cause.BAG_CHANGE_OVERDUE,
            subject=f"{bag.pk}:{bag.planned_take_down_at.isoformat()}",
            since=bag.planned_take_down_at,
            stage=stage_at(bag.planned_take_down_at, times.overdue, now),
        )


def open_alerts(course_ids: Sequence[uuid.UUID] | None = None) -> list[models.Alert]:
    """Return the alerts that have not ended, of these courses or of all."""
    rows = models.Alert.objects.exclude(status=AlertStatus.RESOLVED)
    if course_ids is not None:
        rows = rows.filter(course__in=course_ids)
    return list(rows.order_by("raised_at", "id"))


def list_alerts(actor: Actor, *, is_open: bool | None = None) -> QuerySet[models.Alert]:
    """List the alerts the actor may see, the latest first."""
    rows = policy.scope(models.Alert.objects.all(), actor)
    if is_open is True:
        rows = rows.exclude(status=AlertStatus.RESOLVED)
    elif is_open is False:
        rows = rows.filter(status=AlertStatus.RESOLVED)
    return rows.select_related("course__patient", "site", "owner")


def get_alert(actor: Actor, alert_id: uuid.UUID) -> models.Alert:
    """Load an alert the actor may see.

    :raises NotFound: when there is none in reach.
    """
    found = list_alerts(actor).filter(id=alert_id).first()
    if found is None:
        raise NotFound(field="alert")
    return found
