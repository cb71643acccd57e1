"""The provider as an HTTP server: it answers as it was told to behave."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ops.network import LOOPBACK
from ops.provider import desk, page
from ops.provider.desk import Provider
from ops.provider.reports import HABITS, Reporter

# Longer than any timeout of a test.
HANG_SECONDS = 5.0
SLOW_SECONDS = 0.5
LATE_SECONDS = 1.0
_FLOOD_BYTES = 3_000_000
_STATUS = {
    desk.BUSY: 429,
    desk.BROKEN: 503,
    desk.GATEWAY: 504,
    desk.REFUSE: 400,
    desk.FORBID: 401,
    desk.GONE: 410,
    desk.REDIRECT: 302,
}
_BAD_TOKEN = 40001


class Handler(BaseHTTPRequestHandler):
    """Takes one request after the other on a connection."""

    provider: Provider
    reporter: Reporter
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Show what arrived."""
        if not self._is_from_here():
            self.reply(403, b"")
        elif self.path == "/arrived.json":
            self.reply(200, page.as_json(self.provider))
        elif self.path == "/":
            self.reply(
                200,
                page.as_html(self.provider, self.reporter),
                kind="text/html; charset=utf-8",
            )
        else:
            self.reply(404, b"")

    def _is_from_here(self) -> bool:
        """Keep out a page of somebody else's that was told our address."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return host in {LOOPBACK, "localhost"}

    def do_POST(self) -> None:
        """Take a message, or a wish how to behave."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == page.BEHAVE_PATH:
            self._behave(content)
            return
        way = desk.way_of(self.path)
        request = {
            "way": way,
            "path": self.path,
            "headers": {name.lower(): one for name, one in self.headers.items()},
            "body": _parsed(self.headers.get("Content-Type", ""), content),
        }
        does, taken = self.provider.note(request)
        time.sleep(self.provider.seconds)
        if request.get("id"):
            self.reporter.report(request)
        _DO.get(does, _answer)(self, request, does, taken)

    def _behave(self, content: bytes) -> None:
        asked = dict(parse_qsl(content.decode("utf-8", "replace")))
        wanted = asked.get("always", self.provider.always)
        habit = asked.get("reports", "")
        is_known = wanted in desk.BEHAVIOURS and (not habit or habit in HABITS)
        if not self._is_from_here() or not is_known:
            self.reply(400, b"")
            return
        self.provider.always = wanted
        if habit:
            self.reporter.take_up(habit)
        self.reply(303, b"", headers={"Location": "/"})

    def reply(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self) -> None:
        """Hang up."""
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_args: Any) -> None:
        """Say nothing: what arrived is on the page."""


_Request = dict[str, Any]


def _answer(handler: Handler, request: _Request, does: str, taken: str) -> None:
    status, body = _BODIES[request["way"]](handler.provider, request, does, taken)
    headers = {"Retry-After": "7"} if does == desk.BUSY else {}
    if does == desk.REDIRECT:
        headers = {"Location": handler.provider.url + "/elsewhere"}
    if request["way"] == desk.PUSH and taken:
        headers = {"Location": f"{handler.provider.url}/message/{taken}"}
    handler.reply(status, json.dumps(body).encode(), headers=headers)


def _of_sms(
    provider: Provider, _request: _Request, does: str, taken: str
) -> tuple[int, _Request]:
    if does == desk.REFUSE:
        code = provider.refuse_code
        return 400, {"code": code, "error": {"code": code}}
    return _STATUS.get(does, 201), {"sid": taken, "messages": [{"id": taken}]}


def _of_push(
    _provider: Provider, _request: _Request, does: str, _taken: str
) -> tuple[int, _Request]:
    return _STATUS.get(does, 201), {}


def _of_token(
    provider: Provider, request: _Request, does: str, _taken: str
) -> tuple[int, _Request]:
    if does != desk.TAKE:
        return _STATUS.get(does, 200), {}
    forced = bool(request["body"].get("force_refresh"))
    token = provider.new_token(forced=forced)
    return 200, {"access_token": token, "expires_in": 7200}


def _of_wechat(
    provider: Provider, request: _Request, does: str, taken: str
) -> tuple[int, _Request]:
    """Answer as WeChat does: 200, and the error in the body."""
    given = parse_qs(urlsplit(request["path"]).query).get("access_token", [""])[0]
    if given != provider.token:
        return 200, {"errcode": _BAD_TOKEN, "errmsg": "invalid credential"}
    if does == desk.REFUSE:
        return 200, {"errcode": int(provider.refuse_code), "errmsg": "refused"}
    number = int(taken.partition("-")[2] or 0)
    body = {"errcode": 0, "errmsg": "ok", "msgid": number}
    return _STATUS.get(does, 200), body


_BODIES: Mapping[str, Callable[..., tuple[int, _Request]]] = {
    desk.SMS: _of_sms,
    desk.PUSH: _of_push,
    desk.TOKEN: _of_token,
    desk.WECHAT: _of_wechat,
}


def _slow(handler: Handler, request: _Request, _does: str, taken: str) -> None:
    time.sleep(SLOW_SECONDS)
    _answer(handler, request, desk.TAKE, taken)


def _late(handler: Handler, request: _Request, _does: str, taken: str) -> None:
    time.sleep(LATE_SECONDS)
    try:
        _answer(handler, request, desk.TAKE, taken)
    except OSError:
        handler.drop()


def _hang(handler: Handler, _request: _Request, _does: str, _taken: str) -> None:
    time.sleep(HANG_SECONDS)
    handler.drop()


def _drop(handler: Handler, _request: _Request, _does: str, _taken: str) -> None:
    handler.drop()


def _nonsense(handler: Handler, _request: _Request, _does: str, _taken: str) -> None:
    handler.reply(200, b"<html>fine</html>")


def _flood(handler: Handler, _request: _Request, _does: str, taken: str) -> None:
    body = json.dumps({"sid": taken, "fill": "x" * _FLOOD_BYTES}).encode()
    try:
        handler.reply(200, body)
    except OSError:
        handler.drop()


_DO: Mapping[str, Callable[..., None]] = {
    desk.SLOW: _slow,
    desk.LATE: _late,
    desk.HANG: _hang,
    desk.DROP: _drop,
    desk.DROP_BEFORE: _drop,
    desk.NONSENSE: _nonsense,
    desk.FLOOD: _flood,
}


def _parsed(kind: str, content: bytes) -> Any:
    if "json" in kind:
        return json.loads(content)
    if "octet-stream" in kind:
        return content
    return dict(parse_qsl(content.decode()))


class Server(ThreadingHTTPServer):
    """One thread a connection; a client that has gone is part of the game."""

    daemon_threads = True
    # As many as may call at once when everything is due at eight.
    request_queue_size = 128

    def handle_error(self, *_args: Any) -> None:
        """Say nothing."""


def make_server(provider: Provider, reporter: Reporter, port: int = 0) -> Server:
    """Return a server that listens, and tell the provider where."""
    names = {"provider": provider, "reporter": reporter}
    server = Server((LOOPBACK, port), type("Bound", (Handler,), names))
    provider.port = server.server_address[1]
    return server


@contextmanager
def provider_server(
    *, reporter: Reporter | None = None, port: int = 0, **options: Any
) -> Iterator[Provider]:
    """Run a provider in threads of its own and say which port it took."""
    provider = Provider(**options)
    tells = reporter or Reporter()
    server = make_server(provider, tells, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        tells.close()
