"""The reminder rules of a site, what it changes of them, and entered days of a course."""

import uuid
import zoneinfo
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from infusion.board import tokens
from infusion.board.courses import CourseConsole
from infusion.board.forms.reminders import CareDateForm, RulesForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.regimens import RegimenConsole
from infusion.board.seen import seen_version
from infusion.selectors import care_dates as dates
from infusion.selectors import reminder_rules as reads
from infusion.services import care_dates
from infusion.services import reminder_rules as services
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated

_SHOWN = 20


class Reminders(RegimenConsole):
    """The rules in force, the changes made so far, and the form for another one."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show the rules of the site."""
        self.load()
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Count what a change would do, or draft it."""
        self.load()
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        given = {
            "actor": self.actor,
            "site_id": self.site.pk,
            "body": form.cleaned_data["rules"],
            "now": self.now,
        }
        try:
            if request.POST.get("step") == "preview":
                return self.page(form, services.preview_reminders(**given))
            services.draft_reminders(**given)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self.page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("The draft is stored. Bring it in force below."))
        return back(self.site.pk)

    def load(self) -> None:
        """Choose the site.

        :raises Http404: when the actor may not see its rules.
        """
        self.pick_site()
        if not self.may("reminders.view"):
            raise Http404
        self.zone = zoneinfo.ZoneInfo(self.site.time_zone)

    def form(self, data: Any = None) -> RulesForm | None:
        """Return the form, for those who change rules."""
        if not self.may("reminders.change"):
            return None
        return RulesForm(data, zone=self.zone, now=self.now)

    def page(
        self,
        form: RulesForm | None,
        seen: services.Seen | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        """Render the page."""
        documents = reads.list_documents(self.actor, self.site.pk)[:_SHOWN]
        context = {
            "form": form,
            "seen": seen,
            "site": self.site,
            "sites": self.sites,
            "zone": self.zone,
            "rules": reads.rules_of_site(self.site.pk),
            "left_out": reads.left_out_at(self.site.pk),
            "documents": documents,
        }
        return render(self.request, "board/reminders.html", context, status=status)


class ReminderStep(RegimenConsole):
    """A document comes in force, or ends."""

    def post(self, request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
        """Take the step and go back to the rules."""
        try:
            row = reads.get_document(self.actor, document_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "reminders.change", row):
            raise Http404
        steps = {
            "activate": services.activate_reminders,
            "withdraw": services.withdraw_reminders,
        }
        step = steps.get(request.POST.get("step", ""))
        if step is None:
            return back(row.site_id)
        wanted = partial(
            step, document_id=row.pk, expected_version=seen_version(request)
        )
        if text := _refused(partial(wanted, actor=self.actor, now=self.now)):
            messages.error(request, text)
        else:
            messages.success(request, _("Recorded."))
        return back(row.site_id)


class CareDates(CourseConsole):
    """The entered days of a course, and the form for another one."""

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the days."""
        self.load(course_id)
        return self.page(self.form())

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Enter a day."""
        self.load(course_id)
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        token = form.cleaned_data["token"]
        if not tokens.claim(self.actor, token):
            messages.info(request, _("This form was sent before; see below."))
            return redirect("board:care_dates", course_id)
        try:
            care_dates.enter_care_date(
                actor=self.actor, course_id=course_id, now=self.now, **form.arguments()
            )
        except REFUSALS as refusal:
            tokens.give_back(self.actor, token)
            form.refuse(*reason(refusal))
            form.renewed()
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("Recorded."))
        return redirect("board:care_dates", course_id)

    def form(self, data: Any = None) -> CareDateForm | None:
        """Return the form, for those who enter days."""
        if not policy.can(self.actor, "date.enter", self.state):
            return None
        zone = zoneinfo.ZoneInfo(self.state.time_zone)
        return CareDateForm(data, zone=zone, now=self.now)

    def page(
        self, form: CareDateForm | None, status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        """Render the page."""
        rows = dates.list_care_dates(self.state.id)
        context = {**self.facts(), "form": form, "rows": rows}
        return render(self.request, "board/courses/dates.html", context, status=status)


class EndCareDate(CourseConsole):
    """A day took place, or is not to."""

    def post(self, request: HttpRequest, date_id: uuid.UUID) -> HttpResponse:
        """End the day and go back to the list."""
        try:
            row = dates.get_care_date(self.actor, date_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "date.enter", row.course):
            raise Http404
        step = request.POST.get("step", "")
        if step not in {"done", "cancel"}:
            return redirect("board:care_dates", row.course_id)
        wanted = partial(
            care_dates.end_care_date,
            actor=self.actor,
            date_id=row.pk,
            expected_version=seen_version(request),
            is_done=step == "done",
            now=self.now,
        )
        if text := _refused(wanted):
            messages.error(request, text)
        else:
            messages.success(request, _("Recorded."))
        return redirect("board:care_dates", row.course_id)


def _refused(step: Any) -> str:
    """Return why a step was refused; empty when it was taken."""
    try:
        step()
    except VersionOutdated:
        return _("Somebody changed this meanwhile. Look at it again.")
    except REFUSALS as refusal:
        return reason(refusal)[1]
    return ""


def back(site_id: uuid.UUID) -> HttpResponse:
    """Return to the rules of a site."""
    return redirect(f"{reverse('board:reminders')}?site={site_id}")
