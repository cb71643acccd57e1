"""Cycles: started, ended, and the next one ordered."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from infusion.api.courses import CourseOut
from infusion.api.steps import CourseStep
from infusion.services import cycles
from patients.api.fields import Input, InstantField, TextField


class StartIn(Input):
    """The go for a cycle."""

    premedication_given = serializers.BooleanField()


class EndIn(Input):
    """When the pump was disconnected, and why."""

    at = InstantField()
    reason = TextField(max_length=40, help_text="COMPLETED, or why it stops early")


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
        operation_id="order_next_cycle", request=NextIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Order the next cycle; its dosing weight is frozen now."""
        return self.take(course_id, cycles.order_next_cycle)
