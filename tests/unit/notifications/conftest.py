"""Routes of text messages over a provider of the test's own."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infusion.notifications.channels.http import Timeouts
from infusion.notifications.channels.push import PushChannel, Signer
from infusion.notifications.channels.sms import SmsChannel
from infusion.notifications.channels.sms_routes import Routes, read_routes
from infusion.notifications.channels.wechat import WeChatChannel
from infusion.notifications.channels.wechat_account import Account, read_account
from patients.domain.push import write_devices
from tests.fakes.provider import Provider, provider_server
from tests.fakes.push import Browser, new_vapid_key

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
SECRETS = {
    "ACME_TOKEN": "acme-secret",
    "TW_TOKEN": "tw-secret",
    "WECHAT_SECRET": "wechat-secret",
}
ACCOUNT = """
app_id = "{app_id}"
app_secret = "${{WECHAT_SECRET}}"
url = "{url}"
[templates.zh-hans]
id = "TEMPLATE-ZH"
url = "https://infusion.example.org/app"
[templates.zh-hans.data]
thing1 = {{ value = "${{subject}}", longest = 20 }}
thing2 = {{ value = "${{text}}" }}
[templates.en]
id = "TEMPLATE-EN"
[templates.en.data]
thing1 = {{ value = "${{subject}} {sign}" }}
"""
WECHAT_USER = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
VAPID_KEY = new_vapid_key()
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


@pytest.fixture
def browser(provider: Provider) -> Browser:
    return Browser(f"{provider.url}/push/a-device")


@pytest.fixture
def push(provider: Provider) -> Iterator[PushChannel]:
    signer = Signer(VAPID_KEY, "https://infusion.example.org")
    channel = PushChannel(signer, [provider.url], QUICK)
    yield channel
    channel.close()


def to(*browsers: Browser) -> str:
    """Return the address of a person with these devices."""
    return write_devices([one.device for one in browsers])


@pytest.fixture
def read_wechat(tmp_path: Path) -> Callable[[str], Account]:
    """Read a file of an account with this content."""

    def reading(content: str) -> Account:
        path = tmp_path / "wechat.toml"
        path.write_text(content, "utf-8")
        return read_account(path, lambda name: SECRETS.get(name, ""))

    return reading


@pytest.fixture
def account(provider: Provider, read_wechat: Callable[[str], Account]) -> Account:
    # Of its own: the token is kept by the id of the account.
    app_id = f"wx{uuid.uuid4().hex[:16]}"
    return read_wechat(ACCOUNT.format(url=provider.url, app_id=app_id, sign="!"))


@pytest.fixture
def wechat(account: Account) -> Iterator[WeChatChannel]:
    channel = WeChatChannel(account, QUICK)
    yield channel
    channel.close()
