"""Delivery reports: what a provider posts about a message after it took it.

A report is believed only under the provider's signature over what was really received.
It may come twice, late, before our own answer or out of order; none of that is decided
here.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from infusion.domain.delivery import Arrival
from infusion.notifications.channels.http import at

# Names our message in the address a provider is asked to report to.
KEY = "key"
_TWILIO_SIGNATURE = "X-Twilio-Signature"
_TWILIO: Mapping[str, Arrival] = {
    "delivered": Arrival.DELIVERED,
    "read": Arrival.DELIVERED,
    "undelivered": Arrival.FAILED,
    "failed": Arrival.FAILED,
    "canceled": Arrival.FAILED,
}
_LONGEST_ID = 200
_LONGEST_CODE = 60


class ReportForged(Exception):
    """The signature is missing or not the provider's."""


class ReportUnreadable(Exception):
    """It is signed and makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A request as it came: the public address it was sent to, its headers and body."""

    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a provider says of a message, known by our own id, by the provider's, or both."""

    message_id: uuid.UUID | None
    provider_id: str
    arrival: Arrival
    code: str = ""


def read_report(config: Mapping[str, Any], posted: Posted) -> Report:
    """Return the report of a provider of the routes.

    :raises ReportForged: when it is not signed by the provider.
    :raises ReportUnreadable: when it makes no sense all the same.
    """
    if config["kind"] == "twilio":
        return _of_twilio(config, posted)
    return _of_http(config.get("report"), posted)


def _of_twilio(config: Mapping[str, Any], posted: Posted) -> Report:
    """Read a form signed over the address and its sorted fields."""
    try:
        fields = dict(parse_qsl(posted.body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise ReportForged from error
    signed = posted.url + "".join(name + fields[name] for name in sorted(fields))
    key = config["auth_token"].encode()
    # The provider's choice; forging it would need its password.
    digest = hmac.new(key, signed.encode(), hashlib.sha1).digest()
    _check(base64.b64encode(digest).decode(), posted.headers.get(_TWILIO_SIGNATURE))
    status = fields.get("MessageStatus", "")
    return Report(
        message_id=_key(posted.query.get(KEY, "")),
        provider_id=fields.get("MessageSid", "")[:_LONGEST_ID],
        arrival=_TWILIO.get(status, Arrival.ON_ITS_WAY),
        code=_code(fields.get("ErrorCode", "")),
    )


def _of_http(config: Mapping[str, Any] | None, posted: Posted) -> Report:
    """Read JSON signed over the whole body, as the file of routes describes it."""
    if config is None:
        raise ReportForged
    digest = hmac.new(config["secret"].encode(), posted.body, hashlib.sha256)
    _check(digest.hexdigest(), posted.headers.get(config["header"]))
    try:
        body = json.loads(posted.body)
    except ValueError as error:
        raise ReportUnreadable from error
    state = at(body, config["state_path"])
    return Report(
        message_id=_key(at(body, config.get("key_path", ""))),
        provider_id=at(body, config.get("id_path", ""))[:_LONGEST_ID],
        arrival=_arrival(config, state),
        code=_code(at(body, config.get("code_path", ""))),
    )


def _arrival(config: Mapping[str, Any], state: str) -> Arrival:
    if state in config["delivered"]:
        return Arrival.DELIVERED
    return Arrival.FAILED if state in config["failed"] else Arrival.ON_ITS_WAY


def _check(expected: str, given: str | None) -> None:
    """Compare in constant time, whatever was given.

    :raises ReportForged: when they differ.
    """
    if not hmac.compare_digest(expected.encode(), (given or "").strip().encode()):
        raise ReportForged


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _code(text: str) -> str:
    """Return a code that may be shown and stored; anything else is left out."""
    is_code = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text[:_LONGEST_CODE] if is_code else ""
