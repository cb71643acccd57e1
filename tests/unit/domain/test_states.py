from enum import StrEnum

import pytest

from infusion.domain.states import (
    STEPS,
    BagStatus,
    CourseStatus,
    CycleStatus,
    MessageStatus,
    PlacementKind,
    StepNotAllowed,
    VisitStatus,
    check_step,
)

LISTED = [
    (current, wanted)
    for table in STEPS.values()
    for current, after in table.items()
    for wanted in after
]
REFUSED = [
    (current, wanted)
    for table in STEPS.values()
    for current, after in table.items()
    for wanted in set(table) - set(after)
]


@pytest.mark.parametrize(("current", "wanted"), LISTED)
def test_every_listed_step_is_allowed(current, wanted):
    assert check_step(current, wanted) is None


@pytest.mark.parametrize(("current", "wanted"), REFUSED)
def test_every_other_step_is_refused(current, wanted):
    with pytest.raises(StepNotAllowed) as refusal:
        check_step(current, wanted)

    assert refusal.value.params == {"current": str(current), "wanted": str(wanted)}


def test_a_planned_bag_is_not_looked_up_among_planned_cycles():
    with pytest.raises(StepNotAllowed):
        check_step(CycleStatus.PLANNED, BagStatus.DELIVERED)

    assert check_step(BagStatus.PLANNED, BagStatus.DELIVERED) is None


def test_a_state_without_a_table_has_no_steps():
    with pytest.raises(StepNotAllowed):
        check_step(PlacementKind.WARD, PlacementKind.HOME)


@pytest.mark.parametrize(
    ("final", "kind"),
    [
        (CourseStatus.CANCELLED, CourseStatus),
        (BagStatus.DISCARDED, BagStatus),
        (VisitStatus.FULFILLED, VisitStatus),
        (MessageStatus.DELIVERED, MessageStatus),
    ],
)
def test_what_is_over_stays_over(final: StrEnum, kind: type[StrEnum]):
    assert STEPS[kind][final] == frozenset()
