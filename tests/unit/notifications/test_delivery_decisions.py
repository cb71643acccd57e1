"""What becomes of a due message, decided from facts alone."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from infusion import catalogue
from infusion.domain import delivery
from infusion.domain.delivery import Outcome, Owed, Step, Tried
from infusion.domain.messages import NOTICE_RULES
from infusion.domain.reminders.events import EVENTS
from infusion.domain.states import CourseStatus, MessageStatus

EVENT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
NOW = EVENT - dt.timedelta(hours=2)
HOUR = dt.timedelta(hours=1)


SHIPPED = catalogue.reminder_rules(catalogue.site_policy({}))
RULES = {one.key: one for one in SHIPPED} | dict(NOTICE_RULES)


def owed(key: str = "bag_change_2h", **changes: Any) -> Owed:
    followed = RULES[key]
    spec = EVENTS[followed.event]
    held = spec.before if followed.is_before else spec.after
    usual = Owed(
        event=followed.event.value,
        event_at=EVENT,
        expires_at=EVENT,
        attempts=1,
        unknown_before=0,
        course_status=CourseStatus.ACTIVE,
        subject_status=min(held),
        subject_at=EVENT,
        rule=followed,
    )
    return dataclasses.replace(usual, **changes)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_message_that_is_still_true_leaves(rule: str) -> None:
    assert delivery.before_sending(owed(rule), NOW) is None


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_message_without_a_reason_stays(rule: str) -> None:
    step = delivery.before_sending(owed(rule, subject_status="elsewhere"), NOW)

    assert step is not None
    assert step.status == MessageStatus.CANCELLED


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"expires_at": NOW}, MessageStatus.EXPIRED, "too_late"),
        ({"event": "PARTY"}, MessageStatus.FAILED, "unknown_kind"),
        ({"attempts": 9}, MessageStatus.FAILED, "gave_up"),
        ({"course_status": "STOPPED"}, MessageStatus.CANCELLED, "course_closed"),
        ({"course_status": "COMPLETED"}, MessageStatus.CANCELLED, "course_closed"),
        ({"course_status": "CANCELLED"}, MessageStatus.CANCELLED, "course_closed"),
        ({"subject_status": "FINISHED"}, MessageStatus.CANCELLED, "bag_changed"),
        ({"subject_status": "DISCARDED"}, MessageStatus.CANCELLED, "bag_changed"),
        ({"subject_at": EVENT + HOUR}, MessageStatus.CANCELLED, "event_moved"),
        ({"subject_at": None}, MessageStatus.CANCELLED, "event_moved"),
        ({"rule": None}, MessageStatus.CANCELLED, "rule_gone"),
    ],
)
def test_a_message_whose_reason_is_gone_stays(
    changes: dict[str, object], status: MessageStatus, reason: str
) -> None:
    assert delivery.before_sending(owed(**changes), NOW) == Step(
        status=status, reason=reason
    )


@pytest.mark.parametrize("status", ["PLANNED", "DELIVERED", "FINISHED"])
def test_overdue_is_said_only_of_a_bag_that_hangs(status: str) -> None:
    step = delivery.before_sending(
        owed("bag_change_overdue", subject_status=status), NOW
    )

    assert step == Step(status=MessageStatus.CANCELLED, reason="bag_changed")


def test_a_reminder_waits_for_the_end_of_quiet_hours() -> None:
    until = NOW + HOUR

    assert delivery.held_until(owed(), until, NOW) == Step(
        status=MessageStatus.PENDING, reason="quiet_hours", not_before=until
    )


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, NOW),
        ({}, EVENT),
        ({"expires_at": NOW + HOUR}, NOW + HOUR),
        ({"rule": RULES["bag_change_overdue"]}, NOW + HOUR),
    ],
    ids=["not quiet", "quiet past the event", "quiet past the expiry", "overdue"],
)
def test_quiet_hours_never_swallow_a_message(
    changes: dict[str, object], until: dt.datetime
) -> None:
    assert delivery.held_until(owed(**changes), until, NOW) is None


def after(outcome: Outcome, code: str = "", **changes: Any) -> Step:
    tried = Tried(outcome=outcome, code=code)
    return delivery.after_sending(owed(**changes), tried, NOW, chance=0.0)


def test_accepted_is_sent() -> None:
    assert after(Outcome.ACCEPTED) == Step(status=MessageStatus.SENT)


def test_a_refusal_is_final_and_says_why() -> None:
    assert after(Outcome.REFUSED, "smtp_550") == Step(
        status=MessageStatus.FAILED, reason="smtp_550"
    )


def test_a_delay_is_tried_again_later() -> None:
    assert after(Outcome.RETRY, "smtp_451") == Step(
        status=MessageStatus.PENDING,
        reason="smtp_451",
        not_before=NOW + dt.timedelta(seconds=30),
    )


def test_no_retry_is_planned_beyond_the_expiry() -> None:
    step = after(Outcome.RETRY, "smtp_451", expires_at=NOW + dt.timedelta(seconds=30))

    assert step == Step(status=MessageStatus.FAILED, reason="smtp_451")


def test_patience_ends() -> None:
    step = after(Outcome.RETRY, "smtp_451", attempts=delivery.MOST_ATTEMPTS)

    assert step.status is MessageStatus.FAILED


def test_a_lost_answer_about_a_bag_change_is_risked_once_more() -> None:
    assert after(Outcome.UNKNOWN, "answer_lost").status is MessageStatus.PENDING
    assert after(Outcome.UNKNOWN, "answer_lost", unknown_before=1) == Step(
        status=MessageStatus.UNKNOWN, reason="answer_lost"
    )


def test_a_lost_answer_about_the_end_of_infusion_is_left_alone() -> None:
    step = after(Outcome.UNKNOWN, "answer_lost", key="infusion_end_24h")

    assert step == Step(status=MessageStatus.UNKNOWN, reason="answer_lost")


def test_waits_double_and_are_capped_and_spread() -> None:
    waits = [delivery.wait_before(number, 0.0).total_seconds() for number in range(8)]

    assert waits == [30, 30, 60, 120, 240, 480, 900, 900]
    assert delivery.wait_before(1000, 1.0) == delivery.LONGEST_WAIT * 1.25
