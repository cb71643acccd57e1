"""Who is on call at the sites of the demo: a rota with a gap and a shift on offer."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass

from infusion import models
from infusion.domain.rota import OnCallRole
from infusion.services import rota
from patients.policy import Actor

_DAY = dt.timedelta(days=1)
_FROM, _TO = dt.time(8), dt.time(20)
# The rota begins the day before the demo, so that somebody is on call at once.
_BEGINS, _DAYS = -1, 16
# Nobody was found for this night yet, and this day is on offer to the other nurse.
_EMPTY_NIGHT, _OFFERED_DAY = 4, 2


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The people of a site who are on call, and the site's clock."""

    site_id: uuid.UUID
    zone: zoneinfo.ZoneInfo
    day_nurse: Actor
    night_nurse: Actor
    others: dict[OnCallRole, uuid.UUID]


def fill_rota(crew: Crew, now: dt.datetime) -> None:
    """Plan a fortnight: nurses by day and night, the others a week at a time."""
    today = now.astimezone(crew.zone).date()
    for number in range(_BEGINS, _DAYS):
        _nurses_of(crew, today, number, now)
    for role, user_id in crew.others.items():
        for week in range(2):
            start = today + (_BEGINS + week * 7) * _DAY
            begins, ends = _at(crew, start, _FROM), _at(crew, start + 7 * _DAY, _FROM)
            _plan(crew, role, user_id, begins, ends, now)


def _nurses_of(crew: Crew, today: dt.date, number: int, now: dt.datetime) -> None:
    day = today + number * _DAY
    dawn, dusk = _at(crew, day, _FROM), _at(crew, day, _TO)
    next_dawn = _at(crew, day + _DAY, _FROM)
    by_day = _plan(crew, OnCallRole.NURSE, crew.day_nurse.user_id, dawn, dusk, now)
    by_night = None if number == _EMPTY_NIGHT else crew.night_nurse.user_id
    _plan(crew, OnCallRole.NURSE, by_night, dusk, next_dawn, now)
    if number == _OFFERED_DAY:
        rota.propose_swap(
            actor=crew.day_nurse,
            shift_id=by_day.id,
            expected_version=by_day.version,
            user_id=crew.night_nurse.user_id,
            now=now,
        )


def _at(crew: Crew, day: dt.date, time: dt.time) -> dt.datetime:
    local = dt.datetime.combine(day, time, tzinfo=crew.zone)
    return local.astimezone(dt.UTC)


def _plan(
    crew: Crew,
    role: OnCallRole,
    user_id: uuid.UUID | None,
    from_at: dt.datetime,
    to_at: dt.datetime,
    now: dt.datetime,
) -> models.Shift:
    """Plan a shift as it was planned then: before it began."""
    return rota.plan_shift(
        actor=crew.day_nurse,
        site_id=crew.site_id,
        role=role,
        user_id=user_id,
        from_at=from_at,
        to_at=to_at,
        now=min(now, from_at),
    )
