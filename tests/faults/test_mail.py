"""Delivery by real workers over real SMTP on a bad day."""

from infusion import models
from tests.factories import patients as factories
from tests.factories.messages import Scene, in_hours
from tests.fakes import smtp
from tests.faults.conftest import Service
from tests.faults.ground import wait_until


def outcome_of(message: models.Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.status, message.reason


def owe_mails(site: object, count: int) -> list[models.Message]:
    """Owe many mails at one site, each to an address of its own."""
    scene = Scene(site=site, address="reader@example.org")
    return [
        scene.owe(kind="bag_change_24h", person_kind="STAFF", user=scene.staff())
        for _ in range(count)
    ]


def mark(message: models.Message) -> str:
    return f"<{message.id}@localhost>"


def test_a_bad_day_ends_with_a_true_ledger(
    service: Service, mailbox: smtp.MailServer
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
    good = owe_mails(site, 20)
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
