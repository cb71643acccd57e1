"""What comes after a person ended the alert without a look is told: nobody knew of it."""

import datetime as dt

import pytest

from infusion import models
from infusion.domain.checkins import Look
from infusion.services import alerts
from infusion.services import checkins_answering as answering
from infusion.services.checkins_looking import look_at_check_in
from infusion.services.checkins_unread import AnswersUnread
from tests.factories.submissions import due, form, sent

MINUTE = dt.timedelta(minutes=1)


def wish(here, at):
    answering.ask_for_call(actor=here.caregiver, course_id=here.course.id, now=at)


def unread(here, at):
    with pytest.raises(AnswersUnread):
        answering.answer_unplanned(
            actor=here.caregiver,
            course_id=here.course.id,
            given=sent(at, form(version="0.9.0")),
            now=at,
        )


def answered(here, at, **answers):
    row = here.course.check_ins.first() or due(here.course, here.now)
    answering.answer_check_in(
        actor=here.caregiver,
        check_in_id=row.id,
        given=sent(at, form(**answers)),
        now=at,
    )


def red(here, at):
    answered(here, at, seizure="YES")


def amber(here, at):
    answered(here, at, antipyretic="YES")


CAUSES = [
    pytest.param(wish, "CALL_WANTED", id="wish"),
    pytest.param(unread, "ANSWERS_UNREAD", id="unread"),
    pytest.param(red, "CHECK_IN_RED", id="red"),
    pytest.param(amber, "CHECK_IN_AMBER", id="amber"),
]


def take(here, at):
    alert = models.Alert.objects.exclude(status="RESOLVED").get()
    return alerts.take_alert(
        actor=here.nurse, alert_id=alert.id, expected_version=alert.version, now=at
    )


def end(here, at):
    alert = take(here, at)
    alerts.resolve_alert(
        actor=here.nurse,
        alert_id=alert.id,
        expected_version=alert.version,
        outcome="DONE",
        now=at,
    )


def raised():
    return list(models.Alert.objects.order_by("id").values_list("cause", "status"))


@pytest.mark.parametrize(("come", "cause"), CAUSES)
def test_what_comes_after_a_person_ended_the_alert_is_told_at_once(here, come, cause):
    come(here, here.now)
    end(here, here.now + 10 * MINUTE)

    come(here, here.now + 20 * MINUTE)

    assert raised() == [(cause, "RESOLVED"), (cause, "OPEN")]
    last = models.Alert.objects.order_by("id").last()
    assert last.since == here.now + 20 * MINUTE
    told = models.Message.objects.filter(kind="alert_raised", due_at__gte=last.since)
    assert here.nurse.user_id in {one.user_id for one in told}
    # One check-in all the same: one look is about both.
    assert here.course.check_ins.count() == 1


@pytest.mark.parametrize(("come", "cause"), CAUSES)
def test_what_comes_while_somebody_has_the_alert_is_the_same(here, come, cause):
    come(here, here.now)
    take(here, here.now + 10 * MINUTE)

    come(here, here.now + 20 * MINUTE)

    assert raised() == [(cause, "TAKEN")]


def test_a_wish_after_a_look_is_another_wish(here):
    wish(here, here.now)
    look_at_check_in(
        actor=here.nurse,
        check_in_id=here.course.check_ins.get().id,
        what=Look.WATCHED,
        now=here.now + MINUTE,
    )

    wish(here, here.now + 2 * MINUTE)

    assert raised() == [("CALL_WANTED", "RESOLVED"), ("CALL_WANTED", "OPEN")]
    assert here.course.check_ins.count() == 2


def test_less_than_what_a_person_ended_is_not_told_as_the_same(here):
    red(here, here.now)
    end(here, here.now + 10 * MINUTE)

    amber(here, here.now + 20 * MINUTE)
    answered(here, here.now + 30 * MINUTE)

    assert raised() == [("CHECK_IN_RED", "RESOLVED")]
