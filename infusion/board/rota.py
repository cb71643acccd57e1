"""The rota of a site, a week at a time: who is on call, gaps, shifts given and swapped."""

import datetime as dt
import uuid
import zoneinfo
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from infusion.board import tokens
from infusion.board.forms.rota import ShiftForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.regimens import RegimenConsole
from infusion.board.seen import seen_version
from infusion.selectors import rota as reads
from infusion.services import rota
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.selectors.assignments import list_staff
from patients.selectors.days_off import days_off_of

_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)
# More than any version has, and fewer than no number can be read from.


class Rota(RegimenConsole):
    """A week of the rota, and the form for another shift."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show the week that is asked for, else the present one."""
        self.load()
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Plan a shift."""
        self.load()
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        token = form.cleaned_data["token"]
        if not tokens.claim(self.actor, token):
            messages.info(request, _("This form was sent before; see below."))
            return back(self.site.pk)
        try:
            rota.plan_shift(
                actor=self.actor,
                site_id=self.site.pk,
                now=self.now,
                **form.arguments(),
            )
        except REFUSALS as refusal:
            tokens.give_back(self.actor, token)
            form.refuse(*reason(refusal))
            form.renewed()
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("The shift is planned."))
        return back(self.site.pk, form.cleaned_data["begins"].astimezone(self.zone))

    def load(self) -> None:
        """Choose the site.

        :raises Http404: when the actor may not see its rota.
        """
        self.pick_site()
        if not self.may("rota.view"):
            raise Http404
        self.zone = zoneinfo.ZoneInfo(self.site.time_zone)
        self.staff = list_staff(self.site.pk)

    def form(self, data: Any = None) -> ShiftForm | None:
        """Return the form, for those who plan."""
        if not self.may("rota.plan"):
            return None
        return ShiftForm(data, zone=self.zone, now=self.now, staff=self.staff)

    def page(
        self, form: ShiftForm | None, status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        """Render the page."""
        monday = self._monday()
        context = {
            "form": form,
            "site": self.site,
            "sites": self.sites,
            "zone": self.zone,
            "days": self._days(monday),
            "before": monday - _WEEK,
            "after": monday + _WEEK,
            "on_call": reads.on_duty(self.site.pk, self.now),
            "gaps": reads.rota_gaps(self.site.pk, self.now),
        }
        return render(self.request, "board/rota.html", context, status=status)

    def _monday(self) -> dt.date:
        today = self.now.astimezone(self.zone).date()
        day = _day(self.request.GET.get("week", "")) or today
        return day - day.weekday() * _DAY

    def _days(self, monday: dt.date) -> list[dict[str, Any]]:
        """Return the days of a week, each with the shifts that begin or go on then."""
        off = days_off_of(self.site, monday, monday + _WEEK).holidays
        midnights = [self._midnight(monday + number * _DAY) for number in range(8)]
        found = reads.list_shifts(
            self.actor,
            site_id=self.site.pk,
            from_at=midnights[0],
            to_at=midnights[-1],
        )
        shifts = list(found)
        offers = reads.open_swaps(shifts)
        rows = [self._row(shift, offers.get(shift.pk)) for shift in shifts]
        today = self.now.astimezone(self.zone).date()
        return [
            {
                "date": monday + number * _DAY,
                "is_off": monday + number * _DAY in off,
                "is_today": monday + number * _DAY == today,
                **_of_day(rows, midnights, number),
            }
            for number in range(7)
        ]

    def _midnight(self, day: dt.date) -> dt.datetime:
        local = dt.datetime.combine(day, dt.time(), tzinfo=self.zone)
        return local.astimezone(dt.UTC)

    def _row(self, shift: Any, offer: Any) -> dict[str, Any]:
        is_open = shift.to_at > self.now
        mine = shift.user_id == self.actor.user_id
        people = [
            (one, name)
            for one, name, held in self.staff
            if shift.role in held and one != shift.user_id
        ]
        may_swap = is_open and self.may("rota.swap")
        return {
            "shift": shift,
            "offer": offer,
            "people": people,
            "may_hold": is_open and self.may("rota.plan"),
            "may_offer": may_swap and mine and offer is None and bool(people),
            "may_answer": may_swap
            and offer is not None
            and offer.proposed_to_id == self.actor.user_id,
        }


class ShiftStep(RegimenConsole, ABC):
    """A step of one shift; the subclass says which are taken by whom."""

    action = ""

    def post(self, request: HttpRequest, shift_id: uuid.UUID) -> HttpResponse:
        """Take the step and go back to the week of the shift."""
        try:
            shift = reads.get_shift(self.actor, shift_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, self.action, shift):
            raise Http404
        if text := self._take(shift):
            messages.error(request, text)
        zone = zoneinfo.ZoneInfo(shift.site.time_zone)
        return back(shift.site_id, shift.from_at.astimezone(zone))

    def _take(self, shift: Any) -> str:
        """Return why the step was refused; empty when it was taken."""
        step = self.asked(shift)
        if step is None:
            return _("Choose somebody.")
        try:
            step(actor=self.actor, now=self.now)
        except VersionOutdated:
            return _("Somebody changed this shift meanwhile. Look at it again.")
        except REFUSALS as refusal:
            return reason(refusal)[1]
        messages.success(self.request, _("Recorded."))
        return ""

    @abstractmethod
    def asked(self, shift: Any) -> Callable[..., Any] | None:
        """Return the step the form asks for, None when it asks for none."""

    def given(self, shift: Any) -> dict[str, Any]:
        """Return which shift is meant, as the person saw it."""
        return {
            "shift_id": shift.pk,
            "expected_version": seen_version(self.request),
        }

    def person(self) -> uuid.UUID | None:
        """Return who was chosen."""
        try:
            return uuid.UUID(self.request.POST.get("person", ""))
        except ValueError:
            return None


class HoldShift(ShiftStep):
    """Gives a shift to somebody, to nobody, or takes it out."""

    action = "rota.plan"

    def asked(self, shift: Any) -> Callable[..., Any] | None:
        """Return the step the form asks for."""
        step = self.request.POST.get("step", "")
        if step == "remove":
            return partial(rota.remove_shift, **self.given(shift))
        if step == "free":
            return partial(rota.assign_shift, user_id=None, **self.given(shift))
        person = self.person()
        if step != "assign" or person is None:
            return None
        return partial(rota.assign_shift, user_id=person, **self.given(shift))


class OfferShift(ShiftStep):
    """Offers one's own shift, or answers an offer."""

    action = "rota.swap"

    def asked(self, shift: Any) -> Callable[..., Any] | None:
        """Return the step the form asks for."""
        step = self.request.POST.get("step", "")
        if step in {"accept", "decline"}:
            offer = reads.open_swaps([shift]).get(shift.pk)
            if offer is None:
                return None
            return partial(rota.answer_swap, swap_id=offer.pk, accept=step == "accept")
        person = self.person()
        if step != "offer" or person is None:
            return None
        return partial(rota.propose_swap, user_id=person, **self.given(shift))


def _of_day(
    rows: list[dict[str, Any]], midnights: list[dt.datetime], number: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the shifts of a day: those that begin, and those that only go on.

    Each stands with its steps once a week: on the first day also what began before.
    """
    here = [
        row
        for row in rows
        if row["shift"].from_at < midnights[number + 1]
        and row["shift"].to_at > midnights[number]
    ]
    begins = [
        row for row in here if not number or row["shift"].from_at >= midnights[number]
    ]
    return {"rows": begins, "going": [row for row in here if row not in begins]}


def _day(text: str) -> dt.date | None:
    """Read a day; a week beside the ends of the calendar could not be stepped from."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if dt.date(1900, 1, 8) <= day <= dt.date(2199, 12, 1) else None


def back(site_id: uuid.UUID, day: dt.datetime | None = None) -> HttpResponse:
    """Return to the week of a day."""
    week = f"&week={day.date().isoformat()}" if day else ""
    return redirect(f"{reverse('board:rota')}?site={site_id}{week}")
