"""Alerts: what a person must take, and who did."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.shapes import TextOut
from infusion.api.ways import named
from infusion.domain.alerts import SAID_BY_PEOPLE, AlertStepKind, Cause, Outcome
from infusion.domain.evidence import Mark
from infusion.domain.ladders import Severity
from infusion.domain.states import AlertStatus
from infusion.selectors.alerts import get_alert, list_alerts, rule_behind
from infusion.services import alerts
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField


class AlertOut(Output):
    """An alert: of what, since when, who has it, or when it goes to the next person.

    One that is about no patient, such as the rota, has neither course nor patient.
    """

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    site_id = serializers.UUIDField()
    course_id = serializers.UUIDField(allow_null=True)
    patient_id = serializers.UUIDField(allow_null=True)
    cause = serializers.ChoiceField(choices=named(Cause))
    severity = serializers.ChoiceField(choices=named(Severity))
    since = InstantField()
    status = serializers.ChoiceField(choices=named(AlertStatus))
    owner_id = serializers.UUIDField(allow_null=True)
    climb_at = InstantField(
        allow_null=True,
        help_text="When it goes to the next person, or its owner is told again",
    )
    outcome = serializers.ChoiceField(choices=named(Outcome), allow_blank=True)
    raised_at = InstantField()
    ended_at = InstantField(allow_null=True)


class AlertStepOut(Output):
    """One thing that happened to an alert."""

    kind = serializers.ChoiceField(choices=named(AlertStepKind))
    at = InstantField()
    by_id = serializers.UUIDField(allow_null=True)
    role = serializers.CharField(allow_blank=True)
    told = serializers.IntegerField(help_text="How many people were told")
    note = serializers.CharField(allow_blank=True)


class RuleValueOut(Output):
    """A value of the site behind an alert, with its evidence mark."""

    key = serializers.CharField()
    title = TextOut()
    value = serializers.CharField()
    unit = serializers.CharField()
    mark = serializers.ChoiceField(choices=named(Mark))
    note = TextOut()
    is_signed = serializers.BooleanField()
    needs_sign_off = serializers.BooleanField()


class OneAlertOut(AlertOut):
    """An alert with the rule behind it and its history."""

    rule = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    @extend_schema_field(RuleValueOut(many=True))
    def get_rule(self, row: Any) -> Any:
        """Return the values by which it was raised and climbs."""
        return RuleValueOut(rule_behind(row), many=True).data

    @extend_schema_field(AlertStepOut(many=True))
    def get_steps(self, row: Any) -> Any:
        """Return what happened, in order of time."""
        return AlertStepOut(row.steps.order_by("at", "id"), many=True).data


class AlertsQuery(PageQuery):
    """Which alerts are listed; without it all."""

    open = serializers.BooleanField(required=False, allow_null=True, default=None)


class TakeIn(Input):
    """Nothing is asked."""


class HandOverIn(Input):
    """Who has the alert from now on."""

    user_id = serializers.UUIDField()


class ResolveIn(Input):
    """How it ended; OTHER asks for a note."""

    outcome = serializers.ChoiceField(choices=[str(one) for one in SAID_BY_PEOPLE])
    note = TextField(max_length=500, allow_blank=True, required=False, default="")


class Alerts(Endpoint):
    """The alerts the caller may see."""

    policy_actions = {"GET": "alert.view"}
    query_class = AlertsQuery

    @extend_schema(
        operation_id="list_alerts",
        parameters=[AlertsQuery],
        responses={200: AlertOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List alerts, the latest first."""
        rows = list_alerts(self.actor, is_open=self.query["open"])
        return self.show_page(rows, AlertOut)


class OneAlert(Endpoint):
    """One alert."""

    policy_actions = {"GET": "alert.view"}
    is_conditional = True

    @extend_schema(operation_id="get_alert", responses={200: OneAlertOut})
    def get(self, request: Request, alert_id: uuid.UUID) -> HttpResponseBase:
        """Return an alert, its history and its version."""
        row = get_alert(self.actor, alert_id)
        self.allow(row)
        return self.show(OneAlertOut(row), row.version)


class AlertStep(Endpoint):
    """A step of an alert: keyed, versioned, answered with the alert."""

    policy_actions = {"POST": "alert.take"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, alert_id: uuid.UUID, body: type[Input], step: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step once."""
        self.allow(get_alert(self.actor, alert_id))
        version, asked = self.expected_version(), self.body(body)
        return self.once(
            lambda: _reply(
                step(
                    actor=self.actor,
                    alert_id=alert_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                )
            )
        )


class TakeAlert(AlertStep):
    """Somebody is there."""

    @extend_schema(operation_id="take_alert", request=TakeIn, responses={200: AlertOut})
    def post(self, request: Request, alert_id: uuid.UUID) -> HttpResponseBase:
        """Take an alert; it climbs no further."""
        return self.take(alert_id, TakeIn, alerts.take_alert)


class HandOverAlert(AlertStep):
    """Somebody else goes on."""

    @extend_schema(
        operation_id="hand_over_alert", request=HandOverIn, responses={200: AlertOut}
    )
    def post(self, request: Request, alert_id: uuid.UUID) -> HttpResponseBase:
        """Hand an alert over; the other person is told."""
        return self.take(alert_id, HandOverIn, alerts.hand_over_alert)


class ResolveAlert(AlertStep):
    """It is dealt with."""

    @extend_schema(
        operation_id="resolve_alert", request=ResolveIn, responses={200: AlertOut}
    )
    def post(self, request: Request, alert_id: uuid.UUID) -> HttpResponseBase:
        """End an alert and say how."""
        return self.take(alert_id, ResolveIn, alerts.resolve_alert)


def _reply(row: Any) -> Response:
    return Response(AlertOut(row).data, headers={"ETag": etag_of(row.version)})
