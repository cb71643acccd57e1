"""Toxicity: what the rules say, what a physician decides, and a cycle that replaces one."""

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut
from infusion.api.shapes import TextOut
from infusion.api.steps import CourseStep
from infusion.domain.evidence import Mark
from infusion.domain.toxicity import (
    Action,
    Choice,
    Missing,
    Scale,
    ToxicityEvent,
    Verdict,
)
from infusion.selectors import courses
from infusion.selectors import toxicity as reading
from infusion.selectors.toxicity import ToxicityAsked
from infusion.services import new_cycles, toxicity
from infusion.services.cycles import NoRunningCycle
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField

_MULTIPLES = {
    "transaminases_x_uln": Missing.TRANSAMINASES_X_ULN,
    "bilirubin_x_uln": Missing.BILIRUBIN_X_ULN,
}


class ToxicityIn(Input):
    """A toxicity with what is known of it; what is left out is not known."""

    event = serializers.ChoiceField(choices=[str(each) for each in ToxicityEvent])
    onset_at = InstantField()
    grade = serializers.IntegerField(min_value=1, max_value=4, required=False)
    scale = serializers.ChoiceField(
        choices=[str(each) for each in Scale], required=False
    )
    grade_now = serializers.IntegerField(
        min_value=0, max_value=4, required=False, help_text="0 when it has gone"
    )
    settled_at = InstantField(
        required=False,
        help_text="Since when the grade is at or below the one the rule asks for",
    )
    seizures = serializers.IntegerField(min_value=0, max_value=99, required=False)
    transaminases_x_uln = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text="Multiple of the upper limit of normal",
    )
    bilirubin_x_uln = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text="Multiple of the upper limit of normal",
    )

    adverse_event_id = serializers.UUIDField(
        required=False, help_text="The recorded adverse event it is asked from"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the toxicity as one value beside whatever else was sent."""
        told = dict(attrs)
        names = ("shown", "choice", "stopped_at", "reason")
        rest = {name: told.pop(name) for name in names if name in told}
        return {"asked": asked_of(told), **rest}


def asked_of(told: dict[str, Any]) -> ToxicityAsked:
    """Return a toxicity from the plain values of a form or a body."""
    known = {key: value for key, value in told.items() if value is not None}
    multiples = {
        fact: known.pop(name) for name, fact in _MULTIPLES.items() if name in known
    }
    scale = known.pop("scale", None)
    return ToxicityAsked(
        event=ToxicityEvent(known.pop("event")),
        scale=Scale(scale) if scale else None,
        multiples=multiples,
        **known,
    )


class DecideIn(ToxicityIn):
    """A toxicity, what a physician chooses, and why when no rule offers it."""

    shown = TextField(
        max_length=64, help_text="The token of the assessment that was looked at"
    )
    choice = serializers.ChoiceField(choices=[str(each) for each in Choice])
    stopped_at = InstantField(
        required=False, help_text="When the pump was stopped, for an interruption"
    )
    reason = TextField(max_length=500, allow_blank=True, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the toxicity as one value, and the choice as a value too."""
        said = super().validate(attrs)
        return {**said, "choice": Choice(said["choice"])}


class RuleOut(Output):
    """A rule as it was read; without an action no source says what to do."""

    key = serializers.CharField()
    action = serializers.ChoiceField(
        choices=[str(each) for each in Action], allow_null=True
    )
    text = TextOut(source="statement.note")
    mark = serializers.ChoiceField(
        choices=[str(each) for each in Mark], source="statement.mark"
    )
    sources = serializers.ListField(
        child=serializers.CharField(), source="statement.sources"
    )
    treatment = TextOut(source="treatment.note", default=None, allow_null=True)
    note = TextOut(allow_null=True)


class ToxicityAssessmentOut(Output):
    """What the rules say: shown for a physician, never applied."""

    table = serializers.CharField(source="table.key", default=None, allow_null=True)
    version = serializers.CharField(
        source="table.version", default=None, allow_null=True
    )
    jurisdiction = serializers.CharField(
        source="table.jurisdiction", default=None, allow_null=True
    )
    verdict = serializers.ChoiceField(
        choices=[str(each) for each in Verdict], source="assessment.verdict"
    )
    rules = RuleOut(many=True, source="assessment.rules")
    missing = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(each) for each in Missing]),
        source="assessment.missing",
    )
    offered = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(each) for each in Choice]),
        source="assessment.offered",
    )
    hold_until = InstantField(source="assessment.hold_until", allow_null=True)
    needs_new_cycle = serializers.BooleanField(source="assessment.needs_new_cycle")
    weight_kg = DecimalText(source="facts.weight_kg")
    level_at_onset = serializers.CharField(source="facts.level", allow_null=True)
    stopped_since = InstantField(source="facts.stopped_since", allow_null=True)
    token = serializers.CharField(help_text="Send it back with the decision")


