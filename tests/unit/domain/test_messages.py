import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from infusion.domain.plans import make_plan
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.occurrences import occurrences_of_chain
from infusion.domain.reminders.projection import Occurrence, project
from infusion.domain.reminders.rules import Condition, ReminderRule, To, Trait
from tests.spec.world import START, hours, request, rules

CHAIN = make_plan(request()).cycles[0].bags
UTC = ZoneInfo("UTC")
LONDON = ZoneInfo("Europe/London")
UUID_0 = uuid.UUID(int=0)


def changes(chain=CHAIN):
    return tuple(occurrences_of_chain(chain, (), 1))


def rule(offset: int, expires: int = 0, event: Event = Event.BAG_CHANGE, **more):
    values = {"key": "bag_change_2h", "to": (To.NURSE,), **more}
    return ReminderRule(
        event=event, offset_minutes=offset, expires_minutes=expires, **values
    )


def owed(rules_, now=START, chain=CHAIN, where=UTC):
    return project(changes(chain), rules_, now, where)


def test_no_bags_owe_no_messages():
    assert owed(rules(), chain=()) == ()


def test_messages_come_in_order_of_due_time():
    found = owed(rules())

    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    # Three changes with three reminders to three people and one to the coordinator; the
    # end with two reminders to three people.
    assert len(found) == 3 * (3 * 3 + 1) + 2 * 3


def test_a_reminder_before_the_event_never_leaves_after_it():
    found = owed([rule(-30, expires=600)], chain=CHAIN[:2])

    assert [one.expires_at for one in found] == [one.event_at for one in found]


def test_a_reminder_after_the_event_expires_by_its_own_time():
    (message,) = owed([rule(15, expires=615)], chain=CHAIN[:2])

    assert message.due_at == message.event_at + hours(0.25)
    assert message.expires_at == message.due_at + hours(10)


def test_rules_without_a_reminder_before_leave_out_what_is_past():
    now = CHAIN[0].take_down_at + hours(1)

    assert owed([rule(15, expires=75)], now, CHAIN[:2]) == ()


def test_a_rule_at_the_event_itself_is_due_then():
    found = owed([rule(0, expires=60)], chain=CHAIN[:2])

    assert [one.due_at for one in found] == [CHAIN[0].take_down_at]


def test_the_last_reminder_to_a_person_comes_at_once_whoever_else_has_a_later_one():
    """A family is told a day before, the nurse two hours before as well."""
    day = rule(-1440, key="day", to=(To.PATIENT, To.NURSE))
    late = rule(-120, key="late")
    now = CHAIN[0].take_down_at - hours(3)

    found = owed([day, late], now, CHAIN[:2])

    assert [(one.kind, one.to, one.due_at) for one in found] == [
        ("day", To.PATIENT, now),
        ("late", To.NURSE, CHAIN[0].take_down_at - hours(2)),
    ]


def test_what_comes_at_once_does_not_come_beyond_its_expiry():
    """Whoever plans a change in five minutes does not hear "soon" afterwards."""
    now = CHAIN[0].take_down_at - hours(1 / 12)

    assert owed([rule(-120, expires=-10)], now, CHAIN[:2]) == ()


def test_conditions_choose_the_occurrences():
    later = Condition(trait=Trait.CYCLE, values=frozenset({"LATER"}))
    home = Condition(trait=Trait.PLACE, values=frozenset({"HOME"}))

    assert owed([rule(-30, conditions=(later,))]) == ()
    assert owed([rule(-30, conditions=(home,))]) == ()
    ward = Condition(trait=Trait.PLACE, values=frozenset({"WARD", "CLINIC"}))
    assert owed([rule(-30, conditions=(ward,))])


def test_of_what_nobody_knows_no_condition_holds():
    asked = Condition(trait=Trait.OWNER, values=frozenset({"YES", "NO"}))

    assert owed([rule(-30, conditions=(asked,))]) == ()


@pytest.mark.parametrize(
    ("event", "hours_before"),
    [(Event.VISIT, 25), (Event.BAG_CHANGE, 24)],
    ids=["a visit by the wall clock", "a bag by hours"],
)
def test_a_day_before_in_the_night_the_clocks_go_back(event, hours_before):
    at = dt.datetime(2026, 10, 25, 9, tzinfo=dt.UTC)
    one = Occurrence(event=event, subject_id=UUID_0, at=at)

    (message,) = project([one], [rule(-1440, event=event)], START, LONDON)

    assert at - message.due_at == hours(hours_before)


@pytest.mark.parametrize(
    ("event", "hours_before"),
    [(Event.VISIT, 23), (Event.BAG_CHANGE, 24)],
    ids=["a visit by the wall clock", "a bag by hours"],
)
def test_a_day_before_in_the_night_the_clocks_go_forward(event, hours_before):
    at = dt.datetime(2027, 3, 28, 9, tzinfo=dt.UTC)
    one = Occurrence(event=event, subject_id=UUID_0, at=at)

    (message,) = project([one], [rule(-1440, event=event)], START, LONDON)

    assert at - message.due_at == hours(hours_before)


def test_two_hours_before_are_two_hours_in_that_night_too():
    at = dt.datetime(2026, 10, 25, 2, tzinfo=dt.UTC)
    one = Occurrence(event=Event.VISIT, subject_id=UUID_0, at=at)

    (message,) = project([one], [rule(-120, event=Event.VISIT)], START, LONDON)

    assert at - message.due_at == hours(2)
