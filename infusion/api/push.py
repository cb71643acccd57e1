"""On which devices, and over which channels of their account, the caller is told."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.notifications.channels.push import signer_of
from patients.api.endpoints import Endpoint, PageQuery
from patients.api.fields import Input, InstantField, Output, TextField
from patients.api.permissions import SelfPermission
from patients.domain.contacts import OF_THE_ACCOUNT
from patients.domain.push import LONGEST_ENDPOINT
from patients.selectors.push import list_subscriptions
from patients.services.push import (
    add_subscription,
    leave_account_channel,
    remove_subscription,
    use_account_channel,
)


class PushKeyOut(Output):
    """What a browser asks for to subscribe."""

    key = serializers.CharField(
        allow_null=True,
        help_text="applicationServerKey in base64url; null when push is off here",
    )


class SubscriptionOut(Output):
    """A device of the caller; never its keys, nor where it is written to."""

    id = serializers.UUIDField()
    device = serializers.CharField(source="label", allow_blank=True)
    service = serializers.SerializerMethodField(help_text="Host of the push service")
    created_at = InstantField()

    def get_service(self, row: Any) -> str:
        """Return who carries messages to the device."""
        return urlsplit(row.endpoint).hostname or ""


class KeysIn(Input):
    """The keys of the browser, in base64url."""

    p256dh = TextField(max_length=100)
    auth = TextField(max_length=40)


class SubscriptionIn(Input):
    """What ``PushSubscription.toJSON()`` gives, and a name for the device."""

    endpoint = TextField(max_length=LONGEST_ENDPOINT)
    keys = KeysIn()
    expirationTime = serializers.FloatField(  # noqa: N815 - as the browser names it
        required=False, allow_null=True
    )
    device = TextField(max_length=60, required=False, allow_blank=True, default="")


class ChannelIn(Input):
    """A channel that comes with the account."""

    channel = serializers.ChoiceField(choices=sorted(OF_THE_ACCOUNT))


class PushKey(Endpoint):
    """The public key of this service."""

    permission_classes = (SelfPermission,)

    @extend_schema(operation_id="get_push_key", responses={200: PushKeyOut})
    def get(self, request: Request) -> Response:
        """Return the key a browser subscribes with."""
        private = settings.VAPID_PRIVATE_KEY
        signer = signer_of(private, settings.VAPID_SUBJECT) if private else None
        return Response(PushKeyOut({"key": signer and signer.public_key()}).data)


class PushSubscriptions(Endpoint):
    """The devices of the caller."""

    permission_classes = (SelfPermission,)
    self_methods = ("GET", "POST")
    keyed_methods = ("POST",)
    query_class = PageQuery

    @extend_schema(
        operation_id="list_push_subscriptions",
        parameters=[PageQuery],
        responses={200: SubscriptionOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List the devices that are written to, the latest first."""
        rows = list_subscriptions(self.actor.user_id)
        return self.show_page(rows, SubscriptionOut)

    @extend_schema(
        operation_id="add_push_subscription",
        request=SubscriptionIn,
        responses={201: SubscriptionOut},
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Register a device; the same one again is answered with what is stored."""
        asked = self.body(SubscriptionIn)
        return self.once(lambda: self._added(asked))

    def _added(self, asked: dict[str, Any]) -> Response:
        row = add_subscription(
            actor=self.actor,
            endpoint=asked["endpoint"],
            p256dh=asked["keys"]["p256dh"],
            auth=asked["keys"]["auth"],
            label=asked["device"],
            now=self.now,
        )
        return Response(SubscriptionOut(row).data, status=201)


class OnePushSubscription(Endpoint):
    """One device of the caller."""

    permission_classes = (SelfPermission,)
    self_methods = ("DELETE",)

    @extend_schema(operation_id="remove_push_subscription", responses={204: None})
    def delete(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """Send nothing more to a device; before logging out, and twice is once."""
        remove_subscription(
            actor=self.actor, subscription_id=subscription_id, now=self.now
        )
        return Response(status=204)


class AccountChannels(Endpoint):
    """The channels that come with the caller's account."""

    permission_classes = (SelfPermission,)
    self_methods = ("POST",)
    keyed_methods = ("POST",)

    @extend_schema(
        operation_id="use_account_channel", request=ChannelIn, responses={204: None}
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Let the caller be told there from now on."""
        asked = self.body(ChannelIn)
        return self.once(lambda: self._used(asked["channel"]))

    def _used(self, channel: str) -> Response:
        use_account_channel(actor=self.actor, channel=channel)
        return Response(status=204)


class OneAccountChannel(Endpoint):
    """One channel of the caller's account."""

    permission_classes = (SelfPermission,)
    self_methods = ("DELETE",)

    @extend_schema(operation_id="leave_account_channel", responses={204: None})
    def delete(self, request: Request, channel: str) -> Response:
        """Tell the caller nothing more there; another device does not change that."""
        if channel not in OF_THE_ACCOUNT:
            raise Http404
        leave_account_channel(actor=self.actor, channel=channel, now=self.now)
        return Response(status=204)
