"""The door of the console: who is in, whether they work here, since when they were idle."""

import datetime as dt
import time
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.views import View

from patients import clock
from patients.policy import Actor
from patients.selectors.actors import get_actor

IDLE_SECONDS = 60 * 60
_SEEN = "console_seen"
# A poll every 15 s must not keep a forgotten screen open, nor write a session each time.
_SEEN_STEP = 60


class Console(View):
    """A page for staff: never stored by the browser, closed after an idle hour."""

    is_poll = False
    actor: Actor
    now: dt.datetime

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Let staff in, with the clock read once."""
        response = self._turned_away(request)
        if response is None:
            response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _turned_away(self, request: HttpRequest) -> HttpResponseBase | None:
        if request.user.is_authenticated and self._is_idle(request):
            logout(request)
        user_id = request.user.pk
        if not user_id:
            return to_login(request)
        self.now = clock.now()
        self.actor = get_actor(user_id, self.now.date())
        # The head of every page says how many alerts wait for this person.
        request.actor = self.actor  # type: ignore[attr-defined]
        if not self.actor.is_staff:
            return render(request, "board/not_staff.html", status=HTTPStatus.FORBIDDEN)
        return None

    def _is_idle(self, request: HttpRequest) -> bool:
        """Say whether the person was away too long; a page that is asked for counts."""
        present = int(time.time())
        since = present - request.session.get(_SEEN, present)
        if since > getattr(settings, "CONSOLE_IDLE_SECONDS", IDLE_SECONDS):
            return True
        if not self.is_poll and (since > _SEEN_STEP or _SEEN not in request.session):
            request.session[_SEEN] = present
        return False


def to_login(request: HttpRequest) -> HttpResponseBase:
    """Send the browser to the login page, also from within a poll."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=HTTPStatus.NO_CONTENT)
        response["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
        return response
    following = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(following)
