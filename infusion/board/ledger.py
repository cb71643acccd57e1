"""One message at the console: what became of it, and what somebody does about it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from infusion.board.courses import CourseConsole
from infusion.board.forms.messages import CallForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.seen import seen_version
from infusion.catalogue import site_policy
from infusion.selectors.ledger import Trail, get_trail
from infusion.selectors.mutes import mute_over
from infusion.services.resending import resend
from infusion.services.ringing import record_call
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated


class Happening(NamedTuple):
    """One thing that happened to a message."""

    at: dt.datetime
    kind: str
    of: Any


class MessagePage(CourseConsole):
    """A message, every step of it, and the two things a person can do."""

    def get(
        self, _request: HttpRequest, course_id: uuid.UUID, message_id: uuid.UUID
    ) -> HttpResponse:
        """Show the message."""
        self._find(course_id, message_id, "message.trace")
        return self._page(self._form())

    def post(
        self, request: HttpRequest, course_id: uuid.UUID, message_id: uuid.UUID
    ) -> HttpResponse:
        """Send it again, or note a call."""
        self._find(course_id, message_id, "message.follow_up")
        if request.POST.get("step") == "resend":
            self._take(resend)
            return self._back()
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        asked = form.arguments()
        self._take(partial(record_call, **asked))
        return self._back()

    def _find(self, course_id: uuid.UUID, message_id: uuid.UUID, action: str) -> None:
        course = self.find(course_id)
        if not policy.can(self.actor, action, course):
            raise Http404
        try:
            self.trail: Trail = get_trail(self.actor, message_id)
        except NotFound:
            raise Http404 from None
        if self.trail.row.course_id != course.pk:
            raise Http404
        self.load(course_id)

    def _take(self, step: Any) -> None:
        try:
            step(
                actor=self.actor,
                message_id=self.trail.row.pk,
                expected_version=seen_version(self.request),
                now=self.now,
            )
        except VersionOutdated:
            text = _("Something happened to this message meanwhile. Look at it again.")
            messages.error(self.request, text)
        except REFUSALS as refusal:
            messages.error(self.request, reason(refusal)[1])
        else:
            messages.success(self.request, _("Recorded."))

    def _back(self) -> HttpResponse:
        row = self.trail.row
        return redirect("board:message", course_id=row.course_id, message_id=row.pk)

    def _form(self, data: Any = None) -> CallForm:
        return CallForm(data, zone=self.facts()["zone"], now=self.now)

    def _page(self, form: CallForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        row = self.trail.row
        values = site_policy(row.site.policy)
        context = {
            **self.facts(),
            "message": row,
            "trail": self.trail,
            "happened": sorted(_happened(self.trail), key=lambda one: one.at),
            "mute": mute_over(row, self.now),
            "rest": values.shown("resend_after_minutes"),
            "form": form,
            "may_follow_up": policy.can(
                self.actor, "message.follow_up", self.trail.row.course
            ),
        }
        return render(
            self.request, "board/courses/message.html", context, status=status
        )


def _happened(trail: Trail) -> Iterator[Happening]:
    """Yield everything that happened, each with its instant."""
    if plan := trail.row.plan_version:
        yield Happening(plan.made_at, "owed", plan)
    yield from (Happening(one.at, "try", one) for one in trail.tries)
    yield from (Happening(one.created_at, "report", one) for one in trail.reports)
    yield from (Happening(one.at, "call", one) for one in trail.calls)
    for one in trail.resendings:
        if one.message_id != trail.row.pk:
            yield Happening(one.at, "resent", one)
    if trail.resending:
        yield Happening(trail.resending.at, "asked", trail.resending)
    if trail.acknowledgement:
        yield Happening(trail.acknowledgement.at, "read", trail.acknowledgement)
    if trail.kept_back:
        yield Happening(trail.kept_back.at, "kept", trail.kept_back)
