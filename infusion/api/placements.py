"""Placements: ward, home, clinic."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from infusion.api.courses import CourseOut
from infusion.api.steps import CourseStep
from infusion.domain.states import PlacementKind
from infusion.services import placements
from patients.api.fields import Input, InstantField, TextField


class PlacementIn(Input):
    """Where the patient is from now on, and why."""

    kind = serializers.ChoiceField(choices=[str(each) for each in PlacementKind])
    from_at = InstantField()
    reason = TextField(max_length=500, allow_blank=True, required=False, default="")
    override_reason = TextField(
        max_length=500,
        allow_blank=True,
        required=False,
        default="",
        help_text="Why a physician lets the patient go before the label's days are over",
    )


class ChangePlacement(CourseStep):
    """The patient moves."""

    policy_actions = {"POST": "placement.change"}
    body_class = PlacementIn

    @extend_schema(
        operation_id="change_placement",
        request=PlacementIn,
        responses={200: CourseOut},
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Record where the patient is from an instant on."""
        return self.take(course_id, placements.change_placement)
