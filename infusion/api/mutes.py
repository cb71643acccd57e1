"""Mutes: for some time nothing is said to a patient and their caregivers."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import named
from infusion.domain.muting import MuteEnd, MuteReason
from infusion.selectors.mutes import get_mute, list_mutes
from infusion.services import muting
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.api.pages import Pages
from patients.selectors.people import get_visible_patient


class MuteIn(Input):
    """Why, until when, and of which course; without one of everything."""

    course_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    reason = serializers.ChoiceField(choices=named(MuteReason))
    note = TextField(max_length=500, allow_blank=True, required=False, default="")
    until = InstantField()


class MuteUntilIn(Input):
    """Until when, counted from now."""

    until = InstantField()


class UnmuteIn(Input):
    """Nothing is asked."""


class MuteOut(Output):
    """A mute: who, why, from when, until when, how it ended, and what it kept back."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    patient_id = serializers.UUIDField()
    course_id = serializers.UUIDField(allow_null=True)
    reason = serializers.ChoiceField(choices=named(MuteReason))
    note = serializers.CharField(allow_blank=True)
    by_id = serializers.UUIDField()
    from_at = InstantField()
    until = InstantField()
    ended_at = InstantField(allow_null=True)
    ended_by_id = serializers.UUIDField(allow_null=True)
    ended_how = serializers.ChoiceField(choices=named(MuteEnd), allow_blank=True)
    kept_back = serializers.IntegerField(
        source="kept_number", help_text="How many messages were due in it"
    )


class MutePages(Pages):
    """The latest first."""

    ordering = ("-from_at", "-id")


class PatientMutes(Endpoint):
    """The mutes of a patient."""

    policy_actions = {"GET": "mute.view", "POST": "mute.set"}
    keyed_methods = ("POST",)
    query_class = PageQuery
    pagination_class = MutePages

    @extend_schema(
        operation_id="list_mutes",
        parameters=[PageQuery],
        responses={200: MuteOut(many=True)},
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Any:
        """List the mutes of a patient, the latest first; those that are over too."""
        self.allow(get_visible_patient(self.actor, patient_id))
        return self.show_page(list_mutes(self.actor, patient_id), MuteOut)

    @extend_schema(
        operation_id="mute",
        request=MuteIn,
        responses={200: MuteOut, 201: MuteOut},
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> HttpResponseBase:
        """Mute; what is muted already stays as it is and is returned with 200."""
        self.allow(get_visible_patient(self.actor, patient_id))
        asked = self.body(MuteIn)
        return self.once(lambda: self._muted(patient_id, asked))

    def _muted(self, patient_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        done = muting.mute(
            actor=self.actor, patient_id=patient_id, now=self.now, **asked
        )
        code = status.HTTP_201_CREATED if done.is_new else status.HTTP_200_OK
        return _reply(get_mute(self.actor, done.mute.pk), code)


class OneMute(Endpoint):
    """One mute."""

    policy_actions = {"GET": "mute.view"}
    is_conditional = True

    @extend_schema(operation_id="get_mute", responses={200: MuteOut})
    def get(self, request: Request, mute_id: uuid.UUID) -> HttpResponseBase:
        """Return a mute and its version."""
        row = get_mute(self.actor, mute_id)
        self.allow(row)
        return self.show(MuteOut(row), row.version)


class MoveMuteEnd(Endpoint):
    """Until when it is muted."""

    policy_actions = {"POST": "mute.set"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="move_mute_end", request=MuteUntilIn, responses={200: MuteOut}
    )
    def post(self, request: Request, mute_id: uuid.UUID) -> HttpResponseBase:
        """Let a mute end sooner or later."""
        self.allow(get_mute(self.actor, mute_id))
        version, asked = self.expected_version(), self.body(MuteUntilIn)
        return self.once(
            lambda: _reply(
                muting.move_end(
                    actor=self.actor,
                    mute_id=mute_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                )
            )
        )


class Unmute(Endpoint):
    """The end of a mute."""

    policy_actions = {"POST": "mute.set"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(operation_id="unmute", request=UnmuteIn, responses={200: MuteOut})
    def post(self, request: Request, mute_id: uuid.UUID) -> HttpResponseBase:
        """Unmute; what is still to come goes out again, nothing is sent late."""
        self.allow(get_mute(self.actor, mute_id))
        version = self.expected_version()
        self.body(UnmuteIn)
        return self.once(
            lambda: _reply(
                muting.unmute(
                    actor=self.actor,
                    mute_id=mute_id,
                    expected_version=version,
                    now=self.now,
                )
            )
        )


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(
        MuteOut(row).data, status=code, headers={"ETag": etag_of(row.version)}
    )
