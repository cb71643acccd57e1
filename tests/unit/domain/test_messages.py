from dataclasses import replace

from infusion.domain.messages import Event, MessageKind, ReminderRule, To, project
from infusion.domain.plans import make_plan
from tests.spec.world import START, hours, request, rules

CHAIN = make_plan(request()).cycles[0].bags


def rule(offset: int, expires: int = 60, event: Event = Event.BAG_CHANGE):
    return ReminderRule(
        kind=MessageKind.BAG_CHANGE_2H,
        event=event,
        offset_minutes=offset,
        to=(To.NURSE,),
        expires_after_minutes=expires,
    )


def test_no_bags_owe_no_messages():
    assert project((), rules(), START) == ()


def test_messages_come_in_order_of_due_time():
    owed = project(CHAIN, rules(), START)

    assert [one.due_at for one in owed] == sorted(one.due_at for one in owed)
    assert len(owed) == 3 * (3 * 3) + 3


def test_a_reminder_before_the_event_never_leaves_after_it():
    owed = project(CHAIN[:2], [rule(-30, expires=600)], START)

    assert [one.expires_at for one in owed] == [one.event_at for one in owed]


def test_a_reminder_after_the_event_expires_by_its_own_time():
    owed = project(CHAIN[:2], [rule(15, expires=600)], START)

    (message,) = owed
    assert message.due_at == message.event_at + hours(0.25)
    assert message.expires_at == message.due_at + hours(10)


def test_rules_without_a_reminder_before_leave_out_what_is_past():
    now = CHAIN[0].take_down_at + hours(1)

    assert project(CHAIN[:2], [rule(15)], now) == ()


def test_a_rule_at_the_event_itself_is_due_then():
    owed = project(CHAIN[:2], [replace(rule(-1), offset_minutes=0)], START)

    assert [one.due_at for one in owed] == [CHAIN[0].take_down_at]
