"""Back-office pages: records of the sites an administrator works for."""

import dataclasses
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from patients import clock, models, policy
from patients.domain.profiles import PatientProfile
from patients.domain.refusals import Refusal
from patients.selectors.actors import get_actor
from patients.selectors.search import search_patients
from patients.services.caregivers import confirm_caregiver, revoke_caregiver
from patients.services.contacts import opt_out, verify_contact_point
from patients.services.patients import amend_patient, profile_of, register_patient

# Where the site and the patient of a row are found.
_OF_PATIENT = {"site": "patient__site", "patient": "patient"}


def _actor(request: HttpRequest) -> policy.Actor:
    """Return who acts, read once a request."""
    found = getattr(request, "actor", None)
    if not isinstance(found, policy.Actor):
        found = get_actor(cast("uuid.UUID", request.user.pk), clock.now().date())
        request.actor = found  # type: ignore[attr-defined]
    return found


# Django's admin asks for a permission with the page, the request and the row.
def _never(*_asked: Any) -> bool:
    return False


def _always(*_asked: Any) -> bool:
    return True


def _is_superuser(_page: Any, request: HttpRequest, *_row: Any) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def _is_administrator(page: Any, request: HttpRequest, *_row: Any) -> bool:
    """Let administrators of any site look: rows of other sites are not listed."""
    if _is_superuser(page, request):
        return True
    staff = request.user.is_active and getattr(request.user, "is_staff", False)
    return bool(staff and policy.ADMIN in _actor(request).roles)


