"""Weights and heights over REST."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField
from patients.domain.measurements import UNITS, unit_of
from patients.selectors import people
from patients.services.measurements import record_measurement


class MeasurementOut(Output):
    """A reading; the unit follows from the kind."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=tuple(UNITS))
    value = DecimalText()
    unit = serializers.SerializerMethodField()
    taken_at = InstantField()
    taken_by_id = serializers.UUIDField()

    def get_unit(self, row: Any) -> str:
        """Return kg or cm."""
        return unit_of(row.kind)


class MeasurementIn(Input):
    """A new reading; another unit is refused, never converted."""

    kind = serializers.ChoiceField(choices=tuple(UNITS))
    value = TextField(max_length=20, help_text="A decimal in the unit: 70.5")
    unit = TextField(max_length=20, required=False, help_text="kg or cm")
    taken_at = InstantField()


class Measurements(Endpoint):
    """The readings of a patient, in the order they were recorded."""

    policy_actions = {"GET": "patient.view", "POST": "measurement.record"}
    keyed_methods = ("POST",)
    query_class = PageQuery

    @extend_schema(
        operation_id="list_measurements",
        parameters=[PageQuery],
        responses={200: MeasurementOut(many=True)},
    )
    def get(self, request: Any, patient_id: uuid.UUID) -> Response:
        """List readings, the last recorded first."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        return self.show_page(people.list_measurements(patient.id), MeasurementOut)

    @extend_schema(
        operation_id="record_measurement",
        request=MeasurementIn,
        responses={201: MeasurementOut},
    )
    def post(self, request: Any, patient_id: uuid.UUID) -> HttpResponseBase:
        """Record a reading; of two for one instant, the later recorded counts."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        asked = self.body(MeasurementIn)
        return self.once(lambda: self._record(patient.id, asked))

    def _record(self, patient_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        row = record_measurement(
            actor=self.actor, patient_id=patient_id, now=self.now, **asked
        )
        return Response(MeasurementOut(row).data, status=201)
