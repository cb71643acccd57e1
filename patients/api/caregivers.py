"""Caregivers of a patient over REST."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients import models
from patients.api.contacts import NoBody
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, Output
from patients.selectors import people
from patients.services.caregivers import (
    confirm_caregiver,
    link_caregiver,
    revoke_caregiver,
)


class CaregiverOut(Output):
    """Who may act for the patient, and between which days."""

    id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField(source="user")
    kind = serializers.ChoiceField(choices=models.CaregiverKind.values)
    state = serializers.ChoiceField(choices=models.LinkState.values)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class CaregiverIn(Input):
    """An invitation to somebody who has an account."""

    email = serializers.EmailField(max_length=254)
    kind = serializers.ChoiceField(choices=models.CaregiverKind.values)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)


class Caregivers(Endpoint):
    """The caregivers of a patient, those of the past included."""

    policy_actions = {"GET": "caregiver.view", "POST": "caregiver.invite"}
    keyed_methods = ("POST",)
    query_class = PageQuery

    @extend_schema(
        operation_id="list_caregivers",
        parameters=[PageQuery],
        responses={200: CaregiverOut(many=True)},
    )
    def get(self, request: Any, patient_id: uuid.UUID) -> Response:
        """List caregivers, the last invited first."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        return self.show_page(people.list_caregiver_links(patient.id), CaregiverOut)

    @extend_schema(
        operation_id="invite_caregiver",
        request=CaregiverIn,
        responses={201: CaregiverOut},
    )
    def post(self, request: Any, patient_id: uuid.UUID) -> HttpResponseBase:
        """Invite somebody to act for the patient; it counts once confirmed."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        asked = self.body(CaregiverIn)
        return self.once(lambda: self._invite(patient.id, asked))

    def _invite(self, patient_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        user_id = people.get_account_id(asked.pop("email"))
        row = link_caregiver(
            actor=self.actor, patient_id=patient_id, user_id=user_id, **asked
        )
        return Response(CaregiverOut(row).data, status=201)


class CaregiverStep(Endpoint):
    """One step on a link between a caregiver and the patient."""

    keyed_methods = ("POST",)

    def take(
        self,
        patient_id: uuid.UUID,
        link_id: uuid.UUID,
        step: Callable[..., models.CaregiverLink],
    ) -> HttpResponseBase:
        """Take the step once and answer with the link as it is now."""
        self.allow(people.get_visible_patient(self.actor, patient_id))
        self.body(NoBody)
        people.get_caregiver_link(patient_id, link_id)
        return self.once(lambda: self._taken(link_id, step))

    def _taken(
        self, link_id: uuid.UUID, step: Callable[..., models.CaregiverLink]
    ) -> Response:
        row = step(actor=self.actor, link_id=link_id)
        return Response(CaregiverOut(row).data)


class CaregiverConfirmation(CaregiverStep):
    """An invited caregiver may act from now on."""

    policy_actions = {"POST": "caregiver.confirm"}

    @extend_schema(
        operation_id="confirm_caregiver", request=NoBody, responses={200: CaregiverOut}
    )
    def post(
        self, request: Any, patient_id: uuid.UUID, link_id: uuid.UUID
    ) -> HttpResponseBase:
        """Confirm an invitation."""
        return self.take(patient_id, link_id, confirm_caregiver)


class CaregiverRevocation(CaregiverStep):
    """A caregiver no longer acts for the patient."""

    policy_actions = {"POST": "caregiver.revoke"}

    @extend_schema(
        operation_id="revoke_caregiver", request=NoBody, responses={200: CaregiverOut}
    )
    def post(
        self, request: Any, patient_id: uuid.UUID, link_id: uuid.UUID
    ) -> HttpResponseBase:
        """End a link; caregivers may end their own."""
        return self.take(patient_id, link_id, revoke_caregiver)
