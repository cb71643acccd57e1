"""Messages that leave side by side, because their provider knows each by its key."""

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from infusion import models
from infusion.notifications.channels import AnswerLost, ChannelError, Outgoing, Receipt
from infusion.notifications.channels.registry import Channels
from infusion.selectors import deliveries
from infusion.services import leases, messages, reports, sweeps
from patients import models as people
from patients.selectors import people as people_of
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes.email import EmailChannel
from tests.faults.ground import wait_until
from tests.faults.ledger import owe_many
from tests.integration.messages.deliver.post import NO_OFFSET, attempts, deliver, state

WIDE = 4


@dataclass
class KeyedSms:
    """Takes messages side by side, and waits until as many as may are there."""

    at_once: int = WIDE
    taken: list[Outgoing] = field(default_factory=list)
    bad: dict[str, Exception] = field(default_factory=dict)
    keyless: set[str] = field(default_factory=set)
    most_at_once: int = 0
    _here: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, outgoing: Outgoing) -> Receipt:
        with self._lock:
            self._here += 1
            self.most_at_once = max(self.most_at_once, self._here)
        threading.Event().wait(0.02)
        with self._lock:
            self._here -= 1
            if error := self.bad.get(outgoing.address):
                raise error
            self.taken.append(outgoing)
        return Receipt(provider_id=str(outgoing.message_id))

    def has_key(self, address: str) -> bool:
        return address not in self.keyless

    def close(self) -> None:
        pass


@pytest.fixture
def sms() -> KeyedSms:
    return KeyedSms()


def go(post: EmailChannel, sms: KeyedSms) -> None:
    deliver(post, SMS=lambda: sms)


def rows_of(number: int, scene: Scene | None = None) -> list[models.Message]:
    # The clock of the database stands still within a test.
    ids = owe_many(number, scene, due_in_hours=-0.1)
    return list(models.Message.objects.filter(id__in=ids).order_by("user__email"))


def test_many_leave_side_by_side_and_are_written_down_once_each(
    post: EmailChannel, sms: KeyedSms
) -> None:
    rows = rows_of(12)

    go(post, sms)

    assert 1 < sms.most_at_once <= WIDE
    assert {state(row) for row in rows} == {("SENT", "")}
    assert {tuple(attempts(row)) for row in rows} == {(("ACCEPTED", ""),)}
    assert len({one.message_id for one in sms.taken}) == len(sms.taken) == 12


def test_a_wave_costs_no_more_questions_than_one_message(
    post: EmailChannel, sms: KeyedSms
) -> None:
    asked, sms.at_once = [], 20
    # The first one reads what a process keeps.
    for number in (1, 2, 20):
        rows_of(number)
        with CaptureQueriesContext(connection) as queries:
            go(post, sms)
        asked.append(len(queries))

    assert asked[2] == asked[1]


def test_what_fails_among_them_stops_no_other(
    post: EmailChannel, sms: KeyedSms
) -> None:
    rows = rows_of(6)
    by_row = {row.id: row.user.contact_points.get().value for row in rows if row.user}
    busy, refused, broken, unknown, *good = rows
    sms.bad = {
        by_row[busy.id]: ChannelError("sms_busy", permanent=False),
        by_row[refused.id]: ChannelError("sms_30003", permanent=True),
        by_row[broken.id]: ZeroDivisionError(),
    }
    models.Message.objects.filter(id=unknown.id).update(kind="nothing_known")

    go(post, sms)

    assert state(busy) == ("PENDING", "sms_busy")
    assert state(refused) == ("FAILED", "sms_30003")
    assert state(broken) == ("FAILED", "internal_error")
    assert state(unknown)[0] == "CANCELLED"
    assert {state(row) for row in good} == {("SENT", "")}