class ToxicityDecisionOut(Output):
    """A decision with the rules and facts that were shown for it."""

    id = serializers.UUIDField()
    cycle_number = serializers.IntegerField(source="cycle.number")
    adverse_event_id = serializers.UUIDField(
        allow_null=True, help_text="The recorded adverse event it was decided from"
    )
    event = serializers.CharField()
    grade = serializers.IntegerField(allow_null=True)
    scale = serializers.CharField()
    onset_at = InstantField()
    shown = serializers.JSONField()
    facts = serializers.JSONField()
    missing = serializers.ListField(child=serializers.CharField())
    offered = serializers.ListField(child=serializers.CharField())
    choice = serializers.ChoiceField(choices=[str(each) for each in Choice])
    departs = serializers.BooleanField()
    reason = serializers.CharField()
    decided_at = InstantField()
    decided_by_name = serializers.CharField(source="decided_by")


class ToxicityDecisionsOut(Output):
    """Every decision on a toxicity in a course, the latest first."""

    course_version = serializers.IntegerField()
    decisions = ToxicityDecisionOut(many=True)


class DecidedOut(Output):
    """The decision that was stored."""

    course_version = serializers.IntegerField()
    decision = ToxicityDecisionOut()


class AssessToxicity(Endpoint):
    """What the rules say of a toxicity."""

    policy_actions = {"POST": "toxicity.view"}

    @extend_schema(
        operation_id="assess_toxicity",
        request=ToxicityIn,
        responses={200: ToxicityAssessmentOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return the rules, what is missing and what is offered; store nothing."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        asked = self.body(ToxicityIn)["asked"]
        rows = reading.running_rows(course)
        if rows is None:
            raise NoRunningCycle(field="cycle")
        view = reading.read_toxicity(course, rows, asked, self.now)
        return Response(ToxicityAssessmentOut(view).data)


class ToxicityDecisions(Endpoint):
    """What was decided, and a decision."""

    keyed_methods = ("POST",)
    versioned_methods = ("POST",)
    policy_actions = {"GET": "toxicity.view", "POST": "toxicity.decide"}

    @extend_schema(
        operation_id="list_toxicity_decisions", responses={200: ToxicityDecisionsOut}
    )
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """List every decision with what was shown for it."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        shown = {
            "course_version": course.version,
            "decisions": reading.list_decisions(course.id),
        }
        return Response(ToxicityDecisionsOut(shown).data)

    @extend_schema(
        operation_id="decide_toxicity", request=DecideIn, responses={201: DecidedOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record a physician's decision; the plan follows it."""
        self.allow(courses.get_course(self.actor, course_id))
        version = self.expected_version()
        asked = self.body(DecideIn)
        return self.once(lambda: self._decided(course_id, version, asked))

    def _decided(
        self, course_id: uuid.UUID, version: int, asked: dict[str, Any]
    ) -> Response:
        row = toxicity.decide_toxicity(
            actor=self.actor,
            course_id=course_id,
            expected_version=version,
            now=self.now,
            **asked,
        )
        return self._answer(row, course_id)

    def _answer(self, row: object, course_id: uuid.UUID) -> Response:
        course = courses.get_course(self.actor, course_id)
        shown = {"course_version": course.version, "decision": row}
        return Response(
            DecidedOut(shown).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": etag_of(course.version)},
        )


class NewCycleIn(Input):
    """A cycle in place of one that stood still too long; nothing has a default."""

    start_at = InstantField()
    repeats = serializers.BooleanField(
        help_text="The same round again, and not the next one"
    )
    begins_low = serializers.BooleanField(help_text="It begins with the low step")
    reason = TextField(max_length=500)


class ReplaceCycle(CourseStep):
    """The running cycle ends, the course goes on."""

    policy_actions = {"POST": "cycle.replace"}
    body_class = NewCycleIn

    @extend_schema(
        operation_id="replace_cycle", request=NewCycleIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """End a cycle that may not go on and order the one that replaces it."""
        return self.take(course_id, new_cycles.begin_new_cycle)
