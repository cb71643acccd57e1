"""The invented site in which every synthetic course is lived: its people and their rota.

Rows are written here only for what a site is. It is stored once, before the first course,
and every course meets it as it was.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infusion.domain.ladders import Whom
from infusion.domain.rota import OnCallRole
from infusion.services import rota
from patients.policy import Actor
from patients.selectors.actors import get_actor
from patients.services import invented

DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
ZONE = "America/New_York"
CODE = "invented"
# A Monday; nothing depends on the year but the days off.
FIRST_MONDAY = dt.date(2027, 1, 4)
# Courses begin in these weeks, so that they meet holidays and both changes of the clock.
WEEKS = 40
# No source gives limits for counts before the way home: a site signs its own. The steps
# of the pharmacy are recorded, so that a bag lives through all of them.
POLICY = {
    "neutrophils_least": "0",
    "lymphocytes_least": "0",
    "pharmacy_records_steps": "YES",
}
_STAFF: Mapping[str, str] = {
    "nurse": "NURSE",
    "second-nurse": "NURSE",
    "physician": "PHYSICIAN",
    "pharmacist": "PHARMACIST",
    "second-pharmacist": "PHARMACIST",
    "coordinator": "COORDINATOR",
    "home-nurse": "HOME_NURSE",
    "admin": "ADMIN",
}
_ON_CALL: Mapping[OnCallRole, tuple[str, ...]] = {
    OnCallRole.NURSE: ("nurse", "second-nurse"),
    OnCallRole.PHYSICIAN: ("physician",),
    OnCallRole.PHARMACIST: ("pharmacist",),
    OnCallRole.COORDINATOR: ("coordinator",),
}
_TAKES: Mapping[Whom, str] = {
    Whom.NURSE: "nurse",
    Whom.PHYSICIAN: "physician",
    Whom.COORDINATOR: "coordinator",
    Whom.EVERY_ADMIN: "admin",
}


@dataclass(frozen=True)
class World:
    """The site and who works there, by what they do."""

    site: Any
    ids: Mapping[str, uuid.UUID]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the clock on the wall."""
        return zoneinfo.ZoneInfo(self.site.time_zone)

    def actor(self, name: str, day: dt.date) -> Actor:
        """Return one of the staff as they act on a day."""
        return get_actor(self.ids[name], day)


def taker_of(whom: str) -> str:
    """Return who of the staff takes what reached a rung."""
    return _TAKES.get(Whom(whom), "nurse") if whom else "nurse"


def make_world(weeks: int) -> World:
    """Store the site, its people and a rota without a gap from the first Monday on."""
    site = invented.make_site(
        code=CODE,
        time_zone=ZONE,
        working_hours={str(day): [["08:00", "18:00"]] for day in range(5)},
        policy=POLICY,
    )
    ids = {name: invented.employ(site, name, role) for name, role in _STAFF.items()}
    world = World(site=site, ids=ids)
    _fill_rota(world, weeks)
    return world


def load_world() -> World:
    """Return the site that was stored before."""
    site, ids = invented.staff_of(CODE)
    return World(site=site, ids=ids)


def start_of(index: int, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return when a course begins: on workdays in turn, week by week of most of a year."""
    day = FIRST_MONDAY + WEEK + (index // 5 % WEEKS) * WEEK + (index % 5) * DAY
    return dt.datetime.combine(day, dt.time(10), tzinfo=zone).astimezone(dt.UTC)


def _fill_rota(world: World, weeks: int) -> None:
    """Let each hold a line for a week in turn, by the service that plans shifts."""
    zone, planner = world.zone, world.actor("coordinator", FIRST_MONDAY)
    for role, names in _ON_CALL.items():
        for week in range(weeks):
            day = FIRST_MONDAY + week * WEEK
            begins, ends = (
                dt.datetime.combine(one, dt.time(8), tzinfo=zone).astimezone(dt.UTC)
                for one in (day, day + WEEK)
            )
            rota.plan_shift(
                actor=planner,
                site_id=world.site.pk,
                role=role,
                user_id=world.ids[names[week % len(names)]],
                from_at=begins,
                to_at=ends,
                now=begins,
            )
