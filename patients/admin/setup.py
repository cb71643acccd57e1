"""Pages of those who run the service: sites, accounts, roles, the directory."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from patients import models
from patients.admin.base import ScopedAdmin, is_administrator, is_superuser, never


class SuperuserAdmin(admin.ModelAdmin[Any]):
    """Set up by the people who run the service, not by a site.

    Rows are switched off, never deleted, so that history keeps its meaning.
    """

    has_module_permission: Any = is_superuser
    has_view_permission: Any = is_superuser
    has_add_permission: Any = is_superuser
    has_change_permission: Any = is_superuser
    has_delete_permission: Any = never


@admin.register(models.Site)
class SiteAdmin(SuperuserAdmin, ScopedAdmin):
    """Sites; their own administrators look at them."""

    paths = {"site": "id"}
    has_module_permission: Any = is_administrator
    has_view_permission: Any = is_administrator
    list_display = ("name", "code", "time_zone", "country")
    search_fields = ("name", "code")
    autocomplete_fields = ("organization",)


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
