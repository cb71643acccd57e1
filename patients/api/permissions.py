"""The REST door."""

from rest_framework.permissions import BasePermission


class PolicyPermission(BasePermission):
    """Refuse whatever a view does not declare."""
