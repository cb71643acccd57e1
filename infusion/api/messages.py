"""The message log of a course."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from infusion.api.ways import named
from infusion.domain.reminders.events import Event, Subject
from infusion.domain.states import MessageStatus
from infusion.selectors import courses, rest
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import InstantField, Output
from patients.api.pages import Pages


class MessageOut(Output):
    """A reminder: to whom, when it is due, and what became of it."""

    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="The rule of the site, or the notice.")
    event = serializers.ChoiceField(choices=named(Event))
    subject_kind = serializers.ChoiceField(choices=named(Subject))
    subject_id = serializers.UUIDField()
    event_at = InstantField()
    person_kind = serializers.CharField()
    patient_id = serializers.UUIDField(allow_null=True)
    user_id = serializers.UUIDField(allow_null=True)
    channel = serializers.CharField()
    due_at = InstantField()
    status = serializers.ChoiceField(choices=[str(each) for each in MessageStatus])
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    sent_at = InstantField(allow_null=True)
    bag_id = serializers.UUIDField(allow_null=True)
    is_resend = serializers.BooleanField(help_text="A person had it sent again.")
    resend_of_id = serializers.UUIDField(allow_null=True)
    acknowledged_at = InstantField(allow_null=True)
    acknowledged_by_id = serializers.UUIDField(allow_null=True)
    was_rung = serializers.BooleanField(
        help_text="Somebody rang its reader instead, and reached them."
    )
    plan_number = serializers.IntegerField(allow_null=True)


class MessagePages(Pages):
    """In order of what is due; an instant once stored never changes."""

    ordering = ("due_at", "id")


class Messages(Endpoint):
    """The messages of a course."""

    policy_actions = {"GET": "message.view"}
    query_class = PageQuery
    pagination_class = MessagePages

    @extend_schema(
        operation_id="list_messages",
        parameters=[PageQuery],
        responses={200: MessageOut(many=True)},
    )
    def get(self, request: Request, course_id: uuid.UUID) -> Any:
        """List messages in order of what is due; family see only their own."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        rows = rest.list_message_rows(self.actor, course)
        return self.show_page(rows, MessageOut)
