"""Which dose level a toxicity began at: that of the bag on the pump, not of the plan."""

import datetime as dt

import pytest

from infusion.domain.toxicity import Choice, Scale, ToxicityEvent
from infusion.selectors.planning import load_rows
from infusion.selectors.toxicity import ToxicityAsked, read_toxicity
from tests.factories.wards import HOUR, MONDAY, planned_bags, ward

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("late", "verdict_is_stop"), [(HOUR, True), (-HOUR, True), (7 * HOUR, False)]
)
def test_the_level_at_the_onset_is_that_of_the_bag_and_not_of_the_plan(
    late, verdict_is_stop
):
    here = ward()
    course = here.running()
    first = course.bags.get(status="HUNG")
    step = MONDAY + 7 * DAY
    if late > 6 * HOUR:
        second = planned_bags(course)[0]
        here.deliver(second, step - DAY)
        here.hang(second, step, replaces=first)
    onset = step + late
    rows = load_rows(course).of(course.cycles.get())

    told = ToxicityAsked(
        event=ToxicityEvent.NEUROTOXICITY,
        grade=3,
        scale=Scale.CTCAE_5,
        onset_at=onset,
    )
    view = read_toxicity(course, rows, told, onset + HOUR)

    # At the low dose a grade 3 stops for good, though the step was due.
    assert view.facts.level == ("low" if verdict_is_stop else "full")
    assert (view.assessment.offered == (Choice.STOP,)) is verdict_is_stop
