"""Owe many messages, and judge afterwards what became of them."""

import json
import os
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection

from infusion import models
from infusion.services.leases import SEND_LEASE
from patients import models as people
from tests.factories.messages import Scene, in_hours
from tests.fakes.provider import Provider
from tests.faults.ground import wait_until

KEY = "idempotency-key"
OPEN = ("PENDING", "SENDING")
ARRIVED = ("SENT", "DELIVERED")
# A statement of more is cut off by the time limit of a busy machine.
_PER_STATEMENT = 2_000


def many(rows: int) -> int:
    """Return how many rows to owe: these in make test, many times more in make faults."""
    return rows * int(os.environ.get("FAULTS_TIMES", "1"))


def is_long() -> bool:
    """Say whether this run takes its time, as make faults does."""
    return "FAULTS_TIMES" in os.environ


def owe_many(count: int, scene: Scene | None = None, **fields: Any) -> list[UUID]:
    """Owe one text message each to so many people of a site; return their ids."""
    scene = scene or Scene(address=None)
    fields.setdefault("due_at", in_hours(fields.pop("due_in_hours", 0)))
    country = fields.pop("country", "44740")
    accounts = _nurses(scene, count, country)
    values = {"kind": "bag_change_24h", "person_kind": "STAFF", "channel": "SMS"}
    rows = [
        models.Message(**scene.values(**{**values, "user": one, **fields}))
        for one in accounts
    ]
    stored = models.Message.objects.bulk_create(rows, _PER_STATEMENT)
    return [row.id for row in stored]


def _nurses(scene: Scene, count: int, country: str) -> list[people.User]:
    """Make people who work at the site and have a number; none of them logs in."""
    first, password = people.User.objects.count(), make_password(None)
    new = (
        people.User(
            email=f"nurse{first + number}@example.org",
            first_name="Ada",
            last_name=f"Nurse{first + number}",
            password=password,
        )
        for number in range(count)
    )
    users = people.User.objects.bulk_create(new, _PER_STATEMENT)
    roles = (
        people.Membership(user=one, site=scene.site, role=people.Role.NURSE)
        for one in users
    )
    people.Membership.objects.bulk_create(roles, _PER_STATEMENT)
    numbers = (
        people.ContactPoint(user=one, channel="SMS", value=f"+{country}{first + nr:07}")
        for nr, one in enumerate(users)
    )
    people.ContactPoint.objects.bulk_create(numbers, _PER_STATEMENT)
    return users


def left(*statuses: str) -> int:
    """Count the messages in these statuses; those not settled without any."""
    return models.Message.objects.filter(status__in=statuses or OPEN).count()


def states(ids: Collection[UUID]) -> Counter[str]:
    """Count the messages by status."""
    rows = models.Message.objects.filter(id__in=ids)
    return Counter(rows.values_list("status", flat=True))


def let_leases_end() -> None:
    """Let the time pass that the lease of a dead worker lasts."""
    _sql("lease_until = now() - interval '1 second' WHERE status = 'SENDING'")


def let_waits_end() -> None:
    """Let the time pass before the next try."""
    _sql("not_before = now() WHERE status = 'PENDING' AND not_before > now()")


def let_claims_end() -> None:
    """Let the time pass after which a claim that no worker took up is free again.

    What a worker has in its hands is left alone: its own lease is shorter.
    """
    seconds = SEND_LEASE.total_seconds() + 1
    _sql(
        "lease_until = now() - interval '1 second' WHERE status = 'SENDING'"
        f" AND lease_until > now() + interval '{seconds} seconds'"
    )


def is_done() -> bool:
    """Say whether every message is settled, however long one would wait for it."""
    let_waits_end()
    return left() == 0


def wait_until_done() -> None:
    """Wait until every message is settled."""
    wait_until(is_done, 60)


def wait_for_more(provider: Provider, count: int = 4) -> None:
    """Wait until the provider has carried more, or nothing is left to carry."""
    wanted = len(provider.carried) + count
    wait_until(lambda: len(provider.carried) >= wanted or is_done())


def wait_until_still(provider: Provider, seconds: float = 0.7) -> None:
    """Wait until the provider is asked for nothing any more."""

    def is_still() -> bool:
        before = len(provider.requests)
        time.sleep(seconds)
        return len(provider.requests) == before

    wait_until(is_still, 60)


def _sql(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE infusion_message SET {change}")  # noqa: S608


def keys(requests: Sequence[dict[str, Any]]) -> Counter[str]:
    """Count requests by the key the provider knows them by."""
    return Counter(one["headers"].get(KEY, "") for one in requests)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a fault did to the messages that were owed while it lasted.

    ``lost`` never reached a person, or are not settled; ``doubled`` reached one twice;
    ``asked_twice`` were sent to the provider again and known by their key. ``untrue``
    are those of which the ledger says what is not so. Late is in seconds.
    """

    fault: str
    rows: int
    lost: int
    doubled: int
    asked_twice: int
    unknown: int
    untrue: int
    late_p50: float
    late_p99: float

    def is_clean(self) -> bool:
        """Say whether nothing was lost, doubled in effect, or told untruly."""
        return not (self.lost or self.doubled or self.untrue)


def judge(fault: str, ids: Collection[UUID], provider: Provider) -> Verdict:
    """Compare the ledger with what the provider carried, and write a line of it."""
    rows = models.Message.objects.filter(id__in=ids)
    found = dict(rows.values_list("id", "status"))
    carried, asked = keys(provider.carried), keys(provider.requests)
    late = sorted(
        (sent - due).total_seconds()
        for sent, due in rows.exclude(sent_at=None).values_list("sent_at", "due_at")
    )
    verdict = Verdict(
        fault=fault,
        rows=len(found),
        lost=sum(
            status in OPEN or (status not in _TOLD and not carried[str(one)])
            for one, status in found.items()
        ),
        doubled=sum(carried[str(one)] > 1 for one in found),
        asked_twice=sum(asked[str(one)] > 1 for one in found),
        unknown=sum(status == "UNKNOWN" for status in found.values()),
        untrue=sum(_is_untrue(one, found[one], carried) for one in found),
        late_p50=_at(late, 0.5),
        late_p99=_at(late, 0.99),
    )
    _write(verdict)
    return verdict


# The ledger itself says that they did not arrive, or may not have.
_TOLD = {"UNKNOWN", "FAILED", "EXPIRED", "CANCELLED"}


def _is_untrue(one: UUID, status: str, carried: Counter[str]) -> bool:
    """Say whether the provider knows better than the ledger."""
    if status in ARRIVED:
        return not carried[str(one)]
    if status == "UNKNOWN" or not carried[str(one)]:
        return False
    tries = models.MessageAttempt.objects.filter(message_id=one)
    # Carried, and the ledger does not even say that it was tried.
    return not tries.exclude(outcome="RETRY").exists()


def _at(sorted_values: Sequence[float], share: float) -> float:
    if not sorted_values:
        return 0.0
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]


def _write(verdict: Verdict) -> None:
    """Add a line to the report of make faults."""
    path = os.environ.get("FAULTS_REPORT")
    if path:
        with Path(path).open("a") as report:
            report.write(json.dumps(asdict(verdict)) + "\n")
