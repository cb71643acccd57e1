"""Addresses of a patient over REST."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients import models
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.selectors import people
from patients.services.contacts import (
    ENTERABLE,
    add_contact_point,
    opt_out,
    verify_contact_point,
)

_LAST_RANK = 32767


class ContactPointOut(Output):
    """An address; quiet hours are wall-clock times in the patient's zone."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=models.Channel.values)
    value = serializers.CharField()
    rank = serializers.IntegerField()
    verified_at = InstantField(allow_null=True)
    opted_out_at = InstantField(allow_null=True)
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_to = serializers.TimeField(allow_null=True)


class ContactPointIn(Input):
    """A new address."""

    channel = serializers.ChoiceField(choices=ENTERABLE)
    value = TextField(max_length=254)
    rank = serializers.IntegerField(min_value=1, max_value=_LAST_RANK, required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_to = serializers.TimeField(required=False, allow_null=True)


class NoBody(Input):
    """Nothing to say beyond the address."""


class ContactPoints(Endpoint):
    """The addresses of a patient."""

    policy_actions = {"GET": "contact.view", "POST": "contact.change"}
    keyed_methods = ("POST",)
    query_class = PageQuery

    @extend_schema(
        operation_id="list_contact_points",
        parameters=[PageQuery],
        responses={200: ContactPointOut(many=True)},
    )
    def get(self, request: Any, patient_id: uuid.UUID) -> Response:
        """List addresses, the last entered first."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        return self.show_page(people.list_contact_points(patient.id), ContactPointOut)

    @extend_schema(
        operation_id="add_contact_point",
        request=ContactPointIn,
        responses={201: ContactPointOut},
    )
    def post(self, request: Any, patient_id: uuid.UUID) -> HttpResponseBase:
        """Add an address; a number is read in the site's country."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        asked = self.body(ContactPointIn)
        return self.once(lambda: self._add(patient.id, asked))

    def _add(self, patient_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        row = add_contact_point(actor=self.actor, patient_id=patient_id, **asked)
        return Response(ContactPointOut(row).data, status=201)


class ContactPointStep(Endpoint):
    """One step on an address of the patient."""

    keyed_methods = ("POST",)

    def take(
        self,
        patient_id: uuid.UUID,
        contact_id: uuid.UUID,
        step: Callable[..., models.ContactPoint],
    ) -> HttpResponseBase:
        """Take the step once and answer with the address as it is now."""
        self.allow(people.get_visible_patient(self.actor, patient_id))
        self.body(NoBody)
        people.get_contact_point(patient_id, contact_id)
        return self.once(lambda: self._taken(contact_id, step))

    def _taken(
        self, contact_id: uuid.UUID, step: Callable[..., models.ContactPoint]
    ) -> Response:
        row = step(actor=self.actor, contact_id=contact_id, now=self.now)
        return Response(ContactPointOut(row).data)


class ContactPointVerification(ContactPointStep):
    """Somebody tried the address, and it is the patient's."""

    policy_actions = {"POST": "contact.change"}

    @extend_schema(
        operation_id="verify_contact_point",
        request=NoBody,
        responses={200: ContactPointOut},
    )
    def post(
        self, request: Any, patient_id: uuid.UUID, contact_id: uuid.UUID
    ) -> HttpResponseBase:
        """Mark an address as verified."""
        return self.take(patient_id, contact_id, verify_contact_point)


class ContactPointOptOut(ContactPointStep):
    """The patient wants no more messages there."""

    policy_actions = {"POST": "contact.opt_out"}

    @extend_schema(
        operation_id="opt_out_contact_point",
        request=NoBody,
        responses={200: ContactPointOut},
    )
    def post(
        self, request: Any, patient_id: uuid.UUID, contact_id: uuid.UUID
    ) -> HttpResponseBase:
        """Stop messages to an address."""
        return self.take(patient_id, contact_id, opt_out)
