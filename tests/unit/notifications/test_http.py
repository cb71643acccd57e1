"""What a provider can do to the worker that speaks to it, over real connections."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from config import logs
from infusion.notifications.channels import AnswerLost, ChannelError
from infusion.notifications.channels.http import Timeouts, new_session, post

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@contextmanager
def answering(*pieces: bytes, pause: float = 0.0) -> Iterator[str]:
    """Answer one request piece by piece; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(pause)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/send?access_token=hush"
        thread.join(5)


def asked(url: str) -> None:
    post(new_session(), url, Timeouts(connect=1.0, answer=0.3), has_key=True, json={})


def test_an_answer_that_drips_does_not_hold_a_worker() -> None:
    with answering(HEAD, *[b" "] * 12, pause=0.1) as url:
        began = time.monotonic()
        with pytest.raises(AnswerLost):
            asked(url)
        took = time.monotonic() - began

    assert took < 0.8


@pytest.mark.parametrize(
    "wish", [b"Mon, 01 Jan 2029 00:00:00 +99999999999999999999", b"9" * 5000]
)
def test_a_wish_to_wait_that_makes_no_sense_is_none(wish: bytes) -> None:
    head = b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\nRetry-After: " + wish
    with answering(head + b"\r\n\r\n") as url, pytest.raises(ChannelError) as refused:
        asked(url)

    assert refused.value.code == "http_503"


def test_an_answer_nested_without_end_is_no_answer() -> None:
    body = b"[" * 90_000
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with answering(head + body) as url:
        answer = post(new_session(), url, Timeouts(), has_key=True, json={})

    assert answer.body is None


def test_what_an_address_carries_never_reaches_the_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    level = logs.configuration("DEBUG")["loggers"]["urllib3"]["level"]
    caplog.set_level(level, "urllib3")
    odd = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno colon here\r\n\r\n{}"
    with answering(odd) as url:
        asked(url)

    assert "hush" not in caplog.text
