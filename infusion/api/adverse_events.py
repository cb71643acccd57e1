"""Adverse events: recorded with a grade, graded again, resolved, withdrawn."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from infusion.api.ways import named
from infusion.domain.adverse_events import (
    ActionTaken,
    EntryKind,
    RecordedFrom,
    Relation,
    Seriousness,
)
from infusion.domain.grading import Verdict
from infusion.domain.states import AdverseEventStatus
from infusion.domain.toxicity import Scale, ToxicityEvent
from infusion.selectors.adverse_events import get_adverse_event, list_adverse_events
from infusion.selectors.courses import get_course
from infusion.selectors.toxicity import asked_of
from infusion.services import adverse_events
from infusion.services.adverse_events import Graded, Noticed
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.api.pages import Pages

_EXAMPLE = {
    "event": "CRS",
    "onset_at": "2026-03-02T03:00:00Z",
    "seriousness": "NOT_SERIOUS",
    "relation": "PROBABLE",
    "at": "2026-03-02T04:10:00Z",
    "grade": 1,
    "scale": "ASTCT",
    "scale_version": "1.0.0",
    "actions": ["ADMISSION"],
    "note": "Seen on the ward",
}


class GradeIn(Input):
    """How bad it was at an instant; a grade needs its scale, none is "cannot assess"."""

    at = InstantField()
    grade = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=5
    )
    scale = serializers.ChoiceField(
        choices=named(Scale), required=False, allow_null=True, default=None
    )
    scale_version = TextField(
        max_length=40, required=False, allow_blank=True, default=""
    )
    verdict = serializers.ChoiceField(
        choices=named(Verdict), required=False, allow_null=True, default=None
    )
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=named(ActionTaken)),
        required=False,
        max_length=len(ActionTaken),
    )
    note = TextField(max_length=500, required=False, allow_blank=True, default="")


class GradeAgainIn(GradeIn):
    """How bad it is now, and what is thought of it now; null leaves that as it was."""

    relation = serializers.ChoiceField(
        choices=named(Relation), required=False, allow_null=True, default=None
    )
    seriousness = serializers.ChoiceField(
        choices=named(Seriousness), required=False, allow_null=True, default=None
    )


class RecordIn(GradeIn):
    """An adverse event with its first grade."""

    event = serializers.ChoiceField(choices=named(ToxicityEvent))
    term = TextField(max_length=120, required=False, allow_blank=True, default="")
    onset_at = InstantField()
    relation = serializers.ChoiceField(
        choices=named(Relation), required=False, default=str(Relation.UNASSESSABLE)
    )
    seriousness = serializers.ChoiceField(choices=named(Seriousness))
    from_result_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The result of a check-in that offered it",
    )


class ResolveEventIn(Input):
    """Since when it is over."""

    at = InstantField()
    note = TextField(max_length=500, required=False, allow_blank=True, default="")


class WithdrawAdverseIn(Input):
    """Why it should never have been recorded."""

    note = TextField(max_length=500)


class EntryOut(Output):
    """What was written down of it at one time."""

    kind = serializers.ChoiceField(choices=named(EntryKind))
    verdict = serializers.ChoiceField(choices=named(Verdict), allow_blank=True)
    grade = serializers.IntegerField(allow_null=True)
    scale = serializers.ChoiceField(choices=named(Scale), allow_blank=True)
    scale_version = serializers.CharField(allow_blank=True)
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=named(ActionTaken))
    )
    note = serializers.CharField(allow_blank=True)
    at = InstantField()
    recorded_at = InstantField()
    by_id = serializers.UUIDField()


class RulesAskedOut(Output):
    """What the toxicity rules are asked of it: the body to assess it with, and where."""

    url = serializers.SerializerMethodField()
    event = serializers.ChoiceField(choices=named(ToxicityEvent))
    onset_at = InstantField()
    grade = serializers.IntegerField(allow_null=True, help_text="The highest")
    scale = serializers.ChoiceField(choices=named(Scale), allow_null=True)
    grade_now = serializers.IntegerField(allow_null=True)
    settled_at = InstantField(allow_null=True)
    adverse_event_id = serializers.UUIDField()

    @extend_schema_field(serializers.CharField())
    def get_url(self, _asked: Any) -> str:
        """Return where the rules are asked; a decision names the adverse event."""
        course_id = self.context["course_id"]
        return str(reverse("assess_toxicity", kwargs={"course_id": course_id}))


class AdverseEventOut(Output):
    """An adverse event and its grades over time."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    patient_id = serializers.UUIDField()
    course_id = serializers.UUIDField()
    cycle_id = serializers.UUIDField(allow_null=True)
    event = serializers.ChoiceField(choices=named(ToxicityEvent))
    term = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=named(AdverseEventStatus))
    onset_at = InstantField()
    resolved_at = InstantField(allow_null=True)
    relation = serializers.ChoiceField(choices=named(Relation))
    seriousness = serializers.ChoiceField(choices=named(Seriousness))
    recorded_from = serializers.ChoiceField(
        choices=named(RecordedFrom), source="source"
    )
    from_result_id = serializers.UUIDField(allow_null=True)
    recorded_by_id = serializers.UUIDField()
    recorded_at = InstantField()
    entries = EntryOut(many=True, source="entries.all")
    toxicity = serializers.SerializerMethodField()
    decision_ids = serializers.SerializerMethodField(
        help_text="Toxicity decisions that were made from it"
    )

    @extend_schema_field(RulesAskedOut(allow_null=True))
    def get_toxicity(self, row: Any) -> dict[str, Any] | None:
        """Return what the toxicity rules are asked of it; null when it was withdrawn."""
        asked = asked_of(row)
        if asked is None:
            return None
        context = {"course_id": row.course_id}
        return dict(RulesAskedOut(asked, context=context).data)

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_decision_ids(self, row: Any) -> list[str]:
        """Return what was decided from it, the earliest first."""
        return [str(one.pk) for one in row.toxicity_decisions.all()]


