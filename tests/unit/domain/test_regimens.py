from dataclasses import replace
from decimal import Decimal

import pytest

from infusion import catalogue
from infusion.domain.regimens import (
    CycleNotInRegimen,
    CyclePattern,
    DoseStep,
    RegimenNotSane,
    inpatient_until,
)
from tests.spec.world import DAY, START

RR = catalogue.get_regimen("us-label-rr")


def pattern(*steps: tuple[int, str], **changes: object) -> CyclePattern:
    values = {
        "first": 1,
        "last": 1,
        "infusion_hours": 672,
        "free_days": 14,
        "inpatient_days": None,
        **changes,
    }
    return CyclePattern(
        steps=tuple(DoseStep(from_hour=hour, level=level) for hour, level in steps),
        **values,
    )


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [(1, "full")],
        [(0, "low"), (0, "full")],
        [(0, "low"), (200, "full"), (168, "full")],
        [(0, "low"), (672, "full")],
        [(0, "low"), (700, "full")],
    ],
)
def test_steps_outside_the_infusion_or_out_of_order_are_refused(steps):
    with pytest.raises(RegimenNotSane) as refusal:
        pattern(*steps)

    assert refusal.value.field == "steps"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first": 2, "last": 1}, "cycles"),
        ({"free_days": -1}, "cycles"),
        ({"infusion_hours": 0}, "steps"),
    ],
)
def test_a_pattern_that_can_not_be_is_refused(changes, field):
    with pytest.raises(RegimenNotSane) as refusal:
        pattern((0, "full"), **changes)

    assert refusal.value.field == field


def test_the_level_changes_at_its_hour():
    stepped = pattern((0, "low"), (168, "full"))

    assert stepped.level_at(Decimal("167.99")) == "low"
    assert stepped.level_at(Decimal(168)) == "full"
    assert stepped.segments() == ((0, 168, "low"), (168, 672, "full"))


@pytest.mark.parametrize(
    "patterns",
    [
        [],
        [pattern((0, "full"), first=2, last=3)],
        [pattern((0, "full")), pattern((0, "full"), first=3, last=3)],
        [pattern((0, "full"), last=2), pattern((0, "full"), first=2, last=3)],
    ],
)
def test_cycles_with_holes_or_overlaps_are_refused(patterns):
    with pytest.raises(RegimenNotSane) as refusal:
        replace(RR, patterns=tuple(patterns))

    assert refusal.value.field == "cycles"


def test_a_level_without_a_dose_is_refused():
    with pytest.raises(RegimenNotSane):
        replace(RR, patterns=(pattern((0, "triple")),))


def test_a_cycle_beyond_the_last_is_refused_with_the_largest_number():
    with pytest.raises(CycleNotInRegimen) as refusal:
        RR.pattern(10)

    assert refusal.value.params == {"max_cycles": 9}


def test_hospital_days_are_whole_days_from_the_start():
    assert inpatient_until(RR.pattern(1), START) == START + 9 * DAY
    assert inpatient_until(RR.pattern(3), START) is None
