"""The on-call rota: shifts, who holds them now, offers between colleagues, gaps."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.ways import named
from infusion.domain.rota import OnCallRole
from infusion.domain.states import SwapStatus
from infusion.selectors import rota as reads
from infusion.services import rota
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output
from patients.api.pages import Pages
from patients.selectors.sites import get_visible_site

_DEFAULT_SPAN = dt.timedelta(days=14)


class ShiftIn(Input):
    """A shift; without a person it waits for one."""

    role = serializers.ChoiceField(choices=named(OnCallRole))
    user_id = serializers.UUIDField(allow_null=True, required=False, default=None)
    from_at = InstantField()
    to_at = InstantField()


class HolderIn(Input):
    """Who holds the shift; null when nobody does any more."""

    user_id = serializers.UUIDField(allow_null=True)


class SwapIn(Input):
    """To whom the shift is offered."""

    user_id = serializers.UUIDField()


class AnswerIn(Input):
    """Whether the offered shift is taken."""

    accept = serializers.BooleanField()


class EmptyIn(Input):
    """Nothing is asked."""


class ShiftOut(Output):
    """A shift, and whether it is on offer."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    site_id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=named(OnCallRole))
    user_id = serializers.UUIDField(allow_null=True)
    user_name = serializers.SerializerMethodField()
    from_at = InstantField()
    to_at = InstantField()

    def get_user_name(self, row: Any) -> str:
        """Return who holds it, empty when nobody does."""
        return str(row.user) if row.user_id else ""


class SwapOut(Output):
    """A shift that is offered to somebody."""

    id = serializers.UUIDField()
    shift_id = serializers.UUIDField()
    proposed_by_id = serializers.UUIDField()
    proposed_to_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=named(SwapStatus))
    proposed_at = InstantField()
    ended_at = InstantField(allow_null=True)


class OnCallGapOut(Output):
    """A span during which nobody is on call in a role."""

    role = serializers.ChoiceField(choices=named(OnCallRole))
    from_at = InstantField()
    to_at = InstantField()


class DutyOut(Output):
    """Who is on call now in a role."""

    role = serializers.ChoiceField(choices=named(OnCallRole))
    user_id = serializers.UUIDField()
    user_name = serializers.CharField(source="name")
    phone = serializers.CharField(
        allow_blank=True, help_text="The number to ring; empty when none is known"
    )


class OnCallOut(Output):
    """Who is on call at a site now, and when nobody will be."""

    site_id = serializers.UUIDField()
    time_zone = serializers.CharField()
    on_call = DutyOut(many=True)
    gaps = OnCallGapOut(many=True)


