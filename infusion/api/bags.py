"""Bags: looked up by their code, delivered, discarded."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.domain.bag_life import DiscardReason
from infusion.domain.states import BagStatus
from infusion.selectors import rest
from infusion.services import bags, compounding
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import DecimalText, Input, InstantField, Output, TextField


class BagOut(Output):
    """A bag; its version grows with every change, also when a new plan moves it."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    course_id = serializers.UUIDField()
    patient_id = serializers.UUIDField(source="course.patient_id")
    time_zone = serializers.CharField(source="course.time_zone")
    sequence = serializers.IntegerField()
    code = serializers.CharField()
    status = serializers.ChoiceField(choices=[str(each) for each in BagStatus])
    recipe_key = serializers.CharField()
    recipe_version = serializers.CharField()
    hours = serializers.IntegerField()
    rate_ml_h = DecimalText()
    volume_ml = DecimalText()
    daily_dose_mcg = DecimalText()
    planned_hang_at = InstantField()
    planned_take_down_at = InstantField()
    ordered_at = InstantField(allow_null=True)
    prepared_at = InstantField(allow_null=True)
    cold_until = InstantField(allow_null=True)
    out_of_cold_at = InstantField(allow_null=True)
    checked_at = InstantField(allow_null=True)
    dispatched_at = InstantField(allow_null=True)
    lot = serializers.CharField()
    delivered_at = InstantField(allow_null=True)
    use_by = InstantField(allow_null=True)
    hung_at = InstantField(allow_null=True)
    taken_down_at = InstantField(allow_null=True)
    discarded_at = InstantField(allow_null=True)
    discard_reason = serializers.CharField(allow_blank=True)
    discard_note = serializers.CharField(allow_blank=True)
    discarded_ml = DecimalText(allow_null=True)


class BagQuery(PageQuery):
    """The code on the label, as scanned."""

    code = serializers.CharField(max_length=32)


class NothingIn(Input):
    """Nothing: the bag in the address says all."""


class CompoundIn(Input):
    """When the bag was made, and its lot."""

    prepared_at = InstantField()
    lot = TextField(max_length=60, allow_blank=True, required=False, default="")


class DispatchIn(Input):
    """When it left the cold, where it travels without; null where it stays cold."""

    out_of_cold_at = InstantField(required=False, allow_null=True, default=None)


class DeliverIn(Input):
    """When the bag was made, and its lot; not needed where the pharmacy has said so."""

    prepared_at = InstantField(required=False, allow_null=True, default=None)
    lot = TextField(max_length=60, allow_blank=True, required=False, default="")


class DiscardIn(Input):
    """Why the bag is thrown away, and how much was left in it, in mL.

    ``OTHER`` needs a note. ``remaining_ml`` is null when nobody can tell.
    """

    reason = serializers.ChoiceField(choices=[str(each) for each in DiscardReason])
    note = TextField(max_length=200, allow_blank=True, required=False, default="")
    remaining_ml = serializers.DecimalField(
        max_digits=7,
        decimal_places=2,
        min_value=0,
        required=False,
        allow_null=True,
        default=None,
    )


class Bags(Endpoint):
    """The bags the caller may see."""

    policy_actions = {"GET": "course.view"}
    query_class = BagQuery

    @extend_schema(
        operation_id="find_bags",
        parameters=[BagQuery],
        responses={200: BagOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Find a bag by the code on its label."""
        rows = rest.list_bag_rows(self.actor, self.query["code"])
        return self.show_page(rows.select_related("course"), BagOut)


class OneBag(Endpoint):
    """One bag."""

    policy_actions = {"GET": "course.view"}

    @extend_schema(operation_id="get_bag", responses={200: BagOut})
    def get(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Return a bag and its version."""
        bag = rest.get_bag(self.actor, bag_id)
        self.allow(bag.course)
        return self.show(BagOut(bag), bag.version)


class BagStep(Endpoint):
    """A step that changes a bag."""

    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, bag_id: uuid.UUID, body_class: type[Input], step: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step once and answer with the bag as it is then."""
        self.allow(rest.get_bag(self.actor, bag_id).course)
        version = self.expected_version()
        asked = self.body(body_class)
        return self.once(lambda: self._taken(bag_id, version, asked, step))

    def _taken(
        self,
        bag_id: uuid.UUID,
        version: int,
        asked: dict[str, Any],
        step: Callable[..., Any],
    ) -> Response:
        step(
            actor=self.actor,
            bag_id=bag_id,
            expected_version=version,
            now=self.now,
            **asked,
        )
        return bag_reply(self, bag_id)


class OrderBag(BagStep):
    """A bag is ordered from the pharmacy."""

    policy_actions = {"POST": "bag.order"}

    @extend_schema(operation_id="order_bag", request=None, responses={200: BagOut})
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that a bag was ordered."""
        return self.take(bag_id, NothingIn, compounding.order_bag)


class CompoundBag(BagStep):
    """A bag is made."""

    policy_actions = {"POST": "bag.compound"}

    @extend_schema(
        operation_id="compound_bag", request=CompoundIn, responses={200: BagOut}
    )
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that a bag was made."""
        return self.take(bag_id, CompoundIn, compounding.compound_bag)


class CheckBag(BagStep):
    """A made bag is checked by a second person."""

    policy_actions = {"POST": "bag.check"}

    @extend_schema(operation_id="check_bag", request=None, responses={200: BagOut})
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that another person found a made bag right."""
        return self.take(bag_id, NothingIn, compounding.check_compounded)


class DispatchBag(BagStep):
    """A bag leaves the pharmacy."""

    policy_actions = {"POST": "bag.dispatch"}

    @extend_schema(
        operation_id="dispatch_bag", request=DispatchIn, responses={200: BagOut}
    )
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that a bag was sent."""
        return self.take(bag_id, DispatchIn, compounding.dispatch_bag)


class DeliverBag(BagStep):
    """A bag arrives."""

    policy_actions = {"POST": "bag.deliver"}

    @extend_schema(
        operation_id="deliver_bag", request=DeliverIn, responses={200: BagOut}
    )
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that a bag was delivered."""
        return self.take(bag_id, DeliverIn, bags.deliver_bag)


class DiscardBag(BagStep):
    """A bag is thrown away."""

    policy_actions = {"POST": "bag.discard"}

    @extend_schema(
        operation_id="discard_bag", request=DiscardIn, responses={200: BagOut}
    )
    def post(self, request: Request, bag_id: uuid.UUID) -> HttpResponseBase:
        """Record that a bag was thrown away."""
        return self.take(bag_id, DiscardIn, bags.discard_bag)


def bag_reply(view: Endpoint, bag_id: uuid.UUID) -> Response:
    """Answer a step with the bag as it is now."""
    bag = rest.get_bag(view.actor, bag_id)
    return Response(BagOut(bag).data, headers={"ETag": etag_of(bag.version)})
