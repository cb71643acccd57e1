"""What every REST endpoint does alike: the clock, the door, headers, repeats."""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_204_NO_CONTENT
from rest_framework.views import APIView

from patients import clock, policy
from patients.api.concurrency import (
    etag_of,
    expected_version,
    fingerprint,
    idempotency_key,
    is_unchanged,
)
from patients.api.fields import Input, Output, instant_text
from patients.api.pages import Pages
from patients.api.parsers import JsonBody
from patients.api.permissions import actor_of
from patients.domain.replies import Reply

_log = logging.getLogger(__name__)
_Row = TypeVar("_Row")


class NoQuery(Input):
    """An endpoint without query parameters."""


class PageQuery(Input):
    """The parameters of every list."""

    cursor = serializers.CharField(required=False, max_length=400)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=200)


class Endpoint(APIView):
    """One resource; the subclass says which action each method needs."""

    # HTTP method -> action of the policy table; a method without one is closed.
    policy_actions: ClassVar[Mapping[str, str]] = {}
    # These need an Idempotency-Key, these an If-Match.
    keyed_methods: ClassVar[Collection[str]] = ()
    versioned_methods: ClassVar[Collection[str]] = ()
    # GET answers an ETag and honours If-None-Match.
    is_conditional: ClassVar[bool] = False
    query_class: ClassVar[type[Input]] = NoQuery
    # What a query may be refused with beside what every endpoint answers.
    problem_statuses: ClassVar[Collection[int]] = ()
    pagination_class: ClassVar[type[Pages]] = Pages
    parser_classes = (JsonBody,)
    now: dt.datetime
    query: dict[str, Any]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Read the clock, once."""
        found = super().initialize_request(request, *args, **kwargs)
        self.now = clock.now()
        found.now = self.now  # type: ignore[attr-defined]
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then what is asked."""
        super().initial(request, *args, **kwargs)
        query = self.query_class(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        self.query = query.validated_data

    def check_throttles(self, request: Request) -> None:
        """Go on without the limit when its store is down: care comes first."""
        try:
            super().check_throttles(request)
        except RedisError:
            _log.warning("throttle_store_down")

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Any:
        """Say what time it is here, and keep answers out of caches."""
        found = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        found.headers["X-Server-Time"] = instant_text(self.now)
        found.headers["Cache-Control"] = "no-store"
        return found

    @property
    def actor(self) -> policy.Actor:
        """Return who acts."""
        return actor_of(self.request)

    def allow(self, obj: Any) -> None:
        """Refuse with 403 what the policy denies for this object.

        :raises PermissionDenied: when the actor may see it, but not do this to it.
        """
        self.check_object_permissions(self.request, obj)

    def body(self, expected: type[Input]) -> dict[str, Any]:
        """Return the checked body.

        :raises ValidationError: when it does not fit.
        """
        found = expected(data=self.request.data)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def expected_version(self) -> int:
        """Return the version the client has seen."""
        return expected_version(self.request)

    def show(
        self, shape: Output, version: int | None = None, *counted: int
    ) -> HttpResponseBase:
        """Answer a GET, or 304 when the client already holds this version."""
        if version is None:
            return Response(shape.data)
        etag = etag_of(version, *counted)
        if self.is_conditional and is_unchanged(self.request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        return Response(shape.data, headers={"ETag": etag})

    def show_page(
        self,
        rows: Any,
        shape: type[Output],
        complete: Callable[[list[Any]], list[Any]] = list,
    ) -> Response:
        """Answer one page of a list; ``complete`` adds what only this page needs."""
        pages = self.pagination_class()
        page = complete(pages.paginate_queryset(rows, self.request, self) or [])
        return pages.get_paginated_response(shape(page, many=True).data)

    def once(self, work: Callable[[], Response]) -> HttpResponse:
        """Do the work once per idempotency key; a repeat gets the stored answer.

        :raises KeyMissing: when the request carries no key.
        """
        store = import_string(settings.REPLY_STORE)
        reply = store(
            user_id=self.request.user.pk,
            key=idempotency_key(self.request),
            fingerprint=fingerprint(self.request),
            work=lambda: _reply_of(work()),
        )
        return _answer(reply)


def _reply_of(response: Response) -> Reply:
    return Reply(
        status=response.status_code,
        body=JSONRenderer().render(response.data).decode(),
        etag=response.headers.get("ETag", ""),
    )


def _answer(reply: Reply) -> HttpResponse:
    headers = {"ETag": reply.etag} if reply.etag else {}
    if reply.is_replayed:
        headers["Idempotent-Replayed"] = "true"
    has_body = reply.status != HTTP_204_NO_CONTENT
    return HttpResponse(
        reply.body if has_body else "",
        status=reply.status,
        headers=headers,
        content_type="application/json" if has_body else None,
    )
