"""What every back-office page does alike: whose rows, who may, how it says no."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patients import clock, policy
from patients.domain.refusals import Refusal
from patients.selectors.actors import get_actor

# Where the site and the patient of a row are found.
OF_PATIENT = {"site": "patient__site", "patient": "patient"}


def actor_of(request: HttpRequest) -> policy.Actor:
    """Return who acts, read once a request."""
    found = getattr(request, "actor", None)
    if not isinstance(found, policy.Actor):
        found = get_actor(cast("uuid.UUID", request.user.pk), clock.now().date())
        request.actor = found  # type: ignore[attr-defined]
    return found


# Django's admin asks for a permission with the page, the request and the row.
def never(*_asked: Any) -> bool:
    """Refuse."""
    return False


def always(*_asked: Any) -> bool:
    """Allow."""
    return True


def is_superuser(_page: Any, request: HttpRequest, *_row: Any) -> bool:
    """Let those in who run the service."""
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


def is_administrator(page: Any, request: HttpRequest, *_row: Any) -> bool:
    """Let administrators of any site look: rows of other sites are not listed."""
    if is_superuser(page, request):
        return True
    staff = request.user.is_active and getattr(request.user, "is_staff", False)
    return bool(staff and policy.ADMIN in actor_of(request).roles)


class ScopedAdmin(admin.ModelAdmin[Any]):
    """Shows rows of the actor's sites only, and asks the policy table, not Django.

    A superuser sees everything; writing still goes through the services, which know no
    superusers.
    """

    paths: Mapping[str, str] = OF_PATIENT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow the list to the actor's sites."""
        rows = super().get_queryset(request)
        if is_superuser(self, request):
            return rows
        sites = [
            site_id
            for site_id, roles in actor_of(request).site_roles.items()
            if policy.ADMIN in roles
        ]
        return rows.filter(**{f"{self.paths['site']}__in": sites})

    has_module_permission: Any = is_administrator
    has_view_permission: Any = is_administrator
    has_add_permission: Any = never
    has_change_permission: Any = never
    has_delete_permission: Any = never


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows of the same patient, for whoever sees the patient, to look at."""

    extra = 0
    can_delete = False
    has_view_permission: Any = always
    has_add_permission: Any = never
    has_change_permission: Any = never


def tell(request: HttpRequest, refusal: Refusal) -> None:
    """Show why a step was refused."""
    text = _("Refused (%(code)s): nothing was changed.") % {"code": refusal.code}
    messages.error(request, text)


def each(
    request: HttpRequest, rows: QuerySet[Any], work: Callable[[Any], object]
) -> None:
    """Do the work for every row; each refusal is told, the others go on."""
    for row in rows:
        try:
            work(row)
        except Refusal as refusal:
            tell(request, refusal)
        except policy.NotAllowed:
            messages.error(request, _("Your role does not allow this step."))