class ScopedAdmin(admin.ModelAdmin[Any]):
    """Shows rows of the actor's sites only, and asks the policy table, not Django.

    A superuser sees everything; writing still goes through the services, which know no
    superusers.
    """

    paths: Mapping[str, str] = _OF_PATIENT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow the list to the actor's sites."""
        rows = super().get_queryset(request)
        if _is_superuser(self, request):
            return rows
        sites = [
            site_id
            for site_id, roles in _actor(request).site_roles.items()
            if policy.ADMIN in roles
        ]
        return rows.filter(**{f"{self.paths['site']}__in": sites})

    has_module_permission: Any = _is_administrator
    has_view_permission: Any = _is_administrator
    has_add_permission: Any = _never
    has_change_permission: Any = _never
    has_delete_permission: Any = _never


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows of the same patient, for whoever sees the patient, to look at."""

    extra = 0
    can_delete = False
    has_view_permission: Any = _always
    has_add_permission: Any = _never
    has_change_permission: Any = _never


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


_PROFILE = tuple(
    field.name
    for field in dataclasses.fields(PatientProfile)
    if field.name != "mrn_system"
)


@admin.register(models.Patient)
class PatientAdmin(ScopedAdmin):
    """Patients: found by name, pinyin, initials or record number."""

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
        return policy.may_ever(_actor(request), "patient.create")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let administrators of the patient's site amend the record."""
        if obj is None:
            return policy.may_ever(_actor(request), "patient.change")
        return policy.can(_actor(request), "patient.change", obj)

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
            roles = _actor(request).site_roles
            kwargs["queryset"] = models.Site.objects.filter(id__in=list(roles))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(  # type: ignore[override]
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> Any:
        """Carry the version that is shown, so that a later change is noticed."""
        form = super().get_form(request, obj, **kwargs)
        if obj is None:
            return form
        seen = forms.IntegerField(initial=obj.version, widget=forms.HiddenInput)
        return type(form.__name__, (form,), {"seen_version": seen})

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
            stored = self._amend(request, obj, form.cleaned_data["seen_version"])
        else:
            stored = register_patient(
                actor=_actor(request),
                site=obj.site,
                profile=profile_of(obj),
                now=clock.now(),
            )
        obj.pk = stored.pk

    def _amend(self, request: HttpRequest, obj: Any, seen: int) -> models.Patient:
        return amend_patient(
            actor=_actor(request),
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
            _tell(request, refusal)
            return HttpResponseRedirect(request.path)


def _tell(request: HttpRequest, refusal: Refusal) -> None:
    text = _("Refused (%(code)s): nothing was changed.") % {"code": refusal.code}
    messages.error(request, text)


def _each(
    request: HttpRequest, rows: QuerySet[Any], work: Callable[[Any], object]
) -> None:
    """Do the work for every row; each refusal is told, the others go on."""
    for row in rows:
        try:
            work(row)
        except Refusal as refusal:
            _tell(request, refusal)
        except policy.NotAllowed:
            messages.error(request, _("Your role does not allow this step."))


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
        actor = _actor(request)
        _each(request, rows, lambda row: confirm_caregiver(actor=actor, link_id=row.pk))

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """End links."""
        actor = _actor(request)
        _each(request, rows, lambda row: revoke_caregiver(actor=actor, link_id=row.pk))


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
        who: dict[str, Any] = {"actor": _actor(request), "now": clock.now()}
        _each(request, rows, lambda row: verify_contact_point(contact_id=row.pk, **who))

    @admin.action(description=_("Stop messages"))
    def stop(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Stop messages to addresses."""
        who: dict[str, Any] = {"actor": _actor(request), "now": clock.now()}
        _each(request, rows, lambda row: opt_out(contact_id=row.pk, **who))


class SuperuserAdmin(admin.ModelAdmin[Any]):
    """Set up by the people who run the service, not by a site.

    Rows are switched off, never deleted, so that history keeps its meaning.
    """

    has_module_permission: Any = _is_superuser
    has_view_permission: Any = _is_superuser
    has_add_permission: Any = _is_superuser
    has_change_permission: Any = _is_superuser
    has_delete_permission: Any = _never


@admin.register(models.Site)
class SiteAdmin(SuperuserAdmin):
    """Sites."""

    list_display = ("name", "code", "time_zone", "country")
    search_fields = ("name", "code")
    autocomplete_fields = ("organization",)


@admin.register(models.Membership)
class MembershipAdmin(SuperuserAdmin):
    """Roles of people at sites."""

    list_display = ("user", "site", "role", "is_active")
    list_filter = ("site", "role", "is_active")
    list_select_related = ("user", "site")
    autocomplete_fields = ("user", "site")


@admin.register(models.User)
class AccountAdmin(SuperuserAdmin, UserAdmin[models.User]):
    """Accounts, known by their email address."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    list_filter = ("is_active", "is_staff")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "language")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)


class DirectoryAdmin(SuperuserAdmin):
    """Mirrors of outside records: looked at here, changed by the next import."""

    search_fields: ClassVar[tuple[str, ...]] = ("name",)
    list_filter = ("is_active",)
    has_add_permission: Any = _never
    has_change_permission: Any = _never


@admin.register(models.Practitioner)
class PractitionerAdmin(DirectoryAdmin):
    """Professionals."""

    search_fields = ("family_name", "given_name")


@admin.register(models.PractitionerRole)
class PractitionerRoleAdmin(DirectoryAdmin):
    """What professionals do."""

    search_fields = ("title", "practitioner__family_name")
    list_select_related = ("practitioner",)


admin.site.register(models.Organization, DirectoryAdmin)
admin.site.register(models.Location, DirectoryAdmin)


class HistoryAdmin(ScopedAdmin):
    """Every version of a row, with when, what was done and by whom."""

    list_display = ("pgh_created_at", "pgh_label", "pgh_obj_id", "done_by")
    list_filter = ("pgh_label",)
    list_select_related = ("pgh_context",)
    ordering = ("-pgh_id",)
    show_full_result_count = False

    @admin.display(description=_("by"))
    def done_by(self, event: Any) -> str:
        """Name the account, or the command, that wrote."""
        known = event.pgh_context.metadata if event.pgh_context else {}
        return str(known.get("actor") or known.get("command") or "")


def _history_of(model: type[Model], **paths: str) -> None:
    event: Any = model.pgh_event_model  # type: ignore[attr-defined]
    section = type(f"{event.__name__}Admin", (HistoryAdmin,), {"paths": paths})
    admin.site.register(event, section)


_history_of(models.Patient, site="site")
_history_of(models.CaregiverLink, **_OF_PATIENT)
_history_of(models.ContactPoint, **_OF_PATIENT)
_history_of(models.Consent, **_OF_PATIENT)
_history_of(models.Membership, site="site")
