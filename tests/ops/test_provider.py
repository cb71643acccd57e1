"""The provider of the demo: what its page tells, what it reports back, how it ends."""

import base64
import hashlib
import hmac
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from config.settings import PUSH_SERVICES
from infusion.domain.delivery import Arrival
from infusion.notifications.channels.push import Signer
from infusion.notifications.channels.reports import Posted, read_report
from infusion.notifications.channels.sms_routes import read_routes
from infusion.notifications.channels.wechat_account import read_account
from ops.layout import ROOT
from ops.network import accepts, any_free_port
from ops.provider import demo
from ops.provider.reports import _as_twilio
from patients.domain.push import is_allowed
from tests.fakes.provider import (
    BUSY,
    DELIVERED,
    DROP,
    FAILED,
    SIGNATURE_HEADER,
    Provider,
    Reporter,
    provider_server,
)
from tests.ops.conftest import until

SECRET = "a-secret-of-the-provider"


class Listener:
    """Keeps what is reported to it, and refuses the first reports when told."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, Any]] = []
        self.refuses = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.heard.append((self.rfile.read(length), self.headers))
                is_refused = len(outer.heard) <= outer.refuses
                self.send_response(503 if is_refused else 202)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/reports/demo"


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.server.shutdown()
    found.server.server_close()


def post(provider: Provider, key: str = "", **body: str) -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return requests.post(
        f"{provider.url}/messages", json=body, headers=headers, timeout=5
    )


def test_the_page_shows_what_arrived_and_what_became_of_it() -> None:
    with provider_server() as provider:
        post(provider, "k1", to="+447400123456", text="<b>Hello</b>")
        post(provider, "k1", to="+447400123456", text="<b>Hello</b>")
        page = requests.get(provider.url, timeout=5).text
        told = requests.get(f"{provider.url}/arrived.json", timeout=5).json()

    assert "&lt;b&gt;Hello" in page
    assert "<b>Hello" not in page
    assert [one["became"] for one in told["requests"]] == [
        "known already: not carried twice",
        "takes everything",
    ]
    assert len(provider.carried) == 1


def test_the_page_tells_the_provider_how_to_behave() -> None:
    with provider_server() as provider:
        answer = requests.post(
            f"{provider.url}/_behave", data={"always": BUSY}, timeout=5
        )
        assert answer.url == f"{provider.url}/"
        assert post(provider, to="x").status_code == 429
        wrong = requests.post(
            f"{provider.url}/_behave", data={"always": "fly"}, timeout=5
        )

    assert wrong.status_code == 400
    assert provider.always == BUSY


@pytest.mark.parametrize(
    ("habit", "states"),
    [
        ("that it arrived", [DELIVERED]),
        ("that it arrived, twice", [DELIVERED] * 2),
        ("that it did not arrive", [FAILED]),
        ("nothing", []),
    ],
)
def test_the_page_tells_it_what_to_report(
    listener: Listener, habit: str, states: list[str]
) -> None:
    reporter = Reporter(url=listener.url, secret="s")
    with provider_server(reporter=reporter) as provider:
        answer = requests.post(
            f"{provider.url}/_behave", data={"reports": habit}, timeout=5
        )
        assert f"<option selected>{habit}</option>" in answer.text
        post(provider, "k1", to="x")
        reporter.wait()

    assert [json.loads(body)["state"] for body, _ in listener.heard] == states


def test_a_page_elsewhere_cannot_look_in() -> None:
    with provider_server() as provider:
        answer = requests.get(provider.url, headers={"Host": "evil.example"}, timeout=5)

    assert answer.status_code == 403


def test_a_report_is_signed_over_what_it_says(listener: Listener) -> None:
    reporter = Reporter(url=listener.url, secret="s", times=2)
    with provider_server(reporter=reporter) as provider:
        post(provider, "k1", to="x", text="y")
        reporter.wait()

    assert reporter.answers == [202, 202]
    for body, headers in listener.heard:
        digest = hmac.new(b"s", body, hashlib.sha256).hexdigest()
        assert headers[SIGNATURE_HEADER] == digest
        assert json.loads(body) == {"reference": "k1", "id": "id-1", "state": "DELIVRD"}


def test_a_report_comes_even_when_the_answer_was_lost(listener: Listener) -> None:
    reporter = Reporter(url=listener.url, secret="s", state=FAILED, between_tries=0.01)
    listener.refuses = 1
    with provider_server(reporter=reporter, always=DROP) as provider:
        with pytest.raises(requests.ConnectionError):
            post(provider, "k1", to="x")
        reporter.wait()

    assert [json.loads(body)["state"] for body, _ in listener.heard] == [FAILED] * 2
    assert reporter.answers == [202]


def test_what_a_demo_is_set_to_is_sound(tmp_path: Path) -> None:
    settings = demo.environment(tmp_path, 4321)
    again = demo.environment(tmp_path, 4321)

    def read(name: str) -> str:
        return Path(settings[f"{name}_FILE"]).read_text()

    subject = settings["VAPID_SUBJECT"]

    assert again == settings
    account = read_account(Path(settings["WECHAT_ACCOUNT"]), read)
    assert account.url == "http://127.0.0.1:4321"
    assert Signer(read("VAPID_PRIVATE_KEY"), subject).public_key()
    services = settings["PUSH_SERVICES"].split(",")
    assert is_allowed("http://127.0.0.1:4321/push/x", services)
    assert set(settings["PUSH_SERVICES"].split(",")) > set(PUSH_SERVICES)


@pytest.mark.parametrize(
    ("state", "arrival"), [(DELIVERED, Arrival.DELIVERED), (FAILED, Arrival.FAILED)]
)
def test_what_it_reports_is_believed(
    tmp_path: Path, state: str, arrival: Arrival
) -> None:
    """In the format of the demo, and in the one that is built in."""
    routes = read_routes(
        Path(demo.environment(tmp_path, 4321)["SMS_ROUTES"]), lambda name: SECRET
    )
    key = "01990000-0000-7000-8000-000000000001"
    sent = {"id": "id-1", "headers": {"idempotency-key": key}}
    body, headers = Reporter(url="x", secret=SECRET, state=state)._as_own(sent)
    posted = Posted(url="x", query={}, headers=headers, body=body)

    report = read_report(routes.providers["demo"], posted)

    assert (str(report.message_id), report.arrival) == (key, arrival)
    login = base64.b64encode(f"AC1:{SECRET}".encode()).decode()
    sent = {
        "id": "id-1",
        "headers": {"authorization": f"Basic {login}"},
        "body": {"To": "+12025550123"},
    }
    url = f"https://infusion.example.org/api/v1/delivery-reports/tw?key={key}"
    body, headers = _as_twilio(url, sent, state)
    posted = Posted(url=url, query={"key": key}, headers=headers, body=body)
    report = read_report({"kind": "twilio", "auth_token": SECRET}, posted)
    assert (str(report.message_id), report.arrival) == (key, arrival)


def test_as_a_process_it_listens_and_ends_when_told(tmp_path: Path) -> None:
    port, secret = any_free_port(), tmp_path / "secret"
    secret.write_text("s")
    command = [sys.executable, "-m", "ops.provider", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--secret-file", str(secret)], cwd=ROOT
    ) as process:
        try:
            until(lambda: accepts(port), "the provider listens")
            page = requests.get(f"http://127.0.0.1:{port}/", timeout=5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
    assert "Nothing has arrived yet" in page.text
