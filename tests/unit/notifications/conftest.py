"""Routes of text messages over a provider of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infusion.notifications.channels.http import Timeouts
from infusion.notifications.channels.sms import SmsChannel
from infusion.notifications.channels.sms_routes import Routes, read_routes
from tests.fakes.provider import Provider, provider_server

ROUTES = """
[providers.acme]
kind = "http"
url = "{url}/v1/messages"
encoding = "json"
key_header = "Idempotency-Key"
id_path = "messages.0.id"
error_path = "error.code"
permanent_errors = ["21211"]
[providers.acme.headers]
Authorization = "Bearer ${{ACME_TOKEN}}"
[providers.acme.body]
to = ["${{to}}"]
message = {{ text = "${{text}}", from = "${{sender}}" }}

[providers.keyless]
kind = "http"
url = "{url}/send"
encoding = "form"
id_path = "sid"
[providers.keyless.body]
phone = "${{to}}"
content = "${{sender}}${{text}}"

[providers.tw]
kind = "twilio"
url = "{url}"
account_sid = "AC1"
auth_token = "${{TW_TOKEN}}"

[[senders]]
country = "GB"
provider = "acme"
sender = "Hospital"

[[senders]]
country = "CN"
provider = "keyless"
sender = "【医院】"

[[senders]]
country = "US"
provider = "tw"
sender = "+15005550006"
"""
BRITON, CHINESE, AMERICAN = "+447400123456", "+8613800138000", "+12025550123"
SECRETS = {"ACME_TOKEN": "acme-secret", "TW_TOKEN": "tw-secret"}
QUICK = Timeouts(connect=1.0, answer=0.4)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_server() as running:
        yield running


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Routes]:
    """Read a file of routes with this content."""

    def reading(content: str) -> Routes:
        path = tmp_path / "routes.toml"
        path.write_text(content, "utf-8")
        return read_routes(path, lambda name: SECRETS.get(name, ""))

    return reading


@pytest.fixture
def sms(provider: Provider, read: Callable[[str], Routes]) -> Iterator[SmsChannel]:
    channel = SmsChannel(read(ROUTES.format(url=provider.url)), QUICK)
    yield channel
    channel.close()
