"""Raises what a person must take, lets it climb until somebody does, and ends it.

A sweep may run twice, late or beside another: a place is locked while its alerts are
looked at, and no two alerts are open for one cause. A cause that cannot be read keeps the
alerts it has, and stops no other. What holds is read without a lock, so a sweep ends only
alerts that were there before it read: of a later one it cannot have seen the cause.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError, transaction

from infusion import models
from infusion.domain.alerts import Cause, Outcome, Place, Standing
from infusion.domain.pulse import ALERTS
from infusion.domain.states import AlertStatus
from infusion.selectors.alert_causes import (
    PUMP_CAUSES,
    SiteRules,
    Watched,
    pump_causes,
    site_rules,
    watched_cycles,
)
from infusion.selectors.alert_people import is_left_alone
from infusion.selectors.alert_watches import WATCHES, Watch
from infusion.selectors.alerts import open_alerts_by_place
from infusion.services import alert_steps
from infusion.services.alert_raising import lock_alerts, raise_once
from infusion.services.sparing import sparing_the_others
from infusion.services.sweeps import show_life

log = structlog.get_logger(__name__)

# Alerts told in one sweep have instants of their own: messages are unique by them.
_APART = dt.timedelta(microseconds=1)
# More than all alerts of one sweep are apart; less than anybody needs to answer.
_AT_ONCE = dt.timedelta(milliseconds=10)


@dataclass
class AlertSweep:
    """What one sweep did."""

    raised: int = 0
    ended: int = 0
    told: int = 0


@dataclass
class Seen:
    """What holds at a place, and the causes that could not be read there."""

    causes: list[Standing] = field(default_factory=list)
    unread: set[Cause] = field(default_factory=set)
    # The alerts that had not ended before anything was read.
    alerts: set[uuid.UUID] = field(default_factory=set)


def sweep_alerts(
    *, now: dt.datetime, offset: dt.timedelta = dt.timedelta(0)
) -> AlertSweep:
    """Raise, end and climb what is due, place by place, and show that it was done.

    ``offset`` is how far the clock of a demo is ahead, zero in production.
    """
    done = AlertSweep()
    rules = site_rules()
    # Before anything else is read: what is raised meanwhile is for the next sweep.
    alerted = open_alerts_by_place()
    seen = _look_around(rules, now)
    unread = {cause for cause, one in seen.items() if one is None}
    found = _by_place(seen)
    watched = {one.place: one for one in watched_cycles()}
    for place in sorted({*found, *watched, *alerted}, key=str):
        here = Seen(found.get(place, []), set(unread), alerted.get(place, set()))
        sweep = partial(_sweep_place, place, watched.get(place), here, rules, now, done)
        sparing_the_others(sweep, course_id=place.course_id, event="alerts_not_swept")
    # A sweep that fails every time would be silent: its age is watched like the beat's.
    show_life(ALERTS, offset)
    return done


def _look_around(
    rules: SiteRules, now: dt.datetime
) -> Mapping[Cause, list[Standing] | None]:
    """Return what holds by cause; None for what could not be read."""
    found: dict[Cause, list[Standing] | None] = {}
    for watch in WATCHES:
        standing = _look(watch, rules, now)
        for cause in watch.causes:
            found[cause] = (
                None
                if standing is None
                else [one for one in standing if one.cause is cause]
            )
    return found


def _look(watch: Watch, rules: SiteRules, now: dt.datetime) -> list[Standing] | None:
    try:
        return list(watch.look(rules, now))
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - one bad cause must not hide the others
        causes = sorted(map(str, watch.causes))
        log.warning("cause_not_read", causes=causes, error=type(error).__name__)
        return None


def _by_place(
    seen: Mapping[Cause, list[Standing] | None],
) -> Mapping[Place, list[Standing]]:
    found: dict[Place, list[Standing]] = defaultdict(list)
    for standing in (one for each in seen.values() for one in each or ()):
        found[standing.place].append(standing)
    return found


def _sweep_place(
    place: Place,
    watched: Watched | None,
    here: Seen,
    rules: SiteRules,
    now: dt.datetime,
    done: AlertSweep,
) -> bool:
    """Look at one place; where all is well nothing is locked."""
    if watched is not None and not sparing_the_others(
        partial(_read_pump, watched, rules, here, now),
        course_id=place.course_id,
        event="alerts_not_swept",
    ):
        here.unread |= PUMP_CAUSES
    if here.alerts or any(one.stage for one in here.causes):
        _look_at(place, here, rules, now, done)
    return True


def _read_pump(
    watched: Watched, rules: SiteRules, here: Seen, now: dt.datetime
) -> bool:
    here.causes.extend(list(pump_causes(watched, rules, now)))
    return True


@transaction.atomic
def _look_at(
    place: Place, here: Seen, rules: SiteRules, now: dt.datetime, done: AlertSweep
) -> None:
    lock_alerts(place.course_id or place.site_id)
    held = {(one.cause, one.subject): one for one in here.causes}
    instant = now
    for alert in _open_alerts(place):
        instant += _APART
        if _is_later(alert, here, now):
            continue
        if Cause(alert.cause) not in here.unread:
            standing = held.get((Cause(alert.cause), alert.subject))
            _follow(alert, standing, instant, done)
        elif is_left_alone(alert, now) or _is_due(alert, now):
            _go_on(alert, instant, done)
    for standing in here.causes:
        instant += _APART
        rule = rules.rule(place.site_id, standing.cause)
        done.raised += raise_once(standing, rule, instant)


def _is_later(alert: models.Alert, here: Seen, now: dt.datetime) -> bool:
    """Say whether an alert was raised after this sweep began to read."""
    return alert.pk not in here.alerts or alert.raised_at > now + _AT_ONCE


def _open_alerts(place: Place) -> Collection[models.Alert]:
    """Lock the open alerts of a place: who takes one meanwhile waits, or we do."""
    rows = models.Alert.objects.select_for_update(of=("self",))
    rows = rows.select_related("site", "course__patient")
    rows = rows.filter(site_id=place.site_id)
    here = (
        rows.filter(course_id=place.course_id)
        if place.course_id
        else rows.filter(course=None)
    )
    still = here.exclude(status=AlertStatus.RESOLVED)
    return list(still.order_by("raised_at", "id"))


def _follow(
    alert: models.Alert, standing: Standing | None, now: dt.datetime, done: AlertSweep
) -> None:
    """End an alert whose cause is gone; else tell what is due of it.

    Whose owner left is told at once, from the first rung on.
    """
    if standing is None or standing.stage == 0:
        alert_steps.end(alert, Outcome.CAUSE_ENDED, now)
        done.ended += 1
    elif is_left_alone(alert, now):
        alert.stage = standing.stage
        _go_on(alert, now, done)
    elif standing.stage > alert.stage:
        alert.stage = standing.stage
        alert_steps.tell_again(alert, now)
        done.told += 1
    elif _is_due(alert, now):
        _go_on(alert, now, done)


def _is_due(alert: models.Alert, now: dt.datetime) -> bool:
    return alert.climb_at is not None and alert.climb_at <= now


def _go_on(alert: models.Alert, now: dt.datetime, done: AlertSweep) -> None:
    """Go to the next person; who has it, or was told in vain, is told again."""
    if is_left_alone(alert, now):
        alert_steps.let_go(alert, now)
    elif alert.status == AlertStatus.OPEN:
        alert_steps.climb(alert, now)
    else:
        alert_steps.tell_again(alert, now)
    done.told += 1