class OnsetPages(Pages):
    """The latest onset first."""

    ordering = ("-onset_at", "-id")


def graded(asked: dict[str, Any]) -> Graded:
    """Return a checked body as a grade."""
    scale, verdict = asked["scale"], asked["verdict"]
    return Graded(
        at=asked["at"],
        grade=asked["grade"],
        scale=Scale(scale) if scale else None,
        scale_version=asked["scale_version"],
        verdict=Verdict(verdict) if verdict else None,
        actions=tuple(map(ActionTaken, asked.get("actions", ()))),
        note=asked["note"],
    )


class CourseAdverseEvents(Endpoint):
    """The adverse events of a course."""

    policy_actions = {"GET": "adverse.view", "POST": "adverse.record"}
    keyed_methods = ("POST",)
    query_class = PageQuery
    pagination_class = OnsetPages

    @extend_schema(
        operation_id="list_adverse_events",
        parameters=[PageQuery],
        responses={200: AdverseEventOut(many=True)},
    )
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """List adverse events, the latest onset first, with every grade."""
        self.allow(get_course(self.actor, course_id))
        return self.show_page(
            list_adverse_events(self.actor, course_id), AdverseEventOut
        )

    @extend_schema(
        operation_id="record_adverse_event",
        request=RecordIn,
        responses={201: AdverseEventOut},
        examples=[OpenApiExample("CRS of grade 1", value=_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record an adverse event; what is done about it is decided elsewhere."""
        self.allow(get_course(self.actor, course_id))
        asked = self.body(RecordIn)
        return self.once(lambda: self._recorded(course_id, asked))

    def _recorded(self, course_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        result = asked["from_result_id"]
        noticed = Noticed(
            event=ToxicityEvent(asked["event"]),
            onset_at=asked["onset_at"],
            seriousness=Seriousness(asked["seriousness"]),
            relation=Relation(asked["relation"]),
            term=asked["term"],
            from_result_id=result,
            source=RecordedFrom.TRIAGE if result else RecordedFrom.NURSE,
        )
        row = adverse_events.record_adverse_event(
            actor=self.actor,
            course_id=course_id,
            noticed=noticed,
            graded=graded(asked),
            now=self.now,
        )
        found = get_adverse_event(self.actor, row.pk)
        return _reply(found, status.HTTP_201_CREATED)


class OneAdverseEvent(Endpoint):
    """One adverse event."""

    policy_actions = {"GET": "adverse.view"}
    is_conditional = True

    @extend_schema(operation_id="get_adverse_event", responses={200: AdverseEventOut})
    def get(self, request: Request, adverse_event_id: uuid.UUID) -> HttpResponseBase:
        """Return an adverse event with its grades over time."""
        row = get_adverse_event(self.actor, adverse_event_id)
        self.allow(row)
        return self.show(AdverseEventOut(row), row.version)


class AdverseEventStep(Endpoint):
    """Something that is written down of an adverse event."""

    policy_actions = {"POST": "adverse.record"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(self, adverse_event_id: uuid.UUID, service: Any, **asked: Any) -> Any:
        """Write it down once."""
        version = self.expected_version()

        def work() -> Response:
            service(
                actor=self.actor,
                adverse_event_id=adverse_event_id,
                expected_version=version,
                now=self.now,
                **asked,
            )
            return _reply(get_adverse_event(self.actor, adverse_event_id))

        return self.once(work)


class GradeAgain(AdverseEventStep):
    """How bad it is now."""

    @extend_schema(
        operation_id="grade_adverse_event",
        request=GradeAgainIn,
        responses={200: AdverseEventOut},
    )
    def post(self, request: Request, adverse_event_id: uuid.UUID) -> HttpResponseBase:
        """Append a grade; the earlier ones stay, and one that was over is back."""
        self.allow(get_adverse_event(self.actor, adverse_event_id))
        asked = self.body(GradeAgainIn)
        relation, serious = asked["relation"], asked["seriousness"]
        found: HttpResponseBase = self.take(
            adverse_event_id,
            adverse_events.grade_again,
            graded=graded(asked),
            relation=Relation(relation) if relation else None,
            seriousness=Seriousness(serious) if serious else None,
        )
        return found


class ResolveAdverseEvent(AdverseEventStep):
    """It is over."""

    @extend_schema(
        operation_id="resolve_adverse_event",
        request=ResolveEventIn,
        responses={200: AdverseEventOut},
    )
    def post(self, request: Request, adverse_event_id: uuid.UUID) -> HttpResponseBase:
        """Say since when it is over."""
        self.allow(get_adverse_event(self.actor, adverse_event_id))
        asked = self.body(ResolveEventIn)
        found: HttpResponseBase = self.take(
            adverse_event_id, adverse_events.resolve_adverse_event, **asked
        )
        return found


class WithdrawAdverseEvent(AdverseEventStep):
    """It should never have been recorded."""

    @extend_schema(
        operation_id="withdraw_adverse_event",
        request=WithdrawAdverseIn,
        responses={200: AdverseEventOut},
    )
    def post(self, request: Request, adverse_event_id: uuid.UUID) -> HttpResponseBase:
        """Withdraw it; it stays in the record."""
        self.allow(get_adverse_event(self.actor, adverse_event_id))
        asked = self.body(WithdrawAdverseIn)
        found: HttpResponseBase = self.take(
            adverse_event_id, adverse_events.withdraw_adverse_event, **asked
        )
        return found


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    headers = {"ETag": etag_of(row.version)}
    return Response(AdverseEventOut(row).data, status=code, headers=headers)
