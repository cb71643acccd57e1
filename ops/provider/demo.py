"""What a demo needs so that its messages go to the provider of this machine."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from ops.provider.reports import DELIVERED, FAILED, SIGNATURE_HEADER

# Given from outside, the messages of a demo go where their owner wants.
GIVEN = ("SMS_ROUTES", "VAPID_PRIVATE_KEY", "WECHAT_ACCOUNT")
NAME = "demo"
_ROUTES = """\
# Written by the demo: every text message goes to the provider of this machine.
[providers.{name}]
kind = "http"
url = "{url}/messages"
encoding = "json"
key_header = "Idempotency-Key"
id_path = "messages.0.id"
error_path = "error.code"
permanent_errors = ["21211"]
[providers.{name}.body]
to = "${{to}}"
text = "${{text}}"
from = "${{sender}}"
[providers.{name}.report]
header = "{header}"
secret = "${{DEMO_PROVIDER_SECRET}}"
key_path = "reference"
id_path = "id"
state_path = "state"
delivered = ["{delivered}"]
failed = ["{failed}"]

[[senders]]
country = "US"
provider = "{name}"
sender = "Riverside"

[[senders]]
country = "CN"
provider = "{name}"
sender = "东湖医院"
"""
_ACCOUNT = """\
# Written by the demo: every WeChat message goes to the provider of this machine.
app_id = "wxdemo"
app_secret = "${{DEMO_PROVIDER_SECRET}}"
url = "{url}"
[templates.zh-hans]
id = "DEMO-ZH"
[templates.zh-hans.data]
thing1 = {{ value = "${{subject}}" }}
thing2 = {{ value = "${{text}}" }}
[templates.en]
id = "DEMO-EN"
[templates.en.data]
thing1 = {{ value = "${{subject}}" }}
thing2 = {{ value = "${{text}}" }}
"""
_PUSH_SERVICES = (
    "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,"
    "*.push.apple.com,*.notify.windows.com"
)


def given() -> str:
    """Return what of the outside takes the place of the provider, empty without any."""
    return next((name for name in GIVEN if os.environ.get(name)), "")


def secret_file(folder: Path) -> Path:
    """Make what reports are signed with once, and return the file that holds it."""
    return _kept(folder / "provider_secret", secrets.token_urlsafe(32))


def reports_file(folder: Path) -> Path:
    """Return the file that says where reports go."""
    return folder / "provider_reports_to"


def tell_address(folder: Path, address: str) -> None:
    """Tell the provider where the service listens."""
    text = f"{address}/api/v1/delivery-reports/{NAME}"
    reports_file(folder).write_text(text)


def environment(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a service whose messages go to this port."""
    url = f"http://127.0.0.1:{port}"
    routes, account = folder / "sms_routes.toml", folder / "wechat.toml"
    names = {"name": NAME, "url": url, "header": SIGNATURE_HEADER}
    states = {"delivered": DELIVERED, "failed": FAILED}
    routes.write_text(_ROUTES.format(**names, **states), "utf-8")
    account.write_text(_ACCOUNT.format(url=url), "utf-8")
    return {
        "DEMO_PROVIDER_SECRET_FILE": str(secret_file(folder)),
        "SMS_ROUTES": str(routes),
        "WECHAT_ACCOUNT": str(account),
        "VAPID_PRIVATE_KEY_FILE": str(_kept(folder / "vapid_key", new_vapid_key())),
        # The address of a demo has a port, and no push service writes there.
        "VAPID_SUBJECT": "mailto:demo@example.org",
        "PUSH_SERVICES": f"{_PUSH_SERVICES},{url}",
    }


def new_vapid_key() -> str:
    """Return a private key for push messages: 32 bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def _kept(path: Path, content: str) -> Path:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(content)
    return path
