"""Delivery by real workers over real SMTP while things break."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from infusion import models
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes import smtp
from tests.faults.conftest import Broker, Service

Wait = Callable[..., None]
pytestmark = pytest.mark.django_db(transaction=True)


def owe_many(count: int) -> list[models.Message]:
    """Owe many messages to patients of one site, each with an address of its own."""
    site = factories.SiteFactory()
    scene = Scene(site=site, address="reader0@example.org")
    rows = [
        models.Message(
            site=site,
            course=scene.course,
            plan_version=scene.plan,
            kind="bag_change_24h",
            event="BAG_CHANGE",
            subject_kind="BAG",
            subject_id=scene.bag.id,
            bag=scene.bag,
            event_at=scene.event_at,
            person_kind="STAFF",
            user=scene.staff(),
            channel="EMAIL",
            due_at=in_hours(-0.01),
            expires_at=scene.event_at,
        )
        for _ in range(count)
    ]
    return models.Message.objects.bulk_create(rows)


def left(*statuses: str) -> int:
    return models.Message.objects.filter(
        status__in=statuses or ["PENDING", "SENDING"]
    ).count()


def outcome_of(message: models.Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.reason


def mark(message: models.Message) -> str:
    return f"<{message.id}@localhost>"


def let_leases_end() -> None:
    """Let the time pass that a lease lasts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE infusion_message SET lease_until = now() - interval '1 second'"
            " WHERE status = 'SENDING'"
        )


def test_workers_killed_in_the_middle_lose_nothing(
    service: Service, mailbox: smtp.MailServer, wait_until: Wait
) -> None:
    """A double may happen and carries the same Message-ID; a loss may not."""
    rows = owe_many(150)
    mailbox.seconds = 0.05
    service.beat()
    victim = service.worker()

    wait_until(lambda: len(mailbox.mails) > 10)
    service.kill(victim)
    before = len(mailbox.mails)
    assert left() > 0
    let_leases_end()
    mailbox.seconds = 0.0
    service.worker()
    wait_until(lambda: left() == 0)

    counts = Counter(mailbox.ids())
    assert before < len(rows)
    assert set(counts) == {mark(row) for row in rows}
    # Two processes died with one mail each in their hands.
    assert sum(counts.values()) - len(counts) <= 2
    assert left("SENT") == len(rows)


def test_two_workers_and_two_beats_send_nothing_twice(
    service: Service, mailbox: smtp.MailServer, wait_until: Wait
) -> None:
    rows = owe_many(300)
    for start in (service.worker, service.worker, service.beat, service.beat):
        start()

    wait_until(lambda: left() == 0)

    assert sorted(mailbox.ids()) == sorted(mark(row) for row in rows)
    assert models.MessageAttempt.objects.count() == len(rows)


def test_beat_away_costs_time_and_no_message(
    service: Service, mailbox: smtp.MailServer, wait_until: Wait
) -> None:
    rows = owe_many(20)
    gone = owe_many(1)[0]
    models.Message.objects.filter(id=gone.id).update(
        expires_at=in_hours(0) + dt.timedelta(seconds=1)
    )
    service.worker()
    time.sleep(2)
    assert left("PENDING") == 21

    service.beat()
    wait_until(lambda: left() == 0)

    assert sorted(mailbox.ids()) == sorted(mark(row) for row in rows)
    assert outcome_of(gone) == ("EXPIRED", "too_late")
    beats = set(models.Heartbeat.objects.values_list("name", flat=True))
    assert {"beat", "sweep"} <= beats


def test_a_broker_that_dies_and_forgets_everything_loses_nothing(
    service: Service, mailbox: smtp.MailServer, broker: Broker, wait_until: Wait
) -> None:
    rows = owe_many(200)
    mailbox.seconds = 0.02
    service.beat()
    service.worker()
    wait_until(lambda: len(mailbox.mails) > 10)

    broker.kill()
    wait_until(lambda: is_still(mailbox))
    broker.start()
    let_leases_end()
    wait_until(lambda: left() == 0)

    assert sorted(mailbox.ids()) == sorted(mark(row) for row in rows)


def is_still(mailbox: smtp.MailServer) -> bool:
    """Say whether no mail arrives any more."""
    before = len(mailbox.mails)
    time.sleep(1)
    return len(mailbox.mails) == before


def test_a_plan_change_overtakes_what_is_already_claimed(
    service: Service, mailbox: smtp.MailServer, wait_until: Wait
) -> None:
    owe_many(100)
    mailbox.seconds = 0.1
    service.beat()
    service.worker()
    wait_until(lambda: len(mailbox.mails) > 5)

    open_rows = models.Message.objects.filter(status__in=["PENDING", "SENDING"])
    open_rows.update(status="CANCELLED", reason="replanned", lease_until=None)
    at_the_change = len(mailbox.mails)
    time.sleep(1.5)

    # Only the mails that were on the wire still arrive, and the ledger says so.
    assert len(mailbox.mails) <= at_the_change + 2
    told = models.MessageAttempt.objects.filter(detail="not_ours_any_more").count()
    assert len(mailbox.mails) == left("SENT") + told
    assert left("CANCELLED") + left("SENT") == 100


def test_a_bad_day_ends_with_a_true_ledger(
    service: Service, mailbox: smtp.MailServer, wait_until: Wait
) -> None:
    """Refused, delayed, hanging, broken, poisoned, unreachable, too late: and the rest."""
    behaviours = {
        "refused@example.org": smtp.REFUSE_RECIPIENT,
        "unwanted@example.org": smtp.REFUSE,
        "busy@example.org": smtp.BUSY,
        "hanging@example.org": smtp.HANG,
        "dropped@example.org": smtp.DROP_AFTER_CONTENT,
    }
    mailbox.by_address = behaviours
    site = factories.SiteFactory()
    bad = {
        address.partition("@")[0]: Scene(site=site, address=address).owe()
        for address in behaviours
    }
    bad["unreachable"] = Scene(site=site, address=None).owe()
    bad["poisoned"] = Scene(site=site, patient_fields={"time_zone": "No/Zone"}).owe()
    bad["expired"] = Scene(site=site).owe(expires_at=in_hours(-0.001))
    good = owe_many(60)
    service.worker()
    service.beat()

    open_for_good = {bad["busy"].id, bad["hanging"].id, bad["dropped"].id}
    others = models.Message.objects.exclude(id__in=open_for_good)
    tried = models.MessageAttempt.objects.filter(message_id__in=open_for_good)
    wait_until(
        lambda: (
            not others.filter(status__in=["PENDING", "SENDING"]).exists()
            and tried.values("message_id").distinct().count() == 3
        )
    )

    assert {name: outcome_of(row) for name, row in bad.items()} == {
        "refused": ("FAILED", "smtp_550"),
        "unwanted": ("FAILED", "smtp_554"),
        "busy": ("PENDING", "smtp_451"),
        "hanging": ("PENDING", "answer_lost"),
        "dropped": ("PENDING", "answer_lost"),
        "unreachable": ("FAILED", "no_address"),
        "poisoned": ("FAILED", "internal_error"),
        "expired": ("EXPIRED", "too_late"),
    }
    assert {outcome_of(row) for row in good} == {("SENT", "")}
    assert {mark(row) for row in good} <= set(mailbox.ids())
    no_line_shows_a_person(service.logs())


def no_line_shows_a_person(logs: str) -> None:
    assert "message_settled" in logs
    for secret in ("@example.org", "Ada", "Jane", "Doe", "message_ids"):
        assert secret not in logs
