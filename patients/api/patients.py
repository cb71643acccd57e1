"""Patients over REST."""

import dataclasses
import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from patients import models
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.domain.profiles import LANGUAGES, SEXES, PatientProfile
from patients.selectors import people, sites
from patients.services.patients import amend_patient, profile_of, register_patient


class PatientOut(Output):
    """A patient as a list or a page shows them."""

    id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    mrn = serializers.CharField()
    family_name = serializers.CharField()
    given_name = serializers.CharField()
    display_name = serializers.CharField(source="name.display")
    birth_date = serializers.DateField(allow_null=True)
    sex = serializers.ChoiceField(choices=SEXES)
    language = serializers.ChoiceField(choices=LANGUAGES)
    time_zone = serializers.CharField()
    is_active = serializers.BooleanField()
    is_deceased = serializers.BooleanField()
    deceased_at = InstantField(allow_null=True)
    version = serializers.IntegerField()


class PatientChange(Input):
    """What may be amended; a field that is left out stays as it is."""

    mrn = TextField(max_length=64, required=False)
    family_name = TextField(max_length=200, required=False)
    given_name = TextField(max_length=200, required=False, allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True)
    sex = serializers.ChoiceField(choices=SEXES, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    time_zone = TextField(max_length=64, required=False)


class PatientIn(PatientChange):
    """A new patient; the time zone is the site's unless it is given."""

    site_id = serializers.UUIDField()
    mrn = TextField(max_length=64)
    family_name = TextField(max_length=200)


class PatientQuery(PageQuery):
    """How to narrow the list."""

    search = serializers.CharField(
        required=False, max_length=200, help_text="Name, pinyin, initials or MRN"
    )
    site = serializers.UUIDField(required=False)
    active = serializers.BooleanField(required=False, allow_null=True, default=None)


class Patients(Endpoint):
    """The patients in the caller's reach."""

    policy_actions = {"GET": "patient.view", "POST": "patient.create"}
    keyed_methods = ("POST",)
    query_class = PatientQuery

    @extend_schema(
        operation_id="list_patients",
        parameters=[PatientQuery],
        responses={200: PatientOut(many=True)},
    )
    def get(self, request: Any) -> Response:
        """List patients, the latest registered first: that order never changes."""
        rows = people.list_patients(
            self.actor,
            self.query.get("search", ""),
            site_id=self.query.get("site"),
            is_active=self.query["active"],
        )
        return self.show_page(rows, PatientOut)

    @extend_schema(
        operation_id="register_patient", request=PatientIn, responses={201: PatientOut}
    )
    def post(self, request: Any) -> HttpResponseBase:
        """Register a patient at a site."""
        asked = self.body(PatientIn)
        site = sites.get_visible_site(self.actor, asked.pop("site_id"))
        self.allow(site)
        return self.once(lambda: self._register(site, asked))

    def _register(self, site: models.Site, asked: dict[str, Any]) -> Response:
        profile = PatientProfile(**{"time_zone": site.time_zone, **asked})
        patient = register_patient(
            actor=self.actor, site=site, profile=profile, now=self.now
        )
        return _answer(patient, status=201)


class Patient(Endpoint):
    """One patient."""

    policy_actions = {"GET": "patient.view", "PATCH": "patient.change"}
    versioned_methods = ("PATCH",)
    is_conditional = True

    @extend_schema(operation_id="get_patient", responses={200: PatientOut})
    def get(self, request: Any, patient_id: uuid.UUID) -> HttpResponseBase:
        """Return a patient with the version as ETag."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        return self.show(PatientOut(patient), patient.version)

    @extend_schema(
        operation_id="amend_patient",
        request=PatientChange,
        responses={200: PatientOut},
    )
    def patch(self, request: Any, patient_id: uuid.UUID) -> Response:
        """Amend a patient that nobody else has changed meanwhile."""
        patient = people.get_visible_patient(self.actor, patient_id)
        self.allow(patient)
        version = self.expected_version()
        profile = dataclasses.replace(profile_of(patient), **self.body(PatientChange))
        changed = amend_patient(
            actor=self.actor,
            patient_id=patient_id,
            expected_version=version,
            profile=profile,
            now=self.now,
        )
        return _answer(changed, status=200)


def _answer(patient: models.Patient, *, status: int) -> Response:
    headers = {"ETag": etag_of(patient.version)}
    return Response(PatientOut(patient).data, status=status, headers=headers)
