"""What the caller has been told, and that they have read it."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.domain.states import MessageStatus
from infusion.selectors.inbox import get_own_message, list_inbox
from infusion.services.acknowledging import acknowledge
from infusion.services.inbox import write_inbox
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output
from patients.api.pages import Pages
from patients.api.permissions import SelfPermission


class InboxMessageOut(Output):
    """A message to the caller, in their language, on their wall clock."""

    id = serializers.UUIDField(source="row.id")
    kind = serializers.CharField(source="row.kind")
    course_id = serializers.UUIDField(source="row.course_id", allow_null=True)
    event_at = InstantField(source="row.event_at")
    subject = serializers.CharField(help_text="Empty when its rule is gone")
    body = serializers.CharField()
    status = serializers.ChoiceField(
        choices=[str(each) for each in MessageStatus], source="row.status"
    )
    due_at = InstantField(source="row.due_at")
    sent_at = InstantField(source="row.sent_at", allow_null=True)
    expires_at = InstantField(source="row.expires_at")
    acknowledged_at = InstantField(
        source="row.acknowledgement.at", allow_null=True, default=None
    )


class AcknowledgeIn(Input):
    """Nothing is asked."""


class InboxPages(Pages):
    """The latest due first; an instant once stored never changes."""

    ordering = ("-due_at", "-id")


class Inbox(Endpoint):
    """The messages of the caller."""

    permission_classes = (SelfPermission,)
    query_class = PageQuery
    pagination_class = InboxPages

    @extend_schema(
        operation_id="list_own_messages",
        parameters=[PageQuery],
        responses={200: InboxMessageOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List what was sent to the caller in the last 14 days, over any channel."""
        rows = list_inbox(self.actor, self.now)
        return self.show_page(rows, InboxMessageOut, write_inbox)


class InboxMessage(Endpoint):
    """One message of the caller."""

    permission_classes = (SelfPermission,)

    @extend_schema(operation_id="get_own_message", responses={200: InboxMessageOut})
    def get(self, request: Request, message_id: uuid.UUID) -> HttpResponseBase:
        """Return the message a push message spoke of."""
        return self.show(_shown(get_own_message(self.actor, message_id)))


class AcknowledgeMessage(Endpoint):
    """The caller has read it."""

    permission_classes = (SelfPermission,)
    self_methods = ("POST",)
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="acknowledge_message",
        request=AcknowledgeIn,
        responses={200: InboxMessageOut},
    )
    def post(self, request: Request, message_id: uuid.UUID) -> HttpResponseBase:
        """Say that a message was read; the first time counts, and ends its retries."""
        self.body(AcknowledgeIn)
        return self.once(lambda: Response(self._acknowledged(message_id).data))

    def _acknowledged(self, message_id: uuid.UUID) -> InboxMessageOut:
        row = acknowledge(actor=self.actor, message_id=message_id, now=self.now)
        return _shown(row)


def _shown(row: Any) -> InboxMessageOut:
    return InboxMessageOut(write_inbox([row])[0])
