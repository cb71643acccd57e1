"""Who is on call at the sites of the demo: a rota with a gap and a shift on offer."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import Any

from infusion import models
from infusion.domain.rota import OnCallRole
from infusion.services import rota
from patients.policy import Actor
from patients.services import demo

_DAY = dt.timedelta(days=1)
_FROM, _TO = dt.time(8), dt.time(20)
# The rota begins the day before the demo, so that somebody is on call at once.
_BEGINS, _DAYS = -1, 16
# Nobody was found for this night yet, and this day is on offer to the other nurse.
_EMPTY_NIGHT, _OFFERED_DAY = 4, 2


@dataclass(frozen=True)
class Crew:
    """The people of a site who are on call."""

    day_nurse: Actor
    night_nurse: Actor
    physician_id: uuid.UUID
    pharmacist_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Rota:
    """The rota of a site that is being filled, on the site's clock."""

    site_id: uuid.UUID
    zone: zoneinfo.ZoneInfo
    crew: Crew
    now: dt.datetime

    def at(self, day: dt.date, time: dt.time) -> dt.datetime:
        """Return the instant of a wall clock."""
        local = dt.datetime.combine(day, time, tzinfo=self.zone)
        return local.astimezone(dt.UTC)

    def plan(
        self,
        role: OnCallRole,
        user_id: uuid.UUID | None,
        from_at: dt.datetime,
        to_at: dt.datetime,
    ) -> models.Shift:
        """Plan a shift as it was planned then: before it began."""
        return rota.plan_shift(
            actor=self.crew.day_nurse,
            site_id=self.site_id,
            role=role,
            user_id=user_id,
            from_at=from_at,
            to_at=to_at,
            now=min(self.now, from_at),
        )


def put_on_call(site: Any, crew: Crew, now: dt.datetime) -> None:
    """Plan a fortnight and give everybody on it a number.

    Nurses hold the line by day and by night, the others a week at a time.
    """
    others = {
        OnCallRole.PHYSICIAN: crew.physician_id,
        OnCallRole.PHARMACIST: crew.pharmacist_id,
    }
    nurses = (crew.day_nurse.user_id, crew.night_nurse.user_id)
    demo.give_phones((*nurses, *others.values()), site.on_call_phone)
    zone = zoneinfo.ZoneInfo(site.time_zone)
    filled = Rota(site_id=site.id, zone=zone, crew=crew, now=now)
    today = now.astimezone(zone).date()
    for number in range(_BEGINS, _DAYS):
        _nurses_of(filled, today, number)
    for role, user_id in others.items():
        for week in range(2):
            start = today + (_BEGINS + week * 7) * _DAY
            begins, ends = filled.at(start, _FROM), filled.at(start + 7 * _DAY, _FROM)
            filled.plan(role, user_id, begins, ends)


def _nurses_of(filled: Rota, today: dt.date, number: int) -> None:
    crew, day = filled.crew, today + number * _DAY
    dawn, dusk = filled.at(day, _FROM), filled.at(day, _TO)
    by_day = filled.plan(OnCallRole.NURSE, crew.day_nurse.user_id, dawn, dusk)
    by_night = None if number == _EMPTY_NIGHT else crew.night_nurse.user_id
    filled.plan(OnCallRole.NURSE, by_night, dusk, filled.at(day + _DAY, _FROM))
    if number == _OFFERED_DAY:
        rota.propose_swap(
            actor=crew.day_nurse,
            shift_id=by_day.id,
            expected_version=by_day.version,
            user_id=crew.night_nurse.user_id,
            now=filled.now,
        )
