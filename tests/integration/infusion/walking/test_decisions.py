"""At a fork a physician decides, on facts."""

from dataclasses import replace

import pytest

from infusion.domain.conditions import FactNotUsable
from infusion.domain.quantities import UnitNotSupported
from infusion.domain.regimens import BlockUnknown
from infusion.domain.standings import Due
from infusion.domain.walks import Verdict
from infusion.selectors.outlook import read_outlook
from infusion.services.common import InTheFuture
from infusion.services.deciding import WayNotOpen
from infusion.services.facts import FactsMissing, FactTwice, ReasonNeeded
from infusion.services.rounds import (
    BlockOpen,
)
from patients.domain.refusals import NotFound
from patients.policy import NotAllowed
from tests.factories.walks import (
    decided,
    evening,
    fact,
    given_block,
    order_next,
)
from tests.factories.wards import HOUR, ward
from tests.integration.infusion.walking.scenes import (
    DAY,
    FIRST,
    IA_ENDS,
    record,
    reduced,
    remission,
)

pytestmark = pytest.mark.django_db


def test_the_physician_decides_and_nobody_else(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    for actor in (here.nurse, here.pharmacist):
        with pytest.raises(NotAllowed):
            decided(replace(here, physician=actor), course, "ib", now)
    with pytest.raises(NotFound):
        decided(ward(), course, "ib", now)


def test_a_decision_without_its_facts_is_refused_and_names_them(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(FactsMissing) as refusal:
        decided(here, course, "ib", now)
    assert refusal.value.params["kinds"] == "CYTOREDUCTION, REMISSION"
    with pytest.raises(FactsMissing) as refusal:
        decided(here, course, "ic", now, reduced(now))
    assert refusal.value.params["kinds"] == "REMISSION"
    assert not course.decisions.exists()


def test_what_the_facts_settle_asks_for_no_more_of_them(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    decided(here, course, "ii-1", now, reduced(now, "NO"))

    assert read_outlook(course.id, now).standing.due == Due.CYCLE_ORDER


def test_against_the_facts_only_with_a_reason_and_it_is_kept(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    facts = [reduced(now), remission(now)]

    with pytest.raises(ReasonNeeded):
        decided(here, course, "ic", now, *facts)
    with pytest.raises(ReasonNeeded):
        decided(here, course, "ic", now, *facts, reason="   ")
    decided(here, course, "ic", now, *facts, reason="marrow not representative")

    row = course.decisions.get()
    assert (row.verdict, row.reason) == ("CLOSED", "marrow not representative")
    assert {one["to"]: one["verdict"] for one in row.shown} == {
        "ib": "OPEN",
        "ic": "CLOSED",
        "ii-1": "CLOSED",
    }


def test_a_way_that_does_not_lead_on_from_here_is_refused(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(WayNotOpen):
        decided(here, course, "iii-two", now, reduced(now), remission(now))
    with pytest.raises(BlockUnknown):
        decided(here, course, "nowhere", now, reduced(now), remission(now))


def test_while_a_block_runs_nothing_is_decided(here, course):
    record(here, course, "ia", "START", FIRST)

    with pytest.raises(BlockOpen):
        decided(here, course, "ib", evening(FIRST), reduced(evening(FIRST)))


def test_until_the_next_block_begins_a_later_decision_replaces_the_first(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))
    decided(here, course, "ic", now + HOUR, reduced(now), remission(now, "NONE"))

    assert course.decisions.count() == 2
    assert read_outlook(course.id, now + HOUR).standing.block.key == "ic"
    record(here, course, "ic", "START", IA_ENDS + DAY)
    with pytest.raises(BlockOpen):
        decided(here, course, "ib", evening(IA_ENDS + DAY), reduced(now))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ([("REMISSION", "MAYBE", "")], FactNotUsable),
        ([("NO_SUCH_KIND", "YES", "")], FactNotUsable),
        ([("MRD", "0.0001", "%")], UnitNotSupported),
        ([("MRD", "0.0001", "")], UnitNotSupported),
        # Per cent typed as a share of cells.
        ([("MRD", "5", "1")], FactNotUsable),
        ([("MRD", "NaN", "1")], FactNotUsable),
        ([("AGE_YEARS", "30", "a")], FactNotUsable),
        ([("CYTOREDUCTION", "YES", ""), ("CYTOREDUCTION", "NO", "")], FactTwice),
    ],
)
def test_facts_that_can_not_be_are_refused(here, course, given, refusal):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    facts = [fact(kind, value, now, unit) for kind, value, unit in given]

    with pytest.raises(refusal):
        decided(here, course, "ib", now, *facts)
    assert not course.decisions.exists()


def test_a_fact_of_tomorrow_is_refused(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)

    with pytest.raises(InTheFuture):
        decided(here, course, "ib", now, reduced(now + 3 * DAY))


def test_the_age_is_that_on_the_day_of_the_decision(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))

    ages = [one for one in course.decisions.get().facts if one["kind"] == "AGE_YEARS"]
    # Born on 17 May 1980.
    assert [(one["value"], one["is_computed"]) for one in ages] == [("46", True)]


def test_an_old_remission_says_nothing_of_a_later_fork(here, course):
    now = given_block(here, course, "ia", FIRST, IA_ENDS)
    decided(here, course, "ib", now, reduced(now), remission(now))
    now = given_block(here, course, "ib", IA_ENDS + DAY, IA_ENDS + 28 * DAY)
    order_next(here, course, now + 12 * HOUR)

    outlook = read_outlook(course.id, now)

    assert {one.fact.kind.value for one in outlook.facts} == {
        "CYTOREDUCTION",
        "REMISSION",
        "AGE_YEARS",
    }
    fork = next(one for one in outlook.items if one.block.key == "ii-2")
    assert {one.verdict for one in fork.branches} == {Verdict.UNKNOWN}
