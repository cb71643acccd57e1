"""Messages to browsers and apps: Web Push (RFC 8030), encrypted and signed.

A push message says that there is something to read and which; the app fetches the text
when its reader has signed in. So neither the push service nor a screen that anybody can
see learns a name, a time or a reason.
"""

import base64
import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from infusion.notifications.channels import (
    AnswerLost,
    ChannelError,
    Outgoing,
    Receipt,
)
from infusion.notifications.channels.http import Timeouts, new_session, post
from patients.domain.push import (
    KEY_BYTES,
    Device,
    has_shape,
    is_allowed,
    origin_of,
    read_devices,
)

_GONE = frozenset({404, 410})
# What no second try changes for this device: it refuses what everybody sends.
_REFUSED = frozenset({400, 413})
# A push service may hold a message no longer than this (four weeks, RFC 8030 leaves it
# to the service; what is longer is cut down by it).
_LONGEST = dt.timedelta(days=28)
# Devices that answer slowly must not cost the batch its lease: the rest waits.
_SECONDS_A_MESSAGE = 20.0
# A signature is good for a day at most (RFC 8292).
_SIGNED_FOR = dt.timedelta(hours=12)
_TITLE = _("There is a new message for you")


class PushKeyRefused(Exception):
    """The private key of the service is not one on P-256, or nobody signs with it."""


class Sent(NamedTuple):
    """What became of a message on one device; no error when it was taken."""

    device: Device
    error: ChannelError | None

    @property
    def is_gone(self) -> bool:
        """Say whether the device is none any more."""
        return self.error is not None and self.error.code == "push_gone"


class Signer:
    """Says to a push service who sends, in a token for that service alone."""

    def __init__(self, private_key: str, subject: str) -> None:
        """Read the key, and try to sign with it.

        :raises PushKeyRefused: when it is none, or the subject says nobody to write to.
        """
        # Heavy to load, and only a worker that pushes needs it.
        from py_vapid import Vapid02, VapidException

        try:
            self._vapid: Any = Vapid02.from_string(private_key)
            self._point = self._vapid.public_key.public_bytes(
                serialization.Encoding.X962,
                serialization.PublicFormat.UncompressedPoint,
            )
        except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm) as error:
            raise PushKeyRefused("the key cannot be read") from error
        if len(self._point) != KEY_BYTES:
            raise PushKeyRefused("the key is not on the curve P-256")
        self._subject = subject
        try:
            self.headers("https://localhost", dt.datetime.now(dt.UTC))
        except VapidException as error:
            known = "mailto:, or https: without a port or a path"
            raise PushKeyRefused(f"VAPID_SUBJECT is not {known}") from error

    def headers(self, endpoint: str, now: dt.datetime) -> dict[str, str]:
        """Return the header that carries the signature."""
        claims = {
            "aud": origin_of(endpoint),
            "sub": self._subject,
            "exp": int((now + _SIGNED_FOR).timestamp()),
        }
        found: dict[str, str] = self._vapid.sign(claims)
        return found

    def public_key(self) -> str:
        """Return what a browser asks for to subscribe: the point, in base64url."""
        return base64.urlsafe_b64encode(self._point).rstrip(b"=").decode()


class PushChannel:
    """Sends a message to every device of a person.

    It is taken when one device's service took it. A double shows once: it has the same
    topic for the service and the same tag for the device.
    """

    def __init__(
        self,
        signer: Signer,
        services: Sequence[str],
        timeouts: Timeouts | None = None,
        *,
        seconds: float = _SECONDS_A_MESSAGE,
    ) -> None:
        self._signer, self._services, self._seconds = signer, services, seconds
        self._timeouts = timeouts or Timeouts()
        self._session = new_session()

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send one message.

        :raises ChannelError: when no device took it; permanent when none is left.
        :raises AnswerLost: when nobody knows whether one took it.
        """
        sent = list(self._each(outgoing))
        gone = tuple(one.device.id for one in sent if one.is_gone)
        errors = [one.error for one in sent if one.error is not None]
        if len(errors) < len(sent):
            return Receipt(provider_id=str(outgoing.message_id), gone=gone)
        raise _worst(errors, gone)

    def _each(self, outgoing: Outgoing) -> Iterator[Sent]:
        try:
            devices = read_devices(outgoing.address)
        except ValueError:
            devices = ()
        if not devices:
            raise ChannelError("bad_address", permanent=True)
        end = time.monotonic() + self._seconds
        for device in devices:
            if time.monotonic() < end:
                yield Sent(device, self._try(device, outgoing))
            else:
                yield Sent(device, ChannelError("push_no_time", permanent=False))

    def _try(self, device: Device, outgoing: Outgoing) -> ChannelError | None:
        try:
            self._post(device, outgoing)
        except ChannelError as error:
            return error
        return None

    def _post(self, device: Device, outgoing: Outgoing) -> None:
        if not is_allowed(device.endpoint, self._services):
            raise ChannelError("push_not_allowed", permanent=True)
        answer = post(
            self._session,
            device.endpoint,
            self._timeouts,
            # The topic: a repeated one takes the place of the first.
            has_key=True,
            data=_encrypted(device, outgoing),
            headers={
                **self._signer.headers(device.endpoint, dt.datetime.now(dt.UTC)),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(_seconds(outgoing.lasts)),
                "Topic": outgoing.message_id.hex,
                # A device that saves power would hold anything less until it is used.
                "Urgency": "high",
            },
        )
        if answer.status in _GONE:
            raise ChannelError("push_gone", permanent=True)
        if not answer.is_taken:
            is_final = answer.status in _REFUSED
            raise ChannelError(f"push_{answer.status}", permanent=is_final)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()


def _seconds(lasts: dt.timedelta) -> int:
    return int(min(max(lasts, dt.timedelta(0)), _LONGEST).total_seconds())


def _worst(errors: Sequence[ChannelError], gone: tuple[str, ...]) -> ChannelError:
    """Return what the devices together say: unknown before later before never."""
    if any(isinstance(one, AnswerLost) for one in errors):
        return AnswerLost(may_repeat=True, gone=gone)
    later = [one for one in errors if not one.permanent]
    if not later:
        return ChannelError(errors[0].code, permanent=True, gone=gone)
    waits = [one.retry_after for one in later if one.retry_after is not None]
    wait = min(waits, default=None)
    return ChannelError(later[0].code, permanent=False, retry_after=wait, gone=gone)


def payload(outgoing: Outgoing) -> dict[str, str]:
    """Return what a device is told: which message, and that there is one."""
    mark = str(outgoing.message_id)
    with override(outgoing.language):
        return {"message_id": mark, "tag": mark, "title": str(_TITLE)}


def _encrypted(device: Device, outgoing: Outgoing) -> bytes:
    """Encrypt for the device alone.

    :raises ChannelError: when its keys are none.
    """
    # Heavy to load, and only a worker that pushes needs it.
    from pywebpush import WebPusher, WebPushException

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    content = json.dumps(payload(outgoing), ensure_ascii=False).encode()
    if not has_shape(device.p256dh, device.auth):
        raise ChannelError("push_keys", permanent=True)
    try:
        found = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(content)
    except (ValueError, WebPushException):
        raise ChannelError("push_keys", permanent=True) from None
    return bytes(found["body"])


@cache
def signer_of(private_key: str, subject: str) -> Signer:
    """Return the signer of this installation, read once a process.

    :raises PushKeyRefused: when the key is none.
    """
    return Signer(private_key, subject)


def open_push() -> PushChannel:
    """Return the channel with the key of this installation."""
    signer = signer_of(settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT)
    return PushChannel(signer, settings.PUSH_SERVICES)
