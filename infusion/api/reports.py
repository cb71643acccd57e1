"""Where providers of text messages report what became of one. Signed, or refused."""

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from infusion.notifications.channels.reports import (
    Posted,
    ReportForged,
    ReportUnreadable,
    read_report,
)
from infusion.notifications.channels.sms import routes_of
from infusion.services.reports import take_report
from patients import clock

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def delivery_report(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a report; the answer tells a stranger nothing about messages.

    202 whether or not the message is known: a provider that is told "no" asks again for
    days. 403 without the provider's signature, 400 for what makes no sense.
    """
    routes = routes_of(settings.SMS_ROUTES) if settings.SMS_ROUTES else None
    if routes is None or provider not in routes.providers:
        raise Http404
    try:
        report = read_report(routes.providers[provider], _posted(request))
    except ReportForged:
        log.warning("report_forged", provider=provider)
        return HttpResponse(status=403)
    except ReportUnreadable:
        log.warning("report_unreadable", provider=provider)
        return HttpResponse(status=400)
    take_report(provider, report, clock.now())
    return HttpResponse(status=202)


def _posted(request: HttpRequest) -> Posted:
    """Return the request under the address the provider knows, before any proxy."""
    return Posted(
        url=settings.PUBLIC_URL.rstrip("/") + request.get_full_path(),
        query=request.GET.dict(),
        headers=request.headers,
        body=request.body,
    )
