"""A provider of messages: a real HTTP server on the loopback, good or bad as told.

It keeps what it was asked to carry, and knows a repeated request by its key when it is
told to, as a provider with idempotency keys does.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

TAKE = "take"
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

# Longer than any timeout of a test.
_HANG_SECONDS = 5.0


@dataclass
class Provider:
    """What arrived, and how the provider behaves."""

    always: str = TAKE
    # The next requests behave so, one after the other, then as always.
    then: list[str] = field(default_factory=list)
    knows_keys: bool = True
    refuse_code: str | int = "21211"
    requests: list[dict[str, Any]] = field(default_factory=list)
    carried: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, request: dict[str, Any]) -> str:
        """Carry a request, once for each key, and return its id."""
        key = request["headers"].get("idempotency-key", "")
        if key and self.knows_keys:
            for one in self.carried:
                if one["headers"].get("idempotency-key") == key:
                    return str(one["id"])
        request["id"] = f"id-{len(self.carried) + 1}"
        self.carried.append(request)
        return str(request["id"])

    def next_behaviour(self) -> str:
        return self.then.pop(0) if self.then else self.always


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        provider = self.provider
        length = int(self.headers.get("Content-Length", 0))
        request = {
            "path": self.path,
            "headers": {name.lower(): one for name, one in self.headers.items()},
            "body": _parsed(
                self.headers.get("Content-Type", ""), self.rfile.read(length)
            ),
        }
        with provider.lock:
            provider.requests.append(request)
            does = provider.next_behaviour()
            taken = provider.take(request) if does in _TAKES else ""
        _DO.get(does, _answer)(self, does, taken)

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args: Any) -> None:
        pass


# These take the message, whatever they say of it.
_TAKES = {TAKE, GATEWAY, LATE, DROP, NONSENSE, HANG, FLOOD}
_STATUS = {
    BUSY: 429,
    BROKEN: 503,
    GATEWAY: 504,
    REFUSE: 400,
    FORBID: 401,
    GONE: 410,
    REDIRECT: 302,
}


def _answer(handler: _Handler, does: str, taken: str) -> None:
    status = _STATUS.get(does, 201)
    body: dict[str, Any] = {"sid": taken, "messages": [{"id": taken}]}
    if does == REFUSE:
        code = handler.provider.refuse_code
        body = {"code": code, "error": {"code": code}}
    headers = {"Retry_After": "7"} if does == BUSY else {}
    if does == REDIRECT:
        headers = {"Location": handler.provider.url + "/elsewhere"}
    handler.reply(status, json.dumps(body).encode(), **headers)


def _late(handler: _Handler, does: str, taken: str) -> None:
    time.sleep(1.0)
    try:
        _answer(handler, TAKE, taken)
    except OSError:
        handler.drop()


def _hang(handler: _Handler, does: str, taken: str) -> None:
    time.sleep(_HANG_SECONDS)
    handler.drop()


def _drop(handler: _Handler, does: str, taken: str) -> None:
    handler.drop()


def _nonsense(handler: _Handler, does: str, taken: str) -> None:
    handler.reply(200, b"<html>fine</html>")


def _flood(handler: _Handler, does: str, taken: str) -> None:
    body = json.dumps({"sid": taken, "fill": "x" * 3_000_000}).encode()
    try:
        handler.reply(200, body)
    except OSError:
        handler.drop()


_DO = {
    LATE: _late,
    HANG: _hang,
    DROP: _drop,
    DROP_BEFORE: _drop,
    NONSENSE: _nonsense,
    FLOOD: _flood,
}


def _parsed(kind: str, content: bytes) -> Any:
    if "json" in kind:
        return json.loads(content)
    return dict(parse_qsl(content.decode()))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Say nothing: a client that has gone is part of the game."""


@contextmanager
def provider_server(**options: Any) -> Iterator[Provider]:
    """Run a provider in threads of its own and say which port it took."""
    provider = Provider(**options)
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = _Server(("127.0.0.1", 0), handler)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
