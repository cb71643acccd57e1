"""Takes what a provider reports of a message it took, in whatever order it comes."""

import datetime as dt
import uuid

import structlog
from django.db import transaction

from infusion import models
from infusion.domain.delivery import Arrival, Outcome, Step, after_report
from infusion.domain.states import MessageStatus
from infusion.notifications.channels.reports import Report
from patients.domain.contacts import SMS

log = structlog.get_logger(__name__)


@transaction.atomic
def take_report(provider: str, report: Report, now: dt.datetime) -> bool:
    """Store a report and let the message follow; say whether the message is known.

    A report that is known already changes nothing. One that comes before our own answer
    is written down waits in its table for it.
    """
    message = _message(report)
    if message is None:
        log.warning("report_of_nothing", provider=provider, arrival=report.arrival)
        return False
    # The lock makes the answer being written and the report see each other.
    locked = models.Message.objects.select_for_update().get(id=message)
    _, is_new = models.DeliveryReport.objects.get_or_create(
        message=locked,
        provider=provider,
        provider_id=report.provider_id,
        arrival=report.arrival,
        defaults={"code": report.code},
    )
    if is_new:
        _follow(locked, report, now)
    return True


def catch_up(message_id: uuid.UUID, now: dt.datetime) -> None:
    """Let a message whose answer is written now follow what was reported before."""
    rows = models.DeliveryReport.objects.filter(message_id=message_id)
    for row in rows.order_by("created_at"):
        report = Report(
            message_id=message_id,
            provider_id=row.provider_id,
            arrival=Arrival(row.arrival),
            code=row.code,
        )
        _follow(models.Message.objects.get(id=message_id), report, now)


def _message(report: Report) -> uuid.UUID | None:
    """Return the id of the message, by our own key or by the provider's id."""
    if report.message_id is not None:
        rows = models.Message.objects.filter(id=report.message_id)
        return rows.values_list("id", flat=True).first()
    if not report.provider_id:
        return None
    # Only providers of text messages report; another channel counts by itself.
    tries = models.MessageAttempt.objects.filter(
        channel=SMS, provider_id=report.provider_id
    )
    return tries.values_list("message_id", flat=True).first()


def _follow(message: models.Message, report: Report, now: dt.datetime) -> None:
    last = message.attempt_records.order_by("at", "id").last()
    step = after_report(
        MessageStatus(message.status),
        report.arrival,
        is_of_last_try=last is not None and _is_of(last, report.provider_id),
        is_late=message.expires_at <= now,
    )
    if step is None:
        return
    if report.arrival is Arrival.FAILED and last is not None:
        _refuse(last, report.code, now)
    _settle(message, step)


def _is_of(last: models.MessageAttempt, provider_id: str) -> bool:
    """Say whether a report is about the last try; a lost answer has no id to compare."""
    if last.outcome == Outcome.UNKNOWN:
        return True
    return last.outcome == Outcome.ACCEPTED and last.provider_id == provider_id


def _refuse(last: models.MessageAttempt, code: str, now: dt.datetime) -> None:
    """Write down that the channel could not do it, so that the next one is taken."""
    models.MessageAttempt.objects.create(
        message_id=last.message_id,
        at=now,
        channel=last.channel,
        outcome=Outcome.REFUSED,
        detail=code or "not_delivered",
    )


def _settle(message: models.Message, step: Step) -> None:
    models.Message.objects.filter(id=message.id, status=message.status).update(
        status=step.status, reason=step.reason, not_before=None
    )
    log.info("message_reported", message_id=str(message.id), status=str(step.status))
