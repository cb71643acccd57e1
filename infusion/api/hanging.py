"""Hanging a bag: one person enters what the pump shows, another one confirms it."""

import uuid
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.bags import BagOut, bag_reply
from infusion.domain.hanging import PumpReading
from infusion.selectors import courses, rest
from infusion.services import hanging
from patients.api.endpoints import Endpoint
from patients.api.fields import DecimalInput, Input, InstantField, Output, TextField

_READING = ("rate_ml_h", "volume_ml", "ends_at")


class ReadingIn(Input):
    """What one person reads on the pump."""

    rate_ml_h = DecimalInput(max_digits=7, decimal_places=3)
    volume_ml = DecimalInput(max_digits=7, decimal_places=2)
    ends_at = InstantField()


class HangIn(ReadingIn):
    """The bag that goes up, the one it replaces, and the first reading."""

    bag_code = TextField(max_length=32)
    replaces_code = TextField(
        max_length=32, required=False, allow_null=True, default=None
    )
    hung_at = InstantField()


class CheckOut(Output):
    """A first check; what was read stays hidden from the second person."""

    id = serializers.UUIDField()
    bag_id = serializers.UUIDField()
    bag_code = serializers.CharField(source="bag.code")
    course_id = serializers.UUIDField(source="bag.course_id")
    course_version = serializers.IntegerField(source="bag.course.version")
    time_zone = serializers.CharField(source="bag.course.time_zone")
    hung_at = InstantField()
    entered_by_id = serializers.UUIDField()
    entered_by_name = serializers.CharField(source="entered_by")
    is_open = serializers.SerializerMethodField()

    def get_is_open(self, check: Any) -> bool:
        """Say whether the check waits for its second person."""
        return check.confirmed_at is None and check.withdrawn_at is None


class Hang(Endpoint):
    """A bag goes up."""

    policy_actions = {"POST": "bag.hang"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    @extend_schema(operation_id="hang", request=HangIn, responses={201: CheckOut})
    def post(self, request: Request, course_id: uuid.UUID) -> HttpResponseBase:
        """Enter the first bag, or a bag change; it counts once it is confirmed."""
        self.allow(courses.get_course(self.actor, course_id))
        version = self.expected_version()
        asked = _with_reading(self.body(HangIn))
        return self.once(lambda: self._entered(course_id, version, asked))

    def _entered(
        self, course_id: uuid.UUID, version: int, asked: dict[str, Any]
    ) -> Response:
        check = hanging.enter_hang(
            actor=self.actor,
            course_id=course_id,
            expected_version=version,
            now=self.now,
            **asked,
        )
        shown = CheckOut(rest.get_check(self.actor, check.id))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class OneCheck(Endpoint):
    """A hang check."""

    policy_actions = {"GET": "bag.confirm"}

    @extend_schema(operation_id="get_hang_check", responses={200: CheckOut})
    def get(self, request: Request, check_id: uuid.UUID) -> Response:
        """Return a check without the first reading."""
        check = rest.get_check(self.actor, check_id)
        self.allow(check.bag.course)
        return Response(CheckOut(check).data)


class ConfirmCheck(Endpoint):
    """The second person."""

    policy_actions = {"POST": "bag.confirm"}
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="confirm_hang", request=ReadingIn, responses={200: BagOut}
    )
    def post(self, request: Request, check_id: uuid.UUID) -> HttpResponseBase:
        """Confirm by a reading of one's own; from then on the bag hangs."""
        self.allow(rest.get_check(self.actor, check_id).bag.course)
        asked = _with_reading(self.body(ReadingIn))
        return self.once(lambda: self._confirmed(check_id, asked))

    def _confirmed(self, check_id: uuid.UUID, asked: dict[str, Any]) -> Response:
        bag = hanging.confirm_hang(
            actor=self.actor, check_id=check_id, now=self.now, **asked
        )
        return bag_reply(self, bag.id)


class WithdrawCheck(Endpoint):
    """The first check was a mistake."""

    policy_actions = {"POST": "bag.hang"}
    keyed_methods = ("POST",)

    @extend_schema(operation_id="withdraw_hang", request=None, responses={204: None})
    def post(self, request: Request, check_id: uuid.UUID) -> HttpResponseBase:
        """Withdraw a check that nobody has confirmed."""
        self.allow(rest.get_check(self.actor, check_id).bag.course)
        return self.once(lambda: self._withdrawn(check_id))

    def _withdrawn(self, check_id: uuid.UUID) -> Response:
        hanging.withdraw_hang(actor=self.actor, check_id=check_id, now=self.now)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _with_reading(asked: dict[str, Any]) -> dict[str, Any]:
    """Gather the three values of the pump into one reading."""
    reading = PumpReading(**{name: asked.pop(name) for name in _READING})
    return {**asked, "reading": reading}
