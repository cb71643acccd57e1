"""Which reminders a plan owes, and which not."""

import pytest

from infusion.domain.plans import make_plan
from infusion.domain.reminders.occurrences import occurrences_of_chain
from infusion.domain.reminders.projection import project
from tests.spec.examples import Chapter
from tests.spec.world import START, facts, hanging, hours, ledger, minutes, request

LATE_PLANS = Chapter(
    key="reminders",
    title=("Reminders before and after a bag change", "换袋前后的提醒"),
    rule=(
        (
            "24 h and 2 h before a change, and 15 minutes after it when nobody confirmed "
            "it. An offset already past when the plan is made is left out, except the last "
            "one before the change, which is then due at once. Times are hours:minutes "
            "before the change; a minus lies after it."
        ),
        (
            "换袋前 24 小时与 2 小时提醒；换袋后 15 分钟仍未确认则提醒逾期。制定计划时已过的提醒不再"
            "发送，但换袋前的最后一次立即发送。时间为换袋前的 小时:分钟，负数为之后。"
        ),
    ),
    source="service rule [I]; overdue time is a site value",
    columns=("planned", "24 h reminder", "2 h reminder", "overdue"),
    rows=(
        ("48:00", "24:00", "2:00", "-0:15"),
        ("24:00", "24:00", "2:00", "-0:15"),
        ("23:59", "none", "2:00", "-0:15"),
        ("2:00", "none", "2:00", "-0:15"),
        ("1:30", "none", "1:30", "-0:15"),
        ("0:00", "none", "none", "-0:15"),
        ("-0:10", "none", "none", "-0:15"),
        ("-0:20", "none", "none", "none"),
    ),
)
CHAPTERS = (LATE_PLANS,)
CHANGE = START + hours(24)


def before_change(text):
    if text.startswith("-"):
        return CHANGE + minutes(text[1:])
    return CHANGE - minutes(text)


def plan_at(now):
    cycle = facts(ledger=ledger("start 0"), hanging=hanging("us-24h", "9"))
    return make_plan(request(cycles=[cycle], now=now)).cycles[0]


@pytest.mark.parametrize(("planned", "day", "two_hours", "overdue"), LATE_PLANS.rows)
def test_what_is_owed_when_the_plan_is_made(planned, day, two_hours, overdue):
    now = before_change(planned)
    chain = plan_at(START).bags

    owed = {
        message.kind: message.due_at
        for message in project(
            occurrences_of_chain(chain, (), 1), request().rules, now, request().zone
        )
        if message.event_at == CHANGE and message.to == "patient"
    }

    wanted = {
        "bag_change_24h": day,
        "bag_change_2h": two_hours,
        "bag_change_overdue": overdue,
    }
    assert owed == {
        kind: before_change(text) for kind, text in wanted.items() if text != "none"
    }


def test_patient_caregiver_and_nurse_each_get_the_reminder():
    owed = plan_at(START).messages

    first = [one.to.value for one in owed if one.event_at == CHANGE]

    assert sorted(set(first)) == ["caregiver", "coordinator", "nurse", "patient"]


def test_the_last_bag_gives_the_end_of_the_infusion_and_no_change():
    cycle = plan_at(START)
    last = len(cycle.bags) - 1

    kinds = {
        one.kind for one in cycle.messages if one.occurrence.subject_id.int == last
    }

    assert kinds == {"infusion_end_24h", "infusion_end_overdue"}


def test_no_reminder_while_the_pump_stands_still():
    paused = facts(ledger=ledger("start 0, pause 5:00"), hanging=hanging("us-24h", "9"))

    plan = make_plan(request(cycles=[paused], now=START + hours(6)))

    assert plan.cycles[0].messages == ()
    assert plan.cycles[0].bags
