"""Visits: who must be with a patient, and when."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.domain.states import PlacementKind, VisitStatus
from infusion.domain.timing import VisitTiming
from infusion.selectors import rest
from infusion.selectors.visits import with_timing
from infusion.services import visits
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output
from patients.api.pages import Pages

_DEFAULT_SPAN = dt.timedelta(days=14)


class VisitOut(Output):
    """A visit: what became of it, and whether it is in time, are two fields."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    course_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    time_zone = serializers.CharField()
    kind = serializers.CharField()
    planned_at = InstantField()
    placement = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])
    status = serializers.ChoiceField(choices=[str(each) for each in VisitStatus])
    timing = serializers.ChoiceField(
        choices=[str(each) for each in VisitTiming], allow_null=True
    )
    done_at = InstantField(allow_null=True)
    bag_id = serializers.UUIDField(allow_null=True)
    assigned_to_id = serializers.UUIDField(allow_null=True)


class VisitQuery(PageQuery):
    """From which instant to before which; without them the next 14 days."""

    to = InstantField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which is no name for an attribute."""
        return {"from": InstantField(required=False), **super().get_fields()}


class AssignIn(Input):
    """Who goes; null when nobody does any more."""

    user_id = serializers.UUIDField(allow_null=True)


class VisitPages(Pages):
    """In order of time."""

    ordering = ("planned_at", "id")


class Visits(Endpoint):
    """The visits the caller may see."""

    policy_actions = {"GET": "course.view"}
    query_class = VisitQuery
    pagination_class = VisitPages

    @extend_schema(
        operation_id="list_visits",
        parameters=[VisitQuery],
        responses={200: VisitOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List visits in order of time."""
        start = self.query.get("from", self.now)
        end = self.query.get("to", start + _DEFAULT_SPAN)
        rows = rest.list_visit_rows(self.actor, start, end)
        return self.show_page(rows, VisitOut, lambda page: with_timing(page, self.now))


class AssignVisit(Endpoint):
    """Who goes to a visit."""

    policy_actions = {"POST": "visit.assign"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="assign_visit", request=AssignIn, responses={200: VisitOut}
    )
    def post(self, request: Request, visit_id: uuid.UUID) -> HttpResponseBase:
        """Assign a visit to a person, or to nobody."""
        self.allow(rest.get_visit(self.actor, visit_id).cycle.course)
        version = self.expected_version()
        asked = self.body(AssignIn)
        return self.once(lambda: self._assigned(visit_id, version, asked))

    def _assigned(
        self, visit_id: uuid.UUID, version: int, asked: dict[str, Any]
    ) -> Response:
        visits.assign_visit(
            actor=self.actor,
            visit_id=visit_id,
            expected_version=version,
            now=self.now,
            **asked,
        )
        (row,) = with_timing([rest.visit_row(self.actor, visit_id)], self.now)
        return Response(VisitOut(row).data, headers={"ETag": etag_of(row["version"])})
