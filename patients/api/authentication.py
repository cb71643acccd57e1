"""How a REST request proves who it is."""

from allauth.headless.contrib.rest_framework.authentication import (
    XSessionTokenAuthentication,
)
from rest_framework.authentication import SessionAuthentication


class SessionToken(XSessionTokenAuthentication):
    """The app's session token."""

    def authenticate_header(self, request: object) -> str:
        """Name the scheme, so that a missing or dead token answers 401, not 403."""
        return "X-Session-Token"


class ConsoleSession(SessionAuthentication):
    """The console's cookie."""
