"""What a site fills into a regimen: drafted, changed, signed by two, withdrawn."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import named
from infusion.domain.overlays import SignRole
from infusion.domain.states import OverlayStatus
from infusion.selectors import overlays
from infusion.services import overlays as completing
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.selectors.sites import get_visible_site

_MOST = 200


class OverlayValueIn(Input):
    """One value, the place of the regimen file it is for, and where it is from."""

    place = TextField(max_length=200)
    value = TextField(max_length=200)
    unit = TextField(max_length=20, allow_blank=True, required=False, default="")
    source = TextField(  # type: ignore[assignment]
        max_length=300, help_text="Protocol, publication or decision"
    )
    note = TextField(max_length=500, allow_blank=True, required=False, default="")


class OverlayValuesIn(Input):
    """Every value of an overlay; what is left out is not part of it."""

    values = serializers.ListField(
        child=OverlayValueIn(), allow_empty=False, max_length=_MOST
    )

    def validate_values(self, values: list[dict[str, str]]) -> list[dict[str, str]]:
        """Refuse two values for one place: nobody could say which counts."""
        places = [one["place"] for one in values]
        if len(set(places)) != len(places):
            raise serializers.ValidationError(code="place_twice", detail="place twice")
        return values


class OverlayIn(OverlayValuesIn):
    """A new overlay of a regimen."""

    regimen_key = TextField(max_length=80)


class SignIn(Input):
    """In which role the caller signs."""

    role = serializers.ChoiceField(choices=named(SignRole))


class WithdrawIn(Input):
    """Why the overlay counts no longer."""

    reason = TextField(max_length=500)


class OverlayValueOut(Output):
    """One value of a site."""

    place = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()


class SignatureOut(Output):
    """Who signed, in which role."""

    role = serializers.ChoiceField(choices=named(SignRole))
    signed_by_name = serializers.CharField()
    signed_at = InstantField()


class OverlayOut(Output):
    """What a site fills into a regimen; it counts once two persons have signed it."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    site_id = serializers.UUIDField()
    regimen_key = serializers.CharField()
    base_version = serializers.CharField()
    effective_version = serializers.CharField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=named(OverlayStatus))
    is_outdated = serializers.BooleanField(
        help_text="The regimen file changed since: its values do not count"
    )
    values = OverlayValueOut(many=True)
    missing = serializers.SerializerMethodField(
        help_text="Places of the regimen that are still open with it"
    )
    signatures = SignatureOut(many=True)
    drafted_by_name = serializers.CharField()
    drafted_at = InstantField()
    changed_at = InstantField()
    in_force_at = InstantField(allow_null=True)
    ended_at = InstantField(allow_null=True)
    ended_by_name = serializers.CharField(allow_blank=True)
    ended_reason = serializers.CharField(allow_blank=True)

    def get_missing(self, state: Any) -> list[str]:
        """Return the places that stay open."""
        return [one.place for one in state.missing]


class OverlaysQuery(PageQuery):
    """Which overlays are listed."""

    regimen = serializers.CharField(required=False, max_length=80)


class SiteOverlays(Endpoint):
    """The overlays of a site."""

    policy_actions = {"GET": "overlay.view", "POST": "overlay.draft"}
    keyed_methods = ("POST",)
    query_class = OverlaysQuery

    @extend_schema(
        operation_id="list_overlays",
        parameters=[OverlaysQuery],
        responses={200: OverlayOut(many=True)},
    )
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """List the overlays of a site, the latest first."""
        self.allow(get_visible_site(self.actor, site_id))
        rows = overlays.list_overlays(
            self.actor, site_id=site_id, regimen_key=self.query.get("regimen")
        )
        return self.show_page(rows, OverlayOut, overlays.overlay_states)

    @extend_schema(
        operation_id="draft_overlay", request=OverlayIn, responses={201: OverlayOut}
    )
    def post(self, request: Request, site_id: uuid.UUID) -> HttpResponseBase:
        """Draft an overlay of a regimen."""
        self.allow(get_visible_site(self.actor, site_id))
        asked = self.body(OverlayIn)
        return self.once(
            lambda: _reply(
                completing.draft_overlay(
                    actor=self.actor,
                    site_id=site_id,
                    regimen_key=asked["regimen_key"],
                    values=by_place(asked["values"]),
                    now=self.now,
                ),
                status.HTTP_201_CREATED,
            )
        )


class OneOverlay(Endpoint):
    """One overlay."""

    policy_actions = {"GET": "overlay.view", "PATCH": "overlay.draft"}
    versioned_methods = ("PATCH",)
    is_conditional = True

    @extend_schema(operation_id="get_overlay", responses={200: OverlayOut})
    def get(self, request: Request, overlay_id: uuid.UUID) -> HttpResponseBase:
        """Return an overlay and its version."""
        row = overlays.get_overlay(self.actor, overlay_id)
        self.allow(row)
        return self.show(OverlayOut(overlays.overlay_state(row)), row.version)

    @extend_schema(
        operation_id="change_overlay",
        request=OverlayValuesIn,
        responses={200: OverlayOut},
    )
    def patch(self, request: Request, overlay_id: uuid.UUID) -> HttpResponseBase:
        """Replace the values of a draft; whoever signed has to sign again."""
        self.allow(overlays.get_overlay(self.actor, overlay_id))
        version = self.expected_version()
        asked = self.body(OverlayValuesIn)
        row = completing.change_overlay(
            actor=self.actor,
            overlay_id=overlay_id,
            expected_version=version,
            values=by_place(asked["values"]),
            now=self.now,
        )
        return _reply(row)


class OverlayStep(Endpoint):
    """A step of an overlay: keyed, versioned, answered with the overlay."""

    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, overlay_id: uuid.UUID, body: type[Input], step: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step once."""
        self.allow(overlays.get_overlay(self.actor, overlay_id))
        version = self.expected_version()
        asked = self.body(body)
        return self.once(
            lambda: _reply(
                step(
                    actor=self.actor,
                    overlay_id=overlay_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                )
            )
        )


class SignOverlay(OverlayStep):
    """The signature of a pharmacist or a physician."""

    policy_actions = {"POST": "overlay.sign"}

    @extend_schema(
        operation_id="sign_overlay", request=SignIn, responses={200: OverlayOut}
    )
    def post(self, request: Request, overlay_id: uuid.UUID) -> HttpResponseBase:
        """Sign; with both roles, by two persons, the overlay comes in force."""
        return self.take(overlay_id, SignIn, completing.sign_overlay)


class WithdrawOverlay(OverlayStep):
    """The end of an overlay."""

    policy_actions = {"POST": "overlay.withdraw"}

    @extend_schema(
        operation_id="withdraw_overlay", request=WithdrawIn, responses={200: OverlayOut}
    )
    def post(self, request: Request, overlay_id: uuid.UUID) -> HttpResponseBase:
        """Withdraw; courses ordered under it keep what they were ordered under."""
        return self.take(overlay_id, WithdrawIn, completing.withdraw_overlay)


def by_place(values: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the values of a body by their places."""
    names = ("value", "unit", "source", "note")
    return {one["place"]: {name: one[name] for name in names} for one in values}


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    data = OverlayOut(overlays.overlay_state(row)).data
    return Response(data, status=code, headers={"ETag": etag_of(row.version)})
