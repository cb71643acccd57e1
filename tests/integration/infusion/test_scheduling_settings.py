"""What a site has set becomes what the planner is asked for."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusion.domain.planner.requests import ChainRules, Weights
from infusion.domain.states import PlacementKind
from infusion.domain.visits import Whereabouts
from infusion.domain.wishes import NeedleDays
from infusion.selectors.calendars import Scheduling, scheduling_of
from patients import models
from tests.factories.patients import PatientFactory, SiteDayFactory, SiteFactory

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2027, 1, 5)
HOME, CLINIC = PlacementKind.HOME, PlacementKind.CLINIC
HOURS = {str(day): [["08:00", "17:00"]] for day in range(5)}


def scheduling(patient: Any = None, *, policy: Any = None, **site: Any) -> Scheduling:
    signed = {
        key: {"value": value, "signed_by": "RPh A"}
        for key, value in (policy or {}).items()
    }
    site = {"holiday_calendar": "US", "working_hours": HOURS, **site}
    row = SiteFactory(policy=signed, **site)
    patient = patient or PatientFactory(site=row)
    return scheduling_of(row.id, patient.id, FIRST, LAST)


def open_at(found: Scheduling, kind: PlacementKind, text: str) -> bool:
    at = dt.datetime.fromisoformat(text).replace(tzinfo=found.wishes.calendar.zone)
    place = Whereabouts(from_at=at - dt.timedelta(days=1), kind=kind)
    calendar = found.wishes.calendar
    return (
        not type(calendar)(
            zone=calendar.zone,
            places=(place,),
            windows=calendar.windows,
            holidays=calendar.holidays,
            workdays=calendar.workdays,
        )
        .rates(at)
        .outside
    )


def test_home_and_clinic_keep_the_working_hours_until_the_site_says_otherwise():
    found = scheduling()
    assert open_at(found, HOME, "2026-12-01T10:00")
    assert not open_at(found, CLINIC, "2026-12-05T10:00")

    apart = scheduling(policy={"clinic_hours": "Mo-Sa 07:00-20:00"})
    assert open_at(apart, CLINIC, "2026-12-05T19:00")
    assert not open_at(apart, HOME, "2026-12-05T19:00")


def test_the_defaults_are_the_weights_of_the_planner():
    found = scheduling()

    assert found.wishes.weights == Weights()
    assert found.wishes.rules == ChainRules()
    assert found.wishes.pharmacy is None
    assert found.wishes.keeps_hour
    assert found.start_hours == (dt.time(8), dt.time(10), dt.time(12), dt.time(14))


def test_what_a_site_signs_reaches_the_planner():
    found = scheduling(
        policy={
            "importance_vials": "0",
            "importance_changes": "3",
            "run_pattern": "72_96",
            "one_rate": "YES",
            "visit_hours_binding": "YES",
            "shortest_run_hours": "12",
            "end_tolerance_minutes": "90",
            "steady_hour": "NO",
            "weekend": "SUN",
            "pharmacy_days": "WORKDAYS",
            "pharmacy_times": "11:00 16:00",
        }
    ).wishes

    assert (found.weights.vial, found.weights.change) == (0, 8)
    assert found.rules == ChainRules(
        run_pattern_hours=(72, 96),
        one_rate=True,
        strict_windows=True,
        shortest_run=dt.timedelta(hours=12),
    )
    assert found.end_tolerance == dt.timedelta(minutes=90)
    assert not found.keeps_hour
    assert not found.calendar.is_off(dt.date(2026, 12, 5))
    assert found.calendar.is_off(dt.date(2026, 12, 6))
    assert found.pharmacy
    assert found.pharmacy.times == (dt.time(11), dt.time(16))
    assert found.pharmacy.lead == dt.timedelta(hours=4)


def test_a_value_nobody_signed_is_named_and_a_signed_one_is_not():
    paths = {one.path for one in scheduling().unsigned}
    assert "site policy: weekend" in paths
    assert "site policy: pharmacy_times" not in paths

    later = scheduling(policy={"weekend": "SUN", "pharmacy_days": "EVERY_DAY"})
    paths = {one.path for one in later.unsigned}
    assert "site policy: weekend" not in paths
    assert "site policy: pharmacy_times" in paths


@pytest.mark.parametrize("hours", [{}, {"0": []}, {"0": "all day"}, []])
def test_without_readable_hours_nothing_is_outside_and_it_says_so(hours):
    found = scheduling(working_hours=hours)

    assert not found.knows_hours
    assert open_at(found, HOME, "2026-12-01T03:00")


def test_days_off_are_those_of_the_site():
    site = SiteFactory(holiday_calendar="CN", time_zone="Asia/Shanghai")
    SiteDayFactory(site=site, date=dt.date(2026, 12, 24))
    patient = PatientFactory(site=site)

    found = scheduling_of(site.id, patient.id, FIRST, LAST)

    assert found.wishes.calendar.is_off(dt.date(2026, 12, 24))
    assert found.wishes.calendar.is_off(dt.date(2027, 1, 1))
    assert found.wishes.calendar.zone.key == "Asia/Shanghai"
    # Known at the latest when the library has the notice for that year.
    assert found.unsure_years <= {2027}


@pytest.mark.parametrize(
    ("kind", "removed", "policy", "expected"),
    [
        ("PORT", None, "PORT", True),
        ("PORT", dt.date(2026, 6, 1), "PORT", False),
        ("PICC", None, "PORT", False),
        ("PICC", None, "ALL_LINES", True),
        ("PORT", None, "NO", False),
    ],
)
def test_needle_days_are_for_patients_with_a_port(kind, removed, policy, expected):
    patient = PatientFactory()
    models.CentralLine.objects.create(
        patient=patient,
        kind=kind,
        placed_on=dt.date(2026, 1, 5),
        removed_on=removed,
    )

    found = scheduling(patient, policy={"needle_alignment": policy})

    wanted = NeedleDays(first=6, last=8) if expected else None
    assert found.wishes.needle == wanted


def test_it_takes_three_queries():
    site = SiteFactory(holiday_calendar="US", working_hours=HOURS)
    patient = PatientFactory(site=site)

    with CaptureQueriesContext(connection) as asked:
        scheduling_of(site.id, patient.id, FIRST, LAST)

    assert len(asked) == 3
