"""One message with everything that happened to it, and what people do about it."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import named
from infusion.domain.delivery import Arrival, Outcome
from infusion.domain.reminders.events import Event
from infusion.domain.states import MessageStatus
from infusion.selectors.ledger import Trail, get_trail
from infusion.services.resending import resend
from infusion.services.ringing import record_call
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint
from patients.api.fields import Input, InstantField, Output, TextField


class TryOut(Output):
    """One try to send: over which channel, and what the provider said."""

    at = InstantField()
    channel = serializers.CharField()
    outcome = serializers.ChoiceField(choices=named(Outcome))
    detail = serializers.CharField(allow_blank=True)


class ProviderReportOut(Output):
    """What a provider, or the reader's own device, told afterwards."""

    at = InstantField(source="created_at")
    provider = serializers.CharField()
    arrival = serializers.ChoiceField(choices=named(Arrival))
    code = serializers.CharField(allow_blank=True)


class PhoneCallOut(Output):
    """Somebody rang instead."""

    id = serializers.UUIDField()
    at = InstantField()
    by_id = serializers.UUIDField()
    was_reached = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)


class ResendingOut(Output):
    """Somebody had it sent again: as which message, and where that one stands."""

    message_id = serializers.UUIDField()
    at = InstantField()
    by_id = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=named(MessageStatus), source="message.status"
    )


class TrailOut(Output):
    """A message and its history; its version changes with everything in it."""

    id = serializers.UUIDField(source="row.id")
    version = serializers.IntegerField()
    course_id = serializers.UUIDField(source="row.course_id")
    kind = serializers.CharField(source="row.kind")
    event = serializers.ChoiceField(choices=named(Event), source="row.event")
    event_at = InstantField(source="row.event_at")
    person_kind = serializers.CharField(source="row.person_kind")
    patient_id = serializers.UUIDField(source="row.patient_id", allow_null=True)
    user_id = serializers.UUIDField(source="row.user_id", allow_null=True)
    channel = serializers.CharField(source="row.channel")
    due_at = InstantField(source="row.due_at")
    expires_at = InstantField(source="row.expires_at")
    not_before = InstantField(source="row.not_before", allow_null=True)
    status = serializers.ChoiceField(choices=named(MessageStatus), source="row.status")
    reason = serializers.CharField(source="row.reason")
    attempts = serializers.IntegerField(source="row.attempts")
    sent_at = InstantField(source="row.sent_at", allow_null=True)
    acknowledged_at = InstantField(
        source="acknowledgement.at", allow_null=True, default=None
    )
    acknowledged_by_id = serializers.UUIDField(
        source="acknowledgement.by_id", allow_null=True, default=None
    )
    mute_id = serializers.UUIDField(
        source="kept_back.mute_id",
        allow_null=True,
        default=None,
        help_text="The mute that kept it back",
    )
    resend_of_id = serializers.UUIDField(
        source="resending.first_id", allow_null=True, default=None
    )
    tries = TryOut(many=True)
    reports = ProviderReportOut(many=True)
    calls = PhoneCallOut(many=True)
    resendings = ResendingOut(many=True)


class ResendIn(Input):
    """Nothing is asked."""


class PhoneCallIn(Input):
    """Whether the reader was reached, when, and a word that is sent to nobody."""

    was_reached = serializers.BooleanField()
    at = InstantField(required=False, help_text="Now, when it is left out")
    note = TextField(max_length=500, allow_blank=True, required=False, default="")


class MessageTrail(Endpoint):
    """One message of a course."""

    policy_actions = {"GET": "message.trace"}
    is_conditional = True

    @extend_schema(operation_id="get_message", responses={200: TrailOut})
    def get(self, request: Request, message_id: uuid.UUID) -> HttpResponseBase:
        """Return a message, every try, what providers said, and who did what."""
        found = get_trail(self.actor, message_id)
        self.allow(found.row.course)
        return self.show(TrailOut(found), found.version)


class FollowUp(Endpoint):
    """What a person does about a message: keyed and versioned."""

    policy_actions = {"POST": "message.follow_up"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def find(self, message_id: uuid.UUID) -> Trail:
        """Return the message, if the caller may follow it up."""
        found = get_trail(self.actor, message_id)
        self.allow(found.row.course)
        return found


class ResendMessage(FollowUp):
    """Send it again."""

    @extend_schema(
        operation_id="resend_message", request=ResendIn, responses={201: TrailOut}
    )
    def post(self, request: Request, message_id: uuid.UUID) -> HttpResponseBase:
        """Send a message again, as a message of its own, and return that one."""
        self.find(message_id)
        version = self.expected_version()
        self.body(ResendIn)
        return self.once(lambda: self._reply(self._resent(message_id, version)))

    def _resent(self, message_id: uuid.UUID, version: int) -> uuid.UUID:
        row = resend(
            actor=self.actor,
            message_id=message_id,
            expected_version=version,
            now=self.now,
        )
        return uuid.UUID(str(row.pk))

    def _reply(self, message_id: uuid.UUID) -> Response:
        return reply(get_trail(self.actor, message_id))


class MessageCalls(FollowUp):
    """Somebody rang instead."""

    @extend_schema(
        operation_id="record_call", request=PhoneCallIn, responses={201: TrailOut}
    )
    def post(self, request: Request, message_id: uuid.UUID) -> HttpResponseBase:
        """Note a call; who was reached is told no more of the same event."""
        self.find(message_id)
        version, asked = self.expected_version(), self.body(PhoneCallIn)
        return self.once(lambda: self._recorded(message_id, version, asked))

    def _recorded(
        self, message_id: uuid.UUID, version: int, asked: dict[str, Any]
    ) -> Response:
        record_call(
            actor=self.actor,
            message_id=message_id,
            expected_version=version,
            now=self.now,
            **asked,
        )
        return reply(get_trail(self.actor, message_id))


def reply(found: Trail) -> Response:
    """Answer with a message and its version."""
    return Response(
        TrailOut(found).data,
        status=status.HTTP_201_CREATED,
        headers={"ETag": etag_of(found.version)},
    )
