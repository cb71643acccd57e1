"""The same answers under two sets of rules: what is counted, and of whom."""

import datetime as dt
import uuid
from dataclasses import replace

from infusion.catalogue.triage import shipped_triage
from infusion.domain.replays import (
    Foreseen,
    Reread,
    Suffered,
    Verdict,
    replay_of,
)
from infusion.domain.rule_changes import RuleChangeKind, changes_between
from infusion.domain.triage import Colour, Unanswered

START = dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
GREEN, AMBER, RED = Colour
ADA, BEN = uuid.UUID(int=1), uuid.UUID(int=2)


def read(before, after, *, course=ADA, hours=0, check_in=None, rule="fever"):
    at = START + hours * HOUR

    def verdict(colour):
        fired = () if colour == GREEN else ((rule, False),)
        return Verdict(colour=colour, fired=fired)

    return Reread(
        check_in=check_in or uuid.uuid4(),
        course=course,
        at=at,
        day=at.date(),
        before=verdict(before),
        after=verdict(after),
    )


def replayed(readings, suffered=(), hours=24, after=None):
    rules = shipped_triage()
    return replay_of(
        rules, after or rules, readings, suffered, within=dt.timedelta(hours=hours)
    )


def test_a_check_in_is_as_bad_as_the_worst_of_its_answers():
    one = uuid.uuid4()

    found = replayed(
        [read(GREEN, GREEN, check_in=one), read(RED, AMBER, check_in=one, hours=1)]
    )

    assert (found.answers, found.check_ins) == (2, 1)
    assert found.matrix[RED, AMBER] == 1
    assert sum(found.matrix.values()) == 1


def test_alerts_are_counted_per_day_on_which_a_patient_answered():
    found = replayed(
        [
            read(RED, AMBER),
            read(GREEN, GREEN, hours=2),
            read(AMBER, GREEN, hours=26),
            read(GREEN, AMBER, course=BEN),
        ]
    )

    assert (found.before.alerts, found.after.alerts) == (2, 2)
    assert found.before.patient_days == 3
    assert found.before.per_patient_day == 2 / 3
    assert replayed([]).before.per_patient_day is None


def test_what_would_ask_less_for_a_person_comes_first():
    found = replayed([read(GREEN, RED), read(RED, GREEN, hours=-5), read(AMBER, AMBER)])

    assert [(one.before, one.after) for one in found.changed] == [
        (RED, GREEN),
        (GREEN, RED),
    ]
    assert found.softer == 1


def test_an_adverse_event_looks_back_at_its_own_course_and_no_further():
    readings = [
        read(RED, RED, hours=-30),
        read(AMBER, GREEN, hours=-20),
        read(RED, RED, hours=1),
        read(RED, RED, course=BEN, hours=-1),
    ]
    events = [
        Suffered(course=ADA, at=START, is_from_triage=True),
        Suffered(course=ADA, at=START - 100 * HOUR),
    ]

    found = replayed(readings, events)

    told = {"events": 2, "from_triage": 1, "red": 0, "nothing": 1}
    assert found.foreseen_before == Foreseen(**told, amber=1, green=0)
    assert found.foreseen_after == Foreseen(**told, amber=0, green=1)


def test_each_rule_is_counted_also_one_that_only_one_set_has():
    rules = shipped_triage()
    fewer = replace(rules, rules=rules.rules[1:])

    found = replayed([read(RED, GREEN)], after=fewer)

    *_, last = found.rules
    assert (last.key, last.before, last.after) == ("fever", RED, None)
    assert (last.fired_before, last.fired_after) == (1, 0)


def test_the_differences_of_two_sets_are_said_those_that_call_less_first():
    rules = shipped_triage()
    first, second, third, *rest = rules.rules
    other = replace(
        rules,
        rules=(
            replace(second, colour=AMBER),
            replace(third, colour=RED, topic="other"),
            replace(first, key="own"),
            *rest,
        ),
        unanswered=Unanswered.AMBER,
        follow_up=rules.follow_up / 2,
        ambers_that_make_red=3,
    )

    found = changes_between(rules, other)

    assert [(one.kind, one.key, one.is_softer) for one in found] == [
        (RuleChangeKind.AMBERS, "", True),
        (RuleChangeKind.UNANSWERED, "", True),
        (RuleChangeKind.LEFT_OUT, first.key, True),
        (RuleChangeKind.COLOUR, second.key, True),
        (RuleChangeKind.FOLLOW_UP, "", False),
        (RuleChangeKind.COLOUR, third.key, False),
        (RuleChangeKind.TOPIC, third.key, False),
        (RuleChangeKind.ADDED, "own", False),
    ]
    assert changes_between(rules, rules) == ()
