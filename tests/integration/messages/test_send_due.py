"""The command for the hour without a broker."""

from io import StringIO

from django.core import mail
from django.core.management import call_command

from tests.factories.messages import Scene


def test_due_messages_leave_without_celery() -> None:
    message = Scene().owe()
    out = StringIO()

    call_command("send_due", stdout=out)

    message.refresh_from_db()
    assert message.status == "SENT"
    assert [each.to for each in mail.outbox] == [["jane@example.org"]]
    assert out.getvalue() == "claimed 1, expired 0, freed 0\n"
