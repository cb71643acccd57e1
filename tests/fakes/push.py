"""A browser that can read what is pushed to it, and a channel that only counts."""

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from patients.domain.push import Device
from tests.fakes.console import ConsoleChannel as PushChannel

__all__ = ["Browser", "PushChannel", "new_vapid_key"]


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_vapid_key() -> str:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return text(number.to_bytes(32, "big"))


@dataclass
class Browser:
    """One device: it gives away its public key and keeps the other."""

    endpoint: str = "https://fcm.googleapis.com/fcm/send/a-device"
    secret: bytes = b"sixteen secret b"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def p256dh(self) -> str:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962,
            serialization.PublicFormat.UncompressedPoint,
        )
        return text(point)

    @property
    def auth(self) -> str:
        return text(self.secret)

    @property
    def device(self) -> Device:
        return Device(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, self.endpoint)),
            endpoint=self.endpoint,
            p256dh=self.p256dh,
            auth=self.auth,
        )

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt as RFC 8291 says; anything not meant for this device fails."""
        content = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        found: dict[str, Any] = json.loads(content)
        return found
