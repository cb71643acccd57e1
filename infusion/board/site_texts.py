"""What a site tells families and how it words questions: drafted, approved, withdrawn."""

import uuid
import zoneinfo
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from infusion.board.forms.site_texts import SiteTextForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.regimens import RegimenConsole
from infusion.board.seen import seen_version
from infusion.domain.checkins import AdviceKind
from infusion.selectors import site_texts as reads
from infusion.selectors.wordings import questions_to_word
from infusion.services import advice, wordings
from infusion.wording.regimens import read
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated

# More than any version has, and fewer than no number can be read from.
_ADVICE, _WORDING = "advice", "wording"


class SiteTexts(RegimenConsole):
    """The texts of a site, and the form for another one about each of them."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show the texts."""
        self.load("advice.view")
        return self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Draft a text about one of them."""
        self.load("advice.change")
        what, about = request.POST.get("what", ""), request.POST.get("about", "")
        draft = _drafter(what, about)
        if draft is None:
            messages.error(request, _("There is no such text to write."))
            return back(self.site.pk)
        form = self.form(what, about, None, request.POST)
        if form.is_valid():
            try:
                draft(
                    actor=self.actor,
                    site_id=self.site.pk,
                    en=form.cleaned_data["en"],
                    zh=form.cleaned_data["zh"],
                    now=self.now,
                )
            except REFUSALS as refusal:
                form.refuse(*reason(refusal))
        if form.errors:
            return self.page({about: form}, HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("The draft is stored. Another person approves it."))
        return back(self.site.pk)

    def load(self, action: str) -> None:
        """Choose the site.

        :raises Http404: when the actor may not do that there.
        """
        self.pick_site()
        if not self.may(action):
            raise Http404

    def form(self, what: str, about: str, text: Any, data: Any = None) -> SiteTextForm:
        """Return the form for one text, filled with what counts now."""
        form = SiteTextForm(
            data,
            zone=zoneinfo.ZoneInfo(self.site.time_zone),
            now=self.now,
            auto_id=f"id_{about.replace('.', '_')}_%s",
        )
        form.what, form.about = what, about
        form.initial.update({"en": text.en, "zh": text.zh} if text else {})
        return form

    def page(
        self,
        refused: Mapping[str, SiteTextForm] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        """Render the page."""
        context = {
            "site": self.site,
            "sites": self.sites,
            "zone": zoneinfo.ZoneInfo(self.site.time_zone),
            "me": self.actor.user_id,
            "advice": [
                self._row(_ADVICE, one, refused)
                for one in reads.advice_states(self.site.pk)
            ],
            "wordings": [
                self._row(_WORDING, one, refused)
                for one in reads.wording_states(self.site.pk)
            ],
        }
        return render(
            self.request, "board/checkins/site_texts.html", context, status=status
        )

    def _row(
        self,
        what: str,
        state: reads.TextState,
        refused: Mapping[str, SiteTextForm] | None,
    ) -> dict[str, Any]:
        text = state.draft or state.text
        form = (refused or {}).get(state.about) or self.form(what, state.about, text)
        question = questions_to_word().get(state.about)
        return {
            "state": state,
            "form": form if self.may("advice.change") else None,
            "is_open": state.about in (refused or {}),
            "question": read(question.text) if question else "",
            "source": read(question.source.note) if question else "",
        }


class SiteTextStep(RegimenConsole):
    """A text comes in force, or ends."""

    steps: ClassVar[Mapping[str, Callable[..., Any]]]

    def take(
        self, find: Callable[..., reads.SiteText], text_id: uuid.UUID, name: str
    ) -> HttpResponse:
        """Take the step and go back to the texts.

        :raises Http404: when there is no such text for the actor to change.
        """
        try:
            row = find(self.actor, text_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "advice.change", row):
            raise Http404
        step = self.steps.get(self.request.POST.get("step", ""))
        if step is None:
            return back(row.site_id)
        version = seen_version(self.request)
        try:
            step(
                actor=self.actor,
                expected_version=version,
                now=self.now,
                **{name: row.pk},
            )
        except VersionOutdated:
            text = _("Somebody changed this meanwhile. Look at it again.")
            messages.error(self.request, text)
        except REFUSALS as refusal:
            messages.error(self.request, reason(refusal)[1])
        else:
            messages.success(self.request, _("Recorded."))
        return back(row.site_id)


class AdviceStep(SiteTextStep):
    """A step of what families are told."""

    steps: ClassVar = {
        "approve": advice.approve_advice,
        "withdraw": advice.withdraw_advice,
    }

    def post(self, _request: HttpRequest, advice_id: uuid.UUID) -> HttpResponse:
        """Approve it or take it back."""
        return self.take(reads.get_advice, advice_id, "advice_id")


class WordingStep(SiteTextStep):
    """A step of the words of a question."""

    steps: ClassVar = {
        "approve": wordings.sign_wording,
        "withdraw": wordings.withdraw_wording,
    }

    def post(self, _request: HttpRequest, wording_id: uuid.UUID) -> HttpResponse:
        """Sign them or take them back."""
        return self.take(reads.get_wording, wording_id, "wording_id")


def _drafter(what: str, about: str) -> Callable[..., Any] | None:
    """Return what drafts a text about something; None when there is no such thing."""
    if what == _ADVICE and about in AdviceKind.__members__:
        return lambda **given: advice.draft_advice(kind=AdviceKind(about), **given)
    if what == _WORDING and about in questions_to_word():
        return lambda **given: wordings.draft_wording(question=about, **given)
    return None


def back(site_id: uuid.UUID) -> HttpResponse:
    """Return to the texts of a site."""
    return redirect(f"{reverse('board:site_texts')}?site={site_id}")
