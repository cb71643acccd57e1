"""What a provider reports of a text message: twice, late, early, forged, unknown."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from infusion import models
from infusion.notifications.channels import Outgoing, Receipt
from infusion.notifications.channels.sms import report_url
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.integration.messages.deliver.post import claim, deliver, state

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-provider"
TOKEN = "a-token-of-the-account"
ROUTES = f"""
[providers.acme]
kind = "http"
url = "http://127.0.0.1:9/send"
encoding = "json"
id_path = "id"
[providers.acme.body]
to = "${{to}}"
text = "${{text}}"
[providers.acme.report]
header = "X-Acme-Signature"
secret = "{SECRET}"
key_path = "reference"
id_path = "id"
state_path = "state"
code_path = "error"
delivered = ["DELIVRD"]
failed = ["UNDELIV"]

[providers.tw]
kind = "twilio"
account_sid = "AC1"
auth_token = "{TOKEN}"

[providers.silent]
kind = "http"
url = "http://127.0.0.1:9/send"
encoding = "json"
id_path = "id"
[providers.silent.body]
to = "${{to}}"
text = "${{text}}"

[[senders]]
country = "GB"
provider = "acme"
sender = "Hospital"
"""
NOBODY = "01990000-0000-7000-8000-00000000ffff"


@pytest.fixture(autouse=True)
def _routes(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(ROUTES)
    settings.SMS_ROUTES = str(path)
    settings.PUBLIC_URL = "https://infusion.example.org"


@pytest.fixture
def sent() -> models.Message:
    """A text message that the provider took as ``id-1``."""
    message = Scene(event_at=in_hours(20), address=None).owe(channel="SMS")
    factories.ContactPointFactory(
        patient=message.patient, channel="SMS", value="+447400123456"
    )
    deliver(EmailChannel(), SMS=Provider)
    assert state(message) == ("SENT", "")
    return message


class Provider:
    """Takes every text message under the same id."""

    def send(self, outgoing: Outgoing) -> Receipt:
        return Receipt(provider_id="id-1")

    def close(self) -> None:
        pass


def report(body: Any, signature: str | None = None, provider: str = "acme") -> int:
    content = json.dumps(body).encode() if not isinstance(body, bytes) else body
    signed = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
    answer = Client().post(
        f"/api/v1/delivery-reports/{provider}",
        content,
        content_type="application/json",
        headers={"X-Acme-Signature": signed if signature is None else signature},
    )
    return answer.status_code


def told(message: models.Message, of: str, **more: str) -> dict[str, str]:
    return {"reference": str(message.id), "id": "id-1", "state": of, **more}


def test_a_message_that_arrived_says_so(sent: models.Message) -> None:
    assert report(told(sent, "DELIVRD")) == 202

    assert state(sent) == ("DELIVERED", "")


def test_a_report_is_known_by_the_id_of_the_provider_too(sent: models.Message) -> None:
    assert report({"id": "id-1", "state": "DELIVRD"}) == 202

    assert state(sent) == ("DELIVERED", "")


def test_the_id_of_another_channel_is_another_id() -> None:
    mail = Scene(event_at=in_hours(20)).owe(status="SENT")
    mail.attempt_records.create(
        at=in_hours(0), channel="EMAIL", outcome="ACCEPTED", provider_id="id-1"
    )

    assert report({"id": "id-1", "state": "UNDELIV"}) == 202

    assert state(mail) == ("SENT", "")


def test_twice_is_once(sent: models.Message) -> None:
    for _ in range(2):
        assert report(told(sent, "DELIVRD")) == 202

    assert sent.reports.count() == 1


def test_what_arrived_stays_arrived(sent: models.Message) -> None:
    report(told(sent, "DELIVRD"))
    report(told(sent, "UNDELIV"))
    report(told(sent, "ACCEPTD"))

    assert state(sent) == ("DELIVERED", "")
    assert sent.reports.count() == 3


def test_a_report_from_the_way_changes_nothing(sent: models.Message) -> None:
    assert report(told(sent, "ACCEPTD")) == 202

    assert state(sent) == ("SENT", "")


def test_what_could_not_be_delivered_takes_the_next_way(sent: models.Message) -> None:
    factories.ContactPointFactory(
        patient=sent.patient, channel="EMAIL", value="jane@example.org", rank=2
    )
    post = EmailChannel()

    assert report(told(sent, "UNDELIV", error="30003")) == 202
    assert state(sent) == ("PENDING", "not_delivered")

    deliver(post, SMS=Provider)
    assert state(sent) == ("SENT", "")
    assert [mail.address for mail in post.taken] == ["jane@example.org"]


def test_an_old_failure_says_nothing_of_the_present_way(sent: models.Message) -> None:
    factories.ContactPointFactory(
        patient=sent.patient, channel="EMAIL", value="jane@example.org", rank=2
    )
    report(told(sent, "UNDELIV"))
    deliver(EmailChannel(), SMS=Provider)

    report({**told(sent, "UNDELIV"), "id": "id-1"})
    report({**told(sent, "UNDELIV"), "id": "id-0"})

    assert state(sent) == ("SENT", "")


def test_without_another_way_it_has_failed(sent: models.Message) -> None:
    report(told(sent, "UNDELIV", error="30003"))
    deliver(EmailChannel(), SMS=Provider)

    assert state(sent) == ("FAILED", "no_way_left")


def test_what_failed_too_late_is_not_sent_again(sent: models.Message) -> None:
    models.Message.objects.update(expires_at=in_hours(-0.1))

    report(told(sent, "UNDELIV"))

    assert state(sent) == ("FAILED", "not_delivered")


def test_a_report_that_comes_before_the_answer_waits_for_it() -> None:
    message = Scene(event_at=in_hours(20), address=None).owe(channel="SMS")
    factories.ContactPointFactory(
        patient=message.patient, channel="SMS", value="+447400123456"
    )

    class Quick(Provider):
        def send(self, outgoing: Outgoing) -> Receipt:
            assert report(told(message, "DELIVRD")) == 202
            assert state(message)[0] == "SENDING"
            return super().send(outgoing)

    deliver(EmailChannel(), SMS=Quick)

    assert state(message) == ("DELIVERED", "")


def test_a_message_cancelled_meanwhile_stays_cancelled(sent: models.Message) -> None:
    other = Scene(event_at=in_hours(20)).owe()
    claim(other)
    models.Message.objects.filter(id=other.id).update(status="CANCELLED")

    assert report(told(other, "UNDELIV")) == 202

    assert state(other)[0] == "CANCELLED"


@pytest.mark.parametrize("reference", ["", "x", NOBODY])
def test_of_an_unknown_message_nobody_learns_that_it_is_unknown(reference: str) -> None:
    body = {"reference": reference, "id": "id-9", "state": "DELIVRD"}

    assert report(body) == 202
    assert not models.DeliveryReport.objects.exists()


@pytest.mark.parametrize("signature", ["", "0" * 64, "ß"])
def test_a_forged_report_changes_nothing(sent: models.Message, signature: str) -> None:
    assert report(told(sent, "DELIVRD"), signature) == 403

    assert state(sent) == ("SENT", "")
    assert not sent.reports.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b'{"state": {}}'])
def test_signed_nonsense_does_no_harm(sent: models.Message, body: bytes) -> None:
    assert report(body) in {202, 400}

    assert state(sent) == ("SENT", "")


def test_a_provider_without_a_secret_reports_nothing(sent: models.Message) -> None:
    assert report(told(sent, "DELIVRD"), provider="silent") == 403
    assert report(told(sent, "DELIVRD"), provider="nobody") == 404


def test_only_posts_are_taken() -> None:
    assert Client().get("/api/v1/delivery-reports/acme").status_code == 405


# --- The built-in format ----------------------------------------------------


def twilio(message: models.Message, status: str, token: str = TOKEN) -> int:
    """Post as that provider does: signed over the address and the sorted fields."""
    url = report_url("tw", message.id)
    fields = {"MessageSid": "id-1", "MessageStatus": status, "To": "+447400123456"}
    text = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    answer = Client().post(
        url.removeprefix("https://infusion.example.org"),
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": base64.b64encode(digest).decode()},
    )
    return answer.status_code


def test_a_form_of_the_built_in_provider_is_believed(sent: models.Message) -> None:
    assert [twilio(sent, status) for status in ("sent", "delivered")] == [202, 202]

    assert state(sent) == ("DELIVERED", "")


def test_a_form_signed_by_another_is_not(sent: models.Message) -> None:
    assert twilio(sent, "delivered", token="another") == 403

    assert state(sent) == ("SENT", "")


def test_a_lost_answer_is_known_by_the_report_that_follows() -> None:
    message = Scene(event_at=in_hours(20)).owe(status="SENDING", attempts=1)
    models.Message.objects.filter(id=message.id).update(status="UNKNOWN")
    models.MessageAttempt.objects.create(
        message=message, at=in_hours(0), channel="SMS", outcome="UNKNOWN"
    )

    assert twilio(message, "delivered") == 202

    assert state(message) == ("DELIVERED", "")
