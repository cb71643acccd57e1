"""The browsers and apps on which a person lets themselves be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.base import Record


class SubscriptionEnd(models.TextChoices):
    """Why nothing is sent to a device any more."""

    REMOVED = "REMOVED", _("Removed by its owner")
    GONE = "GONE", _("Given up by the device")
    TAKEN_OVER = "TAKEN_OVER", _("Another account uses the device now")
    CROWDED_OUT = "CROWDED_OUT", _("Too many devices: the oldest gives way")


class PushSubscription(Record):
    """One browser of one account, as its push service knows it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions"
    )
    # Whoever knows it may write to the device, but for the signature of this service.
    endpoint = models.CharField(max_length=1000)
    # The device's public key and its shared secret, both base64url.
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    label = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(
        max_length=11, choices=SubscriptionEnd.choices, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"],
                condition=Q(ended_at=None),
                name="one_account_a_push_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="push_subscription_ends_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.id)
