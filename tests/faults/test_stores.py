"""Redis and PostgreSQL that forget, restart, stay away or fill up, and cut wires."""

import signal
import time
from typing import Any

import pytest
from django.db import connection

from tests.fakes.provider import Provider
from tests.faults.conftest import Service
from tests.faults.ground import Ground
from tests.faults.ledger import (
    is_long,
    judge,
    left,
    let_claims_end,
    let_leases_end,
    many,
    owe_many,
    states,
    wait_for_more,
    wait_until_done,
    wait_until_still,
)


def in_mid_batch(service: Service, provider: Provider) -> None:
    """Start everything and return when some have arrived and most have not."""
    service.ground.to_provider.seconds = 0.2
    service.worker()
    service.beat()
    wait_for_more(provider)
    assert left()


def forget(ground: Ground) -> None:
    ground.redis.forget()


def restart_redis(ground: Ground) -> None:
    ground.redis.kill()
    ground.redis.start()


def take_redis_away(ground: Ground) -> None:
    """Keep it away for seconds, or for ten minutes where there is time."""
    ground.redis.kill()
    time.sleep(600 if is_long() else 3)
    ground.redis.start()


def nightly(name: str) -> Any:
    """Leave out of make test what another of its kind shows there."""
    return pytest.param(name, marks=pytest.mark.nightly)


BROKER = {
    "Redis flushed": forget,
    "Redis restarted": restart_redis,
    "Redis gone for ten minutes": take_redis_away,
}


@pytest.mark.parametrize("fault", BROKER)
def test_a_broker_that_forgets_loses_nothing(
    fault: str, service: Service, provider: Provider, ground: Ground
) -> None:
    rows = owe_many(many(150))
    in_mid_batch(service, provider)

    BROKER[fault](ground)
    let_claims_end()
    wait_until_done()

    found = judge(fault, rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}


def restart_postgres(ground: Ground) -> None:
    ground.postgres.stop(signal.SIGINT)
    ground.postgres.start()


def crash_postgres(ground: Ground) -> None:
    ground.postgres.stop(signal.SIGQUIT)
    ground.postgres.start()


def fail_over(ground: Ground) -> None:
    """End every session, refuse new ones for a moment, and go on elsewhere."""
    ground.to_postgres.unplug()
    ground.postgres.end_sessions()
    time.sleep(1)
    ground.to_postgres.open()


DATABASE = {
    "PostgreSQL restarted in mid-batch": restart_postgres,
    "PostgreSQL crashed in mid-batch": crash_postgres,
    "PostgreSQL fails over its connections": fail_over,
}


@pytest.mark.parametrize(
    "fault",
    [one if "crashed" in one else nightly(one) for one in DATABASE],
)
def test_a_database_that_goes_away_loses_nothing(
    fault: str, service: Service, provider: Provider, ground: Ground
) -> None:
    rows = owe_many(many(150))
    in_mid_batch(service, provider)

    connection.close()
    DATABASE[fault](ground)
    connection.close()
    wait_until_still(provider)
    let_leases_end()
    wait_until_done()

    found = judge(fault, rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}


FILL = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$
"""
TABLES = ("infusion_message", "infusion_messageattempt", "infusion_heartbeat")


def test_a_full_disk_costs_time_and_no_message(
    service: Service, provider: Provider, ground: Ground
) -> None:
    """Every write is refused with the error PostgreSQL has for it, then none."""
    rows = owe_many(many(150))
    in_mid_batch(service, provider)

    refuse = "BEFORE INSERT OR UPDATE ON {0} EXECUTE FUNCTION no_space()"
    full = [f"CREATE TRIGGER full_disk {refuse.format(one)}" for one in TABLES]
    ground.postgres.do(FILL, *full, database="faults")
    wait_until_still(provider)
    carried = len(provider.carried)
    time.sleep(1.5)
    assert len(provider.carried) == carried < len(rows)
    empty = [f"DROP TRIGGER full_disk ON {one}" for one in TABLES]
    ground.postgres.do(*empty, database="faults")
    let_leases_end()
    wait_until_done()

    found = judge("disk full", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}


WIRES = {
    "PostgreSQL": lambda ground: ground.to_postgres,
    "Redis": lambda ground: ground.to_redis,
    "the provider": lambda ground: ground.to_provider,
}


@pytest.mark.parametrize(
    "to",
    # The stores cut off are much the same to a worker; one is tried every time.
    ["PostgreSQL", *(nightly(one) for one in WIRES if one != "PostgreSQL")],
)
@pytest.mark.parametrize(
    "kind", ["cut", pytest.param("half open, then cut", marks=pytest.mark.nightly)]
)
def test_a_network_that_is_cut_loses_nothing(
    to: str, kind: str, service: Service, provider: Provider, ground: Ground
) -> None:
    """A wire that ends at once, or one that first says nothing for a while."""
    rows = owe_many(many(150))
    wire = WIRES[to](ground)
    ground.to_provider.seconds = 0.2
    service.worker()
    service.beat()
    for _ in range(2):
        wait_for_more(provider)
        if kind != "cut":
            wire.hold()
            time.sleep(0.7)
        wire.cut()
        wire.open()
        wait_until_still(provider, 0.3)
        let_leases_end()
    wait_until_done()

    found = judge(f"network to {to} {kind}", rows, provider)
    assert found.is_clean()
    assert states(rows) == {"SENT": len(rows)}
