"""What arrived at the provider, and how it behaves."""

import datetime as dt
import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TAKE = "take"
SLOW = "slow"
BUSY = "busy"
BROKEN = "broken"
GATEWAY = "gateway"
REFUSE = "refuse"
FORBID = "forbid"
GONE = "gone"
HANG = "hang"
LATE = "late"
DROP = "drop"
DROP_BEFORE = "drop_before"
NONSENSE = "nonsense"
REDIRECT = "redirect"
FLOOD = "flood"

# What each does, as its page tells.
BEHAVIOURS: Mapping[str, str] = {
    TAKE: "takes everything",
    SLOW: "takes everything, half a second later",
    BUSY: "too many requests (429), come back in 7 s",
    BROKEN: "out of order (503)",
    GATEWAY: "takes it, and a proxy says 504",
    REFUSE: "refuses it for good",
    FORBID: "does not know our password (401)",
    GONE: "nobody there any more (410)",
    HANG: "takes it and never answers",
    LATE: "takes it and answers after a second",
    DROP: "takes it and hangs up",
    DROP_BEFORE: "hangs up without taking it",
    NONSENSE: "takes it and answers nonsense",
    REDIRECT: "sends us elsewhere (302)",
    FLOOD: "takes it and answers 3 MB",
}
# These take the message, whatever they say of it.
TAKING = frozenset({TAKE, SLOW, GATEWAY, LATE, DROP, NONSENSE, HANG, FLOOD})

SMS, PUSH, WECHAT, TOKEN = "SMS", "PUSH", "WECHAT", "TOKEN"
_PUSH_PATH = "/push/"
_WECHAT_PATH = "/cgi-bin/message/template/send"
_TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - where a token is asked for
# What the page remembers when nobody asks for everything.
MOST_SHOWN = 200


def way_of(path: str) -> str:
    """Return what kind of message is posted to a path."""
    plain = path.partition("?")[0]
    if plain.startswith(_PUSH_PATH):
        return PUSH
    return {_WECHAT_PATH: WECHAT, _TOKEN_PATH: TOKEN}.get(plain, SMS)


def key_of(request: Mapping[str, Any]) -> str:
    """Return the key by which a repeated request is known, empty without one."""
    if request["way"] == PUSH:
        # A later message on a topic takes the place of an earlier one.
        return f"{request['path']} {request['headers'].get('topic', '')}"
    if request["way"] == WECHAT and isinstance(request["body"], dict):
        return str(request["body"].get("client_msg_id", ""))
    return str(request["headers"].get("idempotency-key", ""))


@dataclass
class Provider:
    """What arrived, and how the provider behaves."""

    always: str = TAKE
    # The next requests behave so, one after the other, then as always.
    then: list[str] = field(default_factory=list)
    knows_keys: bool = True
    refuse_code: str | int = "21211"
    # How long every answer takes, in seconds.
    seconds: float = 0.0
    # Tests want everything, a process that runs for days does not.
    most_kept: int | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    carried: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    by_key: dict[str, str] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    # The access token that counts; another one is refused.
    token_number: int = 0

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """Return the access token that counts."""
        return f"token-{self.token_number}"

    def note(self, request: dict[str, Any]) -> tuple[str, str]:
        """Write a request down; return what to do with it, and its id when taken."""
        with self.lock:
            request["at"] = dt.datetime.now(dt.UTC)
            self.requests.append(request)
            does = self._next_behaviour(request)
            request["does"] = does
            taken = self._take(request) if does in TAKING else ""
            if self.most_kept:
                del self.requests[: -self.most_kept]
                del self.carried[: -self.most_kept]
        return does, taken

    def _next_behaviour(self, request: Mapping[str, Any]) -> str:
        if request["way"] == TOKEN and self.always not in {HANG, BROKEN, DROP}:
            return TAKE
        return self.then.pop(0) if self.then else self.always

    def _take(self, request: dict[str, Any]) -> str:
        """Carry a request, once for each key, and return its id."""
        if request["way"] == TOKEN:
            return ""
        key = key_of(request) if self.knows_keys else ""
        if key and key in self.by_key:
            request["again"] = True
            return self.by_key[key]
        found = f"id-{next(self.numbers)}"
        request["id"] = found
        self.carried.append(request)
        if key:
            self.by_key[key] = found
        return found

    def new_token(self, *, forced: bool) -> str:
        """Return an access token: the one that counts, or one in its place."""
        with self.lock:
            if forced or not self.token_number:
                self.token_number += 1
        return self.token
