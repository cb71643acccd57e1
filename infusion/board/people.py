"""The patients of my site, and one patient."""

import datetime as dt
import uuid
import zoneinfo
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from infusion.board import tokens
from infusion.board.access import Console
from infusion.board.forms.people import MeasurementForm, OrderForm, Search, SiteForm
from infusion.board.ordering import choices_of
from infusion.board.refusals import REFUSALS, reason
from infusion.domain.courses import Text
from infusion.domain.ribbon import draw, labels_in, ribbon_of_preview
from infusion.selectors import board
from infusion.selectors.regimens import list_effective
from infusion.services.courses import order_course, preview_course
from patients import policy
from patients.domain.refusals import NotFound
from patients.selectors import people
from patients.services.measurements import record_measurement


class Patients(Console):
    """The list: sorted by name, searched by initials, with what hangs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of the list."""
        form = Search(request.GET)
        form.is_valid()
        asked = {key: form.cleaned_data.get(key, "") for key in form.fields}
        rows = people.list_patients(self.actor, asked.pop("q"))
        page = board.read_patients(rows, now=self.now, **asked)
        return render(request, "board/patients/list.html", self._context(form, page))

    def _context(self, form: Search, page: board.Page) -> dict[str, Any]:
        rows = [
            {
                "patient": patient,
                "running": page.running.get(patient.pk),
                "zone": zoneinfo.ZoneInfo(patient.site.time_zone),
            }
            for patient in page.patients
        ]
        query = self.request.GET.copy()
        query["after"] = page.next_cursor
        sites = len(self.actor.site_roles)
        return {
            "form": form,
            "rows": rows,
            "now": self.now,
            "next": query.urlencode() if page.next_cursor else "",
            "is_first": not form.data.get("after"),
            "several_sites": sites > 1,
        }


class PatientPage(Console):
    """Everything known of one patient, and the doors to orders and readings."""

    template = "board/patients/page.html"

    def get(self, _request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show the patient."""
        self.load(patient_id)
        return self.page(measurement=self.measurement_form())

    def post(self, request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Record a weight or a height."""
        self.load(patient_id)
        form = self.measurement_form(request.POST)
        if form is None:
            raise Http404
        if form.is_valid() and self.do(form, record_measurement):
            messages.success(request, _("The reading is recorded."))
            return redirect("board:patient", patient_id)
        return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, measurement=form)

    def load(self, patient_id: uuid.UUID) -> None:
        """Load the patient, or answer 404 for one the actor may not see.

        :raises Http404: when there is no such patient for the actor.
        """
        try:
            self.patient = people.get_patient(patient_id)
        except NotFound:
            raise Http404 from None
        if not policy.can(self.actor, "patient.view", self.patient):
            raise Http404
        self.zone = zoneinfo.ZoneInfo(self.patient.site.time_zone)

    def may(self, action: str) -> bool:
        """Say whether the actor may do something for this patient."""
        return policy.can(self.actor, action, self.patient)

    def measurement_form(self, data: Any = None) -> MeasurementForm | None:
        """Return the form for a reading, for those who may record one."""
        if not self.may("measurement.record"):
            return None
        return MeasurementForm(data, zone=self.zone, now=self.now)

    def do(self, form: SiteForm, service: Any) -> bool:
        """Call a service once; a refusal becomes an error of the form."""
        token = form.cleaned_data["token"]
        if not tokens.claim(self.actor, token):
            messages.info(self.request, _("This form was sent before; see below."))
            return True
        try:
            self.outcome = service(
                actor=self.actor,
                patient_id=self.patient.pk,
                now=self.now,
                **form.arguments(),
            )
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            form.renewed()
        finally:
            if form.errors:
                tokens.give_back(self.actor, token)
        return not form.errors

    def page(self, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Render the page."""
        return render(
            self.request, self.template, self.facts() | context, status=status
        )

    def facts(self) -> dict[str, Any]:
        """Return what the page shows."""
        return {
            **identity(self.patient, self.now),
            "now": self.now,
            "zone": self.zone,
            "patient_zone": zoneinfo.ZoneInfo(self.patient.time_zone),
            "courses": board.list_courses_of(self.patient.pk),
            "measurements": people.list_measurements(self.patient.pk)[:10],
            "caregivers": people.list_caregiver_links(self.patient.pk),
            "contacts": people.list_contact_points(self.patient.pk),
            "may_order": self.may("course.order"),
            "may_preview": self.may("course.preview"),
            "regimens_url": reverse("board:regimens"),
        }


class Order(PatientPage):
    """The order of a course: a preview first, then the order."""

    template = "board/patients/order.html"

    def get(self, _request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Show the empty form."""
        self.load(patient_id)
        self._allowed()
        return self.page(form=self._form())

    def post(self, request: HttpRequest, patient_id: uuid.UUID) -> HttpResponse:
        """Preview the plan, or order the course."""
        self.load(patient_id)
        self._allowed()
        form = self._form(request.POST)
        if not form.is_valid():
            return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        if "order" in request.POST:
            return self._order(form)
        return self._preview(form)

    def _allowed(self) -> None:
        if not self.may("course.preview"):
            raise Http404

    def _form(self, data: Any = None) -> OrderForm:
        asked = data if data is not None else self.request.GET
        found = [each.regimen for each in list_effective(self.patient.site_id)]
        return OrderForm(
            data,
            choices=choices_of(found, asked.get("regimen_key", "")),
            entries_url=reverse("board:order_entries", args=[self.patient.pk]),
            chosen=asked.get("regimen_key", ""),
            zone=self.zone,
            now=self.now,
        )

    def _preview(self, form: OrderForm) -> HttpResponse:
        try:
            plan = preview_course(
                actor=self.actor,
                patient_id=self.patient.pk,
                now=self.now,
                **form.arguments(),
            )
        except REFUSALS as refusal:
            form.refuse(*reason(refusal))
            return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        return self.page(form=form, preview=preview_of(plan, self.zone))

    def _order(self, form: OrderForm) -> HttpResponse:
        if not self.do(form, order_course):
            return self.page(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        course = getattr(self, "outcome", None)
        if course is None:
            return redirect("board:patient", self.patient.pk)
        messages.success(self.request, _("The course is ordered."))
        return redirect("board:course", course.pk)


class OrderEntries(Order):
    """The blocks the chosen regimen may begin with: a part of the order's page."""

    template = "board/patients/entries.html"


def identity(patient: Any, now: dt.datetime) -> dict[str, Any]:
    """Return what tells this patient from another, and what must not be overlooked."""
    return {
        "patient": patient,
        "age": age_on(patient.birth_date, now.date()),
        "record": board.read_record(patient, now),
    }


def age_on(born: dt.date | None, today: dt.date) -> int | None:
    """Return the age in whole years."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def preview_of(plan: dict[str, Any], zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Return a plan preview with a ribbon for each cycle."""
    labels = labels_in(get_language() or "en")
    cycles = [
        cycle | {"ribbon": draw(ribbon_of_preview(cycle, zone=zone, labels=labels))}
        for cycle in plan["cycles"]
    ]
    return plan | {
        "cycles": cycles,
        "outlook": [_outlook_row(row) for row in plan["outlook"]],
        "warnings": [row | {"payer": Text(**row["payer"])} for row in plan["warnings"]],
    }


def _outlook_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a round of the outlook with its title and days as values."""
    days = {
        name: dt.date.fromisoformat(row[name]) if row[name] else None
        for name in ("starts_on", "ends_on")
    }
    return row | days | {"title": Text(**row["title"])}
