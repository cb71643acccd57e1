"""The version of its regimen a course is under: compared, and changed on purpose."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut
from infusion.api.steps import CourseStep
from infusion.selectors import courses
from infusion.services import versions
from patients.api.fields import Input, Output, TextField


class VersionIn(Input):
    """The version as it was looked at, and why the course goes over to it."""

    version = TextField(max_length=60)
    digest = serializers.RegexField(r"^[0-9a-f]{64}$")
    reason = TextField(max_length=500)


class ChangeOut(Output):
    """One place of the regimen that differs; a side is null where it is not there."""

    place = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class VersionOut(Output):
    """What a change of version would do; with ``altered`` places it is refused."""

    before = serializers.CharField()
    after = serializers.CharField()
    digest = serializers.CharField()
    can_change = serializers.BooleanField()
    changes = ChangeOut(many=True)
    altered = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())


class RegimenVersion(CourseStep):
    """The version of the regimen of a course."""

    policy_actions = {"GET": "walk.view", "POST": "course.change_regimen"}
    body_class = VersionIn

    @extend_schema(operation_id="preview_regimen_version", responses={200: VersionOut})
    def get(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Compare the version the course is under with the one in force."""
        self.allow(courses.get_course(self.actor, course_id))
        seen = versions.preview_regimen_version(
            actor=self.actor, course_id=course_id, now=self.now
        )
        return Response(VersionOut(seen).data)

    @extend_schema(
        operation_id="change_regimen_version",
        request=VersionIn,
        responses={200: CourseOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Move the course to the version that was looked at, and plan it again."""
        return self.take(course_id, versions.change_regimen_version)