def test_a_wave_that_cannot_be_looked_at_together_is_delivered_one_by_one(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(3)

    def broken(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(people_of, "recipients_of", broken)
    go(post, sms)

    assert {state(row) for row in rows} == {("SENT", "")}


def test_a_database_that_is_away_breaks_no_row_of_a_wave(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(3)

    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(deliveries, "load_deliveries", away)
    with pytest.raises(OperationalError):
        go(post, sms)

    assert {state(row) for row in rows} == {("SENDING", "")}


def test_a_message_that_was_tried_before_is_delivered_alone(
    post: EmailChannel, sms: KeyedSms
) -> None:
    """Should it be the one that kills its worker, no other is given up with it."""
    rows = rows_of(3)
    models.Message.objects.update(attempts=7)

    go(post, sms)

    assert sms.most_at_once == 1
    assert {state(row) for row in rows} == {("SENT", "")}


def test_what_was_cancelled_before_the_wave_does_not_leave(
    post: EmailChannel, sms: KeyedSms
) -> None:
    rows = rows_of(3)
    models.Course.objects.update(status="STOPPED")

    go(post, sms)

    assert sms.taken == []
    assert {state(row) for row in rows} == {("CANCELLED", "course_closed")}


def test_what_is_cancelled_while_the_wave_is_looked_at_does_not_leave(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(3)
    load = deliveries.load_deliveries

    def and_cancel(*given: Any) -> Any:
        found = load(*given)
        change = {"status": "CANCELLED", "reason": "plan_changed", "lease_until": None}
        models.Message.objects.filter(id=rows[1].id).update(**change)
        return found

    monkeypatch.setattr(deliveries, "load_deliveries", and_cancel)
    go(post, sms)

    assert [state(row) for row in rows] == [
        ("SENT", ""),
        ("CANCELLED", "plan_changed"),
        ("SENT", ""),
    ]
    assert rows[1].id not in {one.message_id for one in sms.taken}
    assert attempts(rows[1]) == []


def test_whose_provider_knows_no_keys_leaves_alone(
    post: EmailChannel, sms: KeyedSms
) -> None:
    rows = rows_of(3)
    sms.keyless = set(
        people.ContactPoint.objects.filter(channel="SMS").values_list(
            "value", flat=True
        )
    )

    go(post, sms)

    assert sms.most_at_once == 1
    assert {state(row) for row in rows} == {("SENT", "")}


def test_what_is_left_alone_goes_back_when_the_time_is_up(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(WIDE)
    sms.keyless = set(people.ContactPoint.objects.values_list("value", flat=True))
    # The wave begins in time, its first message does, and nothing after.
    clock = iter([0.0, 0.0, 0.0])
    late = SimpleNamespace(monotonic=lambda: next(clock, 1e6))
    monkeypatch.setattr(messages, "time", late)
    claim = sweeps.claim_due(rows[0].site_id, NO_OFFSET, WIDE)
    assert claim.leased_until

    messages.deliver_messages(
        ids=claim.held,
        leased_until=claim.leased_until,
        offset=NO_OFFSET,
        channels=Channels({"SMS": lambda: sms}),
    )

    assert sorted(state(row) for row in rows) == [
        *[("PENDING", "")] * (WIDE - 1),
        ("SENT", ""),
    ]
    waiting = models.Message.objects.filter(status="PENDING")
    assert {(row.attempts, row.lease_until) for row in waiting} == {(0, None)}


def test_one_that_cannot_be_written_down_loses_no_other(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken together is then written down one by one."""
    rows = rows_of(3)

    def bad_report(message_id: Any, now: Any) -> None:
        if message_id == rows[0].id:
            raise LookupError
        reports.catch_up(message_id, now)

    models.DeliveryReport.objects.create(
        message=rows[0], provider="keyed", arrival="DELIVERED"
    )
    monkeypatch.setattr("infusion.services.leases.catch_up", bad_report)
    go(post, sms)

    assert state(rows[0]) == ("FAILED", "internal_error")
    assert {state(row) for row in rows[1:]} == {("SENT", "")}
    assert [attempts(row) for row in rows[1:]] == [[("ACCEPTED", "")]] * 2


def test_a_provider_that_dies_under_a_wave_is_asked_again_later(
    post: EmailChannel, sms: KeyedSms
) -> None:
    rows = rows_of(3)
    numbers = people.ContactPoint.objects.values_list("value", flat=True)
    sms.bad = {one: AnswerLost(may_repeat=True) for one in numbers}

    go(post, sms)

    assert {state(row)[0] for row in rows} == {"PENDING"}
    assert {attempts(row)[0][0] for row in rows} == {"UNKNOWN"}


def test_families_cost_no_more_questions_either(
    post: EmailChannel, sms: KeyedSms
) -> None:
    """Whom a mute keeps back is looked up for all of a wave."""
    site, asked = factories.SiteFactory(), []
    for number in (1, 2, 4):
        scenes = [Scene(site=site, address=None) for _ in range(number)]
        rows = [one.owe(due_at=in_hours(-0.1), channel="SMS") for one in scenes]
        for one in scenes:
            mobile = {"channel": "SMS", "value": "+447400123456"}
            factories.ContactPointFactory(patient=one.patient, **mobile)
        with CaptureQueriesContext(connection) as queries:
            go(post, sms)
        asked.append(len(queries))
        assert {state(row) for row in rows} == {("SENT", "")}

    assert asked[2] == asked[1]


def test_what_was_cancelled_on_its_way_is_told_so_and_stays_cancelled(
    post: EmailChannel, sms: KeyedSms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(3)
    record = leases.record_taken

    def cancel_first(*given: Any) -> Any:
        change = {"status": "CANCELLED", "reason": "plan_changed", "lease_until": None}
        models.Message.objects.filter(id=rows[1].id).update(**change)
        return record(*given)

    monkeypatch.setattr(leases, "record_taken", cancel_first)
    go(post, sms)

    assert [state(row)[0] for row in rows] == ["SENT", "CANCELLED", "SENT"]
    assert attempts(rows[1]) == [("ACCEPTED", "not_ours_any_more")]


@pytest.mark.django_db(transaction=True)
def test_a_plan_change_in_the_middle_is_waited_for_by_its_own_row_only(
    post: EmailChannel, sms: KeyedSms
) -> None:
    """Who holds some rows and waits for others could stand in the way of a change."""
    rows = rows_of(WIDE)
    begun, seen = threading.Event(), []

    def change() -> None:
        with transaction.atomic():
            models.Message.objects.select_for_update().get(id=rows[1].id)
            begun.set()
            wait_until(lambda: len(sms.taken) == WIDE - 1)
            others = models.Message.objects.exclude(id=rows[1].id)
            wait_until(lambda: not others.exclude(status="SENT").exists())
            seen.append(len(sms.taken))
        connection.close()

    claim = sweeps.claim_due(rows[0].site_id, NO_OFFSET, WIDE)
    assert claim.leased_until
    changing = threading.Thread(target=change)
    changing.start()
    begun.wait(10)
    messages.deliver_messages(
        ids=claim.held,
        leased_until=claim.leased_until,
        offset=NO_OFFSET,
        channels=Channels({"SMS": lambda: sms}),
    )
    changing.join(10)

    assert seen == [WIDE - 1]
    assert {state(row) for row in rows} == {("SENT", "")}
