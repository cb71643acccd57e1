"""The REST door: closed unless a view names the action of the policy table."""

import uuid
from typing import TYPE_CHECKING, Any, cast

from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from patients import clock, policy
from patients.selectors.actors import get_actor

if TYPE_CHECKING:
    # The views import this module by name while they are being imported.
    from rest_framework.views import APIView


def actor_of(request: Request) -> policy.Actor:
    """Return who acts, read once a request."""
    found = getattr(request, "actor", None)
    if not isinstance(found, policy.Actor):
        now = getattr(request, "now", None) or clock.now()
        found = get_actor(cast("uuid.UUID", request.user.pk), now.date())
        request.actor = found  # type: ignore[attr-defined]
    return found


class PolicyPermission(BasePermission):
    """Ask the policy table; a view without ``policy_actions`` is closed to everybody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether any role of the actor may do this somewhere."""
        if not request.user or not request.user.is_authenticated:
            return False
        action = action_of(request, view)
        return action is not None and policy.may_ever(actor_of(request), action)

    def has_object_permission(
        self, request: Request, view: "APIView", obj: Any
    ) -> bool:
        """Say whether the actor may do this to this object."""
        action = action_of(request, view)
        return action is not None and policy.can(actor_of(request), action, obj)


def action_of(request: Request, view: "APIView") -> str | None:
    """Return the action of the policy table that this request needs.

    :raises MethodNotAllowed: when the view does not offer the method at all.
    """
    method = "GET" if request.method == "HEAD" else str(request.method)
    if not hasattr(view, method.lower()) or method == "OPTIONS":
        raise exceptions.MethodNotAllowed(method)
    actions: dict[str, str] = getattr(view, "policy_actions", {})
    return actions.get(method)


class SelfPermission(BasePermission):
    """Let everybody who is logged in see, and change, what is theirs alone.

    A view names the methods it offers in ``self_methods``; without them it is read only.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether the caller is known."""
        if not request.user or not request.user.is_authenticated:
            return False
        offered = getattr(view, "self_methods", ("GET",))
        method = "GET" if request.method == "HEAD" else request.method
        if method not in offered:
            raise exceptions.MethodNotAllowed(str(request.method))
        return True
