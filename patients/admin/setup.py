"""Pages of those who run the service: sites, accounts, roles, the directory."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patients import models, policy
from patients.admin.base import (
    ScopedAdmin,
    actor_of,
    is_administrator,
    is_superuser,
    never,
)


class SuperuserAdmin(admin.ModelAdmin[Any]):
    """Set up by the people who run the service, not by a site.

    Rows are switched off, never deleted, so that history keeps its meaning.
    """

    has_module_permission: Any = is_superuser
    has_view_permission: Any = is_superuser
    has_add_permission: Any = is_superuser
    has_change_permission: Any = is_superuser
    has_delete_permission: Any = never


class SiteDayInline(admin.TabularInline[Any, Any]):
    """Days on which the site departs from its holiday calendar."""

    model = models.SiteDay
    fields = ("date", "kind", "note")
    ordering = ("date",)
    extra = 0
    has_view_permission: Any = is_administrator
    has_add_permission: Any = is_superuser
    has_change_permission: Any = is_superuser
    has_delete_permission: Any = is_superuser


@admin.register(models.Site)
class SiteAdmin(SuperuserAdmin, ScopedAdmin):
    """Sites; their own administrators look at them."""

    paths = {"site": "id"}
    has_module_permission: Any = is_administrator
    has_view_permission: Any = is_administrator
    list_display = ("name", "code", "time_zone", "country")
    search_fields = ("name", "code")
    autocomplete_fields = ("organization",)
    inlines = (SiteDayInline,)


@admin.register(models.SiteDay)
class SiteDayAdmin(ScopedAdmin):
    """Holidays and make-up workdays of a site, kept by its own administrators."""

    paths = {"site": "site"}
    list_display = ("date", "site", "kind", "note")
    list_filter = ("kind",)
    list_select_related = ("site",)
    ordering = ("-date",)
    date_hierarchy = "date"
    has_add_permission: Any = is_administrator

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those who run the service, and administrators of the day's site."""
        if obj is None or is_superuser(self, request):
            return is_administrator(self, request)
        return policy.can(actor_of(request), "site.change_days", obj.site)

    has_delete_permission: Any = has_change_permission

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the sites whose days the actor may change."""
        if db_field.name == "site" and not is_superuser(self, request):
            sites = [
                site_id
                for site_id, roles in actor_of(request).site_roles.items()
                if roles & policy.ACTIONS["site.change_days"]
            ]
            kwargs["queryset"] = models.Site.objects.filter(id__in=sites)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(models.Membership)
class MembershipAdmin(SuperuserAdmin, ScopedAdmin):
    """Roles of people at sites; the administrators of a site look at its own."""

    paths = {"site": "site"}
    has_module_permission: Any = is_administrator
    has_view_permission: Any = is_administrator
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
    has_add_permission: Any = never
    has_change_permission: Any = never


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
