"""A table that decides lists every case there is."""

from enum import StrEnum

import pytest

from infusion.catalogue import files
from infusion.catalogue.policies import proposals, site_policy
from infusion.catalogue.reminders import reminder_rules
from infusion.domain import clock, doses, states
from infusion.domain.evidence import NEEDS_SIGN_OFF, Mark
from infusion.domain.messages import NOTICE_RULES, MessageKind
from infusion.domain.reminders.events import EVENTS, Event

NOT_LIVED_THROUGH = {states.PlacementKind}
STATUSES = [
    kind
    for kind in vars(states).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
]


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_every_state_has_its_steps(kind):
    if kind in NOT_LIVED_THROUGH:
        assert kind not in states.STEPS
        return
    table = states.STEPS[kind]

    assert set(table) == set(kind)
    assert set().union(*table.values()) <= set(kind)


@pytest.mark.parametrize("kind", states.STEPS, ids=lambda kind: kind.__name__)
def test_every_state_can_be_reached_and_some_state_is_final(kind):
    table = states.STEPS[kind]
    first = next(iter(kind))
    reached, fresh = {first}, {first}
    while fresh:
        fresh = set().union(*(table[state] for state in fresh)) - reached
        reached |= fresh

    assert reached == set(kind)
    assert any(not after for after in table.values())


def test_every_pump_fact_says_what_may_follow():
    assert set(clock._MAY_FOLLOW) == {None, *clock.EventKind}


def test_every_surface_formula_is_computed_and_offered():
    offered = set(proposals()["surface_formula"].choices)

    assert set(doses._SURFACE) == set(doses.SurfaceFormula)
    assert offered == {formula.value for formula in doses.SurfaceFormula}


def test_every_event_has_a_rule_or_is_a_notice():
    rules = reminder_rules(site_policy({}))
    notices = {rule.event for rule in NOTICE_RULES.values()}

    assert set(EVENTS) == set(Event)
    assert {rule.event for rule in rules} | notices == set(Event)
    assert set(NOTICE_RULES) == set(MessageKind)


def test_every_mark_is_either_sourced_or_asks_for_a_signature():
    sourced = {Mark.A, Mark.B, Mark.D, Mark.S, Mark.F, Mark.SITE}

    assert sourced | NEEDS_SIGN_OFF == set(Mark)
    assert not sourced & NEEDS_SIGN_OFF


@pytest.mark.parametrize("kind", files.FOLDERS)
def test_every_kind_of_file_has_its_schema_and_an_example(kind):
    schema = files._validator(kind).schema

    assert schema["properties"]["kind"] == {"const": kind}
    defs = schema["$defs"]
    marks = defs.get("mark", defs["fact"]["properties"]["mark"])["enum"]
    # What a site has signed is never in a file.
    assert [*marks, Mark.SITE] == list(Mark)
    assert files.paths(kind)
