"""Reads what a site wants of bag changes: who works when, what counts, what is signed."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from infusion import catalogue
from infusion.catalogue import SitePolicy
from infusion.domain.calendars import VisitCalendar, Week, Window, week_of
from infusion.domain.courses import Unverified
from infusion.domain.instants import zone
from infusion.domain.planner.requests import ChainRules, Weights
from infusion.domain.recipes import Recipe
from infusion.domain.states import PlacementKind
from infusion.domain.wishes import NeedleDays, PharmacyRounds, Wishes
from patients.days_off import DaysOff
from patients.domain.hours import HoursNotUnderstood, read_hours
from patients.selectors.days_off import days_off_of
from patients.selectors.lines import has_line
from patients.selectors.sites import get_site

_HOUR = dt.timedelta(hours=1)
_WEEKENDS: Mapping[str, frozenset[int]] = {
    "SAT_SUN": frozenset({5, 6}),
    "SUN": frozenset({6}),
    "FRI_SAT": frozenset({4, 5}),
    "FRI": frozenset({4}),
}
_PATTERNS: Mapping[str, tuple[int, ...]] = {"NONE": (), "72_96": (72, 96)}
# Which policy value carries the weight of which wish.
_WISHES: Mapping[str, str] = MappingProxyType(
    {
        "outside": "importance_outside",
        "off_day": "importance_off_days",
        "moved": "importance_moved",
        "discarded": "importance_discarded",
        "change": "importance_changes",
        "vial": "importance_vials",
        "waste_minute": "importance_waste",
        "unsteady_minute": "importance_steady",
        "unaligned": "importance_needle",
    }
)
# Values that every plan goes by, whatever else is set.
_ALWAYS = (
    "home_hours",
    "clinic_hours",
    "weekend",
    "shortest_run_hours",
    "end_tolerance_minutes",
    "run_pattern",
    "one_rate",
    "recipes_not_stocked",
    "visit_hours_binding",
    "steady_hour",
    "pharmacy_days",
    *_WISHES.values(),
)


@dataclass(frozen=True, kw_only=True)
class Scheduling:
    """What a site has set about planning, and what it has left open.

    ``policy`` are all values of the site, so that nobody reads them twice.
    ``unsure_years`` are years whose make-up workdays nobody has announced or entered;
    ``knows_hours`` is False when no working hours are set, so that nothing is outside,
    ``knows_holidays`` when the site names no calendar, so that only weekends are off.
    """

    wishes: Wishes
    policy: SitePolicy
    start_hours: tuple[dt.time, ...]
    unsigned: tuple[Unverified, ...]
    unsure_years: frozenset[int]
    knows_hours: bool
    knows_holidays: bool

    def as_json(self) -> dict[str, Any]:
        """Write what is known of visit hours and holidays, beside a plan as JSON."""
        return {
            "knows_hours": self.knows_hours,
            "knows_holidays": self.knows_holidays,
            "unsure_years": sorted(self.unsure_years),
        }

    def in_stock(self, recipes: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
        """Return the bags that the pharmacy makes."""
        without = self.policy.recipes("recipes_not_stocked")
        return tuple(one for one in recipes if one.key not in without)

    def out_of_stock(self, recipes: tuple[Recipe, ...]) -> tuple[Recipe, ...]:
        """Return the bags that exist for the regimen and that the pharmacy does not make."""
        without = self.policy.recipes("recipes_not_stocked")
        return tuple(one for one in recipes if one.key in without)


def scheduling_of(
    site_id: uuid.UUID, patient_id: uuid.UUID, first: dt.date, last: dt.date
) -> Scheduling:
    """Return what a site wants for a patient between two days, in three queries.

    :raises NotFound: when there is no such site.
    """
    site = get_site(site_id)
    policy = catalogue.site_policy(site.policy)
    days_off = days_off_of(site, first, last)
    windows = _windows(policy, site.working_hours)
    return Scheduling(
        wishes=Wishes(
            calendar=_calendar(policy, zone(site.time_zone), windows, days_off),
            weights=_weights(policy),
            rules=_rules(policy),
            pharmacy=_pharmacy(policy),
            needle=needle_days(policy, patient_id),
            keeps_hour=policy.is_on("steady_hour"),
            end_tolerance=dt.timedelta(
                minutes=int(policy.number("end_tolerance_minutes"))
            ),
        ),
        policy=policy,
        start_hours=policy.times("start_hours"),
        unsigned=policy.unsigned(*_keys(policy)),
        unsure_years=days_off.unsure_years,
        knows_hours=bool(windows),
        knows_holidays=bool(site.holiday_calendar),
    )


def _calendar(
    policy: SitePolicy,
    where: ZoneInfo,
    windows: Mapping[PlacementKind, Week],
    days_off: DaysOff,
) -> VisitCalendar:
    return VisitCalendar(
        zone=where,
        windows=windows,
        holidays=days_off.holidays,
        workdays=days_off.workdays,
        weekend=_WEEKENDS[policy.text("weekend")],
    )


def _windows(policy: SitePolicy, working_hours: Any) -> dict[PlacementKind, Week]:
    """Return the hours of home and clinic; a place whose hours nobody set has none."""
    own = _own_hours(working_hours)
    found = {
        PlacementKind.HOME: policy.week("home_hours") or own,
        PlacementKind.CLINIC: policy.week("clinic_hours") or own,
    }
    return {kind: week for kind, week in found.items() if week is not None}


def _own_hours(working_hours: Any) -> Week | None:
    """Return the working hours of the site, or None when there are none to be read.

    They are checked when a site is entered: what cannot be read is older than that.
    """
    try:
        hours = read_hours(working_hours)
    except HoursNotUnderstood:
        return None
    if not any(hours.values()):
        return None
    return week_of(
        {
            day: [Window(from_minute=start, to_minute=end) for start, end in spans]
            for day, spans in hours.items()
        }
    )


def _weights(policy: SitePolicy) -> Weights:
    """Return the weights: importance counts in doublings, 0 leaves a wish out."""
    doublings = {wish: int(policy.number(key)) for wish, key in _WISHES.items()}
    return Weights(**{wish: 2**n if n else 0 for wish, n in doublings.items()})


def _rules(policy: SitePolicy) -> ChainRules:
    return ChainRules(
        run_pattern_hours=_PATTERNS[policy.text("run_pattern")],
        one_rate=policy.is_on("one_rate"),
        strict_windows=policy.is_on("visit_hours_binding"),
        shortest_run=int(policy.number("shortest_run_hours")) * _HOUR,
    )


@dataclass(frozen=True, kw_only=True)
class PharmacyHours:
    """When made bags leave a pharmacy, as far as the site has said, and how long they go."""

    rounds: tuple[dt.datetime, ...]
    lead: dt.timedelta


def pharmacy_hours(
    site_id: uuid.UUID, first: dt.datetime, last: dt.datetime
) -> PharmacyHours:
    """Return the rounds of a pharmacy between two instants, in a few queries.

    :raises NotFound: when there is no such site.
    """
    site = get_site(site_id)
    policy = catalogue.site_policy(site.policy)
    lead = int(policy.number("pharmacy_lead_hours")) * _HOUR
    rounds = _pharmacy(policy)
    if rounds is None:
        return PharmacyHours(rounds=(), lead=lead)
    days_off = days_off_of(site, first.date(), last.date())
    calendar = _calendar(policy, zone(site.time_zone), {}, days_off)
    slots = rounds.supply(calendar, first, last).ready_slots or ()
    return PharmacyHours(rounds=slots, lead=lead)


def _pharmacy(policy: SitePolicy) -> PharmacyRounds | None:
    days = policy.text("pharmacy_days")
    if days == "ANY_TIME":
        return None
    return PharmacyRounds(
        times=policy.times("pharmacy_times"),
        workdays_only=days == "WORKDAYS",
        lead=int(policy.number("pharmacy_lead_hours")) * _HOUR,
    )


def needle_days(policy: SitePolicy, patient_id: uuid.UUID) -> NeedleDays | None:
    """Return when the needle of a patient is changed; None when there is none to change."""
    alignment = policy.text("needle_alignment")
    if alignment == "NO" or not has_line(patient_id, port_only=alignment == "PORT"):
        return None
    return NeedleDays(
        first=int(policy.number("needle_from_day")),
        last=int(policy.number("needle_to_day")),
    )


def _keys(policy: SitePolicy) -> tuple[str, ...]:
    """Return the values that take part in a plan of this site."""
    if policy.text("pharmacy_days") == "ANY_TIME":
        return _ALWAYS
    return (*_ALWAYS, "pharmacy_times", "pharmacy_lead_hours")
