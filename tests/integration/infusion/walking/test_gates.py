"""A cycle with a start condition waits until a physician passed it."""

from dataclasses import replace

import pytest

from infusion.domain.blocks import Gate
from infusion.domain.conditions import Condition, FactKind, Operator
from infusion.domain.courses import Text
from infusion.domain.quantities import UnitNotSupported
from infusion.domain.walks import Firmness
from infusion.selectors import regimens
from infusion.selectors.outlook import read_outlook
from infusion.services import walking
from infusion.services.facts import FactsMissing, ReasonNeeded
from infusion.services.rounds import (
    GateNotPassed,
)
from patients.policy import NotAllowed
from tests.factories.walks import (
    fact,
    order_next,
    run_cycle,
    weighed,
)
from tests.factories.wards import HOUR, MONDAY
from tests.integration.infusion.walking.scenes import DAY, pass_gate

pytestmark = pytest.mark.django_db

COUNTS = Condition(
    kind=FactKind.NEUTROPHILS, operator=Operator.AT_LEAST, values=("0.75",)
)


@pytest.fixture
def gated(here, monkeypatch):
    """Return a running course whose second cycle waits for neutrophils."""
    course = here.order("us-label-rr")
    regimen = regimens.regimen_of(course)
    gate = Gate(text=Text(en="counts", zh="血象"), thresholds=(COUNTS,))
    blocks = tuple(
        replace(one, gate=gate) if one.key == "c2" else one for one in regimen.blocks
    )
    changed = replace(regimen, blocks=blocks)
    for module in ("regimens", "walking", "planning"):
        monkeypatch.setattr(
            f"infusion.selectors.{module}.regimen_of", lambda _course: changed
        )
    end = run_cycle(here, course, MONDAY + HOUR)
    order_next(here, course, end + 15 * DAY)
    return course, end + 15 * DAY


def test_a_cycle_does_not_start_before_its_gate_is_passed(here, gated):
    course, start = gated
    outlook = read_outlook(course.id, start)
    assert outlook.standing.needs_gate
    assert outlook.items[1].firmness == Firmness.PROVISIONAL
    weighed(here, start)

    with pytest.raises(GateNotPassed):
        here.start(course, start)
    with pytest.raises(FactsMissing):
        pass_gate(here, course, start)
    with pytest.raises(UnitNotSupported):
        pass_gate(here, course, start, fact("NEUTROPHILS", "0.9", start, "%"))
    low = fact("NEUTROPHILS", "0.5", start, "10*9/L")
    with pytest.raises(ReasonNeeded):
        pass_gate(here, course, start, low)
    with pytest.raises(NotAllowed):
        pass_gate(here, course, start, low, actor=here.nurse)
    pass_gate(here, course, start, fact("NEUTROPHILS", "0.9", start, "10*9/L"))

    outlook = read_outlook(course.id, start)
    assert not outlook.standing.needs_gate
    (gate,) = outlook.gates
    assert [one.fact.value for one in gate.facts if not one.is_computed] == ["0.9"]
    with pytest.raises(walking.NoGate):
        pass_gate(here, course, start)


def test_a_physician_may_let_it_begin_against_the_values_with_a_reason(here, gated):
    course, start = gated
    low = fact("NEUTROPHILS", "0.5", start, "10*9/L")

    pass_gate(here, course, start, low, reason="marrow full of leukaemia")

    row = course.blocks.get(block_key="c2")
    assert row.gate_reason == "marrow full of leukaemia"
    assert str(row.gate_passed_by_id) == str(here.physician.user_id)


def test_nothing_is_asked_where_there_is_no_gate(here, course):
    with pytest.raises(walking.NoGate):
        pass_gate(here, course, MONDAY, block="ia")
