"""The reminder rules of a site: those in force, and what the site changes of them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.rota import EmptyIn
from infusion.api.ways import named
from infusion.domain.evidence import Mark
from infusion.domain.reminders.events import Event
from infusion.domain.reminders.rules import Quiet, To, Urgency
from infusion.domain.states import OverlayStatus
from infusion.selectors import reminder_rules as reads
from infusion.services import reminder_rules
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output
from patients.api.pages import Pages
from patients.selectors.sites import get_visible_site


class ReminderBodyIn(Input):
    """Rules that replace those of the same key or are new, and keys to leave out.

    A rule is written as in the file of shipped rules, see the page of reminders.
    """

    rules = serializers.ListField(
        child=serializers.DictField(), required=False, default=list, max_length=200
    )
    off = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        default=list,
        max_length=200,
    )


class BilingualOut(Output):
    """A text in both languages."""

    en = serializers.CharField()
    zh = serializers.CharField()


class ReminderRuleOut(Output):
    """A rule as it stands at the site; minutes count from the event."""

    key = serializers.CharField(source="rule.key")
    event = serializers.ChoiceField(source="rule.event", choices=named(Event))
    offset_minutes = serializers.IntegerField(source="rule.offset_minutes")
    expires_minutes = serializers.IntegerField(source="rule.expires_minutes")
    to = serializers.ListField(
        source="rule.to", child=serializers.ChoiceField(choices=named(To))
    )
    channels = serializers.ListField(
        source="rule.channels", child=serializers.CharField()
    )
    urgency = serializers.ChoiceField(source="rule.urgency", choices=named(Urgency))
    quiet = serializers.ChoiceField(source="rule.quiet", choices=named(Quiet))
    mark = serializers.ChoiceField(source="fact.mark", choices=named(Mark))
    sources = serializers.ListField(
        source="fact.sources", child=serializers.CharField()
    )
    is_on = serializers.BooleanField()
    title = BilingualOut(source="text.title")
    body = BilingualOut(source="text.body")
    short = BilingualOut(source="text.short")


class ReminderRulesOut(Output):
    """The rules of a site."""

    site_id = serializers.UUIDField()
    rules = ReminderRuleOut(many=True)
    # What the site wrote and this version of the service can't follow any more.
    left_out = serializers.ListField(child=serializers.CharField())


class ReminderDocumentOut(Output):
    """What a site changes, and where that stands."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=named(OverlayStatus))
    body = serializers.DictField()
    drafted_by_id = serializers.UUIDField()
    drafted_at = InstantField()
    in_force_at = InstantField(allow_null=True)
    ended_at = InstantField(allow_null=True)


class ReminderPreviewOut(Output):
    """What a change would do to the messages of the courses looked at."""

    courses = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    added = serializers.IntegerField()
    called_off = serializers.IntegerField()
    moved = serializers.IntegerField()
    # Courses whose facts can't be read: nobody knows what it would do to them.
    broken = serializers.ListField(child=serializers.UUIDField())


class DocumentPages(Pages):
    """The latest first."""

    ordering = ("-number",)


class SiteReminders(Endpoint):
    """The rules in force at a site."""

    policy_actions = {"GET": "reminders.view"}

    @extend_schema(
        operation_id="list_reminder_rules",
        responses={200: ReminderRulesOut},
    )
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """List every rule, those switched off included."""
        self.allow(get_visible_site(self.actor, site_id))
        found = {
            "site_id": site_id,
            "rules": reads.rules_of_site(site_id),
            "left_out": reads.left_out_at(site_id),
        }
        return Response(ReminderRulesOut(found).data)


class ReminderDocuments(Endpoint):
    """What a site changes of its reminders."""

    policy_actions = {"GET": "reminders.view", "POST": "reminders.change"}
    keyed_methods = ("POST",)
    query_class = PageQuery
    pagination_class = DocumentPages

    @extend_schema(
        operation_id="list_reminder_documents",
        parameters=[PageQuery],
        responses={200: ReminderDocumentOut(many=True)},
    )
    def get(self, request: Request, site_id: uuid.UUID) -> Any:
        """List the documents of a site, the latest first."""
        self.allow(get_visible_site(self.actor, site_id))
        rows = reads.list_documents(self.actor, site_id)
        return self.show_page(rows, ReminderDocumentOut)

    @extend_schema(
        operation_id="draft_reminders",
        request=ReminderBodyIn,
        responses={201: ReminderDocumentOut},
    )
    def post(self, request: Request, site_id: uuid.UUID) -> HttpResponseBase:
        """Draft a change; a draft that waits is replaced."""
        self.allow(get_visible_site(self.actor, site_id))
        asked = self.body(ReminderBodyIn)
        return self.once(
            lambda: _reply(
                reminder_rules.draft_reminders(
                    actor=self.actor, site_id=site_id, body=asked, now=self.now
                ),
                status.HTTP_201_CREATED,
            )
        )


class PreviewReminders(Endpoint):
    """What a change would do."""

    policy_actions = {"POST": "reminders.change"}

    @extend_schema(
        operation_id="preview_reminders",
        request=ReminderBodyIn,
        responses={200: ReminderPreviewOut},
    )
    def post(self, request: Request, site_id: uuid.UUID) -> Response:
        """Count the messages that would be owed, called off and moved."""
        self.allow(get_visible_site(self.actor, site_id))
        found = reminder_rules.preview_reminders(
            actor=self.actor,
            site_id=site_id,
            body=self.body(ReminderBodyIn),
            now=self.now,
        )
        return Response(ReminderPreviewOut(found).data)


class DocumentStep(Endpoint):
    """A step of a document."""

    policy_actions = {"POST": "reminders.change"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, document_id: uuid.UUID, step: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step once."""
        self.allow(reads.get_document(self.actor, document_id))
        version = self.expected_version()
        self.body(EmptyIn)
        return self.once(
            lambda: _reply(
                step(
                    actor=self.actor,
                    document_id=document_id,
                    expected_version=version,
                    now=self.now,
                )
            )
        )


class ActivateReminders(DocumentStep):
    """A draft comes in force."""

    @extend_schema(
        operation_id="activate_reminders",
        request=EmptyIn,
        responses={200: ReminderDocumentOut},
    )
    def post(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        """Bring a draft in force in place of the one before."""
        return self.take(document_id, reminder_rules.activate_reminders)


class WithdrawReminders(DocumentStep):
    """A document ends."""

    @extend_schema(
        operation_id="withdraw_reminders",
        request=EmptyIn,
        responses={200: ReminderDocumentOut},
    )
    def post(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        """End a document or its draft: the shipped rules count again."""
        return self.take(document_id, reminder_rules.withdraw_reminders)


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(
        ReminderDocumentOut(row).data,
        status=code,
        headers={"ETag": etag_of(row.version)},
    )
