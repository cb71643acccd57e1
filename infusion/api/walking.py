"""Steps along the graph: blocks recorded, gates passed, ways decided, courses ended."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut, OrderedOut, ordered_reply
from infusion.api.days import DayField
from infusion.api.steps import CourseStep
from infusion.api.ways import (
    ChoiceOut,
    DecisionOut,
    FactIn,
    FactOut,
    StandingOut,
    named,
)
from infusion.domain.conditions import MRD_WORDS, UNITS, WORDS, FactKind
from infusion.domain.outlooks import CourseOutlook
from infusion.selectors import courses, outlook
from infusion.services import deciding, reentry, stopping, walking
from infusion.services.deciding import Response as Answered
from infusion.services.facts import FactGiven
from infusion.services.walking import BlockStep
from infusion.wording import conditions as words
from patients.api.endpoints import Endpoint
from patients.api.fields import Input, InstantField, Output, TextField

# More than there are kinds of facts.
_MOST_FACTS = 50


class BlockIn(Input):
    """What is recorded of a block without blinatumomab, or of one given elsewhere."""

    block = TextField(max_length=80)
    step = serializers.ChoiceField(choices=named(BlockStep))
    on = DayField(help_text="The day it began; with FINISH and STOP its last day")
    ended_on = DayField(
        required=False, allow_null=True, help_text="With ELSEWHERE: its last day"
    )
    reason = TextField(max_length=500, required=False, default="", allow_blank=True)


class GateIn(Input):
    """That a block may begin, and the values its gate asks for."""

    block = TextField(max_length=80)
    facts = serializers.ListField(
        child=FactIn(), required=False, default=list, max_length=_MOST_FACTS
    )
    reason = TextField(max_length=500, required=False, default="", allow_blank=True)


class DecisionIn(Input):
    """The way that is taken, on which facts."""

    to = TextField(max_length=80)
    facts = serializers.ListField(
        child=FactIn(), required=False, default=list, max_length=_MOST_FACTS
    )
    reason = TextField(max_length=500, required=False, default="", allow_blank=True)
    response = serializers.ChoiceField(
        choices=named(Answered),
        required=False,
        default="",
        allow_blank=True,
        help_text="Needed with a way out of the regimen: had the disease answered?",
    )


class StopIn(Input):
    """Why the course goes on no further."""

    reason = TextField(max_length=500)


class AgainIn(Input):
    """When the course after the way out begins."""

    start_at = InstantField()


class WordOut(Output):
    """A word a fact may have, and how people read it."""

    value = serializers.CharField()
    in_words = serializers.CharField()


class FactAskedOut(Output):
    """A fact the decision asks for, and the last one that was recorded."""

    kind = serializers.ChoiceField(choices=named(FactKind))
    name = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    values = WordOut(many=True)
    assays = serializers.ListField(child=serializers.CharField())
    known = FactOut(allow_null=True)


class DecisionsOut(Output):
    """What is asked now: the facts, the ways with their verdicts; and what was decided."""

    standing = StandingOut()
    facts_asked = FactAskedOut(many=True)
    choices = ChoiceOut(many=True)
    decisions = DecisionOut(many=True)


class CourseBlocks(CourseStep):
    """The blocks of a course in which no blinatumomab runs here."""

    policy_actions = {"POST": "block.record"}
    body_class = BlockIn

    @extend_schema(
        operation_id="record_block", request=BlockIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record that a block began, ended, was stopped or was given elsewhere."""
        return self.take(course_id, walking.record_block)


class CourseGate(CourseStep):
    """What must be true before a block begins."""

    policy_actions = {"POST": "gate.pass"}
    body_class = GateIn

    @extend_schema(operation_id="pass_gate", request=GateIn, responses={200: CourseOut})
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record that a block may begin."""
        return self.take(course_id, with_facts(walking.pass_gate))


class CourseDecisions(CourseStep):
    """The ways a course may take, and those it took."""

    policy_actions = {"GET": "walk.view", "POST": "course.decide"}
    body_class = DecisionIn

    @extend_schema(operation_id="get_decisions", responses={200: DecisionsOut})
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Return what is asked now, and every decision."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        found = outlook.read_outlook(course.id, self.now)
        shown = {
            "standing": found.standing,
            "facts_asked": list(facts_asked(found)),
            "choices": found.standing.choices,
            "decisions": found.decisions,
        }
        return Response(DecisionsOut(shown).data)

    @extend_schema(
        operation_id="decide", request=DecisionIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Take a way; a way out of the regimen ends the course."""
        return self.take(course_id, with_facts(deciding.decide))


class StopCourse(CourseStep):
    """The end of a course between its cycles."""

    policy_actions = {"POST": "course.stop"}
    body_class = StopIn

    @extend_schema(
        operation_id="stop_course", request=StopIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """End a course that goes on no further."""
        return self.take(course_id, stopping.stop_course)


class Reentry(Endpoint):
    """The course after a way out, such as after a transplant."""

    policy_actions = {"POST": "course.order"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="order_reentry", request=AgainIn, responses={201: OrderedOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Order a course under the regimen the way out names."""
        self.allow(courses.get_course(self.actor, course_id))
        asked = self.body(AgainIn)
        return self.once(lambda: self._ordered(course_id, asked))

    def _ordered(self, course_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        course = reentry.order_again(
            actor=self.actor, course_id=course_id, now=self.now, **asked
        )
        return ordered_reply(self, course, status.HTTP_201_CREATED)


def with_facts(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the step with the facts of a body as values."""

    def take(**asked: Any) -> Any:
        given = [FactGiven(**one) for one in asked.pop("facts")]
        return step(facts=given, **asked)

    return take


def facts_asked(found: CourseOutlook) -> Iterator[dict[str, Any]]:
    """Return each fact the open ways ask for, with what is known of it."""
    asked = [
        answer.condition
        for choice in found.standing.choices
        for answer in choice.branch.answers
    ]
    for kind in dict.fromkeys(one.kind for one in asked):
        assays = [assay for one in asked if one.kind == kind for assay in one.assays]
        known = [one for one in found.facts if one.fact.kind == kind]
        names = found.regimen.names.get(kind)
        said = [
            value
            for one in asked
            if one.kind == kind and kind not in UNITS
            for value in one.values
        ]
        yield {
            "kind": kind,
            "name": words.fact_name(kind),
            "unit": UNITS.get(kind, ""),
            "values": [
                {
                    "value": each,
                    "in_words": words.fact_value(kind, each, names=names),
                }
                for each in dict.fromkeys((*words_of(kind), *said))
            ],
            "assays": list(dict.fromkeys(assays)),
            "known": known[-1] if known else None,
        }


def words_of(kind: FactKind) -> tuple[str, ...]:
    """Return the words a kind of fact may have."""
    return MRD_WORDS if kind == FactKind.MRD else WORDS.get(kind, ())
