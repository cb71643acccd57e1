"""A relapsed course in London whose fourth night is the night the clocks go back."""

import datetime as dt
import uuid
import zoneinfo
from decimal import Decimal

from infusion.domain import courses
from infusion.domain.states import (
    BagStatus,
    CourseStatus,
    CycleStatus,
    PlacementKind,
    VisitStatus,
)

ZONE = zoneinfo.ZoneInfo("Europe/London")
START = dt.datetime(2026, 10, 22, 8, 0, tzinfo=dt.UTC)
NOW = START + dt.timedelta(days=12, hours=3)
HOUR = dt.timedelta(hours=1)
LENGTHS = [24, 48, 48, 48, 48, 96, 96, 96, 96, 72]


def an_id(number):
    return uuid.UUID(int=number)


def after(hours):
    return START + hours * HOUR


def a_bag(number, start, hours, **changes):
    low = start < 168
    facts = {
        "id": an_id(number),
        "version": 1,
        "sequence": number,
        "code": f"BAG{number:05}",
        "status": BagStatus.PLANNED,
        "recipe_key": f"us-{hours}h",
        "recipe_title": courses.Text(en=f"{hours} h bag", zh=f"{hours} h 输液袋"),
        "hours": hours,
        "rate_ml_h": Decimal("5.0") if hours > 24 else Decimal("10"),
        "volume_ml": Decimal("240.00"),
        "daily_dose_mcg": Decimal("9.000") if low else Decimal("28.000"),
        "hang_at": after(start),
        "take_down_at": after(start + hours),
        "use_by": after(start + 96),
        "prepared_at": None,
        "delivered_at": None,
        "hung_at": None,
        "taken_down_at": None,
        "dry_at": None,
        "filter_required": None,
        "diluent": courses.Text(en="0.9% saline", zh="0.9% 氯化钠"),
    }
    return courses.BagState(**(facts | changes))


def some_bags(gap_hours=0):
    """Give the first five bags the facts of a run with one stop before the third."""
    starts = [sum(LENGTHS[:index]) for index in range(len(LENGTHS))]
    for number, (start, hours) in enumerate(zip(starts, LENGTHS, strict=True), 1):
        late = start + (gap_hours if start >= 120 else 0)
        begin, end = after(late), after(late + hours)
        if end <= NOW:
            facts = {"status": BagStatus.FINISHED, "taken_down_at": end}
        elif begin <= NOW:
            facts = {"status": BagStatus.HUNG, "dry_at": end}
        else:
            facts = {}
        if begin <= NOW:
            facts["hung_at"] = begin
        yield a_bag(number, start, hours, hang_at=begin, take_down_at=end, **facts)


def a_clock(**changes):
    facts = {
        "read_at": NOW,
        "started_at": START,
        "is_running": True,
        "stopped_since": None,
        "restart_limit_at": None,
        "delivered_hours": Decimal("288.5"),
        "total_hours": 672,
        "infusion_day": 13,
        "calendar_day": 13,
        "dry_at": after(314.5),
        "projected_end_at": after(674.5),
        "gaps": (
            courses.GapState(
                paused_at=after(110), resumed_at=after(112.5), reason="OCCLUSION"
            ),
        ),
    }
    return courses.ClockState(**(facts | changes))


def a_visit(number, at, kind="BAG_CHANGE"):
    done = at if at <= NOW else None
    return courses.VisitState(
        id=an_id(100 + number),
        version=1,
        kind=kind,
        planned_at=at,
        placement=PlacementKind.HOME,
        status=VisitStatus.FULFILLED if done else VisitStatus.BOOKED,
        done_at=done,
        bag_id=an_id(number),
        assigned_to_id=None,
        assigned_to_name="",
    )


def a_cycle(**changes):
    bags = tuple(some_bags(gap_hours=2.5))
    visits = [a_visit(bag.sequence, bag.hang_at) for bag in bags[1:]]
    facts = {
        "id": an_id(900),
        "number": 1,
        "status": CycleStatus.STARTED,
        "starts_at": START,
        "infusion_ends_at": after(672),
        "ends_on": dt.date(2026, 12, 2),
        "inpatient_until": after(216),
        "weight_kg": Decimal("68.50"),
        "height_cm": Decimal("171.00"),
        "surface_m2": None,
        "surface_formula": "",
        "weight_taken_at": START - dt.timedelta(days=1),
        "steps": (
            courses.StepState(at=START, daily_dose_mcg=Decimal("9"), level="low"),
            courses.StepState(
                at=after(170.5), daily_dose_mcg=Decimal("28"), level="full"
            ),
        ),
        "bags": bags,
        "visits": (*visits, a_visit(99, after(674.5), "DISCONNECT")),
        "clock": a_clock(),
    }
    return courses.CycleState(**(facts | changes))


def a_place(kind, hours):
    return courses.PlacementState(
        kind=kind, from_at=after(hours), reason="", override_reason=""
    )


PLACEMENTS = (
    a_place(PlacementKind.WARD, -20),
    a_place(PlacementKind.HOME, 220),
    a_place(PlacementKind.CLINIC, 250),
    a_place(PlacementKind.HOME, 256),
)


def a_course(**changes):
    facts = {
        "id": an_id(1000),
        "version": 7,
        "patient_id": an_id(2000),
        "site_id": an_id(3000),
        "status": CourseStatus.ACTIVE,
        "regimen_key": "us-label-rr",
        "regimen_version": "1",
        "regimen_title": courses.Text(
            en="Relapsed or refractory (US label)", zh="复发或难治（美国说明书）"
        ),
        "label_id": "BLA125557",
        "label_revision": "2025-01",
        "time_zone": "Europe/London",
        "cycles_planned": 2,
        "max_cycles": 9,
        "ordered_at": START - dt.timedelta(days=2),
        "plan_number": 4,
        "cycles": (a_cycle(),),
        "placements": PLACEMENTS,
        "open_check": None,
        "unmet": (),
        "unverified": (),
    }
    return courses.CourseState(**(facts | changes))
