"""The dead man's switch: silence of the scheduler is heard without the scheduler."""

import datetime as dt
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from infusion import models
from infusion.services import alert_sweeps, sweeps
from patients import clock
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours

STILL = dt.timedelta(0)


def check(**options):
    out = StringIO()
    call_command("check_scheduler", stdout=out, **options)
    return out.getvalue().strip()


def stopped(**options):
    with pytest.raises(CommandError) as caught:
        check(**options)
    assert caught.value.returncode == 2
    return str(caught.value)


def beat(ago: dt.timedelta = STILL):
    for name in ("beat", "sweep"):
        models.Heartbeat.objects.update_or_create(
            name=name, defaults={"at": clock.now() - ago}
        )


def test_a_scheduler_that_runs_is_left_in_peace():
    sweeps.sweep_messages(offset=STILL, from_beat=True)

    assert check() == "ok"
    assert mail.outbox == []


def test_a_stopped_scheduler_is_told_to_the_administrators(settings):
    settings.ALARM_EMAILS = []
    beat(ago=dt.timedelta(minutes=10))
    factories.MembershipFactory(role="ADMIN", user__email="admin@example.org")
    factories.MembershipFactory(role="NURSE", user__email="nurse@example.org")

    assert stopped() == "stopped: late: beat, sweep (told)"

    assert [each.to for each in mail.outbox] == [["admin@example.org"]]
    assert "late: beat, sweep" in mail.outbox[0].body
    assert "提醒" in mail.outbox[0].body


def test_a_sweep_that_never_finishes_is_a_stop_though_the_beat_ticks(settings):
    settings.ALARM_EMAILS = ["it@example.org"]
    models.Heartbeat.objects.create(name="beat", at=clock.now())

    assert "late: sweep" in stopped()
    assert mail.outbox[0].to == ["it@example.org"]


def test_a_sweep_of_alerts_that_fails_every_time_is_a_stop(settings):
    settings.ALARM_EMAILS = ["it@example.org"]
    beat()
    alert_sweeps.sweep_alerts(now=clock.now())
    assert check() == "ok"

    models.Heartbeat.objects.filter(name="alerts").update(at=in_hours(-1))

    assert "late: alerts" in stopped()


def test_due_messages_that_nobody_takes_are_a_stop(settings):
    settings.ALARM_EMAILS = ["it@example.org"]
    beat()
    Scene().owe(due_at=in_hours(-1))

    assert "late: messages" in stopped()


def test_a_message_that_waits_for_its_retry_is_not_late():
    beat()
    Scene().owe(due_at=in_hours(-1), not_before=in_hours(1))

    assert check() == "ok"


def test_an_alarm_is_repeated_by_the_hour_and_ends_with_the_stop(settings, tmp_path):
    settings.ALARM_EMAILS = ["it@example.org"]
    note = tmp_path / "alarm"
    beat(ago=dt.timedelta(minutes=10))

    assert "(told)" in stopped(remember=note)
    assert "(told lately)" in stopped(remember=note)
    note.write_text((clock.now() - dt.timedelta(minutes=61)).isoformat())
    assert "(told)" in stopped(remember=note)
    assert len(mail.outbox) == 2

    beat()
    assert check(remember=note) == "ok"
    beat(ago=dt.timedelta(minutes=10))
    assert "(told)" in stopped(remember=note)


@pytest.mark.parametrize("content", ["", "yesterday", "2999-01-01T00:00:00+00:00"])
def test_a_note_that_makes_no_sense_silences_nobody(settings, tmp_path, content):
    settings.ALARM_EMAILS = ["it@example.org"]
    note = tmp_path / "alarm"
    note.write_text(content)

    assert "(told)" in stopped(remember=note)


def test_a_clock_set_back_does_not_keep_a_dead_scheduler_alive(settings):
    settings.ALARM_EMAILS = ["it@example.org"]
    beat(ago=-dt.timedelta(hours=1))

    assert "ahead of the clock: beat, sweep" in stopped()


def test_nobody_to_tell_is_said_too(settings):
    settings.ALARM_EMAILS = []

    assert stopped() == "stopped: no heartbeat yet (nobody to tell: set ALARM_EMAILS)"


def test_a_mail_server_that_is_away_does_not_hide_the_stop(settings, tmp_path):
    settings.ALARM_EMAILS = ["it@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert "mail failed: ConnectionRefusedError" in stopped(remember=tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told_by_kind_only(settings):
    settings.ALARM_EMAILS = ["it@example.org"]
    real = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    try:
        words = stopped()
    finally:
        connection.close()
        connection.settings_dict["PORT"] = real

    assert words == "stopped: database: OperationalError (told)"
    assert "127.0.0.1" not in mail.outbox[0].body.replace("http://127.0.0.1", "")
