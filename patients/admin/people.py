"""Pages of patients, their caregivers and their addresses."""

import dataclasses
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from patients import clock, models, policy
from patients.admin.base import (
    ReadOnlyInline,
    ScopedAdmin,
    actor_of,
    each,
    is_administrator,
    tell,
)
from patients.domain.profiles import PatientProfile
from patients.domain.refusals import Refusal
from patients.selectors.search import search_patients
from patients.services.caregivers import confirm_caregiver, revoke_caregiver
from patients.services.contacts import opt_out, verify_contact_point
from patients.services.patients import amend_patient, profile_of, register_patient


class MeasurementInline(ReadOnlyInline):
    """Readings."""

    model = models.Measurement
    fields = ("kind", "value", "taken_at", "taken_by")
    ordering = ("-taken_at", "-id")


class ConsentInline(ReadOnlyInline):
    """What the patient agrees to."""

    model = models.Consent
    fields = ("scope", "given_at", "given_by_guardian", "withdrawn_at")


class AllergyInline(ReadOnlyInline):
    """What the patient must not meet."""

    model = models.Allergy
    fields = ("substance", "criticality", "clinical_status", "verification_status")


class CentralLineInline(ReadOnlyInline):
    """The lines the infusion may run through."""

    model = models.CentralLine
    fields = ("kind", "lumens", "placed_on", "removed_on")


class PatientForm(forms.ModelForm[models.Patient]):
    """Carries the version that was shown, so that a later change is noticed."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


_PROFILE = tuple(
    field.name
    for field in dataclasses.fields(PatientProfile)
    if field.name != "mrn_system"
)


@admin.register(models.Patient)
class PatientAdmin(ScopedAdmin):
    """Patients: found by name, pinyin, initials or record number."""

    form = PatientForm
    paths = {"site": "site", "patient": "id"}
    list_display = ("mrn", "display_name", "birth_date", "site", "is_active")
    list_filter = ("is_active", "is_deceased")
    list_select_related = ("site",)
    search_fields = ("mrn",)
    search_help_text = _("Name, pinyin, initials or record number")
    ordering = ("sort_key", "id")
    fields = ("site", *_PROFILE, "is_active", "is_deceased", "deceased_at", "version")
    readonly_fields = ("is_active", "is_deceased", "deceased_at", "version")
    show_full_result_count = False
    inlines = (MeasurementInline, ConsentInline, AllergyInline, CentralLineInline)

    @admin.display(description=_("name"), ordering="sort_key")
    def display_name(self, patient: models.Patient) -> str:
        """Write the name as the person does."""
        return patient.name.display

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as everywhere else."""
        del request
        return search_patients(queryset, search_term), False

    def has_add_permission(self, request: HttpRequest, *_row: Any) -> bool:
        """Let administrators of a site register patients."""
        is_admin = is_administrator(self, request)
        return is_admin and policy.may_ever(actor_of(request), "patient.create")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators of the patient's site amend the record."""
        if obj is None or not is_administrator(self, request):
            return is_administrator(self, request)
        return policy.can(actor_of(request), "patient.change", obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        """Keep a patient at the site of registration."""
        del request
        fixed = ("site",) if obj else ()
        return (*self.readonly_fields, *fixed)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the sites where the actor may register patients."""
        if db_field.name == "site":
            roles = actor_of(request).site_roles
            kwargs["queryset"] = models.Site.objects.filter(id__in=list(roles))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Put the hidden version behind the fields."""
        shown = list(self.fields)
        may_change = obj and self.has_change_permission(request, obj)
        return [(None, {"fields": [*shown, "seen_version"] if may_change else shown})]

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        """Save by the service."""
        if change:
            seen = form.cleaned_data["seen_version"] or 0
            stored = self._amend(request, obj, seen)
        else:
            stored = register_patient(
                actor=actor_of(request),
                site=obj.site,
                profile=profile_of(obj),
                now=clock.now(),
            )
        obj.pk = stored.pk

    def _amend(self, request: HttpRequest, obj: Any, seen: int) -> models.Patient:
        return amend_patient(
            actor=actor_of(request),
            patient_id=obj.pk,
            expected_version=seen,
            profile=profile_of(obj),
            now=clock.now(),
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the form again with the reason when the service refuses."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            tell(request, refusal)
            return HttpResponseRedirect(request.path)


@admin.register(models.CaregiverLink)
class CaregiverLinkAdmin(ScopedAdmin):
    """Caregivers: confirmed and revoked by actions, never edited."""

    list_display = ("patient", "user", "kind", "state", "starts_on", "ends_on")
    list_filter = ("state",)
    list_select_related = ("patient", "user")
    actions = ("confirm", "revoke")

    @admin.action(description=_("Confirm"))
    def confirm(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Confirm invitations."""
        actor = actor_of(request)
        each(request, rows, lambda row: confirm_caregiver(actor=actor, link_id=row.pk))

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """End links."""
        actor = actor_of(request)
        each(request, rows, lambda row: revoke_caregiver(actor=actor, link_id=row.pk))


@admin.register(models.ContactPoint)
class ContactPointAdmin(ScopedAdmin):
    """Addresses of patients: verified and opted out by actions, never edited."""

    list_display = ("patient", "channel", "rank", "verified_at", "opted_out_at")
    list_filter = ("channel",)
    list_select_related = ("patient",)
    actions = ("verify", "stop")

    @admin.action(description=_("Mark as verified"))
    def verify(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Mark addresses as verified."""
        who: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
        each(request, rows, lambda row: verify_contact_point(contact_id=row.pk, **who))

    @admin.action(description=_("Stop messages"))
    def stop(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Stop messages to addresses."""
        who: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
        each(request, rows, lambda row: opt_out(contact_id=row.pk, **who))
