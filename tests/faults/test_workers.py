"""Workers and beats that die, come twice, come changed, or believe in another time."""

import time

import pytest
from kombu import Connection

from config.celery import app
from infusion import dispatch, models
from tests.fakes.provider import Provider
from tests.faults.conftest import Service
from tests.faults.ground import Ground, wait_until
from tests.faults.ledger import (
    judge,
    left,
    let_claims_end,
    let_leases_end,
    many,
    owe_many,
    states,
    wait_for_more,
    wait_until_done,
)


def send_task(ground: Ground, name: str, *, queue: str, **arguments: object) -> None:
    """Put a task on the broker of the faults."""
    with Connection(ground.redis.url) as connection:
        app.send_task(name, kwargs=arguments, queue=queue, connection=connection)


def test_nothing_is_wrong(service: Service, provider: Provider) -> None:
    """The ground the faults stand on: everything arrives once."""
    rows = owe_many(many(100))
    service.worker()
    service.beat()

    wait_until_done()

    found = judge("none", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
    assert found.asked_twice == 0


def kill_before_a_send(service: Service, provider: Provider) -> None:
    """Kill it when rows are taken up and not a byte has reached the provider."""
    service.ground.to_provider.hold(answering=False)
    worker = service.worker()
    wait_until(is_in_hand)
    worker.kill()


def kill_during_a_send(service: Service, provider: Provider) -> None:
    """Kill it when the provider has carried and the answers are on their way."""
    service.ground.to_provider.hold(asking=False)
    worker = service.worker()
    wait_for_more(provider)
    worker.kill()


def kill_after_a_send(service: Service, provider: Provider) -> None:
    """Kill it when it has the answers and cannot write them down any more."""
    service.ground.to_provider.hold(asking=False)
    worker = service.worker()
    wait_for_more(provider)
    service.ground.to_postgres.hold()
    service.ground.to_provider.open()
    time.sleep(0.3)
    worker.kill()


def is_in_hand() -> bool:
    rows = models.Message.objects.filter(status="SENDING", attempts__gt=0)
    return rows.exists()


KILLS = {
    "before": kill_before_a_send,
    "during": kill_during_a_send,
    "after": kill_after_a_send,
}


@pytest.mark.parametrize("moment", KILLS)
def test_a_worker_killed_around_a_send_loses_nothing(
    moment: str, service: Service, provider: Provider, ground: Ground
) -> None:
    rows = owe_many(many(150))
    service.beat()
    for _ in range(2):
        KILLS[moment](service, provider)
        assert left()
        for wire in (ground.to_provider, ground.to_postgres):
            wire.cut()
            wire.open()
        let_leases_end()
    service.worker()
    wait_until_done()

    found = judge(f"worker killed with -9 {moment} a send", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
    # Without the key that the provider knows these would be doubles.
    assert (found.asked_twice > 0) is (moment != "before")


def test_two_workers_on_one_batch_send_it_once(
    service: Service, provider: Provider, ground: Ground
) -> None:
    rows = owe_many(many(100))
    service.worker(queues="default", children=1)
    service.beat()
    wait_until(lambda: left("PENDING") == 0 or left("SENDING") >= 1000)
    # Every claim comes three times, as it does when a broker hands a task out again.
    claims = models.Message.objects.filter(status="SENDING")
    for until in set(claims.values_list("lease_until", flat=True)):
        ids = claims.filter(lease_until=until).values_list("id", flat=True)
        for _ in range(2):
            send_task(
                ground,
                dispatch.DELIVER_MESSAGES,
                queue="messages",
                message_ids=[str(one) for one in ids],
                leased_until=until.isoformat(),
            )
    service.worker(queues="messages")
    service.worker(queues="messages")
    wait_until_done()

    found = judge("both workers on one batch", rows, provider)
    assert found.is_clean()
    assert found.asked_twice == 0
    assert models.MessageAttempt.objects.count() == len(rows)


def test_two_beats_send_nothing_twice(service: Service, provider: Provider) -> None:
    rows = owe_many(many(100))
    for start in (service.worker, service.worker, service.beat, service.beat):
        start()
    wait_until_done()

    found = judge("beat twice", rows, provider)
    assert found.is_clean()
    assert found.asked_twice == 0


def test_no_beat_costs_time_and_no_message(
    service: Service, provider: Provider
) -> None:
    rows = owe_many(many(60))
    service.worker()
    time.sleep(2)
    assert left("PENDING") == len(rows)

    service.beat()
    wait_until_done()

    found = judge("beat none for a while", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}


@pytest.mark.parametrize(
    "hours",
    [
        pytest.param(-1, marks=pytest.mark.nightly),
        pytest.param(1, marks=pytest.mark.nightly),
        26,
    ],
)
def test_a_worker_with_a_wrong_clock_sends_nothing_early_or_late(
    hours: int, service: Service, provider: Provider
) -> None:
    rows = owe_many(many(60))
    later = owe_many(5, due_in_hours=0.9)
    service.worker(clock_seconds=3600 * hours)
    service.beat(clock_seconds=3600 * hours)
    wait_until(lambda: left() == len(later), 60)

    found = judge(f"clock of the worker {hours:+} h", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
    assert states(later) == {"PENDING": len(later)}


def test_a_deploy_in_the_middle_loses_nothing(
    service: Service, provider: Provider, ground: Ground
) -> None:
    """The old worker ends warmly; tasks of newer code reach it before it does."""
    rows = owe_many(many(200))
    ground.to_provider.seconds = 0.3
    old = service.worker()
    service.beat()
    wait_for_more(provider)
    newer = {"newer": "argument"}
    send_task(ground, dispatch.SWEEP_MESSAGES, queue="default", **newer)
    send_task(ground, "infusion.not_yet_known", queue="messages", **newer)
    old.ask_to_end()
    assert left("PENDING", "SENDING")
    service.worker()
    wait_until(lambda: not old.is_alive(), 60)
    let_claims_end()
    wait_until_done()

    found = judge("deploy in the middle", rows, provider)
    assert found.is_clean()
    assert found.asked_twice == 0
    assert states(rows) == {"SENT": len(rows)}
