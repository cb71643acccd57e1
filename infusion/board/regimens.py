"""The regimens: what may be ordered, what is missing, and one regimen in full."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from infusion.board.access import Console
from infusion.board.forms.regimens import Preview, RegimenSearch
from infusion.board.refusals import REFUSALS, reason
from infusion.board.showing import RegimenView, outlook_rows
from infusion.domain.regimens import RegimenUnknown
from infusion.domain.walks import outlook
from infusion.selectors.regimens import (
    EffectiveRegimen,
    effective_regimen,
    list_effective,
)
from patients import policy
from patients.selectors.sites import list_sites


class RegimenConsole(Console):
    """A page about regimens as they are in force at one site of the actor."""

    def pick_site(self) -> None:
        """Choose the site: the one that is asked for, else the actor's first.

        :raises Http404: when the one asked for is not the actor's.
        """
        self.sites = list(list_sites(self.actor))
        asked = self.request.GET.get("site") or self.request.POST.get("site")
        found = [site for site in self.sites if not asked or str(site.pk) == asked]
        if not found:
            raise Http404
        self.site = found[0]

    def find(self, key: str) -> EffectiveRegimen:
        """Find a regimen as it is in force at the site.

        :raises Http404: when there is none of this key.
        """
        try:
            return effective_regimen(key, self.site.pk)
        except RegimenUnknown:
            raise Http404 from None

    def may(self, action: str) -> bool:
        """Say whether the actor may do something at the site."""
        return policy.can(self.actor, action, _At(self.site.pk))


class _At:
    """What policy asks of an object that belongs to a site and to no patient."""

    patient_id = None

    def __init__(self, site_id: uuid.UUID) -> None:
        self.site_id = site_id


class Regimens(RegimenConsole):
    """The list, narrowed by words, jurisdiction and state."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        self.pick_site()
        rows = [RegimenView(each) for each in list_effective(self.site.pk)]
        places = sorted({row.regimen.jurisdiction for row in rows})
        form = RegimenSearch(request.GET, jurisdictions=places)
        form.is_valid()
        context = {
            "form": form,
            "rows": list(_narrowed(rows, form)),
            "all": len(rows),
            "site": self.site,
            "sites": self.sites,
        }
        return render(request, "board/regimens/list.html", context)


def _narrowed(rows: Iterable[RegimenView], form: RegimenSearch) -> list[RegimenView]:
    asked = form.cleaned_data
    return [
        row
        for row in rows
        if row.matches(asked.get("q", ""))
        and asked.get("jurisdiction", "") in ("", row.regimen.jurisdiction)
        and asked.get("state", "") in ("", row.state)
    ]


class RegimenPage(RegimenConsole):
    """One regimen: its graph, its blocks, its sources, and its dates from a start."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the regimen."""
        self.pick_site()
        view = RegimenView(self.find(key))
        form = Preview(
            request.GET if "start" in request.GET else None,
            blocks=view.regimen.blocks,
            today=self.now.date(),
        )
        context = {
            "view": view,
            "regimen": view.regimen,
            "form": form,
            "items": self._outlook(view, form) if form.is_valid() else None,
            "site": self.site,
            "sites": self.sites,
            "may_complete": self.may("overlay.draft"),
            "here": reverse("board:regimen", args=[key]),
        }
        return render(request, "board/regimens/page.html", context)

    def _outlook(self, view: RegimenView, form: Preview) -> list[Any] | None:
        given = form.cleaned_data
        try:
            items = outlook(
                view.regimen,
                starts_on=given["start"],
                start_block=given["block"] or None,
            )
        except REFUSALS as refusal:
            form.add_error(None, reason(refusal)[1])
            return None
        return outlook_rows(view.regimen, items)
