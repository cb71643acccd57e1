"""The devices on which people let themselves be told: looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from patients import models, policy
from patients.admin.base import ScopedAdmin, actor_of, is_superuser


@admin.register(models.PushSubscription)
class PushSubscriptionAdmin(ScopedAdmin):
    """Devices of the staff and the patients of the own sites.

    Where a device is written to, and with which keys, is shown to nobody: who knows it may
    write to the device.
    """

    fields = ("user", "label", "created_at", "ended_at", "end_reason")
    list_display = fields
    list_filter = ("end_reason",)
    list_select_related = ("user",)
    search_fields = ("user__email", "label")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow the list to accounts of the actor's sites."""
        rows = models.PushSubscription.objects.select_related("user").order_by("-id")
        if is_superuser(self, request):
            return rows
        actor = actor_of(request)
        sites = [
            one for one, roles in actor.site_roles.items() if policy.ADMIN in roles
        ]
        working = models.Membership.objects.filter(
            user_id=OuterRef("user_id"), site__in=sites
        )
        return rows.filter(Exists(working) | Q(user__patient__site__in=sites))
