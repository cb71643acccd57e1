"""Is the process alive, and are the parts it needs ready."""

from django.http import HttpRequest, HttpResponse, JsonResponse


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can serve at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can serve at all."""
    return JsonResponse({"status": "ok"})
