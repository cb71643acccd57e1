"""What a site fills into a regimen: drafted, signed by two persons, taken back."""

import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from infusion import catalogue
from infusion.board import tokens
from infusion.board.forms.overlays import EndOverlayForm, OverlayForm, Place
from infusion.board.refusals import REFUSALS, reason
from infusion.board.regimens import RegimenConsole
from infusion.board.seen import seen_version
from infusion.board.showing import RegimenView
from infusion.domain.overlays import SignRole
from infusion.domain.regimens import Regimen
from infusion.domain.states import OverlayStatus
from infusion.selectors.overlays import (
    OverlayState,
    get_overlay,
    list_overlays,
    overlay_states,
)
from infusion.services import overlays as services
from infusion.wording.regimens import place_name, read
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated

_OPEN = frozenset({OverlayStatus.DRAFT, OverlayStatus.IN_FORCE})


class Overlays(RegimenConsole):
    """The values of one site for one regimen, and who signed them."""

    def get(self, _request: HttpRequest, key: str) -> HttpResponse:
        """Show what the site has filled in, and the form for what is missing."""
        self.load(key)
        return self.page(self.form())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Store a draft."""
        self.load(key)
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if not tokens.claim(self.actor, form.cleaned_data["token"]):
            messages.info(request, _("This form was sent before; see below."))
            return self.back()
        return self._store(form)

    def load(self, key: str) -> None:
        """Load the regimen as its file says, and the site's overlays.

        :raises Http404: when there is no such regimen.
        """
        self.pick_site()
        if not self.may("overlay.view"):
            raise Http404
        self.view = RegimenView(self.find(key))
        self.file: Regimen = catalogue.get_regimen(key)
        rows = list_overlays(self.actor, site_id=self.site.pk, regimen_key=key)
        self.states = overlay_states(rows)

    @property
    def draft(self) -> OverlayState | None:
        """Return the draft that waits for signatures."""
        drafts = (one for one in self.states if one.status == OverlayStatus.DRAFT)
        return next(drafts, None)

    def form(self, data: Any = None) -> OverlayForm | None:
        """Return the form, for those who may draft: with the draft's values in it."""
        if not self.may("overlay.draft"):
            return None
        drafted = self.draft
        signed = [one for one in self.states if one.status == OverlayStatus.IN_FORCE]
        held = drafted or (signed[0] if signed else None)
        return OverlayForm(
            data,
            places=self._places(),
            drafted=held.values if held else (),
            version=drafted.version if drafted else None,
        )

    def _places(self) -> Iterator[Place]:
        """Return every hole of the file, then the values that need a signature."""
        for hole in self.file.missing:
            yield Place(
                place=hole.place,
                name=place_name(hole.place, self.file),
                unit=hole.unit,
                note=hole.note,
            )
        for fact in self.view.unsigned_of(self.file):
            place = fact.path.removeprefix(f"{self.file.key}: ")
            yield Place(
                place=place,
                name=place_name(place, self.file),
                unit=fact.unit,
                note=fact.note,
                present=f"{fact.value} {fact.unit}".strip(),
            )

    def _store(self, form: OverlayForm) -> HttpResponse:
        drafted = self.draft
        given: dict[str, Any] = {
            "actor": self.actor,
            "values": form.values(),
            "now": self.now,
        }
        try:
            if drafted is None:
                services.draft_overlay(
                    site_id=self.site.pk, regimen_key=self.file.key, **given
                )
            else:
                services.change_overlay(
                    overlay_id=drafted.id,
                    expected_version=form.cleaned_data["version"],
                    **given,
                )
        except REFUSALS as refusal:
            tokens.give_back(self.actor, form.cleaned_data["token"])
            form.refuse(*reason(refusal))
            form.renewed()
            return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(self.request, _("The draft is stored. Two persons sign it."))
        return self.back()

    def back(self) -> HttpResponse:
        """Return to the page."""
        path = reverse("board:overlays", args=[self.file.key])
        return redirect(f"{path}?site={self.site.pk}")

    def page(
        self, form: OverlayForm | None, status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        """Render the page."""
        context = {
            "view": self.view,
            "form": form,
            "draft": self.draft,
            "rows": [self._row(one) for one in self.states],
            "site": self.site,
            "sites": self.sites,
            "title": read(self.file.title),
            "zone": zoneinfo.ZoneInfo(self.site.time_zone),
        }
        return render(
            self.request, "board/regimens/overlays.html", context, status=status
        )

    def _row(self, state: OverlayState) -> dict[str, Any]:
        names = [(place_name(one.place, self.file), one) for one in state.values]
        holes = [place_name(hole.place, self.file) for hole in state.missing]
        may_end = state.status in _OPEN and self.may("overlay.withdraw")
        return {
            "state": state,
            "values": names,
            "holes": holes,
            "roles": list(self._roles(state)),
            "end": _end_form(state) if may_end else None,
        }

    def _roles(self, state: OverlayState) -> Iterator[str]:
        """Return the roles in which this person may still sign."""
        if state.status != OverlayStatus.DRAFT or not self.may("overlay.sign"):
            return
        signed = {one.role for one in state.signatures}
        if self.actor.user_id in {one.signed_by_id for one in state.signatures}:
            return
        held = self.actor.roles_for(self.site.pk, None)
        yield from (role for role in SignRole if role in held and role not in signed)


def _end_form(state: OverlayState) -> EndOverlayForm:
    first = {"version": state.version}
    return EndOverlayForm(initial=first, auto_id=f"end-{state.number}-%s")


class OverlayStep(RegimenConsole):
    """A signature under a draft, or its withdrawal."""

    def post(self, request: HttpRequest, overlay_id: uuid.UUID) -> HttpResponse:
        """Take the step, and go back to the page of the values."""
        try:
            row = get_overlay(self.actor, overlay_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "overlay.sign", row):
            raise Http404
        text = self._take(request, row.pk)
        if text:
            messages.error(request, text)
        path = reverse("board:overlays", args=[row.regimen_key])
        return redirect(f"{path}?site={row.site_id}")

    def _take(self, request: HttpRequest, overlay_id: uuid.UUID) -> str:
        """Return why the step was refused; empty when it was taken."""
        step = self._asked(request)
        if step is None:
            return _("Give a reason.")
        try:
            step(
                actor=self.actor,
                overlay_id=overlay_id,
                expected_version=seen_version(request),
                now=self.now,
            )
        except VersionOutdated:
            return _("Somebody changed these values meanwhile. Look at them again.")
        except REFUSALS as refusal:
            return reason(refusal)[1]
        messages.success(request, _("Recorded."))
        return ""

    def _asked(self, request: HttpRequest) -> Callable[..., Any] | None:
        if role := request.POST.get("role"):
            return partial(services.sign_overlay, role=role)
        form = EndOverlayForm(request.POST)
        if not form.is_valid():
            return None
        return partial(services.withdraw_overlay, reason=form.cleaned_data["reason"])
