"""Readiness for home: what is asked and known, facts, waivers, signatures."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.shapes import TextOut
from infusion.domain.evidence import Mark
from infusion.domain.readiness import Kind, State, Verdict
from infusion.domain.states import SignOffStatus
from infusion.selectors import courses
from infusion.selectors.readiness import (
    Readiness,
    list_sign_offs,
    load_readiness,
    signer_roles,
)
from infusion.services import readiness, signing
from patients.api.endpoints import Endpoint
from patients.api.fields import (
    DecimalInput,
    DecimalText,
    Input,
    InstantField,
    Output,
    TextField,
)
from patients.domain.refusals import NotFound


def _names(kinds: Any) -> list[str]:
    return [str(each) for each in kinds]


class SiteNumberOut(Output):
    """A site value of a criterion, with its evidence mark."""

    key = serializers.CharField()
    title = TextOut()
    value = serializers.CharField()
    unit = serializers.CharField()
    mark = serializers.ChoiceField(choices=_names(Mark))
    note = TextOut()
    is_signed = serializers.BooleanField()
    needs_sign_off = serializers.BooleanField()


class PublishedOut(Output):
    """What programmes wrote, with its evidence mark and sources."""

    text = TextOut(source="note")
    mark = serializers.ChoiceField(choices=_names(Mark))
    sources = serializers.ListField(child=serializers.CharField())


class ReadinessFactOut(Output):
    """One fact; without ``taken_at`` it follows from the course itself."""

    id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField()
    item = serializers.CharField()
    number = DecimalText(allow_null=True)
    upper_limit = DecimalText(allow_null=True)
    answer = serializers.BooleanField(allow_null=True)
    text = serializers.CharField()
    from_at = InstantField(allow_null=True)
    until_at = InstantField(allow_null=True)
    taken_at = InstantField(allow_null=True)


class ReadinessFindingOut(Output):
    """How one need of a criterion stands."""

    fact_kind = serializers.CharField(source="need.fact")
    item = serializers.CharField(source="need.item")
    state = serializers.ChoiceField(choices=_names(State))
    reason = serializers.CharField()
    could_at = InstantField()
    fact = ReadinessFactOut(allow_null=True)


class WaiverOut(Output):
    """Who let a criterion pass, when and why."""

    given_by_id = serializers.UUIDField()
    given_by_name = serializers.CharField()
    given_at = InstantField()
    reason = serializers.CharField()


class CriterionOut(Output):
    """One criterion at this instant."""

    key = serializers.CharField(source="criterion.key")
    kind = serializers.ChoiceField(choices=_names(Kind), source="criterion.kind")
    title = TextOut(source="criterion.title")
    question = TextOut(source="criterion.question")
    published = PublishedOut(source="criterion.published")
    numbers = SiteNumberOut(many=True, source="criterion.numbers")
    waivable_by = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=_names(State))
    blocks = serializers.BooleanField()
    could_at = InstantField()
    findings = ReadinessFindingOut(many=True)
    waiver = WaiverOut(allow_null=True)
    waiver_holds = serializers.BooleanField()

    def get_waivable_by(self, line: Any) -> list[str]:
        """Return the roles that may waive it."""
        return sorted(line.criterion.waivable_by)


class ReadinessSignatureOut(Output):
    """Who signed in which role."""

    role = serializers.CharField()
    name = serializers.CharField()
    signed_by_id = serializers.UUIDField()
    signed_at = InstantField()


class SignOffOut(Output):
    """Two signatures and what became of them."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=_names(SignOffStatus))
    signatures = ReadinessSignatureOut(many=True)
    voided_at = InstantField(allow_null=True)
    voided_for = serializers.ListField(child=serializers.CharField())


class ReadinessOut(Output):
    """Whether the patient may go home, by what is known at this instant."""

    course_id = serializers.UUIDField()
    cycle_number = serializers.IntegerField()
    at = InstantField()
    verdict = serializers.ChoiceField(choices=_names(Verdict))
    earliest_at = InstantField()
    next_change_at = InstantField(allow_null=True)
    digest = serializers.CharField()
    signers = serializers.ListField(child=serializers.CharField())
    sign_offs = SignOffOut(many=True)
    criteria = CriterionOut(many=True)


