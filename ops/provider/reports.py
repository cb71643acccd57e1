"""What the provider reports back of a text message, signed: once, twice, late or never."""

import base64
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SIGNATURE_HEADER = "X-Provider-Signature"
DELIVERED, FAILED = "DELIVRD", "UNDELIV"
_TRIES = 5
# What may be reported, as the page tells: the state, and how often.
HABITS: Mapping[str, tuple[str, int]] = {
    "that it arrived": (DELIVERED, 1),
    "that it arrived, twice": (DELIVERED, 2),
    "that it did not arrive": (FAILED, 1),
    "nothing": (DELIVERED, 0),
}
_TWILIO_STATES = {DELIVERED: "delivered", FAILED: "undelivered"}


@dataclass
class Reporter:
    """Posts a report for every message that was carried.

    Without an address only who names one in the message itself is told, as Twilio does.
    ``times`` 2 sends each report twice; ``after`` is in seconds. A function that returns
    the address is asked each time: the service of a demo may move.
    """

    url: str | Callable[[], str] = ""
    secret: str = ""
    state: str = DELIVERED
    times: int = 1
    after: float = 0.0
    between_tries: float = 1.0
    # What the receiver answered, in order.
    answers: list[int] = field(default_factory=list)
    _pool: ThreadPoolExecutor | None = None
    _running: "list[Future[None]]" = field(default_factory=list)

    @property
    def habit(self) -> str:
        """Return how it reports, in words."""
        return next(
            (name for name, one in HABITS.items() if one == (self.state, self.times)),
            "",
        )

    def take_up(self, habit: str) -> None:
        """Report so from now on."""
        self.state, self.times = HABITS[habit]

    def report(self, request: Mapping[str, Any]) -> None:
        """Report on a message that was carried, apart from its answer."""
        post = self._post_for(request)
        if post is None or not self.times:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=4)
        self._running.append(self._pool.submit(self._tell, post))

    def _tell(self, post: Callable[[], int]) -> None:
        time.sleep(self.after)
        for _ in range(self.times):
            self.answers.append(self._posted(post))

    def _posted(self, post: Callable[[], int]) -> int:
        """Return the answer; who is not there is asked again, as providers do."""
        status = 0
        for _ in range(_TRIES):
            status = post()
            if 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            time.sleep(self.between_tries)
        return status

    def _post_for(self, request: Mapping[str, Any]) -> Callable[[], int] | None:
        if request["way"] != "SMS" or not isinstance(request["body"], dict):
            return None
        if url := request["body"].get("StatusCallback"):
            return lambda: _post(url, *_as_twilio(url, request, self.state))
        if not self.url:
            return None
        return lambda: _post(self._address(), *self._as_own(request))

    def _address(self) -> str:
        return self.url if isinstance(self.url, str) else self.url()

    def _as_own(self, request: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        key = request["headers"].get("idempotency-key", "")
        told = {"reference": key, "id": request["id"], "state": self.state}
        body = json.dumps(told).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        kind = {"Content-Type": "application/json"}
        return body, {**kind, SIGNATURE_HEADER: signature}

    def wait(self) -> None:
        """Return when everything reported so far has been answered."""
        for one in list(self._running):
            one.result(timeout=30)

    def close(self) -> None:
        """Report nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _as_twilio(
    url: str, request: Mapping[str, Any], state: str
) -> tuple[bytes, dict[str, str]]:
    """Sign the address and the sorted fields with the password of the account."""
    login = request["headers"]["authorization"].partition(" ")[2]
    password = base64.b64decode(login).decode().partition(":")[2]
    fields = {
        "MessageSid": request["id"],
        "MessageStatus": _TWILIO_STATES.get(state, "sent"),
        "To": request["body"]["To"],
    }
    text = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(password.encode(), text.encode(), hashlib.sha1).digest()
    return urlencode(fields).encode(), {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(digest).decode(),
    }


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Return the status of the answer, 0 when there was none."""
    if not url:
        return 0
    request = Request(url, body, headers)  # noqa: S310 - the address is our own service's
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError, http.client.HTTPException):
        return 0
