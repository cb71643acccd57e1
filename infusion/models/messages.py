"""Messages owed, what was tried, and the replies kept for repeated requests."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from infusion.domain import delivery, states
from infusion.models.bags import Bag
from infusion.models.base import Record, append_only, choices, only_steps
from infusion.models.courses import Course, PlanVersion


class Message(Record):
    """A message owed to one person over one channel: stored first, sent later.

    ``kind`` is the key of its rule, or the notice it is. What it is about is named by
    ``event`` and ``subject_id``, whose table ``subject_kind`` tells.
    """

    SCOPE: ClassVar = {"site": "site", "patient": "course__patient"}

    # No index of their own for these keys: every one would slow each step of a message,
    # and the log, the claim and the unique key already lead with what is looked up.
    site = models.ForeignKey(
        "patients.Site", models.PROTECT, related_name="+", db_index=False
    )
    # None when it is about the site itself, such as a time with nobody on call.
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    # The plan that first asked for it; a notice follows from none.
    plan_version = models.ForeignKey(
        PlanVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    kind = models.CharField(max_length=40)
    event = models.CharField(max_length=24)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.UUIDField()
    # The bag that is spoken of, where there is one.
    bag = models.ForeignKey(
        Bag,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        db_index=False,
    )
    event_at = models.DateTimeField()
    # PATIENT, CAREGIVER or STAFF, and which of them.
    person_kind = models.CharField(max_length=10)
    patient = models.ForeignKey(
        "patients.Patient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    channel = models.CharField(max_length=8)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Urgent ones are claimed before all others of their site.
    is_urgent = models.BooleanField(default=False, db_default=False)
    # Sent again by a person: no projection owes it, and none calls it off.
    is_resend = models.BooleanField(default=False, db_default=False)
    status = models.CharField(
        max_length=10,
        choices=choices(states.MessageStatus),
        default=states.MessageStatus.PENDING,
    )
    # Why it was cancelled, failed, expired or waits: a code, never a text.
    reason = models.CharField(max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Retries and quiet hours move this; the due time stays what the plan said.
    not_before = models.DateTimeField(null=True, blank=True)
    # Until when the claim holds; its exact value is the token of the one who holds it.
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        triggers = [only_steps(states.MESSAGE_STEPS)]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "subject_id",
                    "kind",
                    "event_at",
                    "patient",
                    "user",
                    "channel",
                ],
                condition=~Q(status="CANCELLED") & Q(is_resend=False),
                nulls_distinct=False,
                name="message_once",
            ),
            models.CheckConstraint(
                condition=Q(patient=None) ^ Q(user=None),
                name="message_has_one_recipient",
            ),
        ]
        indexes = [
            # Only what is still owed, site by site: the claim reads nothing else.
            models.Index(
                "site",
                Coalesce("not_before", "due_at"),
                condition=Q(status="PENDING"),
                name="message_due",
            ),
            models.Index(
                "site",
                Coalesce("not_before", "due_at"),
                condition=Q(status="PENDING", is_urgent=True),
                name="message_urgent",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(status="SENDING"),
                name="message_leased",
            ),
            models.Index(fields=["course", "due_at"], name="message_log"),
            # What reached nobody, for the alerts: only the few that failed are in it.
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["FAILED", "EXPIRED"]),
                name="message_lost",
            ),
        ]


class MessageAttempt(Record):
    """One try to send a message. Append-only."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="attempt_records")
    at = models.DateTimeField()
    # What was really used: not the message's own when that one has no adapter.
    channel = models.CharField(max_length=8)
    outcome = models.CharField(max_length=10, choices=choices(delivery.Outcome))
    detail = models.CharField(max_length=60, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)

    class Meta:
        triggers = [append_only()]
        indexes = [
            # A report may know a message by nothing but the provider's own id.
            models.Index(
                fields=["provider_id"],
                condition=~Q(provider_id=""),
                name="attempt_by_provider",
            ),
            # The tries of the last minutes; a few pages for any number of rows.
            BrinIndex(fields=["at"], name="attempt_by_time", autosummarize=True),
        ]


class DeliveryReport(Record):
    """What a provider told of a message afterwards. Append-only, once each."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="reports")
    provider = models.CharField(max_length=40)
    provider_id = models.CharField(max_length=200, blank=True)
    arrival = models.CharField(max_length=10, choices=choices(delivery.Arrival))
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "provider", "provider_id", "arrival"],
                name="report_once",
            ),
        ]


class StoredReply(Record):
    """The answer to a request with an idempotency key, given again on a repeat."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    # SHA-256 of method, path and body.
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    etag = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="key_once_a_user"),
        ]


class Heartbeat(models.Model):
    """When a background part last showed itself."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
