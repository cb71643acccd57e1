"""Interruptions: the pump paused and resumed."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from infusion.api.courses import CourseOut
from infusion.api.steps import CourseStep
from infusion.domain.clock import PauseReason
from infusion.services import interruptions
from patients.api.fields import Input, InstantField, TextField


class PauseIn(Input):
    """When the pump was stopped, and why."""

    at = InstantField()
    reason = serializers.ChoiceField(choices=[str(each) for each in PauseReason])
    note = TextField(max_length=500, allow_blank=True, required=False, default="")


class ResumeIn(Input):
    """When the pump was restarted, and whether under supervision."""

    at = InstantField()
    supervised = serializers.BooleanField()


class Pause(CourseStep):
    """The pump stands still."""

    policy_actions = {"POST": "infusion.pause"}
    body_class = PauseIn

    @extend_schema(operation_id="pause", request=PauseIn, responses={200: CourseOut})
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record that the pump was stopped."""
        return self.take(course_id, interruptions.pause)


class Resume(CourseStep):
    """The pump runs again."""

    policy_actions = {"POST": "infusion.resume"}
    body_class = ResumeIn

    @extend_schema(operation_id="resume", request=ResumeIn, responses={200: CourseOut})
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record that the pump was restarted."""
        return self.take(course_id, interruptions.resume)
