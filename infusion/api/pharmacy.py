"""What waits for the pharmacy."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.shapes import TextOut
from infusion.domain.bag_life import PharmacyWork
from infusion.domain.states import BagStatus
from infusion.selectors.pharmacy import list_work, with_due
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import DecimalText, InstantField, Output
from patients.api.pages import Pages


class BagWorkOut(Output):
    """A bag that waits for the pharmacy; ``due_at`` is by when it must leave there."""

    bag_id = serializers.UUIDField()
    version = serializers.IntegerField()
    code = serializers.CharField()
    work = serializers.ChoiceField(choices=[str(each) for each in PharmacyWork])
    due_at = InstantField()
    is_late = serializers.BooleanField()
    course_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    site_id = serializers.UUIDField()
    time_zone = serializers.CharField()
    sequence = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[str(each) for each in BagStatus])
    recipe_key = serializers.CharField()
    recipe_title = TextOut()
    volume_ml = DecimalText()
    daily_dose_mcg = DecimalText()
    vials = serializers.IntegerField()
    planned_hang_at = InstantField()
    planned_take_down_at = InstantField()
    ordered_at = InstantField(allow_null=True)
    prepared_at = InstantField(allow_null=True)
    cold_until = InstantField(allow_null=True)


class WorkQuery(PageQuery):
    """Which work, at which site, hung before which instant; else the next 14 days."""

    work = serializers.ChoiceField(
        choices=[str(each) for each in PharmacyWork], required=False
    )
    site_id = serializers.UUIDField(required=False)
    to = InstantField(required=False)


class WorkPages(Pages):
    """In the order in which the bags are hung."""

    ordering = ("planned_hang_at", "id")


class BagWorkList(Endpoint):
    """The bags that wait for a pharmacy of the caller's sites."""

    policy_actions = {"GET": "bag.work"}
    query_class = WorkQuery
    pagination_class = WorkPages

    @extend_schema(
        operation_id="list_bag_work",
        parameters=[WorkQuery],
        responses={200: BagWorkOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List bags to order, make, check and send, and orders that were withdrawn."""
        asked: dict[str, Any] = self.query
        rows = list_work(
            self.actor,
            now=self.now,
            until=asked.get("to"),
            work=asked.get("work", ""),
            site_id=asked.get("site_id"),
        )
        return self.show_page(rows, BagWorkOut, lambda page: with_due(page, self.now))
