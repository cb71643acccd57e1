"""The OpenAPI document, for those who may read it."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from patients.api.permissions import actor_of


class StaffOrDemo(BasePermission):
    """Opens a page to the staff of any site, and to everybody in a demo."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the page may be read."""
        if settings.DEMO_MODE:
            return True
        is_known = bool(request.user and request.user.is_authenticated)
        return is_known and actor_of(request).is_staff


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """The OpenAPI document."""

    permission_classes: Any = [StaffOrDemo]
