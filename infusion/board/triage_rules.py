"""The triage rules of a site: what counts, what would be different, who signs."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from infusion.board.forms.triage import LookBack, TriageRulesForm
from infusion.board.refusals import REFUSALS, reason
from infusion.board.regimens import RegimenConsole
from infusion.board.seen import seen_version
from infusion.catalogue import files
from infusion.catalogue.toml_text import toml_of
from infusion.catalogue.triage import shipped_triage_body, triage_in_force
from infusion.domain.evidence import Fact, Mark
from infusion.domain.rule_changes import changes_between
from infusion.domain.states import OverlayStatus
from infusion.domain.triage import Colour, RuleSet
from infusion.selectors import replaying
from infusion.selectors import triage_rules as reads
from infusion.services import triage_rules as services
from patients import policy
from patients.domain.refusals import NotFound, VersionOutdated
from patients.policy import NotAllowed

_SHOWN = 20
# More would keep a page waiting; the command `replay_rules` reads all of them.
MOST_ANSWERS = 1000
_MOST_CHANGED = 50


class TriageRules(RegimenConsole):
    """The rules in force, the documents so far, and the form for another one."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Show the rules of the site."""
        self.load()
        return self.page(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read stored answers by what is typed, or store it as a draft."""
        self.load()
        form = self.form(request.POST)
        if form is None:
            raise Http404
        if not form.is_valid():
            return self.page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        body = form.cleaned_data["rules"]
        try:
            if request.POST.get("step") == "preview":
                rules = services.checked(body)
                return self.page(form, self.differences(rules, request.POST))
            row = services.draft_triage(
                actor=self.actor,
                site_id=self.site.pk,
                body=body,
                expected_version=seen_version(request),
                now=self.now,
            )
        except VersionOutdated:
            form.refuse(None, _("Somebody changed this meanwhile. Look at it again."))
            return self.page(form, status=HTTPStatus.CONFLICT)
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self.page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, _("The draft is stored. Another person signs it."))
        return redirect("board:triage_document", row.pk)

    def load(self) -> None:
        """Choose the site.

        :raises Http404: when the actor may not see its rules.
        """
        self.pick_site()
        if not self.may("triage.view"):
            raise Http404
        self.zone = zoneinfo.ZoneInfo(self.site.time_zone)

    def form(self, data: Any = None) -> TriageRulesForm | None:
        """Return the form, for those who write rules, with what is there already."""
        if not self.may("triage.draft"):
            return None
        form = TriageRulesForm(data, zone=self.zone, now=self.now)
        if data is None:
            form.initial["rules"] = toml_of(self._written())
        return form

    def _written(self) -> Any:
        """Return what a person goes on from: the draft, what is in force, or shipped."""
        found = self._latest(OverlayStatus.DRAFT, OverlayStatus.IN_FORCE)
        return found.body if found else shipped_triage_body()

    def _latest(self, *statuses: OverlayStatus) -> Any:
        rows = reads.list_documents(self.actor, self.site.pk)
        found = (rows.filter(status=one).first() for one in statuses)
        return next(filter(None, found), None)

    def _version(self) -> int:
        """Return the version of the draft the person saw, 0 where none waited.

        What is typed on a page stays on top of what that page began with.
        """
        if self.request.method == "POST":
            return seen_version(self.request)
        return getattr(self._latest(OverlayStatus.DRAFT), "version", 0)

    def differences(self, rules: RuleSet, asked: Any) -> dict[str, Any]:
        """Return what would be different at the site under other rules."""
        return _differences(self, rules, asked)

    def page(
        self,
        form: TriageRulesForm | None,
        seen: dict[str, Any] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        """Render the page."""
        rules = reads.rules_at(self.site.pk)
        body = getattr(self._latest(OverlayStatus.IN_FORCE), "body", None)
        context = {
            "form": form,
            "version": self._version(),
            **(seen or {"back": LookBack(self.request.GET)}),
            "site": self.site,
            "sites": self.sites,
            "zone": self.zone,
            "rules": rules,
            "head": _head_of(body or shipped_triage_body(), is_signed=bool(body)),
            "left_out": reads.left_out_at(self.site.pk),
            "documents": reads.list_documents(self.actor, self.site.pk)[:_SHOWN],
        }
        return render(self.request, "board/triage/rules.html", context, status=status)


class TriageDocumentPage(RegimenConsole):
    """One document: what it would change, and the step of a second person."""

    def get(self, request: HttpRequest, rules_id: uuid.UUID) -> HttpResponse:
        """Show what would be different, before anybody signs."""
        row = self.find_document(rules_id)
        is_draft = row.status == OverlayStatus.DRAFT
        rules = _rules_of(row)
        may_sign = policy.can(self.actor, "triage.sign", row)
        context = {
            "row": row,
            "rules": rules,
            "head": _head_of(row.body, is_signed=row.in_force_at is not None),
            "site": self.site,
            "zone": zoneinfo.ZoneInfo(self.site.time_zone),
            "is_own": row.drafted_by_id == self.actor.user_id,
            "may_sign": may_sign,
            "may_withdraw": row.ended_at is None
            and (policy.can(self.actor, "triage.draft", row) if is_draft else may_sign),
            **(_differences(self, rules, request.GET) if is_draft else {}),
        }
        return render(request, "board/triage/document.html", context)

    def post(self, request: HttpRequest, rules_id: uuid.UUID) -> HttpResponse:
        """Bring it in force, or withdraw it."""
        row = self.find_document(rules_id)
        if not policy.can(self.actor, "triage.draft", row):
            raise Http404
        steps = {
            "activate": services.activate_triage,
            "withdraw": services.withdraw_triage,
        }
        step = steps.get(request.POST.get("step", ""))
        if step is None:
            return redirect("board:triage_document", row.pk)
        taken = partial(
            step, document_id=row.pk, expected_version=seen_version(request)
        )
        if text := self._refused(partial(taken, actor=self.actor, now=self.now)):
            messages.error(request, text)
            return redirect("board:triage_document", row.pk)
        messages.success(request, _("Recorded."))
        return redirect(f"{reverse('board:triage_rules')}?site={row.site_id}")

    def find_document(self, document_id: uuid.UUID) -> Any:
        """Find the document and its site.

        :raises Http404: when there is none for the actor.
        """
        try:
            row = reads.get_document(self.actor, document_id)
        except NotFound:
            raise Http404 from None
        self.site = row.site
        return row

    @staticmethod
    def _refused(step: Any) -> str:
        try:
            step()
        except NotAllowed:
            return _("A physician of the site brings it in force, or ends it.")
        except VersionOutdated:
            return _("Somebody changed this meanwhile. Look at it again.")
        except REFUSALS as refusal:
            return reason(refusal)[1]
        return ""


def _rules_of(row: Any) -> RuleSet:
    """Return the rules of a document, as far as this version reads them."""
    rules, left_out = triage_in_force(row.body, row.number)
    if row.in_force_at is not None or left_out:
        return rules
    return services.checked(row.body, row.number)


def _head_of(body: Mapping[str, Any], *, is_signed: bool) -> dict[str, Fact]:
    """Return the values above the rules with their marks."""
    found = {}
    for name in ("follow_up", "ambers_that_make_red", "unanswered"):
        (fact,) = files.facts(name, body[name])
        by_site = is_signed and fact.needs_sign_off
        found[name] = replace(fact, mark=Mark.SITE) if by_site else fact
    return found


def _differences(console: Any, rules: RuleSet, data: Any) -> dict[str, Any]:
    """Return the differences in words and what stored answers would have made of them."""
    back = LookBack(data)
    asked = back.asked()
    found = replaying.replay(
        console.site,
        rules,
        replaying.Asked(
            since=console.now - dt.timedelta(days=asked["days"]),
            until=console.now,
            grade=asked["grade"],
            hours=asked["hours"],
            most=MOST_ANSWERS,
        ),
    )
    replay = found.replay
    counted = [
        one
        for one in replay.rules
        if one.fired_before or one.fired_after or one.before != one.after
    ]
    return {
        "back": back,
        "asked": asked,
        "seen": found,
        "changes": changes_between(found.before, rules),
        "matrix": [
            (before, [(after, replay.matrix[before, after]) for after in Colour])
            for before in Colour
        ],
        "colours": list(Colour),
        "counted": counted,
        "changed": replay.changed[:_MOST_CHANGED],
        "loads": [(False, replay.before), (True, replay.after)],
        "foreseen": [(False, replay.foreseen_before), (True, replay.foreseen_after)],
    }
