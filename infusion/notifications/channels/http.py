"""Speaks to a provider over HTTP and says how sure it is that nothing arrived."""

import datetime as dt
import email.utils
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)

from infusion.notifications.channels import AnswerLost, ChannelError

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
# What a proxy says of a server that may have taken the request all the same.
_MAYBE = frozenset({502, 504})
_TOO_MANY = 429
_TAKEN = range(200, 300)
_SERVER_ERRORS = range(500, 600)
_NEVER_LEFT = (ConnectTimeoutError, NameResolutionError, NewConnectionError)
# No provider may keep a message for longer by asking us to wait.
_LONGEST_WAIT = dt.timedelta(hours=1)
_MOST_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a provider said; the body is None when it is no JSON."""

    status: int
    body: Any = None

    @property
    def is_taken(self) -> bool:
        """Say whether the request succeeded."""
        return self.status in _TAKEN

    def at(self, path: str) -> str:
        """Return the value at a dotted path of the body, empty when it has none."""
        return at(self.body, path)


def at(body: Any, path: str) -> str:
    """Return the text or number at a dotted path, empty when there is none."""
    for name in path.split("."):
        body = _step(body, name)
    return str(body) if isinstance(body, str | int) else ""


def _step(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return None


def new_session(at_once: int = 1) -> requests.Session:
    """Return a session without a proxy or a password of the machine's own.

    It keeps as many connections open as requests are made side by side.
    """
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=at_once))
    # What the configuration names says it all.
    session.trust_env = False
    return session


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """How long to wait for a connection, and then for an answer, in seconds."""

    connect: float = CONNECT_SECONDS
    answer: float = ANSWER_SECONDS


def post(
    session: requests.Session,
    url: str,
    timeouts: Timeouts,
    *,
    has_key: bool,
    **request: Any,
) -> Answer:
    """Post to a provider and return its answer, good or bad.

    With ``has_key`` the provider knows a repeated request by its key, so a lost answer
    may be asked for again. Redirects are not followed: they would carry the message to
    whom nobody chose.

    :raises AnswerLost: when the provider may have taken the request.
    :raises ChannelError: when it can't have, and it is worth another try.
    """
    limits = (timeouts.connect, timeouts.answer)
    try:
        reply = session.post(
            url, timeout=limits, allow_redirects=False, stream=True, **request
        )
        with reply:
            content = _read(reply, timeouts.answer)
    except (OSError, ValueError, HTTPError) as error:
        # A body that stops in the middle is told in the words of the library below.
        # The error is dropped: it names the address and what was to be sent.
        raise _translate(error, has_key=has_key) from None
    _check(reply, has_key=has_key)
    return Answer(status=reply.status_code, body=_json(content))


def _read(reply: requests.Response, seconds: float) -> bytes:
    """Return the beginning of an answer.

    :raises TimeoutError: when it only drips: each drop alone would come in time.
    """
    content, end = b"", time.monotonic() + seconds
    while piece := reply.raw.read1(_MOST_BYTES, decode_content=True):
        content += piece
        if len(content) >= _MOST_BYTES:
            break
        if time.monotonic() > end:
            raise TimeoutError
    return content[:_MOST_BYTES]


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _translate(error: Exception, *, has_key: bool) -> ChannelError:
    if any(isinstance(one, _NEVER_LEFT) for one in _causes(error)):
        return ChannelError("no_connection", permanent=False)
    if isinstance(error, requests.exceptions.SSLError):
        return ChannelError("no_trust", permanent=False)
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return ChannelError("bad_request", permanent=True)
    return AnswerLost(may_repeat=has_key)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what an error of the library stands for, down to the first cause."""
    for one in (*error.args, getattr(error, "reason", None)):
        if isinstance(one, BaseException):
            yield one
            yield from _causes(one)


def _check(reply: requests.Response, *, has_key: bool) -> None:
    """Refuse an answer that is about the provider, not about the message."""
    code = f"http_{reply.status_code}"
    if reply.status_code == _TOO_MANY or reply.status_code in _SERVER_ERRORS:
        if reply.status_code in _MAYBE:
            raise AnswerLost(code, may_repeat=has_key)
        wait = _retry_after(reply.headers.get("Retry-After", ""))
        raise ChannelError(code, permanent=False, retry_after=wait)


def _retry_after(value: str) -> dt.timedelta | None:
    """Read a number of seconds or a date; nonsense is no wish."""
    text = value.strip()
    if text.isdecimal():
        return min(dt.timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        return None
    wait = until - dt.datetime.now(dt.UTC)
    return min(max(wait, dt.timedelta()), _LONGEST_WAIT)
