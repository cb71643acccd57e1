"""The provider of the demo, for tests: a real HTTP server in threads of its own."""

from ops.provider.desk import (
    BROKEN,
    BUSY,
    DROP,
    DROP_BEFORE,
    FLOOD,
    FORBID,
    GATEWAY,
    GONE,
    HANG,
    LATE,
    NONSENSE,
    REDIRECT,
    REFUSE,
    SLOW,
    TAKE,
    Provider,
)
from ops.provider.reports import DELIVERED, FAILED, SIGNATURE_HEADER, Reporter
from ops.provider.server import provider_server

__all__ = [
    "BROKEN",
    "BUSY",
    "DELIVERED",
    "DROP",
    "DROP_BEFORE",
    "FAILED",
    "FLOOD",
    "FORBID",
    "GATEWAY",
    "GONE",
    "HANG",
    "LATE",
    "NONSENSE",
    "REDIRECT",
    "REFUSE",
    "SIGNATURE_HEADER",
    "SLOW",
    "TAKE",
    "Provider",
    "Reporter",
    "provider_server",
]
