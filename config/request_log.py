"""The log line of a request: method and path, never the query."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Logs every request without its query, which may hold a patient's name."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return the method and the path."""
        return f"{request.method} {request.path}"
