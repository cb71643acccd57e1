"""Days of a course that no plan knows of, such as a blood sample."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import named
from infusion.domain.care_dates import CareDateKind
from infusion.domain.states import CareDateStatus
from infusion.selectors import care_dates as reads
from infusion.selectors import courses
from infusion.services import care_dates
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output
from patients.api.pages import Pages


class CareDateIn(Input):
    """What happens, and when; of an authorisation, until when it is good."""

    kind = serializers.ChoiceField(choices=named(CareDateKind))
    at = InstantField()


class CareDateEndIn(Input):
    """Whether it took place; false calls it off."""

    is_done = serializers.BooleanField()


class CareDateOut(Output):
    """A day of a course, and where it stands."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    course_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=named(CareDateKind))
    at = InstantField()
    status = serializers.ChoiceField(choices=named(CareDateStatus))
    entered_at = InstantField()
    ended_at = InstantField(allow_null=True)


class CareDatePages(Pages):
    """In order of time."""

    ordering = ("at", "id")


class CareDates(Endpoint):
    """The days of a course."""

    policy_actions = {"GET": "date.view", "POST": "date.enter"}
    keyed_methods = ("POST",)
    query_class = PageQuery
    pagination_class = CareDatePages

    @extend_schema(
        operation_id="list_care_dates",
        parameters=[PageQuery],
        responses={200: CareDateOut(many=True)},
    )
    def get(self, request: Request, course_id: uuid.UUID) -> Any:
        """List the days of a course, those that are over included."""
        self.allow(courses.get_course(self.actor, course_id))
        return self.show_page(reads.list_care_dates(course_id), CareDateOut)

    @extend_schema(
        operation_id="enter_care_date",
        request=CareDateIn,
        responses={201: CareDateOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Enter a day; reminders follow the rules of the site."""
        self.allow(courses.get_course(self.actor, course_id))
        asked = self.body(CareDateIn)
        return self.once(
            lambda: _reply(
                care_dates.enter_care_date(
                    actor=self.actor, course_id=course_id, now=self.now, **asked
                ),
                status.HTTP_201_CREATED,
            )
        )


class EndCareDate(Endpoint):
    """A day that took place, or is not to."""

    policy_actions = {"POST": "date.enter"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="end_care_date",
        request=CareDateEndIn,
        responses={200: CareDateOut},
    )
    def post(self, request: Request, date_id: uuid.UUID) -> HttpResponseBase:
        """End a day; nobody is reminded of it any more."""
        self.allow(reads.get_care_date(self.actor, date_id).course)
        version, asked = self.expected_version(), self.body(CareDateEndIn)
        return self.once(
            lambda: _reply(
                care_dates.end_care_date(
                    actor=self.actor,
                    date_id=date_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                )
            )
        )


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(
        CareDateOut(row).data, status=code, headers={"ETag": etag_of(row.version)}
    )
