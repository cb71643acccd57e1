"""The way home in the console: the checklist, facts, waivers, signatures, two sheets."""

import uuid
import zoneinfo
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infusion.board import tokens
from infusion.board.courses import CourseConsole
from infusion.board.forms.people import SiteForm
from infusion.board.forms.readiness import (
    Asked,
    FactsForm,
    SignatureForm,
    WaiverForm,
)
from infusion.board.refusals import REFUSALS, reason
from infusion.catalogue import fact_types
from infusion.domain.readiness import Criterion, Kind, Line
from infusion.selectors.handover import read_handover
from infusion.selectors.readiness import (
    LIVE,
    Readiness,
    SignOffState,
    list_sign_offs,
    load_readiness,
    signer_roles,
    standing_rows,
)
from infusion.services.readiness import record_facts, waive_criterion
from infusion.services.signing import sign_readiness, withdraw_signature
from patients import policy
from patients.selectors.people import list_caregiver_links

# What is measured at the bedside beside the criteria, with the temperature.
VITALS = "VITALS"
_VITALS = (
    "TEMPERATURE",
    "HEART_RATE",
    "RESPIRATORY_RATE",
    "SYSTOLIC",
    "DIASTOLIC",
    "OXYGEN_SATURATION",
)


class ReadinessConsole(CourseConsole):
    """A page about the way home of one course."""

    template: ClassVar[str]

    def load(self, course_id: uuid.UUID) -> None:
        """Load the course and its checklist.

        :raises Http404: when the actor may not see it, or no cycle runs or is planned.
        """
        super().load(course_id)
        if not policy.can(self.actor, "readiness.view", self.state):
            raise Http404
        course = self.planned.rows.course
        found = load_readiness(course, self.now, self.planned)
        if found is None:
            raise Http404
        self.readiness: Readiness = found

    def may(self, action: str) -> bool:
        """Say whether the actor may do something for this course."""
        return policy.can(self.actor, action, self.state)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the zone of the course."""
        return zoneinfo.ZoneInfo(self.state.time_zone)

    def show(self, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Render the page."""
        facts = {**self.facts(), "step": "strip", "readiness": self.readiness}
        return render(self.request, self.template, facts | context, status=status)


class ReadinessPage(ReadinessConsole):
    """Every criterion in words, with its fact, its age, its source and its mark."""

    template = "board/readiness/page.html"

    def get(self, _request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the checklist."""
        self.load(course_id)
        return self.page()

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Sign what is shown."""
        self.load(course_id)
        if not self.may("readiness.sign"):
            raise Http404
        form = SignatureForm(request.POST, digest="", zone=self.zone, now=self.now)
        if form.is_valid() and self._sign(form):
            messages.success(request, _("Signed."))
            return redirect("board:readiness", course_id)
        self.load(course_id)
        return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form)

    def _sign(self, form: SignatureForm) -> bool:
        try:
            sign_readiness(
                actor=self.actor,
                course_id=self.state.id,
                digest=form.cleaned_data["digest"],
                now=self.now,
            )
        except REFUSALS as refusal:
            form.refuse(None, reason(refusal)[1])
            return False
        return True

    def page(
        self, status: HTTPStatus = HTTPStatus.OK, form: SignatureForm | None = None
    ) -> HttpResponse:
        """Render the checklist with a fresh signature form."""
        sign_offs = list_sign_offs(self.readiness.cycle)
        fresh = SignatureForm(
            digest=self.readiness.digest, zone=self.zone, now=self.now
        )
        return self.show(
            status,
            form=form or fresh,
            fresh=fresh,
            rows=[self._row(line) for line in self.readiness.assessment.lines],
            sign_offs=sign_offs,
            signed_by_me=self._signed_by_me(sign_offs),
            signers=signer_roles(self.state.site_id),
            may_sign=self.may("readiness.sign"),
            may_record=self.may("readiness.record"),
            vitals=VITALS,
            given={row.id: row for row in standing_rows(self.state.id)},
        )

    def _signed_by_me(self, sign_offs: Sequence[SignOffState]) -> bool:
        """Say whether the actor's signature stands."""
        return any(
            one.signed_by_id == self.actor.user_id
            for sign_off in sign_offs
            if sign_off.status in LIVE
            for one in sign_off.signatures
        )

    def _row(self, line: Line) -> dict[str, Any]:
        mine = self.actor.roles_for(self.state.site_id, self.state.patient_id)
        may_waive = (
            line.criterion.kind is Kind.SOFT
            and line.blocks
            and bool(line.criterion.waivable_by & mine)
        )
        return {
            "line": line,
            "may_waive": may_waive,
            "is_recorded": bool(asked_of(line.criterion)),
        }


