"""Cycles: started, moved, cancelled, ended, and the next one ordered."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut, OrderedOut, ordered_reply
from infusion.api.steps import CourseStep
from infusion.services import cycles, scheduling
from patients.api.fields import Input, InstantField, TextField


class StartIn(Input):
    """The go for a cycle."""

    premedication_given = serializers.BooleanField(
        help_text="Premedication was given as the regimen asks, or none is due"
    )


class MoveIn(Input):
    """When the planned cycle is to start instead."""

    start_at = InstantField()


class CancelIn(Input):
    """Why the order of the planned cycle is taken back."""

    reason = TextField(max_length=200)


class EndIn(Input):
    """When the pump was disconnected, and why."""

    at = InstantField()
    reason = TextField(max_length=40, help_text="COMPLETED, or why it stops early")
    shortfall_reason = TextField(
        max_length=200,
        required=False,
        help_text="A physician's reason to complete a cycle of which hours are missing",
    )


class NextIn(Input):
    """When the next cycle is to start."""

    start_at = InstantField()


class StartCycle(CourseStep):
    """The go for the planned cycle."""

    policy_actions = {"POST": "cycle.start"}
    body_class = StartIn

    @extend_schema(
        operation_id="start_cycle", request=StartIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Start the planned cycle."""
        return self.take(course_id, cycles.start_cycle)


class MoveStart(CourseStep):
    """The start of a cycle that has not begun."""

    policy_actions = {"POST": "cycle.move"}
    body_class = MoveIn

    @extend_schema(
        operation_id="move_start", request=MoveIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Plan the cycle for another start."""
        return self.take(course_id, scheduling.move_start)


class CancelCycle(CourseStep):
    """The order of a cycle that has not begun."""

    policy_actions = {"POST": "cycle.cancel"}
    body_class = CancelIn

    @extend_schema(
        operation_id="cancel_cycle", request=CancelIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Take the order back; with the first cycle the course is cancelled."""
        return self.take(course_id, scheduling.cancel_cycle)


class EndCycle(CourseStep):
    """The end of the running cycle."""

    policy_actions = {"POST": "cycle.end"}
    body_class = EndIn

    @extend_schema(operation_id="end_cycle", request=EndIn, responses={200: CourseOut})
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """End the running cycle: its hours are delivered, or it stops early."""
        return self.take(course_id, cycles.end_cycle)


class NextCycle(CourseStep):
    """The next cycle of a course."""

    policy_actions = {"POST": "cycle.order"}
    body_class = NextIn

    @extend_schema(
        operation_id="order_next_cycle", request=NextIn, responses={200: OrderedOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Order the next cycle; its dosing weight is frozen now."""
        return self.take(course_id, cycles.order_next_cycle)

    def reply(self, course: Any) -> Response:
        """Answer with the course and the caps of payers that it passes."""
        return ordered_reply(self, course)