class ShiftsQuery(PageQuery):
    """From which instant to before which; without them the next 14 days."""

    to = InstantField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add ``from``, which is no name for an attribute."""
        return {"from": InstantField(required=False), **super().get_fields()}


class ShiftPages(Pages):
    """In order of time."""

    ordering = ("from_at", "id")


class SiteShifts(Endpoint):
    """The shifts of a site."""

    policy_actions = {"GET": "rota.view", "POST": "rota.plan"}
    keyed_methods = ("POST",)
    query_class = ShiftsQuery
    pagination_class = ShiftPages

    @extend_schema(
        operation_id="list_shifts",
        parameters=[ShiftsQuery],
        responses={200: ShiftOut(many=True)},
    )
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """List shifts in order of time."""
        self.allow(get_visible_site(self.actor, site_id))
        start = self.query.get("from", self.now)
        end = self.query.get("to", start + _DEFAULT_SPAN)
        rows = reads.list_shifts(self.actor, site_id=site_id, from_at=start, to_at=end)
        return self.show_page(rows, ShiftOut)

    @extend_schema(
        operation_id="plan_shift", request=ShiftIn, responses={201: ShiftOut}
    )
    def post(self, request: Request, site_id: uuid.UUID) -> HttpResponseBase:
        """Plan a shift."""
        self.allow(get_visible_site(self.actor, site_id))
        asked = self.body(ShiftIn)
        return self.once(
            lambda: _reply(
                rota.plan_shift(
                    actor=self.actor, site_id=site_id, now=self.now, **asked
                ),
                status.HTTP_201_CREATED,
            )
        )


class OnCall(Endpoint):
    """Who is on call."""

    policy_actions = {"GET": "rota.view"}

    @extend_schema(operation_id="get_on_call", responses={200: OnCallOut})
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """Return who is on call at a site now, and the gaps of the days to come."""
        site = get_visible_site(self.actor, site_id)
        self.allow(site)
        found = {
            "site_id": site_id,
            "time_zone": site.time_zone,
            "on_call": reads.on_duty(site_id, self.now),
            "gaps": [
                {"role": role, "from_at": gap.from_at, "to_at": gap.to_at}
                for role, spans in reads.rota_gaps(site_id, self.now).items()
                for gap in spans
            ],
        }
        return Response(OnCallOut(found).data)


class AssignShift(Endpoint):
    """Who holds a shift."""

    policy_actions = {"POST": "rota.plan"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="assign_shift", request=HolderIn, responses={200: ShiftOut}
    )
    def post(self, request: Request, shift_id: uuid.UUID) -> HttpResponseBase:
        """Give a shift to somebody, or to nobody."""
        self.allow(reads.get_shift(self.actor, shift_id))
        version, asked = self.expected_version(), self.body(HolderIn)
        return self.once(
            lambda: _reply(
                rota.assign_shift(
                    actor=self.actor,
                    shift_id=shift_id,
                    expected_version=version,
                    now=self.now,
                    **asked,
                )
            )
        )


class RemoveShift(Endpoint):
    """A shift that is not to be."""

    policy_actions = {"POST": "rota.plan"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(
        operation_id="remove_shift", request=EmptyIn, responses={200: ShiftOut}
    )
    def post(self, request: Request, shift_id: uuid.UUID) -> HttpResponseBase:
        """Take a shift out of the rota; it stays in the history."""
        self.allow(reads.get_shift(self.actor, shift_id))
        version = self.expected_version()
        self.body(EmptyIn)
        return self.once(
            lambda: _reply(
                rota.remove_shift(
                    actor=self.actor,
                    shift_id=shift_id,
                    expected_version=version,
                    now=self.now,
                )
            )
        )


class OfferShift(Endpoint):
    """A shift that its holder offers to somebody else."""

    policy_actions = {"POST": "rota.swap"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(operation_id="offer_shift", request=SwapIn, responses={201: SwapOut})
    def post(self, request: Request, shift_id: uuid.UUID) -> HttpResponseBase:
        """Offer a shift; it stays with the holder until the other one takes it."""
        self.allow(reads.get_shift(self.actor, shift_id))
        version, asked = self.expected_version(), self.body(SwapIn)
        return self.once(
            lambda: Response(
                SwapOut(
                    rota.propose_swap(
                        actor=self.actor,
                        shift_id=shift_id,
                        expected_version=version,
                        now=self.now,
                        **asked,
                    )
                ).data,
                status=status.HTTP_201_CREATED,
            )
        )


class AnswerSwap(Endpoint):
    """The answer to an offered shift."""

    policy_actions = {"POST": "rota.swap"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="answer_swap", request=AnswerIn, responses={200: SwapOut}
    )
    def post(self, request: Request, swap_id: uuid.UUID) -> HttpResponseBase:
        """Take the shift, or leave it with who offered it."""
        self.allow(reads.get_swap(self.actor, swap_id).shift)
        asked = self.body(AnswerIn)
        return self.once(
            lambda: Response(
                SwapOut(
                    rota.answer_swap(
                        actor=self.actor, swap_id=swap_id, now=self.now, **asked
                    )
                ).data
            )
        )


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(
        ShiftOut(row).data, status=code, headers={"ETag": etag_of(row.version)}
    )