class WithdrawSignature(ReadinessConsole):
    """One's own signature is taken back."""

    def post(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Take it back; when it has fallen meanwhile, say so."""
        self.load(course_id)
        if not self.may("readiness.sign"):
            raise Http404
        try:
            withdraw_signature(actor=self.actor, course_id=course_id, now=self.now)
        except REFUSALS as refusal:
            messages.info(request, reason(refusal)[1])
        else:
            messages.success(request, _("Your signature is taken back."))
        return redirect("board:readiness", course_id)


def asked_of(criterion: Criterion | None) -> list[Asked]:
    """Return the facts people record for a criterion; None stands for the vitals."""
    types = fact_types()
    if criterion is None:
        return [Asked(types[key]) for key in _VITALS]
    pairs = [
        pair
        for need in criterion.needs
        for pair in ((need.fact, need.item), (need.other, ""))
        if pair[0]
    ]
    return [
        Asked(types[key], item)
        for key, item in dict.fromkeys(pairs)
        if not types[key].is_derived
    ]


class ReadinessStep(ReadinessConsole, ABC):
    """One form about one criterion, one service call, back to the checklist."""

    template = "board/readiness/step.html"
    action: ClassVar[str]
    title: ClassVar[str | Promise]
    service: ClassVar[Callable[..., Any]]

    def get(
        self, _request: HttpRequest, course_id: uuid.UUID, key: str
    ) -> HttpResponse:
        """Show the empty form."""
        self.prepare(course_id, key)
        return self.page(self.form())

    def post(
        self, request: HttpRequest, course_id: uuid.UUID, key: str
    ) -> HttpResponse:
        """Take the step, once."""
        self.prepare(course_id, key)
        form = self.form(request.POST)
        if form.is_valid() and self._take(form):
            return redirect("board:readiness", course_id)
        return self.page(form, HTTPStatus.UNPROCESSABLE_ENTITY)

    def prepare(self, course_id: uuid.UUID, key: str) -> None:
        """Load the course and the criterion.

        :raises Http404: when the actor may not, or there is no such criterion.
        """
        self.load(course_id)
        self.line = self.readiness.assessment.line(key)
        if not self.may(self.action) or not (self.line or key == VITALS):
            raise Http404

    @abstractmethod
    def form(self, data: Any = None) -> SiteForm:
        """Return the form."""

    def given(self, form: SiteForm) -> dict[str, Any]:
        """Return what the service takes beside actor, course and now."""
        return form.arguments()

    def _take(self, form: SiteForm) -> bool:
        token = form.cleaned_data["token"]
        if not tokens.claim(self.actor, token):
            text = _("This form was sent before. See below what is recorded.")
            messages.info(self.request, text)
            return True
        try:
            type(self).service(
                actor=self.actor,
                course_id=self.state.id,
                now=self.now,
                **self.given(form),
            )
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            form.renewed()
            return False
        finally:
            if form.errors:
                tokens.give_back(self.actor, token)
        messages.success(self.request, _("Recorded."))
        return True

    def page(self, form: SiteForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        """Render the form."""
        return self.show(status, form=form, line=self.line, title=self.title)


class RecordFacts(ReadinessStep):
    """The facts of one criterion."""

    action = "readiness.record"
    title = gettext_lazy("Record facts")
    service = staticmethod(record_facts)

    def form(self, data: Any = None) -> SiteForm:
        """Return a form with the fields of the criterion's facts."""
        asked = asked_of(self.line.criterion if self.line else None)
        if not asked:
            raise Http404
        return FactsForm(
            data,
            asked=asked,
            caregivers=self._caregivers(),
            zone=self.zone,
            now=self.now,
        )

    def _caregivers(self) -> Sequence[tuple[str, str]]:
        links = list_caregiver_links(self.state.patient_id).filter(state="CONFIRMED")
        return [(str(link.id), str(link.user)) for link in links]


class Waive(ReadinessStep):
    """A soft criterion is let pass."""

    action = "readiness.waive"
    title = gettext_lazy("Waive the criterion")
    service = staticmethod(waive_criterion)

    def form(self, data: Any = None) -> SiteForm:
        """Return the form for the reason."""
        if self.line is None:
            raise Http404
        return WaiverForm(data, zone=self.zone, now=self.now)

    def given(self, form: SiteForm) -> dict[str, Any]:
        """Return the criterion and the reason."""
        if self.line is None:
            raise Http404
        return {"criterion": self.line.criterion.key, **form.arguments()}


class HandOverPage(CourseConsole):
    """What the next person must know: one sheet to print, one page for the night."""

    template: ClassVar[str] = "board/readiness/handover.html"

    def get(self, request: HttpRequest, course_id: uuid.UUID) -> HttpResponse:
        """Show the sheet."""
        self.load(course_id)
        if not policy.can(self.actor, "readiness.view", self.state):
            raise Http404
        sheet = read_handover(course_id, self.now)
        context = {**self.facts(), "step": "strip", "sheet": sheet}
        return render(request, self.template, context)


class OnCallPage(HandOverPage):
    """The same, in the order of a night call."""

    template = "board/readiness/on_call.html"