class ReadinessFactIn(Input):
    """One fact; which fields it takes depends on its kind."""

    kind = TextField(max_length=40)
    item = TextField(max_length=40, allow_blank=True, required=False, default="")
    number = DecimalInput(
        max_digits=9, decimal_places=3, allow_null=True, required=False, default=None
    )
    upper_limit = DecimalInput(
        max_digits=9, decimal_places=3, allow_null=True, required=False, default=None
    )
    unit = TextField(max_length=20, allow_blank=True, required=False, default="")
    answer = serializers.BooleanField(allow_null=True, required=False, default=None)
    text = TextField(max_length=200, allow_blank=True, required=False, default="")
    from_at = InstantField(allow_null=True, required=False, default=None)
    until_at = InstantField(allow_null=True, required=False, default=None)
    caregiver_id = serializers.UUIDField(allow_null=True, required=False, default=None)
    corrects_id = serializers.UUIDField(allow_null=True, required=False, default=None)
    is_withdrawn = serializers.BooleanField(required=False, default=False)


class ReadinessFactsIn(Input):
    """Facts taken at one instant; all are recorded or none."""

    taken_at = InstantField()
    facts = serializers.ListField(child=ReadinessFactIn(), min_length=1, max_length=100)


class WaiverIn(Input):
    """Which criterion may pass, and why."""

    criterion = TextField(max_length=8)
    reason = TextField(max_length=500)


class ReadinessSignatureIn(Input):
    """The digest of what was shown to the signer."""

    digest = TextField(max_length=64)


class OneReadiness(Endpoint):
    """Whether a patient may go home."""

    policy_actions = {"GET": "readiness.view"}

    @extend_schema(operation_id="get_readiness", responses={200: ReadinessOut})
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return the checklist as it stands now."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        return readiness_reply(self, course)


class RecordFacts(Endpoint):
    """What was found at the bedside, at home, on the telephone."""

    policy_actions = {"POST": "readiness.record"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="record_readiness_facts",
        request=ReadinessFactsIn,
        responses={201: ReadinessOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record facts; what makes a criterion worse voids the signatures."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        asked = self.body(ReadinessFactsIn)
        facts = [readiness.NewFact(**each) for each in asked["facts"]]

        def work() -> Response:
            readiness.record_facts(
                actor=self.actor,
                course_id=course_id,
                taken_at=asked["taken_at"],
                facts=facts,
                now=self.now,
            )
            return readiness_reply(self, course, status.HTTP_201_CREATED)

        return self.once(work)


class Waive(Endpoint):
    """A soft criterion is let pass."""

    policy_actions = {"POST": "readiness.waive"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="waive_criterion",
        request=WaiverIn,
        responses={201: ReadinessOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Waive a soft criterion, for what is known now."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        asked = self.body(WaiverIn)

        def work() -> Response:
            readiness.waive_criterion(
                actor=self.actor, course_id=course_id, now=self.now, **asked
            )
            return readiness_reply(self, course, status.HTTP_201_CREATED)

        return self.once(work)


class Sign(Endpoint):
    """One of two people signs."""

    policy_actions = {"POST": "readiness.sign"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="sign_readiness",
        request=ReadinessSignatureIn,
        responses={201: ReadinessOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Sign exactly what was shown."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        asked = self.body(ReadinessSignatureIn)

        def work() -> Response:
            signing.sign_readiness(
                actor=self.actor, course_id=course_id, now=self.now, **asked
            )
            return readiness_reply(self, course, status.HTTP_201_CREATED)

        return self.once(work)


class WithdrawSignature(Endpoint):
    """One's own signature is taken back."""

    policy_actions = {"POST": "readiness.sign"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="withdraw_readiness_signature",
        request=None,
        responses={200: ReadinessOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Take one's own signature back; the other one falls with it."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)

        def work() -> Response:
            signing.withdraw_signature(
                actor=self.actor, course_id=course_id, now=self.now
            )
            return readiness_reply(self, course)

        return self.once(work)


def readiness_reply(view: Endpoint, course: Any, code: int = 200) -> Response:
    """Answer with the checklist as it stands now.

    :raises NotFound: when no cycle runs or waits for its start.
    """
    found = load_readiness(course, view.now)
    if found is None:
        raise NotFound(field="cycle")
    return Response(ReadinessOut(_parts(found)).data, status=code)


def _parts(found: Readiness) -> dict[str, Any]:
    return {
        "course_id": found.course.id,
        "cycle_number": found.cycle.number,
        "at": found.assessment.at,
        "verdict": found.assessment.verdict,
        "earliest_at": found.assessment.earliest_at,
        "next_change_at": found.assessment.next_change_at,
        "digest": found.digest,
        "signers": signer_roles(found.course.site_id),
        "sign_offs": list_sign_offs(found.cycle),
        "criteria": found.assessment.lines,
    }
