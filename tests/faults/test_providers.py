"""A provider that is slow, busy, broken or silent, and what it reports afterwards."""

import hashlib
import hmac
import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from infusion import models
from tests.factories.messages import Scene
from tests.fakes import provider as fakes
from tests.fakes.provider import Provider
from tests.faults.conftest import REPORT_SECRET, ROUTES, Service
from tests.faults.ground import Ground, wait_until
from tests.faults.ledger import (
    KEY,
    judge,
    left,
    many,
    owe_many,
    states,
    wait_for_more,
    wait_until_done,
    wait_until_still,
)

# How the provider behaves to the first requests, and how many of them.
BAD = {
    "429": (fakes.BUSY, 20),
    "5xx": (fakes.BROKEN, 20),
    "a gateway's 504": (fakes.GATEWAY, 20),
    "hanging": (fakes.HANG, 10),
    "taking and dropping the line": (fakes.DROP, 20),
    "dropping the line before taking": (fakes.DROP_BEFORE, 20),
    "answering nonsense": (fakes.NONSENSE, 20),
}


# The others differ from these in one word of the answer.
_AT_NIGHT = {"a gateway's 504", "dropping the line before taking", "answering nonsense"}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=pytest.mark.nightly if one in _AT_NIGHT else ())
        for one in BAD
    ],
)
def test_a_bad_provider_gets_everything_once_in_the_end(
    fault: str, service: Service, provider: Provider
) -> None:
    does, requests = BAD[fault]
    provider.then = [does] * many(requests)
    rows = owe_many(many(50))
    service.worker(answer_seconds=1.5)
    service.beat()
    wait_until_done()

    found = judge(f"provider {fault}", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
    assert found.asked_twice > 0


def test_a_slow_provider_costs_time_only(
    service: Service, provider: Provider, ground: Ground
) -> None:
    ground.to_provider.seconds = 0.2
    rows = owe_many(many(100))
    service.worker()
    service.beat()
    wait_until_done()

    found = judge("provider slow (0.2 s)", rows, provider)
    assert found.is_clean()
    assert found.asked_twice == 0


def test_an_answer_after_the_timeout_doubles_nothing(
    service: Service, provider: Provider, ground: Ground
) -> None:
    rows = owe_many(many(150))
    service.worker(answer_seconds=0.5)
    service.beat()
    for _ in range(2):
        wait_for_more(provider)
        ground.to_provider.hold(asking=False)
        time.sleep(1.2)
        ground.to_provider.open()
    wait_until_done()

    found = judge("provider answers after the timeout", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
    assert found.asked_twice > 0


def test_a_provider_without_keys_is_not_asked_again_where_once_is_better(
    service: Service, provider: Provider
) -> None:
    """The answer was lost, nobody knows, and the ledger says so."""
    provider.then = [fakes.DROP] * 7
    rows = owe_many(many(50), kind="infusion_end_24h", country="4915100")
    service.worker()
    service.beat()
    wait_until_done()

    numbers = [one["body"]["to"] for one in provider.carried]
    assert len(numbers) == len(set(numbers)) == len(rows)
    assert states(rows) == {"SENT": len(rows) - 7, "UNKNOWN": 7}


def test_a_poison_row_stops_nobody_else(service: Service, provider: Provider) -> None:
    scene = Scene(address=None)
    poison = Scene(site=scene.site, patient_fields={"time_zone": "No/Zone"}).owe(
        channel="SMS"
    )
    rows = owe_many(many(60), scene)
    service.worker()
    service.beat()
    wait_until_done()

    found = judge("a poison row", rows, provider)
    assert found.is_clean()
    poison.refresh_from_db()
    assert (poison.status, poison.reason) == ("FAILED", "internal_error")
    for secret in ("No/Zone", "Ada", "+44740"):
        assert secret not in service.logs()


@pytest.fixture
def webhook(settings: Any, tmp_path: Any) -> Any:
    """Post a report as the provider does, signed unless told otherwise."""
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES.format(port=9, secret=REPORT_SECRET))
    settings.SMS_ROUTES = str(routes)
    client = Client()

    def post(message: UUID | str, secret: str = REPORT_SECRET) -> int:
        report = {"key": str(message), "id": "any", "state": "DELIVRD"}
        body = json.dumps(report).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        reply = client.post(
            "/api/v1/delivery-reports/keyed",
            data=body,
            content_type="application/json",
            headers={"X-Signature": signature},
        )
        return reply.status_code

    return post


def test_reports_twice_late_early_unknown_and_forged_leave_a_true_ledger(
    service: Service, provider: Provider, ground: Ground, webhook: Any
) -> None:
    rows = owe_many(many(50))
    # Nobody asks again because of how long the reports of this test take.
    service.worker(answer_seconds=60)
    service.beat()
    wait_for_more(provider)
    ground.to_provider.hold(asking=False)
    wait_until_still(provider, 0.3)
    early = [one["headers"][KEY] for one in provider.carried]

    # Before the answer, and twice; of a message that nobody knows.
    assert {webhook(one) for one in early + early} == {202}
    assert webhook(uuid4()) == 202
    ground.to_provider.open()
    # From a stranger, while the others leave.
    assert {webhook(one, "another") for one in rows} == {403}
    wait_until_done()
    # Late, and twice.
    assert {webhook(one) for one in [*rows, *rows]} == {202}

    found = judge("webhook twice, late, early, unknown, forged", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"DELIVERED": len(rows)}
    assert found.asked_twice == 0
    per_row = models.DeliveryReport.objects.filter(message_id__in=rows)
    assert per_row.count() <= 2 * len(rows)


def test_a_plan_change_overtakes_what_is_already_claimed(
    service: Service, provider: Provider, ground: Ground
) -> None:
    """Nothing leaves after it but what was on the wire, and the ledger says so."""
    gone, stays = owe_many(many(100)), owe_many(many(50))
    ground.to_provider.seconds = 0.2
    service.worker()
    service.beat()
    wait_for_more(provider, 5)

    cancelled = models.Message.objects.filter(
        id__in=gone, status__in=["PENDING", "SENDING"]
    )
    number = cancelled.update(status="CANCELLED", reason="replanned", lease_until=None)
    at_the_change = {one["headers"][KEY] for one in provider.carried}
    wait_until(lambda: left() == 0, 60)

    found = judge("a plan change racing a send", gone + stays, provider)
    assert found.is_clean()
    assert number > 0
    told = models.MessageAttempt.objects.filter(detail="not_ours_any_more")
    after = {one["headers"][KEY] for one in provider.carried} - at_the_change
    assert after & {str(one) for one in gone} <= {
        str(one) for one in told.values_list("message_id", flat=True)
    } | {str(one) for one in sent_before_the_change(gone)}
    assert states(stays) == {"SENT": len(stays)}


def sent_before_the_change(rows: list[UUID]) -> set[UUID]:
    found = models.Message.objects.filter(id__in=rows, status="SENT")
    return set(found.values_list("id", flat=True))
