"""Where a message to a browser may be posted, and to which devices of a person."""

import base64
import binascii
import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_ENDPOINT = 1000
# RFC 8291: a point on P-256, uncompressed, and a secret of 16 bytes.
KEY_BYTES = 65
SECRET_BYTES = 16
_UNCOMPRESSED = 4
_HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class Device:
    """One browser of a person: where its push service listens, and its keys."""

    id: str
    endpoint: str
    p256dh: str
    auth: str


def write_devices(devices: Sequence[Device]) -> str:
    """Return the devices of a person as one address."""
    return json.dumps([vars(one) for one in devices])


def read_devices(address: str) -> tuple[Device, ...]:
    """Return the devices an address stands for.

    :raises ValueError: when it is not such an address.
    """
    try:
        return tuple(Device(**one) for one in json.loads(address))
    except TypeError as error:
        raise ValueError("no devices") from error


def origin_of(endpoint: str) -> str:
    """Return scheme, host and port, as a push service wants them signed."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def is_allowed(endpoint: str, services: Sequence[str]) -> bool:
    """Say whether messages may be posted there.

    A service is a host name; ``*.`` before it allows every name below it. Only https on
    its own port, no name and password, no address in numbers: what a stranger enters
    here is called from inside the network. For a demo a whole origin of this machine may
    stand in the list.
    """
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii():
        return False
    if any(char.isspace() or char == "\\" for char in endpoint):
        return False
    try:
        return _is_of(endpoint, services)
    except ValueError:
        return False


def _is_of(endpoint: str, services: Sequence[str]) -> bool:
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc or parts.fragment or not host:
        return False
    if is_own_machine(origin_of(endpoint)):
        return origin_of(endpoint) in services
    if parts.scheme != "https" or parts.port not in {None, _HTTPS}:
        return False
    return any(_matches(host, one) for one in services)


def _matches(host: str, service: str) -> bool:
    if service.startswith("*."):
        return host.endswith(service[1:]) and host != service[1:]
    return host == service


def is_own_machine(origin: str) -> bool:
    """Say whether an origin is a plain server of this very machine."""
    parts = urlsplit(origin)
    try:
        is_loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and is_loopback


def key_bytes(text: str) -> bytes:
    """Return what base64url stands for, with or without its padding.

    :raises ValueError: when it is something else.
    """
    try:
        raw = text.rstrip("=").encode("ascii")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64url") from error


def has_shape(p256dh: str, auth: str) -> bool:
    """Say whether two texts can be the keys of a browser; not whether they fit."""
    try:
        key, secret = key_bytes(p256dh), key_bytes(auth)
    except ValueError:
        return False
    is_point = len(key) == KEY_BYTES and key[0] == _UNCOMPRESSED
    return is_point and len(secret) == SECRET_BYTES
