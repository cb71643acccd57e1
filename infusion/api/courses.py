"""Courses: ordered, previewed, listed and shown."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.shapes import PremedicationOut, StaffOutput, TextOut
from infusion.api.ways import CapOut
from infusion.domain.states import CourseStatus, CycleStatus, PlacementKind
from infusion.selectors import courses, outlook, rest
from infusion.services import courses as ordering
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField
from patients.selectors.people import get_visible_patient


class CourseRow(Output):
    """A course in a list."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    patient_id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[str(each) for each in CourseStatus])
    regimen_key = serializers.CharField()
    regimen_version = serializers.CharField()
    time_zone = serializers.CharField()
    cycles_planned = serializers.IntegerField()
    ordered_at = InstantField()


class CycleOut(Output):
    """One cycle: its state, its instants, and the weight it is dosed by."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    block = serializers.CharField()
    ordinal = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[str(each) for each in CycleStatus])
    weight_kg = DecimalText()
    height_cm = DecimalText(allow_null=True)
    surface_m2 = DecimalText(allow_null=True)
    surface_formula = serializers.CharField()
    weight_taken_at = InstantField()
    premedication = PremedicationOut(many=True)


class PlacementOut(StaffOutput):
    """From this instant the patient is there."""

    staff_only = frozenset({"reason", "override_reason"})

    kind = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])
    from_at = InstantField()
    reason = serializers.CharField()
    override_reason = serializers.CharField()


class CourseOut(Output):
    """A course; nothing in it changes without its version, so it has an ETag.

    What moves with time, the plan and the clock, is at the address of the plan.
    """

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    patient_id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[str(each) for each in CourseStatus])
    regimen_key = serializers.CharField()
    regimen_version = serializers.CharField()
    exit_key = serializers.CharField(
        allow_blank=True, help_text="The way out by which the patient left"
    )
    regimen_title = TextOut()
    label_id = serializers.CharField()
    label_revision = serializers.CharField()
    time_zone = serializers.CharField()
    cycles_planned = serializers.IntegerField()
    max_cycles = serializers.IntegerField()
    ordered_at = InstantField()
    plan_number = serializers.IntegerField()
    cycles = CycleOut(many=True)
    placements = PlacementOut(many=True)


class OrderedOut(CourseOut):
    """A course with which a cycle was just ordered, and what no payer pays of it."""

    warnings = CapOut(many=True)


class CourseQuery(PageQuery):
    """What the list of courses can be narrowed to."""

    status = serializers.ChoiceField(
        choices=[str(each) for each in CourseStatus], required=False
    )
    patient = serializers.UUIDField(required=False, source="patient_id")
    site = serializers.UUIDField(required=False, source="site_id")


class OrderIn(Input):
    """An order: which regimen, from when, how many cycles, and where it begins."""

    regimen_key = TextField(max_length=80)
    start_at = InstantField()
    cycles = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=99
    )
    from_block = TextField(
        max_length=80,
        required=False,
        help_text="Begin here: what comes before was given elsewhere",
    )
    from_round = serializers.IntegerField(required=False, min_value=1, max_value=99)
    opening = TextField(
        max_length=80, required=False, help_text="A shared pre-phase to open with"
    )


# The stable interface of plan previews; see the guide for its keys.
PREVIEW = {"type": "object", "additionalProperties": True}


class Courses(Endpoint):
    """The courses the caller may see."""

    policy_actions = {"GET": "course.view"}
    query_class = CourseQuery

    @extend_schema(
        operation_id="list_courses",
        parameters=[CourseQuery],
        responses={200: CourseRow(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List courses, the latest first."""
        rows = rest.list_course_rows(self.actor, **self._wanted())
        return self.show_page(rows, CourseRow)

    def _wanted(self) -> dict[str, Any]:
        pages = {"cursor", "page_size"}
        return {name: self.query[name] for name in self.query if name not in pages}


class PatientCourses(Endpoint):
    """The courses of one patient."""

    policy_actions = {"GET": "course.view", "POST": "course.order"}
    keyed_methods = ("POST",)
    query_class = PageQuery

    @extend_schema(
        operation_id="list_patient_courses",
        parameters=[PageQuery],
        responses={200: CourseRow(many=True)},
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:
        """List the courses of a patient, the latest first."""
        self.allow(get_visible_patient(self.actor, patient_id))
        rows = rest.list_course_rows(self.actor, patient_id=patient_id)
        return self.show_page(rows, CourseRow)

    @extend_schema(
        operation_id="order_course", request=OrderIn, responses={201: OrderedOut}
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> HttpResponseBase:
        """Order a course and plan its first cycle."""
        self.allow(get_visible_patient(self.actor, patient_id))
        order = self.body(OrderIn)
        return self.once(lambda: self._ordered(patient_id, order))

    def _ordered(self, patient_id: uuid.UUID, order: dict[str, Any]) -> Response:
        course = ordering.order_course(
            actor=self.actor, patient_id=patient_id, now=self.now, **order
        )
        return ordered_reply(self, course, status.HTTP_201_CREATED)


class CoursePreview(Endpoint):
    """The plan of a course that is not ordered yet."""

    policy_actions = {"POST": "course.preview"}

    @extend_schema(
        operation_id="preview_course",
        request=OrderIn,
        responses={200: PREVIEW},
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Return the whole plan; store nothing."""
        self.allow(get_visible_patient(self.actor, patient_id))
        order = self.body(OrderIn)
        plan = ordering.preview_course(
            actor=self.actor, patient_id=patient_id, now=self.now, **order
        )
        return Response(plan)


class OneCourse(Endpoint):
    """One course."""

    policy_actions = {"GET": "course.view"}
    is_conditional = True

    @extend_schema(operation_id="get_course", responses={200: CourseOut})
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Return a course and its version."""
        course = courses.get_course(self.actor, course_id)
        self.allow(course)
        return self.show(_shape(self, course), course.version)


def course_reply(view: Endpoint, course: Any, code: int = 200) -> Response:
    """Answer a step with the course as it is now."""
    shape = _shape(view, course)
    data = shape.data
    headers = {"ETag": etag_of(data["version"])}
    return Response(data, status=code, headers=headers)


def ordered_reply(view: Endpoint, course: Any, code: int = 200) -> Response:
    """Answer an order with the course and the caps that its cycles pass."""
    answer = course_reply(view, course, code)
    found = outlook.read_outlook(course.id, view.now)
    warnings = CapOut(found.warnings, many=True).data
    return Response(
        {**answer.data, "warnings": warnings}, status=code, headers=answer.headers
    )


def _shape(view: Endpoint, course: Any) -> CourseOut:
    for_staff = rest.is_staff_for(view.actor, course)
    state = courses.read_course(course.id, view.now)
    return CourseOut(state, context={"for_staff": for_staff})
