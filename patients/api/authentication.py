"""How a REST request proves who it is."""

import re
from typing import Any, cast

from allauth.headless.contrib.rest_framework.authentication import (
    XSessionTokenAuthentication,
)
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

_TOKEN = re.compile(r"[a-z0-9]{8,64}")


class SessionToken(XSessionTokenAuthentication):  # type: ignore[misc]
    """The app's session token; asked anew on every request, so it can be revoked."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the account behind the token; none without a token.

        :raises AuthenticationFailed: when the token is dead: expired, logged out, or
            of an account that was closed or got a new password.
        """
        token = self.get_session_token(request)
        if not token:
            return None
        found = super().authenticate(request) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise exceptions.AuthenticationFailed(_("Please log in again."))
        return cast("tuple[Any, Any]", found)

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing or dead token answers 401, not 403."""
        return "X-Session-Token"


class CsrfFailed(exceptions.PermissionDenied):
    """A change by cookie without its CSRF token."""

    default_code = "csrf_failed"
    default_detail = _("The CSRF token is missing or wrong.")


class ConsoleSession(SessionAuthentication):
    """The console's cookie; every change needs its CSRF token."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a change without the token.

        :raises CsrfFailed: when it is missing or wrong.
        """
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed from error
