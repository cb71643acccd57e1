"""The way home and back, and what the next person must know."""

import uuid

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.courses import CourseOut
from infusion.api.plans import ClockOut
from infusion.api.rota import DutyOut
from infusion.api.steps import CourseStep
from infusion.domain.restarts import RestartRule
from infusion.selectors import courses
from infusion.selectors.handover import read_handover
from infusion.services import discharging
from patients.api.endpoints import Endpoint
from patients.api.fields import (
    DecimalInput,
    DecimalText,
    Input,
    InstantField,
    Output,
    TextField,
)


class DischargeIn(Input):
    """When the patient leaves, on which pump, with how much in the bag."""

    from_at = InstantField()
    pump_serial = TextField(max_length=100)
    volume_left_ml = DecimalInput(max_digits=7, decimal_places=2, min_value=0)
    reason = TextField(max_length=500, allow_blank=True, required=False, default="")
    override_reason = TextField(
        max_length=500,
        allow_blank=True,
        required=False,
        default="",
        help_text="Why a physician lets the patient go without two signatures",
    )


class ReadmitIn(Input):
    """When the patient comes back, why, and on which pump."""

    from_at = InstantField()
    reason = TextField(max_length=500)
    keeps_home_pump = serializers.BooleanField()


class Discharge(CourseStep):
    """The patient goes home with the infusion running."""

    policy_actions = {"POST": "placement.change"}
    body_class = DischargeIn

    @extend_schema(
        operation_id="discharge", request=DischargeIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Send the patient home under two signatures that still hold."""
        return self.take(course_id, discharging.discharge)


class Readmit(CourseStep):
    """The patient comes back to the ward."""

    policy_actions = {"POST": "placement.change"}
    body_class = ReadmitIn

    @extend_schema(
        operation_id="readmit", request=ReadmitIn, responses={200: CourseOut}
    )
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Bring the patient back; the infusion and its clock run on."""
        return self.take(course_id, discharging.readmit)


class PhoneOut(Output):
    """Whom to call."""

    kind = serializers.CharField()
    name = serializers.CharField()
    number = serializers.CharField()


class LineOut(Output):
    """A central line."""

    kind = serializers.CharField()
    lumens = serializers.IntegerField()
    placed_on = serializers.DateField()


class PumpOut(Output):
    """The home pump; empty where nothing was recorded."""

    model = serializers.CharField()
    serial = serializers.CharField()
    spare = serializers.CharField()
    battery = serializers.CharField()
    help_line = serializers.CharField()


class HandOverBagOut(Output):
    """A bag on the hand-over sheet."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    sequence = serializers.IntegerField()
    status = serializers.CharField()
    hours = serializers.IntegerField()
    rate_ml_h = DecimalText()
    volume_ml = DecimalText()
    daily_dose_mcg = DecimalText()
    hang_at = InstantField()
    use_by = InstantField(allow_null=True)


class HandOverVisitOut(Output):
    """A visit to come."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    planned_at = InstantField()
    placement = serializers.CharField()
    assigned_to_name = serializers.CharField()


class DepartureOut(Output):
    """How the patient left the ward."""

    at = InstantField()
    pump_serial = serializers.CharField()
    volume_read_ml = DecimalText()
    volume_computed_ml = DecimalText()
    signed_by = serializers.ListField(child=serializers.CharField())
    override_reason = serializers.CharField()
    recorded_by = serializers.CharField()


class HandOverOut(Output):
    """What the next person must know. Never flush the line: a flush is a bolus."""

    course_id = serializers.UUIDField(source="state.id")
    patient_id = serializers.UUIDField(source="state.patient_id")
    time_zone = serializers.CharField(source="state.time_zone")
    plan_number = serializers.IntegerField(source="state.plan_number")
    read_at = InstantField()
    hanging = HandOverBagOut(allow_null=True)
    volume_left_ml = DecimalText(allow_null=True)
    clock = ClockOut(allow_null=True)
    restart_rule = serializers.ChoiceField(
        choices=[str(each) for each in RestartRule], source="rule"
    )
    resume_until = InstantField(allow_null=True)
    never_flush = serializers.BooleanField(default=True)
    next_bag = HandOverBagOut(allow_null=True)
    visits = HandOverVisitOut(many=True)
    lines = LineOut(many=True)
    pump = PumpOut()
    stays_on_home_pump = serializers.BooleanField(allow_null=True)
    site_phone = PhoneOut()
    phones = PhoneOut(many=True)
    on_call = DutyOut(many=True, help_text="Who is on call at the site now")
    departure = DepartureOut(allow_null=True)


class HandOverSheet(Endpoint):
    """What the next person must know."""

    policy_actions = {"GET": "readiness.view"}

    @extend_schema(operation_id="get_handover", responses={200: HandOverOut})
    def get(self, request: Request, course_id: uuid.UUID) -> Response:
        """Return what hangs, until when, what not to do, and whom to call."""
        self.allow(courses.get_course(self.actor, course_id))
        return Response(HandOverOut(read_handover(course_id, self.now)).data)
